import { type ClientHttp2Session, connect } from 'node:http2';
import { Agent, request } from 'node:https';
import type { ConnectionOptions, TLSSocket } from 'node:tls';

/** What a request came to: the status with the refusal's code, or `closed` where its connection takes none any more. */
export interface Heard {
  readonly status: number | 'closed';
  readonly code: string | undefined;
  readonly retryAfter?: string | undefined;
}

/** One connection of a client, for one request after the other. */
export interface Line {
  ask(path?: string): Promise<Heard>;
  /** The connection's socket; undefined before the first request. */
  readonly socket: TLSSocket | undefined;
  /** How many connections it took so far. */
  readonly connections: number;
  close(): void;
}

export function line(protocol: 'HTTP/1.1' | 'HTTP/2', port: number, tls: ConnectionOptions): Line {
  return protocol === 'HTTP/2' ? new SessionLine(port, tls) : new KeepAliveLine(port, tls);
}

export class KeepAliveLine implements Line {
  readonly #port: number;
  readonly #agent: Agent;
  readonly #sockets = new Set<unknown>();
  socket: TLSSocket | undefined;

  constructor(port: number, tls: ConnectionOptions) {
    this.#port = port;
    this.#agent = new Agent({ keepAlive: true, maxSockets: 1, maxCachedSessions: 0, rejectUnauthorized: false, ...tls });
  }

  get connections(): number {
    return this.#sockets.size;
  }

  ask(path = '/'): Promise<Heard> {
    return new Promise((resolve) => {
      const sent = request({ host: '127.0.0.1', port: this.#port, path, agent: this.#agent }, (response) => {
        let body = '';
        response.setEncoding('utf8').on('data', (chunk: string) => {
          body += chunk;
        });
        response.on('end', () => {
          resolve({ status: response.statusCode ?? 0, code: codeIn(body), retryAfter: response.headers['retry-after'] });
        });
      });
      sent.on('socket', (socket) => {
        this.socket = socket as TLSSocket;
        this.#sockets.add(socket);
      });
      sent.on('error', () => resolve(closed)).end();
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}

export class SessionLine implements Line {
  readonly session: ClientHttp2Session;
  readonly connections = 1;

  constructor(port: number, tls: ConnectionOptions) {
    this.session = connect(`https://127.0.0.1:${port}`, { rejectUnauthorized: false, ...tls });
    this.session.on('error', () => undefined);
  }

  get socket(): TLSSocket | undefined {
    return this.session.socket as TLSSocket | undefined;
  }

  ask(path = '/'): Promise<Heard> {
    return new Promise((resolve) => {
      if (this.session.closed || this.session.destroyed) return resolve(closed);
      const stream = this.session.request({ ':path': path });
      let heard: Heard = closed;
      let body = '';
      stream.on('response', (headers) => {
        heard = { status: Number(headers[':status']), code: undefined, retryAfter: headers['retry-after'] };
      });
      stream.setEncoding('utf8').on('data', (chunk: string) => {
        body += chunk;
      });
      stream.on('error', () => undefined);
      stream.on('close', () => resolve(heard.status === 'closed' ? closed : { ...heard, code: codeIn(body) }));
    });
  }

  close(): void {
    this.session.destroy();
  }
}

const closed: Heard = { status: 'closed', code: undefined };

function codeIn(body: string): string | undefined {
  return /PEERCERT_\w+/.exec(body)?.[0];
}
