import { IncomingMessage } from 'node:http';
import { Duplex } from 'node:stream';
import { types } from 'node:util';
import type { PeerSocket } from './peer-socket.js';

/**
 * Gives a request that came over no connection a TLS connection of its own, on which `certificates` were presented: DER, end entity first;
 * none, if the list is empty. All the rest is real: these are read, validated and judged like any others. For tests of what lies behind
 * a guard, by way of `@peercert/core/testing` alone.
 *
 * `server` is the TLS server that the connection belongs to, for trust that is taken from a server; its contexts for server names do not
 * count, since a simulated client names none.
 *
 * Throws a `TypeError` for a request that a client can have sent: one of Node's own, of either HTTP version, or anything with a socket that
 * bytes can come through; for a `Proxy`, which can hide one; and for a request that is simulated already.
 */
export function simulatePeer(request: object, certificates: readonly Uint8Array[], server?: object): void {
  if (typeof request !== 'object' || request === null) throw new TypeError('simulatePeer takes a request object');
  if (mayHaveConnection(request)) {
    throw new TypeError('simulatePeer refuses a request that may have a connection: what came over one is read from it');
  }
  if (sockets.has(request)) throw new TypeError('the request is simulated already; a request has one connection, and that does not change');
  sockets.set(request, simulatedSocket(copies(certificates), server));
  isAnySimulated = true;
}

/** The connection that `simulatePeer` gave to this very object; one that has a real connection keeps that, whatever was done to it. */
export function simulatedSocketOf(request: object): PeerSocket | undefined {
  const socket = isAnySimulated ? sockets.get(request) : undefined;
  return socket === undefined || mayHaveConnection(request) ? undefined : socket;
}

/**
 * By the identity of the object, and not by a property of it: nothing that a client sends, a parser merges or somebody writes onto
 * `Object.prototype` gets in here.
 */
const sockets = new WeakMap<object, PeerSocket>();
/** Each request is looked for four times, and none is there but in tests. */
let isAnySimulated = false;

/**
 * | request                                                                         | may have a connection       |
 * | ------------------------------------------------------------------------------- | --------------------------- |
 * | a `Proxy`                                                                       | yes: it shows what it likes |
 * | an `http.IncomingMessage`                                                       | yes                         |
 * | with a stream: HTTP/2                                                           | yes                         |
 * | whose socket is a `Duplex`, as Node's own are, or a `Proxy`, as those of HTTP/2 | yes                         |
 * | that throws when it is looked at                                                | yes                         |
 * | anything else, such as light-my-request's                                       | no                          |
 */
function mayHaveConnection(request: object): boolean {
  try {
    if (types.isProxy(request) || request instanceof IncomingMessage) return true;
    const { stream, socket } = request as { stream?: unknown; socket?: unknown };
    return (stream ?? null) !== null || types.isProxy(socket) || socket instanceof Duplex;
  } catch {
    return true;
  }
}

/** The caller's buffers may change; what was presented does not. */
function copies(certificates: readonly Uint8Array[]): readonly Uint8Array[] {
  if (!Array.isArray(certificates)) throw new TypeError('simulatePeer takes a list of certificates, DER, end entity first');
  // By index, since an empty list and a hole must not be filled from a prototype.
  return Array.from({ length: certificates.length }, (_, index) => {
    const der: unknown = Object.hasOwn(certificates, index) ? certificates[index] : undefined;
    if (der instanceof Uint8Array) return Uint8Array.from(der);
    throw new TypeError(`certificate ${index} is no Uint8Array`);
  });
}

/** A `TLSSocket` as far as one is read, answering as Node.js does: an object without `raw` where there is no certificate, issuers as a list of links. */
function simulatedSocket(chain: readonly Uint8Array[], server: object | undefined): PeerSocket {
  const none: Link = Object.freeze(Object.create(null) as Link);
  const presented = chain.reduceRight<Link>((issuerCertificate, raw) => Object.freeze({ raw, issuerCertificate }), none);
  return Object.freeze({
    encrypted: true,
    server,
    isSessionReused: () => false,
    getPeerCertificate: () => presented,
    _SNICallback: undefined,
  } as unknown as PeerSocket);
}

interface Link {
  readonly raw?: Uint8Array;
  readonly issuerCertificate?: Link;
}
