import { once } from 'node:events';
import { connect as connectHttp2 } from 'node:http2';
import { request } from 'node:https';
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls';

export const transports = ['HTTP/1.1', 'HTTP/2', 'WebSocket'] as const;
export type Transport = (typeof transports)[number];

/** What became of one question on a connection of its own. */
export interface Found {
  /** `200 alice`, `101 alice`, `403 PEERCERT_POLICY_MISMATCH`; or why there was no answer. */
  readonly said: string;
  readonly isResumed: boolean;
  readonly protocol: string | null;
  /** What the server gave to resume. */
  readonly session: Buffer | undefined;
}

/** Asks for `path` on a connection of its own, as the transport has it; of the host that the connection is for, unless told. */
export async function askOnce(
  transport: Transport,
  port: number,
  path: string,
  tls: ConnectionOptions,
  host = tls.servername ?? 'localhost',
): Promise<Found> {
  const socket = connect({
    port,
    host: '127.0.0.1',
    servername: 'localhost',
    rejectUnauthorized: false,
    ALPNProtocols: [transport === 'HTTP/2' ? 'h2' : 'http/1.1'],
    ...tls,
  });
  let session: Buffer | undefined;
  const offered = new Promise<void>((resolve) => {
    socket.on('session', (given: Buffer) => {
      session = given;
      resolve();
    });
    socket.once('close', () => resolve());
  });
  let [isResumed, protocol]: [boolean, string | null] = [false, null];
  const said = await new Promise<string>((resolve) => {
    const failed = ({ code, message }: NodeJS.ErrnoException): void => resolve(code ?? message);
    socket.once('error', failed);
    socket.once('close', () => resolve('closed'));
    socket.once('secureConnect', () => {
      isResumed = socket.isSessionReused();
      protocol = socket.getProtocol();
      speak[transport](socket, { port, path, host }).then(resolve, failed);
    });
  });
  // Over TLS 1.3 it comes after the handshake, and may come after the answer; to whoever resumes one, none comes.
  if (protocol !== null && !isResumed && session === undefined) await offered;
  socket.on('error', () => undefined);
  socket.destroy();
  return { said, isResumed, protocol, session };
}

interface Question {
  readonly port: number;
  readonly path: string;
  readonly host: string;
}

const speak: Record<Transport, (socket: TLSSocket, question: Question) => Promise<string>> = {
  'HTTP/1.1': async (socket, { port, path, host }) => {
    const sent = request({ port, host: '127.0.0.1', path, headers: { host }, createConnection: () => socket }).end();
    const [response] = (await once(sent, 'response')) as [AsyncIterable<Buffer> & { statusCode: number }];
    return heard(response.statusCode, await textOf(response));
  },
  'HTTP/2': async (socket, { port, path, host }) => {
    const session = connectHttp2(`https://127.0.0.1:${port}`, { createConnection: () => socket });
    const failed = once(session, 'close').then(() => Promise.reject(new Error('the session was closed')));
    failed.catch(() => undefined);
    const stream = session.request({ ':path': path, ':authority': host });
    const [headers] = (await Promise.race([once(stream, 'response'), failed])) as [{ ':status': number }];
    const said = heard(headers[':status'], await textOf(stream));
    session.destroy();
    return said;
  },
  // By hand, since libraries bring a connection of their own.
  WebSocket: async (socket, { port, path, host }) => {
    const sent = request({ port, host: '127.0.0.1', path, createConnection: () => socket, headers: { ...handshake, host } }).end();
    return new Promise((resolve, reject) => {
      sent.on('error', reject);
      sent.on('response', (response) => void textOf(response).then((text) => resolve(heard(response.statusCode ?? 0, text)), reject));
      sent.on('upgrade', (_response, _socket, head) => {
        const greeted = (bytes: Buffer): void => resolve(`101 ${firstText(bytes)}`);
        if (head.length > 0) greeted(head);
        else socket.once('data', greeted).resume();
      });
    });
  },
};

/** RFC 6455, section 4.1. */
export const handshake = {
  connection: 'Upgrade',
  upgrade: 'websocket',
  'sec-websocket-key': 'cGVlcmNlcnQgaXMgaGVyZQ==',
  'sec-websocket-version': '13',
};

/** The first frame of a server: text of less than 126 bytes, unmasked (RFC 6455, section 5.2). */
function firstText(bytes: Buffer): string {
  const [first, length = 0] = bytes;
  return first === 0x81 && length < 126 ? bytes.subarray(2, 2 + length).toString() : `the frame ${bytes.toString('hex')}`;
}

async function textOf(body: AsyncIterable<unknown>): Promise<string> {
  let text = '';
  for await (const chunk of body) text += String(chunk);
  return text;
}

/** The status, and who it was or which code. */
function heard(status: number, body: string): string {
  const word = /PEERCERT_\w+/.exec(body)?.[0] ?? /"CN":"(.*?)"/.exec(body)?.[1];
  return word === undefined ? `${status} ${body.split('\n')[0]}` : `${status} ${word}`;
}
