import { ConfigurationError } from '../errors/index.js';
import { isTlsServer, type TlsServer } from '../peer/index.js';
import type { Logger } from '../verifier/index.js';

/**
 * Whether a server can bring client certificates at all.
 *
 * | server                       | answer                                             |
 * | ---------------------------- | -------------------------------------------------- |
 * | TLS, requestCert is true     | none                                               |
 * | TLS, requestCert is not true | ConfigurationError                                 |
 * | no TLS                       | a warning: its requests are refused with NOT_TLS   |
 */
export function checkServer(server: object, logger: Logger): void {
  if (!isTlsServer(server)) {
    logger.warn({}, 'this server has no TLS: every request that needs a client certificate is refused with PEERCERT_NOT_TLS');
    return;
  }
  const { requestCert } = server as TlsServer;
  if (requestCert === true) return;
  const advice =
    'create the server with serverTls(verifier, { key, cert }).options, or with requestCert: true, rejectUnauthorized: false and ca';
  throw new ConfigurationError('requestCert', `is ${String(requestCert)}, so the server asks no client for a certificate; ${advice}`);
}
