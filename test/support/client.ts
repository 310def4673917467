import { request as plainRequest } from 'node:http';
import { request } from 'node:https';
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls';

/** An answer as a client sees it. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** One request on a connection of its own; certificates and keys come in `tls`. The server's certificate is not what is tested. */
export function get(port: number, path = '/', tls: ConnectionOptions = {}, headers: Record<string, string> = {}): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port, path, headers, agent: false as const, rejectUnauthorized: false, ...tls };
    const sent = request(options, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        body += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }));
    });
    sent.on('error', reject).end();
  });
}

/** The same without TLS. */
export function getPlain(port: number, path = '/'): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const sent = plainRequest({ host: '127.0.0.1', port, path, agent: false }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        body += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }));
    });
    sent.on('error', reject).end();
  });
}

/** What the server answers to these lines, read until it closes; with the session, for resuming it. */
export function exchange(
  port: number,
  lines: readonly string[],
  tls: ConnectionOptions = {},
): Promise<{ text: string; session: Buffer | undefined; resumed: boolean }> {
  return new Promise((resolve, reject) => {
    let text = '';
    let session: Buffer | undefined;
    let resumed = false;
    const socket: TLSSocket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false, ...tls }, () => {
      resumed = socket.isSessionReused();
      socket.write(`${lines.join('\r\n')}\r\n\r\n`);
    });
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
    socket.on('session', (ticket: Buffer) => {
      session = ticket;
    });
    socket.on('error', reject);
    socket.on('close', () => resolve({ text, session, resumed }));
    socket.setTimeout(60_000, () => socket.destroy(new Error('the server neither answered nor closed within 60 s')));
  });
}
