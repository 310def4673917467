import type { PeerSocket } from './peer-socket.js';
import { simulatedSocketOf } from './simulated.js';

/**
 * What is needed of a request: of `http.IncomingMessage`, of `http2.Http2ServerRequest`, of whatever a framework derives from
 * them. Nothing else about it is read to tell who the peer is.
 */
export interface PeerRequest {
  readonly socket: object;
  /** HTTP/2 makes `req.socket` anew for each request; its session stays. */
  readonly stream?: { readonly session?: { readonly socket?: object } | undefined } | undefined;
}

/**
 * What stays the same for a connection's lifetime, to hang its state on: the HTTP/2 session, or the socket of HTTP/1.1. Undefined where there is
 * neither, or no session any more, so that nothing is remembered.
 */
export function connectionKey(request: PeerRequest): object | undefined {
  const key: unknown = unlessClosed(() => simulatedSocketOf(request) ?? (isOverHttp2(request) ? request.stream?.session : request.socket));
  return typeof key === 'object' && key !== null ? key : undefined;
}

/** What of a request leads to its connection, for whoever outlives the request: to keep all of it would keep what it carried. */
export function withoutRequest(request: PeerRequest): PeerRequest {
  const simulated = simulatedSocketOf(request);
  if (simulated !== undefined) return { socket: simulated };
  const { session } = request.stream ?? {};
  return session === undefined ? { socket: request.socket } : { socket: session, stream: { session } };
}

/** The socket that the connection ends in; undefined where there is none, or none any more. */
export function socketOf(request: PeerRequest): PeerSocket | undefined {
  const simulated = simulatedSocketOf(request);
  if (simulated !== undefined) return simulated;
  const socket = isOverHttp2(request) ? request.stream?.session?.socket : request.socket;
  return socket ?? undefined;
}

export function isOverHttp2({ stream }: PeerRequest): boolean {
  return stream !== undefined && stream !== null;
}

/**
 * Whether the client is gone: its connection, or over HTTP/2 the stream of this request. Whoever waited before the guard, or in it, finds that out here;
 * what a socket still says of its client afterwards is not asked for.
 */
export function isGone(request: PeerRequest): boolean {
  const isGoneNow = unlessClosed(() => {
    if (simulatedSocketOf(request) !== undefined) return false;
    if (!isOverHttp2(request)) return isDestroyed(request.socket);
    const session = request.stream?.session;
    return isDestroyed(request.stream) || session === undefined || session === null || isDestroyed(session);
  });
  return isGoneNow ?? true;
}

function isDestroyed(part: unknown): boolean {
  return (part as { destroyed?: unknown } | null | undefined)?.destroyed === true;
}

/** Reads of a connection. An HTTP/2 session that has lost its socket throws at every look at it; then there is nothing to read. */
export function unlessClosed<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
