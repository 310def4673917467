import type { TLSSocket } from 'node:tls';

/**
 * What is needed of a request: of `http.IncomingMessage`, of `http2.Http2ServerRequest`, of whatever a framework derives from
 * them. Nothing else about it is read to tell who the peer is.
 */
export interface PeerRequest {
  readonly socket: object;
  /** HTTP/2 makes `req.socket` anew for each request; its session stays. */
  readonly stream?: { readonly session?: { readonly socket?: object } | undefined } | undefined;
}

/** The parts of a TLS socket that are read. Mocks and closed sockets lack any of them. */
export type PeerSocket = Partial<Pick<TLSSocket, 'encrypted' | 'getPeerCertificate' | 'isSessionReused'>> & { readonly server?: unknown };

/**
 * What stays the same for a connection's lifetime, to hang its state on: the HTTP/2 session, else the socket.
 */
export function connectionKey(request: PeerRequest): object {
  return request.stream?.session ?? request.socket;
}
