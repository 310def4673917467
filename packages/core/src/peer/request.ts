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
 * What stays the same for a connection's lifetime, to hang its state on: the HTTP/2 session, else the socket. Undefined where there is
 * neither, so that nothing is remembered.
 */
export function connectionKey(request: PeerRequest): object | undefined {
  const key: unknown = unlessClosed(() => simulatedSocketOf(request) ?? request.stream?.session ?? request.socket);
  return typeof key === 'object' && key !== null ? key : undefined;
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

/** Reads of a connection. An HTTP/2 session that has lost its socket throws at every look at it; then there is nothing to read. */
export function unlessClosed<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
