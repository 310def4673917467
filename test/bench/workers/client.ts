/**
 * Clients, in a process of their own. They speak just enough HTTP to keep a server busy: raw TLS, one request at a time on each connection, and every answer
 * has to be as long as the first, which has to be 200.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ConnectionOptions, connect, createSecureContext, type SecureContext, type TLSSocket } from 'node:tls';
import { pem } from '../fixtures/pki.js';

export interface ClientSetup {
  readonly folder: string;
}

export type ClientQuestion =
  /** So many requests on so many connections, which stay open for the next time. */
  | { readonly do: 'requests'; readonly port: number; readonly count: number; readonly connections: number }
  /** So many connections, some at a time, one request on each. */
  | { readonly do: 'handshakes'; readonly port: number; readonly count: number; readonly atOnce: number; readonly who: 'known' | 'new' }
  /** So many connections, each with another certificate and one request, which stay open. */
  | { readonly do: 'open'; readonly port: number; readonly count: number; readonly atOnce: number }
  | { readonly do: 'close' };

export interface ClientAnswer {
  readonly done: number;
}

const { folder } = JSON.parse(process.argv[2] as string) as ClientSetup;
const issuing = readFileSync(join(folder, 'issuing.pem'), 'utf8');
const key = readFileSync(join(folder, 'client.key'), 'utf8');
const known = context(readFileSync(join(folder, 'client.der')));
const strangers = readStrangers(readFileSync(join(folder, 'clients.bin')));

const keepAlive = Buffer.from('GET / HTTP/1.1\r\nhost: localhost\r\n\r\n');
const once = Buffer.from('GET / HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n');

/** Open connections, by the server's port. */
const open = new Map<number, Line[]>();

process.on('message', (question: ClientQuestion) => {
  answer(question).then(
    (done) => process.send?.({ done } satisfies ClientAnswer),
    (error: unknown) => {
      process.stderr.write(`client: ${error instanceof Error ? error.stack : String(error)}\n`);
      process.exit(1);
    },
  );
});
process.on('disconnect', () => process.exit());
process.send?.({});

async function answer(question: ClientQuestion): Promise<number> {
  switch (question.do) {
    case 'requests':
      return await requests(question.port, question.count, question.connections);
    case 'handshakes':
      await atOnce(question.count, question.atOnce, () => handshake(question.port, question.who === 'known' ? known : nextStranger()));
      return question.count;
    case 'open': {
      const lines = open.get(question.port) ?? [];
      open.set(question.port, lines);
      await atOnce(question.count, question.atOnce, async () => {
        const line = await Line.open(question.port, nextStranger());
        lines.push(line);
        await line.ask();
      });
      return question.count;
    }
    case 'close':
      for (const line of [...open.values()].flat()) line.close();
      open.clear();
      return 0;
  }
}

async function requests(port: number, count: number, connections: number): Promise<number> {
  let lines = open.get(port);
  if (lines === undefined) {
    lines = await Promise.all(Array.from({ length: connections }, () => Line.open(port, known)));
    open.set(port, lines);
  }
  let left = count;
  const busy = async (line: Line): Promise<void> => {
    while (left > 0) {
      left -= 1;
      await line.ask();
    }
  };
  await Promise.all(lines.map(busy));
  return count;
}

async function atOnce(count: number, most: number, act: () => Promise<void>): Promise<void> {
  let left = count;
  const work = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      await act();
    }
  };
  await Promise.all(Array.from({ length: most }, work));
}

function handshake(port: number, secureContext: SecureContext): Promise<void> {
  return new Promise((resolve, reject) => {
    let text = '';
    const socket = connect(options(port, secureContext), () => socket.write(once));
    socket.setEncoding('latin1').on('data', (chunk: string) => {
      text += chunk;
    });
    socket.on('error', reject);
    socket.on('close', () => (text.startsWith('HTTP/1.1 200 ') ? resolve() : reject(new Error(`a server said ${text.slice(0, 80)}`))));
  });
}

/** One connection that is kept. */
class Line {
  readonly #socket: TLSSocket;
  /** Octets of one answer. */
  #length = 0;
  #got = 0;
  #resolve: (() => void) | undefined;
  #reject: ((error: Error) => void) | undefined;

  private constructor(socket: TLSSocket) {
    this.#socket = socket;
    socket.on('data', (chunk: Buffer) => this.#take(chunk));
    socket.on('error', (error) => this.#reject?.(error));
    socket.on('close', () => this.#reject?.(new Error('a server closed the connection')));
  }

  static open(port: number, secureContext: SecureContext): Promise<Line> {
    return new Promise((resolve, reject) => {
      const socket = connect(options(port, secureContext), () => resolve(new Line(socket)));
      socket.once('error', reject);
    });
  }

  ask(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
      this.#socket.write(keepAlive);
    });
  }

  close(): void {
    this.#reject = undefined;
    this.#socket.destroy();
  }

  #take(chunk: Buffer): void {
    if (this.#length === 0) {
      if (!chunk.subarray(0, 13).equals(Buffer.from('HTTP/1.1 200 '))) this.#reject?.(new Error(`a server said ${chunk.subarray(0, 80)}`));
      this.#length = chunk.length;
    }
    this.#got += chunk.length;
    if (this.#got < this.#length) return;
    this.#got -= this.#length;
    this.#resolve?.();
  }
}

function options(port: number, secureContext: SecureContext): ConnectionOptions {
  return { host: '127.0.0.1', port, secureContext, rejectUnauthorized: false };
}

function context(der: Uint8Array): SecureContext {
  return createSecureContext({ key, cert: pem('CERTIFICATE', der) + issuing });
}

function* readStrangers(bytes: Buffer): Generator<Uint8Array, void, void> {
  for (let at = 0; at < bytes.length; at += 4 + bytes.readUInt32BE(at)) yield bytes.subarray(at + 4, at + 4 + bytes.readUInt32BE(at));
}

function nextStranger(): SecureContext {
  const { value } = strangers.next();
  if (value === undefined) throw new Error('there are no more certificates that no server has seen');
  return context(value);
}
