import { type ClientRequest, type IncomingMessage, request as requestHttp } from 'node:http';
import { Agent, request as requestHttps } from 'node:https';
import type { Socket } from 'node:net';
import { brief, hostOf } from './fetch-rules.js';
import type { FetchFailure, FetchHeader, FetchOptions, FetchSuccess } from './fetch-types.js';

/** Where to look instead. */
export interface Redirect {
  readonly ok: true;
  readonly status: number;
  readonly location: string;
}

export type ExchangeOptions = FetchOptions & { readonly largestBytes: number };

/** Node.js takes 16 KiB too, unless a command line told it otherwise. */
const largestHeaderBytes = 16 * 1024;

const keptHeaders: readonly FetchHeader[] = [
  'etag',
  'last-modified',
  'cache-control',
  'content-type',
  'date',
  'expires',
  'age',
  'retry-after',
];

/** One request and its answer, over a connection that stands and is not used again. */
export function exchange(
  socket: Socket,
  url: URL,
  options: ExchangeOptions,
  signal: AbortSignal,
): Promise<FetchSuccess | Redirect | FetchFailure> {
  return new Promise((resolve) => {
    const request = open(socket, url, options);
    const broke = (error?: NodeJS.ErrnoException): void =>
      resolve({
        ok: false,
        why: 'network',
        detail: `the connection to ${hostOf(url)} broke: ${error?.code ?? error?.message ?? 'closed'}`,
      });
    signal.addEventListener('abort', () => request.destroy(), { once: true });
    if (signal.aborted) request.destroy();
    request.on('error', broke);
    request.on('close', () => broke());
    request.on('response', (response) => {
      const early = judge(response, options);
      if (early === undefined) return receive(response, options.largestBytes, broke, resolve);
      resolve(early);
      return request.destroy();
    });
    request.end(options.body);
  });
}

function open(socket: Socket, url: URL, options: ExchangeOptions): ClientRequest {
  const common = {
    method: options.body === undefined ? 'GET' : 'POST',
    host: hostOf(url),
    path: `${url.pathname}${url.search}`,
    headers: headersFor(url, options),
    maxHeaderSize: largestHeaderBytes,
    insecureHTTPParser: false,
  };
  if (url.protocol === 'http:') return requestHttp({ ...common, createConnection: () => socket });
  // The agent begins TLS on the connection, and asks for a certificate of the host, whatever the environment says.
  const agent = new Agent({ keepAlive: false, maxCachedSessions: 0 });
  const ca = options.serverAuthorities === undefined ? {} : { ca: options.serverAuthorities };
  return requestHttps({ ...common, agent, rejectUnauthorized: true, ...ca, ...{ socket } });
}

function headersFor(url: URL, { body, contentType, accept, etag, lastModified }: ExchangeOptions): Record<string, string> {
  return {
    host: url.host,
    'user-agent': 'peercert',
    accept: accept ?? '*/*',
    'accept-encoding': 'identity',
    connection: 'close',
    ...(body === undefined ? {} : { 'content-length': String(body.length) }),
    ...(contentType === undefined ? {} : { 'content-type': contentType }),
    ...(etag === undefined ? {} : { 'if-none-match': etag }),
    ...(lastModified === undefined ? {} : { 'if-modified-since': lastModified }),
  };
}

/** What the head of an answer decides already; undefined when its body is wanted. */
function judge(response: IncomingMessage, options: ExchangeOptions): FetchSuccess | Redirect | FetchFailure | undefined {
  const { statusCode: status = 0, headers } = response;
  if (status === 304 && (options.etag !== undefined || options.lastModified !== undefined)) {
    return { ok: true, status, bytes: new Uint8Array(0), headers: headersOf(response) };
  }
  if ([301, 302, 303, 307, 308].includes(status) && headers.location !== undefined) return { ok: true, status, location: headers.location };
  if (status !== 200) return { ok: false, why: 'status', detail: `was answered with status ${status}`, status };
  const coding = headers['content-encoding'] ?? 'identity';
  if (coding.toLowerCase() !== 'identity') {
    return { ok: false, why: 'refused', detail: `was answered with the content coding ${brief(coding)}, which was not asked for` };
  }
  const announced = Number(headers['content-length'] ?? 0);
  return announced > options.largestBytes ? tooLarge(options.largestBytes, `${announced} bytes are announced`) : undefined;
}

/** The body goes into one buffer that grows: a server may well send it in millions of pieces. */
function receive(
  response: IncomingMessage,
  largestBytes: number,
  broke: (error?: Error) => void,
  resolve: (result: FetchSuccess | FetchFailure) => void,
): void {
  const announced = Number(response.headers['content-length'] ?? 0);
  const enough = announced === 0 ? largestBytes : announced;
  let buffer: Buffer = Buffer.allocUnsafeSlow(Math.min(announced, 1024 * 1024));
  let length = 0;
  response.on('data', (chunk: Buffer) => {
    const needed = length + chunk.length;
    if (needed > largestBytes) {
      resolve(tooLarge(largestBytes, 'more came'));
      response.destroy();
      return;
    }
    if (needed > buffer.length) buffer = copyOf(buffer, length, Math.max(needed, Math.min(Math.max(2 * buffer.length, 16 * 1024), enough)));
    length += chunk.copy(buffer, length);
  });
  response.on('end', () => {
    if (!response.complete) return broke();
    // What is kept for long should not take twice the memory.
    if (buffer.length > 1.25 * length) buffer = copyOf(buffer, length, length);
    resolve({ ok: true, status: 200, bytes: new Uint8Array(buffer.buffer, buffer.byteOffset, length), headers: headersOf(response) });
  });
  response.on('error', broke);
}

function copyOf(buffer: Buffer, length: number, size: number): Buffer {
  const copy = Buffer.allocUnsafeSlow(size);
  buffer.copy(copy, 0, 0, length);
  return copy;
}

function headersOf({ headers }: IncomingMessage): FetchSuccess['headers'] {
  const kept = keptHeaders.map((name) => [name, headers[name] as string | undefined] as const);
  return Object.fromEntries(kept) as FetchSuccess['headers'];
}

function tooLarge(largestBytes: number, how: string): FetchFailure {
  return { ok: false, why: 'tooLarge', detail: `the answer has more than the ${largestBytes} bytes that are allowed: ${how}` };
}
