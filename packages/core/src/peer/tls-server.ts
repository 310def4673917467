import { rootCertificates, Server } from 'node:tls';
import { type PeerRequest, socketOf, unlessClosed } from './request.js';

/** The TLS server that accepted a connection, as far as verification cares. */
export interface TlsServer {
  /** What the `ca` option holds now: `setSecureContext()` replaces it. */
  readonly ca?: unknown;
  readonly requestCert?: unknown;
}

/** The server whose connection a request came over; undefined where there is none, as with mocks. */
export function serverOf(request: PeerRequest): TlsServer | undefined {
  const server = unlessClosed(() => socketOf(request)?.server);
  return typeof server === 'object' && server !== null ? (server as TlsServer) : undefined;
}

/**
 * Whether contexts for server names (`addContext`, `SNICallback`) may have chosen other authorities than the server's own. Node.js keeps
 * the callback on a server socket exactly when there is one to ask (the same on Node.js 20 to 26).
 */
export function hasServerNameContexts(request: PeerRequest): boolean {
  return unlessClosed(() => typeof socketOf(request)?._SNICallback === 'function') ?? true;
}

/** Whether this is a TLS server: `https` and `http2` secure servers are. */
export function isTlsServer(server: unknown): server is Server {
  return server instanceof Server;
}

/** The public roots that Node.js ships, PEM. */
export function publicRoots(): readonly string[] {
  return rootCertificates;
}
