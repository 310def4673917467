import { request as plainRequest } from 'node:http';
import { type ClientHttp2Session, connect } from 'node:http2';
import { Agent, type RequestOptions, request } from 'node:https';
import type { Duplex } from 'node:stream';
import type { TlsCredential } from '@peercert/pki';

/** What a client sends, and who it is. */
export interface Question {
  readonly path?: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly client?: { readonly tls: TlsCredential } | undefined;
  /** One that keeps its connection, for several questions on it. */
  readonly agent?: Agent;
  readonly host?: string;
  /** Without TLS. */
  readonly plain?: boolean;
}

/** What it is told. */
export interface Told {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** Asks; on a connection of its own, unless there is an agent. The server's certificate is not what is tested. */
export function ask(port: number, question: Question = {}): Promise<Told> {
  return new Promise((resolve, reject) => {
    const sent =
      question.plain === true ? plainRequest({ ...optionsOf(port, question), agent: false }) : request(optionsOf(port, question));
    sent.on('response', (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        body += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }));
      response.on('error', reject);
    });
    sent.on('error', reject).end(question.body);
  });
}

/** What a JSON answer holds. */
export function json({ body }: Told): Record<string, unknown> {
  return JSON.parse(body) as Record<string, unknown>;
}

/** An agent with one connection that it keeps. */
export function oneConnection(client?: { readonly tls: TlsCredential }): Agent {
  return new Agent({ keepAlive: true, maxSockets: 1, rejectUnauthorized: false, ...client?.tls });
}

/** What became of a request to upgrade: an answer, or, with status 101, a socket. */
export interface Upgraded extends Told {
  readonly socket?: Duplex;
  /** The first bytes that came over it. */
  readonly first?: () => Promise<string>;
}

/** Asks for a WebSocket, as RFC 6455 has it. Resolves with status 0 if the server just closes. */
export function upgrade(port: number, question: Question = {}): Promise<Upgraded> {
  return new Promise((resolve, reject) => {
    const handshake = {
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-key': 'cGVlcmNlcnQgaXMgaGVyZQ==',
      'sec-websocket-version': '13',
    };
    const options = optionsOf(port, { ...question, headers: { ...handshake, ...question.headers } });
    const sent = question.plain === true ? plainRequest({ ...options, agent: false }) : request(options);
    sent.on('upgrade', (response, socket, head) => {
      const first = () =>
        head.length > 0
          ? Promise.resolve(head.toString('latin1'))
          : new Promise<string>((done) => socket.once('data', (bytes: Buffer) => done(bytes.toString('latin1'))));
      resolve({ status: response.statusCode ?? 0, headers: response.headers, body: '', socket, first });
    });
    sent.on('response', (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        body += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }));
    });
    sent.on('error', (error: NodeJS.ErrnoException) =>
      error.code === 'ECONNRESET' ? resolve({ status: 0, headers: {}, body: '' }) : reject(error),
    );
    sent.end();
  });
}

/** An HTTP/2 session, on which to ask several times. */
export function session(port: number, client?: { readonly tls: TlsCredential }): ClientHttp2Session {
  return connect(`https://127.0.0.1:${port}`, { rejectUnauthorized: false, ...client?.tls });
}

export function askOn(http2: ClientHttp2Session, path: string, method = 'GET'): Promise<Told> {
  return new Promise((resolve, reject) => {
    const stream = http2.request({ ':path': path, ':method': method });
    let told: Told['headers'] & { ':status'?: number } = {};
    let body = '';
    stream.on('response', (headers) => {
      told = headers as typeof told;
    });
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      body += chunk;
    });
    stream.on('end', () => resolve({ status: Number(told[':status']), headers: told, body }));
    stream.on('error', reject);
    http2.on('error', reject);
    stream.end();
  });
}

function optionsOf(
  port: number,
  { path = '/', method = 'GET', headers = {}, client, agent, host = '127.0.0.1' }: Question,
): RequestOptions {
  return { host, port, path, method, headers, agent: agent ?? false, rejectUnauthorized: false, ...client?.tls };
}
