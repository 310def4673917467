import type { TLSSocket } from 'node:tls';

/** The parts of a TLS socket that are read. Mocks and closed sockets lack any of them. */
export type PeerSocket = Partial<Pick<TLSSocket, 'encrypted' | 'getPeerCertificate' | 'getProtocol' | 'isSessionReused'>> & {
  readonly server?: unknown;
  readonly servername?: unknown;
  readonly _SNICallback?: unknown;
  /** Node's own; it counts the renegotiations that were begun. */
  readonly _handle?: { readonly handshakes?: unknown } | null;
};
