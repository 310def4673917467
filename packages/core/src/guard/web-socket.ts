import type { IncomingHttpHeaders } from 'node:http';
import type { Duplex } from 'node:stream';

/** RFC 6455, section 5.5.1: a Close frame from a server, unmasked, with the status 1008 (section 7.4.1: "violates its policy"). */
const policyViolation = Buffer.from([0x88, 0x02, 0x03, 0xf0]);

/** Sockets that a Close frame was written to: it is the last frame that may be (section 5.5.1), however many guards the request passed. */
const closed = new WeakSet<object>();

/**
 * Whether the request, when it is let through, takes its socket away from HTTP for a WebSocket. Node.js says so of requests that it hands to listeners for
 * 'upgrade'; the header alone, which a client may send with any request, means nothing.
 */
export function isWebSocket(request: { readonly headers: IncomingHttpHeaders; readonly upgrade?: unknown }): boolean {
  return request.upgrade === true && request.headers.upgrade?.toLowerCase() === 'websocket';
}

/**
 * Tells the client of a WebSocket that it is over. Libraries write each frame in one go, so that this one comes between two of theirs; the client answers with
 * a Close frame of its own, which ends the connection in the usual way, and if it does not the connection is destroyed a little later.
 */
export function closeWebSocket(socket: Partial<Pick<Duplex, 'write' | 'writable' | 'destroyed'>>): void {
  if (socket.writable !== true || socket.destroyed === true || closed.has(socket)) return;
  closed.add(socket);
  socket.write?.(policyViolation);
}
