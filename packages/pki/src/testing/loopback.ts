import type { IncomingMessage, RequestListener } from 'node:http';
import { createServer, type Server, request as send } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { TlsOptions } from 'node:tls';
import { checkOptions } from '../check-options.js';
import { type ClientChoice, chosenCredential } from './client-choice.js';

/** An Express application, or any other handler that `https.createServer` takes. */
export type RequestHandler = RequestListener;

/** One request. */
export interface Question {
  /** A client of the kit, or any credential; nobody unless told. */
  readonly client?: ClientChoice;
  /** With the query; `/` unless told. With a URL as the target, relative to it. */
  readonly path?: string;
  /** `GET` unless told. */
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: string | Uint8Array;
  readonly signal?: AbortSignal;
}

/** A TLS server on a free port of 127.0.0.1. To be closed; `await using` does it, where the language has it. */
export interface LoopbackServer extends AsyncDisposable {
  /** Such as `https://127.0.0.1:40123`; its certificate says so, and localhost. */
  readonly url: string;
  readonly port: number;
  readonly server: Server;
  /** Asks over a connection of its own. */
  request(question?: Question): Promise<Response>;
  /** Ends the connections that are still open, too. */
  close(): Promise<void>;
}

export async function serve(app: RequestHandler, options: TlsOptions, ca: string): Promise<LoopbackServer> {
  if (typeof app !== 'function') {
    throw new TypeError('expected an Express application or a request handler; for Fastify use inject, or app.listen() and its URL');
  }
  const server = createServer(options, app);
  const connections = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    connections.add(socket);
    socket.on('close', () => connections.delete(socket));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  const url = `https://127.0.0.1:${port}`;
  // Not closeAllConnections(): it knows none that is still in its handshake, or was upgraded, and close() would wait for those.
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      for (const socket of connections) socket.destroy();
    });
  return { url, port, server, request: (question = {}) => ask(new URL(url), question, ca), close, [Symbol.asyncDispose]: close };
}

export async function request(
  target: RequestHandler | string | URL,
  question: Question,
  options: TlsOptions,
  ca: string,
): Promise<Response> {
  if (typeof target === 'string' || target instanceof URL) return await ask(new URL(target), question, ca);
  const server = await serve(target, options, ca);
  try {
    return await server.request(question);
  } finally {
    await server.close();
  }
}

/** Lets the client's own OpenSSL send weak keys and SHA-1, so that the server is asked what it says of them. */
const careless = 'DEFAULT@SECLEVEL=0';

async function ask(base: URL, question: Question, ca: string): Promise<Response> {
  checkOptions(question, ['client', 'path', 'method', 'headers', 'body', 'signal'], 'request');
  const { path = base.pathname + base.search, method = 'GET', headers = {}, body, signal } = question;
  const url = new URL(path, base);
  if (url.origin !== base.origin) throw new TypeError(`path: '${path}' leads away from ${base.origin}`);
  const credential = chosenCredential(question, 'request');
  return await new Promise((resolve, reject) => {
    const options = { ca, method, headers: { ...headers } as Record<string, string | string[]>, agent: false as const, ciphers: careless };
    const sent = send(url, { ...options, ...credential?.tls, ...(signal === undefined ? {} : { signal }) });
    sent.on('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => void chunks.push(chunk));
      response.on('error', reject).on('end', () => resolve(answer(response, Buffer.concat(chunks))));
    });
    sent.on('error', reject).end(body);
  });
}

/** As `fetch` gives it. Its constructor takes no body for the statuses that have none. */
function answer({ statusCode = 500, statusMessage = '', rawHeaders }: IncomingMessage, body: Uint8Array): Response {
  const headers = new Headers();
  for (let index = 0; index < rawHeaders.length; index += 2) headers.append(String(rawHeaders[index]), String(rawHeaders[index + 1]));
  const bodiless = [204, 205, 304].includes(statusCode);
  return new Response(bodiless ? null : body, { status: statusCode, statusText: statusMessage, headers });
}
