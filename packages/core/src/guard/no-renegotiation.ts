import { isTlsServer } from '../peer/index.js';

/**
 * Has every connection of a TLS server refuse to renegotiate (TLS 1.2; RFC 8446 has no renegotiation). In the midst of one OpenSSL shows the certificate that the client
 * sent, before the client has proven that it holds the key. `serverTls` has OpenSSL refuse it by itself; this is for servers that were made otherwise.
 * `peer/peer` reads nothing of a connection that began one all the same.
 */
export function forbidRenegotiation(server: object): void {
  if (!isTlsServer(server) || forbidden.has(server)) return;
  forbidden.add(server);
  server.on('secureConnection', (socket) => socket.disableRenegotiation());
}

const forbidden = new WeakSet<object>();
