import type { IncomingMessage, RequestListener } from 'node:http';
import type { AddressInfo, Server } from 'node:net';
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls';
import { Guard, type GuardOptions } from '../../src/guard/index.js';
import { testKey } from '../support/certificate-builder.js';
import { keyPem, pem } from './credentials.js';

/**
 * Node.js 24.21 and 26.8 lose what an authorized client presents besides its own certificate: they look for that once themselves, which
 * takes the rest away. The guard then refuses what it cannot complete; intermediates have to be configured there.
 */
export const losesPresentedChains = /^v(24\.21|26\.8)\./.test(process.version);

const closing: (() => void)[] = [];

/** For `afterEach`. */
export function closeAll(): void {
  for (const close of closing.splice(0)) close();
}

export async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  closing.push(() => server.close());
  return (server.address() as AddressInfo).port;
}

/** What `answering` says of a request: who was let in, or why nobody was, with what TLS claims beside it. */
export interface Told {
  readonly who: string;
  readonly resumed?: boolean;
  readonly chain?: readonly string[];
  readonly authorized: boolean;
}

/** Answers every request with what the guard decides of it. */
export function answering(guard: Guard | GuardOptions): RequestListener {
  const gate = guard instanceof Guard ? guard : new Guard(guard);
  return (request, response) => {
    response.end(JSON.stringify(tell(gate, request)));
  };
}

function tell(guard: Guard, request: IncomingMessage): Told {
  const { authorized } = request.socket as TLSSocket;
  const decision = guard.decide(request);
  if (decision instanceof Promise) throw new TypeError('there was nothing to wait for');
  if (!decision.ok) return { who: decision.refusal.code, authorized };
  const { identity } = decision;
  if (identity === null) return { who: 'anonymous', authorized };
  return { who: identity.toString(), resumed: identity.resumed, chain: identity.chain.map(({ subject }) => subject), authorized };
}

/** A client that presents these certificates, end entity first; without any it sends none. */
export function presenting(...certificates: readonly Uint8Array[]): ConnectionOptions {
  return certificates.length === 0 ? {} : { key: keyPem(testKey('ec', 'client')), cert: pem(...certificates) };
}

/** A connection on which requests follow each other, as keep-alive has them. */
export class Connection {
  readonly socket: TLSSocket;
  /** The latest session that the server offered to resume. */
  session: Buffer | undefined;
  #received = '';
  #wake: () => void = () => undefined;

  private constructor(socket: TLSSocket) {
    this.socket = socket;
    socket.on('session', (session) => {
      this.session = session;
    });
    socket.on('data', (chunk) => {
      this.#received += String(chunk);
      this.#wake();
    });
    for (const event of ['close', 'error']) socket.on(event, () => this.#wake());
    closing.push(() => socket.destroy());
  }

  static async open(port: number, options: ConnectionOptions = {}): Promise<Connection> {
    const socket = connect({ port, host: '127.0.0.1', servername: 'localhost', rejectUnauthorized: false, ...options });
    const connection = new Connection(socket);
    await new Promise<void>((resolve, reject) => {
      socket.once('secureConnect', resolve).once('error', reject);
    });
    return connection;
  }

  /** Sends a request and gives what `answering` tells. */
  async get(): Promise<Told> {
    this.socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
    for (;;) {
      const end = this.#received.indexOf('}');
      if (end !== -1) {
        const body = this.#received.slice(this.#received.indexOf('{'), end + 1);
        this.#received = '';
        return JSON.parse(body) as Told;
      }
      if (this.socket.destroyed) throw new Error(`the connection was closed after ${JSON.stringify(this.#received)}`);
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  get isResumed(): boolean {
    return this.socket.isSessionReused();
  }
}

/** One request on a connection of its own. */
export async function get(
  port: number,
  options?: ConnectionOptions,
): Promise<Told & { readonly session: Buffer | undefined; readonly isResumed: boolean }> {
  const connection = await Connection.open(port, options);
  const told = await connection.get();
  const { session, isResumed } = connection;
  connection.socket.destroy();
  return { ...told, session, isResumed };
}
