import { asPlainBytes } from '../asn1/index.js';
import { type Outcome, refused } from '../errors/index.js';
import type { PeerSocket } from './peer-socket.js';
import { isOverHttp2, type PeerRequest, socketOf, unlessClosed } from './request.js';

/**
 * What a peer presented on its connection. Everything here is a claim: `socket.authorized` is not read at all, because on a resumed
 * session Node.js can report `true` for a peer that never showed a certificate.
 */
export interface Peer {
  /** The end-entity certificate, DER. */
  readonly endEntity: Uint8Array;
  /** Whether the TLS session was resumed: then no intermediates were sent on this connection. */
  readonly resumed: boolean;
  /**
   * The certificates above the end entity, nearest first, DER: what the peer sent and what Node.js added from the server's own
   * list. Costs ten times what the end entity costs, so it is read only when asked for, and must be asked for before the first await.
   */
  presentedChain(): readonly Uint8Array[];
}

/** OpenSSL takes at most 100 KB of certificates from a peer; more than these are not looked at. */
export const longestPresentedChain = 16;

/**
 * Reads the peer's certificate from the connection of a request. Each odd shape a socket can have is a refusal:
 *
 * | socket                                             | answer              |
 * | -------------------------------------------------- | ------------------- |
 * | not TLS: plain HTTP, a mock                        | NOT_TLS             |
 * | HTTP/2 stream without session, destroyed, unbound  | CONNECTION_CLOSED   |
 * | no certificate, and the server asks for none       | NOT_REQUESTED       |
 * | no certificate                                     | CERTIFICATE_MISSING |
 * | a renegotiation was begun (TLS 1.2)                | CERTIFICATE_MISSING |
 */
export function readPeer(request: PeerRequest): Outcome<Peer> {
  try {
    const socket = socketOf(request);
    if (socket === undefined && isOverHttp2(request)) return closed('the HTTP/2 session is closed');
    if (socket?.encrypted !== true || typeof socket.getPeerCertificate !== 'function') {
      return refused('PEERCERT_NOT_TLS', { detail: 'the request did not come over a TLS connection of this server' });
    }
    return readCertificate(socket as PeerSocket & Required<Pick<PeerSocket, 'getPeerCertificate'>>);
  } catch (error) {
    // Between a request and its handling an HTTP/2 session can lose its socket; every property of it throws from then on.
    return refused('PEERCERT_CONNECTION_CLOSED', { detail: 'the connection could not be read' }, error);
  }
}

function readCertificate(socket: PeerSocket & Required<Pick<PeerSocket, 'getPeerCertificate'>>): Outcome<Peer> {
  // Never getPeerX509Certificate() before it: on Node.js 20 and 24 that loses the chain.
  const certificate: { raw?: unknown } | null | undefined = socket.getPeerCertificate();
  if (certificate === null || certificate === undefined) return closed('the TLS connection is closed');
  const { raw } = certificate;
  if (!(raw instanceof Uint8Array)) return missing(socket);
  if (hasRenegotiated(socket)) return unproven();
  // The same memory; a Buffer beside it would be held for as long as the connection.
  const endEntity = asPlainBytes(raw);
  const resumed = typeof socket.isSessionReused === 'function' && socket.isSessionReused() === true;
  return { ok: true, value: new TlsPeer(endEntity, resumed, socket) };
}

/** Held for as long as the connection is open, so it is no larger than it has to be. */
class TlsPeer implements Peer {
  readonly endEntity: Uint8Array;
  readonly resumed: boolean;
  readonly #socket: Required<Pick<PeerSocket, 'getPeerCertificate'>>;

  constructor(endEntity: Uint8Array, resumed: boolean, socket: Required<Pick<PeerSocket, 'getPeerCertificate'>>) {
    this.endEntity = endEntity;
    this.resumed = resumed;
    this.#socket = socket;
  }

  presentedChain(): readonly Uint8Array[] {
    return unlessClosed(() => readPresentedChain(this.#socket)) ?? [];
  }
}

/**
 * Between its Certificate and its CertificateVerify message the client of a renegotiation has shown a certificate, and not that it holds the key: nobody's word is taken for
 * which of the two moments this is. Servers that a guard has met refuse to renegotiate; this is for those that it has not, before their first request.
 */
function hasRenegotiated({ _handle }: PeerSocket): boolean {
  const begun = _handle?.handshakes;
  return typeof begun === 'number' && begun > 0;
}

function unproven(): Outcome<never> {
  return refused('PEERCERT_CERTIFICATE_MISSING', { detail: 'the client has begun a TLS renegotiation, in which no certificate is taken' });
}

function missing({ server }: PeerSocket): Outcome<never> {
  const asked = (server as { requestCert?: unknown } | null | undefined)?.requestCert;
  if (server != null && asked !== true) {
    return refused('PEERCERT_NOT_REQUESTED', { detail: `the server's requestCert is ${String(asked)}` });
  }
  return refused('PEERCERT_CERTIFICATE_MISSING', { detail: 'the client sent no certificate' });
}

function readPresentedChain(socket: Required<Pick<PeerSocket, 'getPeerCertificate'>>): readonly Uint8Array[] {
  type Link = { raw?: unknown; issuerCertificate?: Link } | null | undefined;
  const chain: Uint8Array[] = [];
  const seen = new Set<Link>();
  let link: Link = socket.getPeerCertificate(true) as Link;
  // A self-signed root is its own issuer here, so the list is a ring.
  while (link?.raw instanceof Uint8Array && !seen.has(link) && chain.length <= longestPresentedChain) {
    chain.push(link.raw);
    seen.add(link);
    link = link.issuerCertificate;
  }
  return chain.slice(1);
}

function closed(detail: string): Outcome<never> {
  return refused('PEERCERT_CONNECTION_CLOSED', { detail });
}
