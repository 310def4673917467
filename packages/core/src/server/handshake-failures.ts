import type { TLSSocket } from 'node:tls';
import { isTlsServer } from '../peer/index.js';
import { type Logger, publishHandshakeFailure } from '../verifier/index.js';

/**
 * Handshakes that fail before there is a request: no shared protocol version, a client that does not trust this server, one refused
 * by `rejectUnauthorized`. Node.js tells of them by `tlsClientError`, where the socket's own reason says more than the error.
 */
export function reportHandshakeFailures(server: object, logger: Logger): void {
  if (!isTlsServer(server)) return;
  server.on('tlsClientError', (error: NodeJS.ErrnoException & { reason?: string }, socket: TLSSocket) => {
    const { authorizationError } = socket as { authorizationError?: unknown };
    const cause = authorizationError ?? error.reason ?? error.code ?? error.message;
    const attributes = { 'error.type': String(error.code ?? error.name), 'peercert.handshake.reason': String(cause) };
    logger.info({ err: error, ...attributes }, `a TLS handshake failed: ${String(cause)}`);
    publishHandshakeFailure(error, attributes);
  });
}
