import type { PeerSocket } from './peer-socket.js';
import { type PeerRequest, socketOf, unlessClosed } from './request.js';

/** What is known of a connection to a server that has contexts for server names. */
export interface ServerName {
  /** What the client's handshake named, as it was written; null where it named nothing, undefined where Node.js does not tell. */
  readonly servername: string | null | undefined;
  /** Whether connections that name these have the same context, null naming nothing; undefined where only a callback of the operator's knows. */
  readonly isOneContext: (one: string | null, other: string | null) => boolean | undefined;
}

/** The server name of a request's connection; undefined where the server has no contexts to choose from, or the connection is closed. */
export function serverNameOf(request: PeerRequest): ServerName | undefined {
  return unlessClosed(() => {
    const socket = socketOf(request);
    const callback = socket?._SNICallback;
    if (socket === undefined || typeof callback !== 'function') return undefined;
    const contextOf = (name: string | null): unknown => contextFrom(callback, socket, name);
    return {
      servername: named(socket),
      isOneContext: (one, other) => (isOfOperator(socket.server) ? undefined : contextOf(one) === contextOf(other)),
    };
  });
}

/**
 * Node.js says `false` where the handshake named no server, and for every session that TLS 1.2 resumed, whatever it named (the same on
 * Node.js 20 to 26; https://github.com/nodejs/node/issues/57175).
 */
function named(socket: PeerSocket): string | null | undefined {
  const { servername } = socket;
  if (typeof servername === 'string') return servername;
  return socket.isSessionReused?.() === true && socket.getProtocol?.() !== 'TLSv1.3' ? undefined : null;
}

/**
 * Node's own callback, which looks at what `addContext` was given, is no property of the server, and that of the `SNICallback` option is one. Where
 * that is not so, nothing is assumed of the callback.
 */
function isOfOperator(server: unknown): boolean {
  if (typeof server !== 'object' || server === null) return true;
  const key = Object.getOwnPropertySymbols(server).find(({ description }) => description === 'snicallback');
  return key === undefined || (server as Record<symbol, unknown>)[key] !== undefined;
}

/** Node's own callback answers at once, and asks its socket for nothing but the server. */
function contextFrom(callback: object, { server }: PeerSocket, servername: string | null): unknown {
  let context: unknown;
  const keep = (_error: unknown, found: unknown): void => {
    context = found ?? undefined;
  };
  if (servername !== null) Reflect.apply(callback as () => unknown, { server }, [servername, keep]);
  return context;
}
