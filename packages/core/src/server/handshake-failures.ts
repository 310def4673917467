import type { TLSSocket } from 'node:tls';
import { isTlsServer } from '../peer/index.js';
import { type Logger, publishHandshakeFailure } from '../verifier/index.js';
import { BoundedLog } from './bounded-log.js';
import { explainHandshake } from './handshake-causes.js';

/** Lines a minute for each cause. */
const mostLines = 10;

/**
 * Handshakes that fail before there is a request: no shared protocol version, a client that does not trust this server, one refused
 * by `rejectUnauthorized`. Node.js tells of them by `tlsClientError`, where the socket's own reason says more than the error.
 *
 * Whoever can connect can make them fail: so they are no warnings, and of each cause there are ten lines a minute at most, then a count. The events on
 * `peercert:handshake-failure` are all of them.
 */
export function reportHandshakeFailures(server: object, logger: Logger): void {
  if (!isTlsServer(server)) return;
  const log = new BoundedLog(mostLines, (omitted) => {
    const counts = [...omitted].map(([cause, count]) => `${count} more of cause '${cause}'`).join(', ');
    logger.info(Object.fromEntries(omitted), `TLS handshakes failed within a minute besides those above: ${counts}`);
  });
  server.on('close', () => log.flush());
  server.on('tlsClientError', (error: NodeJS.ErrnoException & { reason?: string }, socket: TLSSocket) => {
    const authorizationError = textOf((socket as { authorizationError?: unknown }).authorizationError);
    const { cause, sentence } = explainHandshake({
      code: error.code,
      reason: error.reason,
      authorizationError,
      wasGreeted: typeof socket.servername === 'string',
    });
    const attributes = {
      'error.type': String(error.code ?? error.name),
      'peercert.handshake.cause': cause,
      'peercert.handshake.reason': authorizationError ?? error.reason ?? error.code ?? error.message,
      // A socket that is destroyed has forgotten whose it was.
      ...(typeof socket.remoteAddress === 'string' ? { 'client.address': socket.remoteAddress } : {}),
      ...(typeof socket.servername === 'string' ? { 'server.address': socket.servername } : {}),
    };
    log.tell(cause, () => logger.info({ err: error, ...attributes }, `a TLS handshake failed: ${sentence}`));
    publishHandshakeFailure(error, attributes);
  });
}

/** Node.js sets a code, and OpenSSL's errors have one. */
function textOf(error: unknown): string | undefined {
  if (error === null || error === undefined) return undefined;
  return error instanceof Error ? String((error as NodeJS.ErrnoException).code ?? error.message) : String(error);
}
