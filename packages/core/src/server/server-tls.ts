import { constants, createHash } from 'node:crypto';
import type { TlsOptions } from 'node:tls';
import { writePem } from '../asn1/index.js';
import { ConfigurationError } from '../errors/index.js';
import { checkServer, guardUpgrades } from '../guard/index.js';
import type { Trust, Verifier } from '../verifier/index.js';
import type { Certificate } from '../x509/index.js';
import { checkCredentials } from './check-credentials.js';
import { reportHandshakeFailures } from './handshake-failures.js';
import { type ParsedServerTlsOptions, parseServerTlsOptions, type ServerTlsOptions } from './options.js';

/** TLS allows 64 KB for the names of the authorities (RFC 8446, section 4.2.4); Node.js fails handshakes there, so there is a margin. */
const mostHintBytes = 48 * 1024;

/** The TLS side of a server whose requests a guard decides about. */
export interface ServerTls {
  readonly verifier: Verifier;
  /** For `https.createServer`, `http2.createSecureServer`, or Fastify's `https`. */
  readonly options: Readonly<TlsOptions>;
  /**
   * Checks the server that was made with them, has its unguarded upgrades destroyed, and reports its failed handshakes. Adapters that are
   * given this object do it themselves; doing it again does nothing. Throws `ConfigurationError` for a server that asks for no certificate.
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
  checkCredentials(parsed.credentials, logger);
  const attached = new WeakSet<object>();
  return Object.freeze({
    verifier,
    options: Object.freeze(tlsOptions(trust, parsed)),
    attach(server: object): void {
      if (attached.has(server)) return;
      checkServer(server, logger);
      guardUpgrades(server, logger);
      reportHandshakeFailures(server, logger);
      attached.add(server);
    },
  });
}

function tlsOptions(
  trust: Trust,
  { credentials, rejectUnauthorized, caHints, allowSessionResumption }: ParsedServerTlsOptions,
): TlsOptions {
  return {
    ...credentials,
    requestCert: true,
    rejectUnauthorized,
    // Intermediates stand beside the anchors: Node.js then completes the chains of clients that send none, resumed ones included.
    ca: caHints ? hinted(authorities(trust)) : [],
    sessionIdContext: sessionIdContext(trust),
    // On the default context, where it holds for every context of the server; a session that resumes would skip OpenSSL's own checks.
    ...(allowSessionResumption ? {} : { secureOptions: constants.SSL_OP_NO_TICKET }),
  };
}

function authorities(trust: Trust): readonly Certificate[] {
  const all = [...trust.sets.values()].flatMap((set) => [...set.anchors.map(({ certificate }) => certificate), ...set.intermediates]);
  return [...new Map(all.map((certificate) => [certificate.fingerprint256, certificate])).values()];
}

function hinted(certificates: readonly Certificate[]): string[] {
  // Each with its two octets of length; a name that two certificates share is told twice.
  const bytes = certificates.reduce((sum, { subject }) => sum + subject.der.length + 2, 0);
  if (bytes <= mostHintBytes) return certificates.map(({ der }) => writePem('CERTIFICATE', der));
  const problem = `the names of ${certificates.length} authorities take ${bytes} bytes of a handshake, more than the ${mostHintBytes} that are safe`;
  throw new ConfigurationError('caHints', `${problem}; set caHints: 'none', or trust fewer`);
}

/** Sessions of servers that trust otherwise cannot be resumed here, even where ticket keys are shared; 32 bytes are the most that TLS takes. */
function sessionIdContext({ sets }: Trust): string {
  const hash = createHash('sha256');
  for (const { name, rules, anchors, intermediates } of sets.values()) {
    const certificates = [anchors.map(({ certificate }) => certificate), intermediates];
    hash.update(JSON.stringify([name, rules, certificates.map((list) => list.map(({ fingerprint256 }) => fingerprint256))]));
  }
  return hash.digest('hex').slice(0, 32);
}
