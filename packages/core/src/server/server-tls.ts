import type { TlsOptions } from 'node:tls';
import { ConfigurationError } from '../errors/index.js';
import { checkServer, guardUpgrades } from '../guard/index.js';
import { isTlsServer } from '../peer/index.js';
import type { Verifier } from '../verifier/index.js';
import { reportHandshakeFailures } from './handshake-failures.js';
import { parseServerTlsOptions, type ServerTlsOptions } from './options.js';
import { SecureContexts } from './secure-contexts.js';

/** The TLS side of a server whose requests a guard decides about. */
export interface ServerTls {
  readonly verifier: Verifier;
  /** For `https.createServer`, `http2.createSecureServer`, or Fastify's `https`. */
  readonly options: Readonly<TlsOptions>;
  /**
   * Checks the server that was made with them, has its unguarded upgrades destroyed, reports its failed handshakes, and keeps its key, certificate and
   * authorities as their files say, until it is closed or the verifier is. Adapters that are given this object do it themselves; doing it again does
   * nothing. Throws `ConfigurationError` for a server that asks for no certificate.
   */
  attach(server: object): void;
}

/**
 * Makes the options of a TLS server that asks each client for a certificate and leaves the decision to a guard: requestCert, the
 * names of the trusted authorities as hints, no session resumption unless allowed, TLS 1.2 or newer.
 *
 * Reads and checks key and certificate now: throws `ConfigurationError` where they cannot be used, where the verifier takes its own trust
 * from the server, and where the hints would not fit into a handshake.
 */
export function serverTls(verifier: Verifier, options: ServerTlsOptions): ServerTls {
  const { trust, logger } = verifier;
  if (trust === undefined) {
    throw new ConfigurationError(
      '',
      "the verifier was given no trust, so there is none to build a server with; use createVerifier({ trust: 'ca.crt' })",
    );
  }
  const parsed = parseServerTlsOptions(options);
  const contexts = new SecureContexts(verifier, trust, parsed);
  const attached = new WeakSet<object>();
  return Object.freeze({
    verifier,
    options: contexts.options,
    attach(server: object): void {
      if (attached.has(server)) return;
      checkServer(server, logger);
      guardUpgrades(server, logger);
      reportHandshakeFailures(server, logger);
      if (isTlsServer(server)) contexts.keep(server);
      attached.add(server);
    },
  });
}
