/**
 * The one table of refusal codes. Everything that turns a client away names one of these: both adapters, the events,
 * the log and docs/errors.md (which is generated from here).
 *
 * A row tells the RFC section the check comes from, the TLS alert that a TLS stack would send for it (RFC 8446,
 * section 6.2), the HTTP status of the answer, the constant text the client sees, and what the operator can do.
 * Texts are constant on purpose: what a client is told never depends on what was found in its certificate.
 */
export interface CodeRow {
  /** Where the check is specified. */
  readonly section: string;
  /** The alert's name in RFC 8446, section 6.2; `null` where TLS has none because the fault is not the peer's. */
  readonly alert: string | null;
  /** The HTTP status of the answer, unless the `statuses` option says otherwise. */
  readonly status: 403 | 421 | 500 | 503;
  /** What the client is told. */
  readonly text: string;
  /** What the operator, or the holder of the certificate, can do. */
  readonly mend: string;
}

const table = {
  PEERCERT_CERTIFICATE_MISSING: {
    section: 'RFC 8446, section 4.4.2.4',
    alert: 'certificate_required',
    status: 403,
    text: 'A client certificate is required',
    mend: 'Send a certificate: curl --cert client.crt --key client.key; import a .p12 into the browser. Some clients (Java, browsers) send none unless its CA is among the names that the server hints. A proxy in front that ends TLS hands none on: let it pass TLS through.',
  },
  PEERCERT_CERTIFICATE_MALFORMED: {
    section: 'RFC 5280, section 4.1',
    alert: 'bad_certificate',
    status: 403,
    text: 'The client certificate cannot be read',
    mend: 'Issue the certificate anew; the trace names the byte rule (DER, version, duplicate extension) that it breaks.',
  },
  PEERCERT_CERTIFICATE_EXPIRED: {
    section: 'RFC 5280, section 6.1.3 (a)(2)',
    alert: 'certificate_expired',
    status: 403,
    text: 'The client certificate has expired',
    mend: 'Renew the certificate that the trace names: the end entity, an intermediate, or the CA itself; check the clock of this machine.',
  },
  PEERCERT_CERTIFICATE_NOT_YET_VALID: {
    section: 'RFC 5280, section 6.1.3 (a)(2)',
    alert: 'certificate_expired',
    status: 403,
    text: 'The client certificate is not valid yet',
    mend: 'Wait until notBefore, or set the clocks of this machine and of the CA right.',
  },
  PEERCERT_ISSUER_UNKNOWN: {
    section: 'RFC 5280, section 6.1.3 (a)(4)',
    alert: 'unknown_ca',
    status: 403,
    text: 'The client certificate is not issued by a trusted authority',
    mend: 'If the issuer that the trace names is to be trusted, add it to trust (ca); if it is an intermediate, add it to trust.intermediates, or have the client send it (some releases of Node.js, 24.21 among them, hide what clients send).',
  },
  PEERCERT_CHAIN_INCOMPLETE: {
    section: 'RFC 5280, section 6.1',
    alert: 'unknown_ca',
    status: 403,
    text: 'An intermediate certificate is missing',
    mend: 'Add the intermediate that the trace names to trust.intermediates: a resumed TLS session carries no intermediates.',
  },
  PEERCERT_ISSUER_NOT_CA: {
    section: 'RFC 5280, section 6.1.4 (k)',
    alert: 'unknown_ca',
    status: 403,
    text: 'The client certificate is issued by a certificate that is no authority',
    mend: 'Issue from a certificate with basicConstraints CA:TRUE; an X.509 v1 certificate below the CA can issue nothing.',
  },
  PEERCERT_SIGNATURE_INVALID: {
    section: 'RFC 5280, section 6.1.3 (a)(1)',
    alert: 'bad_certificate',
    status: 403,
    text: 'A signature in the client certificate chain does not verify',
    mend: 'The certificate names this issuer but was not signed by its key: it is forged, damaged, or from another CA of the same name.',
  },
  PEERCERT_ALGORITHM_NOT_ALLOWED: {
    section: 'RFC 5280, section 4.1.1.2',
    alert: 'unsupported_certificate',
    status: 403,
    text: 'The client certificate is signed with an algorithm that is not allowed',
    mend: 'Sign with SHA-256 or better: RSA (PKCS #1 v1.5 or PSS), ECDSA on P-256, P-384 or P-521, Ed25519, Ed448, or ML-DSA where Node.js has it.',
  },
  PEERCERT_KEY_NOT_ALLOWED: {
    section: 'RFC 5280, section 4.1.2.7',
    alert: 'bad_certificate',
    status: 403,
    text: 'The client certificate holds a key that is not allowed',
    mend: 'Use RSA of 2048 to 16384 bits with an odd exponent of at most 64 bits, P-256, P-384, P-521, Ed25519, Ed448, or ML-DSA.',
  },
  PEERCERT_PURPOSE_MISMATCH: {
    section: 'RFC 5280, section 4.2.1.12',
    alert: 'unsupported_certificate',
    status: 403,
    text: 'The client certificate is not for client authentication',
    mend: 'Issue with extendedKeyUsage clientAuth, or with none; where a public CA has dropped clientAuth, set allowServerAuthPurpose.',
  },
  PEERCERT_KEY_USAGE_MISMATCH: {
    section: 'RFC 5280, section 4.2.1.3',
    alert: 'unsupported_certificate',
    status: 403,
    text: 'A key in the client certificate chain is not for this use',
    mend: 'A client certificate with keyUsage needs digitalSignature; an authority with keyUsage needs keyCertSign.',
  },
  PEERCERT_PATH_LENGTH_EXCEEDED: {
    section: 'RFC 5280, section 6.1.4 (l)',
    alert: 'bad_certificate',
    status: 403,
    text: 'The client certificate chain is longer than an authority in it allows',
    mend: 'The pathLenConstraint of the authority that the trace names forbids further authorities below it: issue from the authority itself, or raise the constraint.',
  },
  PEERCERT_NAME_NOT_PERMITTED: {
    section: 'RFC 5280, section 6.1.3 (b) and (c)',
    alert: 'bad_certificate',
    status: 403,
    text: 'The client certificate holds a name that an authority above it may not certify',
    mend: 'The nameConstraints of the authority that the trace names, or the subtrees of the trust set, leave this name out: issue with a permitted name, or under another authority.',
  },
  PEERCERT_NO_EXPLICIT_POLICY: {
    section: 'RFC 5280, section 6.1.5 (g)',
    alert: 'bad_certificate',
    status: 403,
    text: 'The client certificate is not issued under a required certificate policy',
    mend: 'An authority of the chain, or the trust set, requires a certificate policy that is valid on the whole chain: issue every certificate below it with certificatePolicies that name an accepted one.',
  },
  PEERCERT_DEPTH_EXCEEDED: {
    section: 'OpenSSL, SSL_CTX_set_verify_depth; nginx, ssl_verify_depth',
    alert: 'unknown_ca',
    status: 403,
    text: 'The client certificate chain is too long',
    mend: 'Raise depth (intermediates between the end entity and the trust anchor, neither counted), or trust a nearer authority.',
  },
  PEERCERT_CRITICAL_EXTENSION_UNRECOGNIZED: {
    section: 'RFC 5280, section 6.1.4 (o) and 6.1.5 (f)',
    alert: 'unsupported_certificate',
    status: 403,
    text: 'The client certificate chain carries a critical extension that is not supported',
    mend: 'Issue without that extension, or with it not critical; the trace names its OID.',
  },
  PEERCERT_CERTIFICATE_REVOKED: {
    section: 'RFC 5280, section 6.3; RFC 6960',
    alert: 'certificate_revoked',
    status: 403,
    text: 'The client certificate is revoked',
    mend: 'The trace names the certificate and the CRL, OCSP answer or deny list that revokes it: issue a new one for a new key; if it was denied by mistake, take it off the list.',
  },
  PEERCERT_REVOCATION_UNKNOWN: {
    section: 'RFC 5280, section 6.3.3',
    alert: 'certificate_unknown',
    status: 503,
    text: 'Whether the client certificate is revoked is not known',
    mend: 'Provide what the trace says is missing: a current CRL of the named issuer (its intermediates need one too), or a responder that answers; allowNoInformation, allowUnavailable and acceptExpiredForSeconds are the exceptions.',
  },
  PEERCERT_BUDGET_EXHAUSTED: {
    section: 'RFC 4158, section 2.4.2',
    alert: 'bad_certificate',
    status: 403,
    text: 'The client certificate chain is too costly to verify',
    mend: 'Send the end-entity certificate and its intermediates alone; the trace names the limit that was met.',
  },
  PEERCERT_POLICY_MISMATCH: {
    section: 'the certificate policy of the route',
    alert: 'access_denied',
    status: 403,
    text: 'The client certificate does not satisfy the policy',
    mend: 'The trace names the rule, what it expects and what the certificate holds: issue a fitting certificate or change the policy.',
  },
  PEERCERT_POLICY_FAILED: {
    section: 'RFC 9110, section 15.6.1',
    alert: 'internal_error',
    status: 500,
    text: 'The client certificate could not be verified',
    mend: 'A function or schema of the policy threw, or returned something that is no answer; the cause is in the log. It lets nobody in until it is mended.',
  },
  PEERCERT_POLICY_TIMED_OUT: {
    section: 'RFC 9110, section 15.6.4',
    alert: null,
    status: 503,
    text: 'The service is not ready',
    mend: 'A function or schema of the policy took longer than policyTimeoutSeconds: find out what it waits for, or give it more time.',
  },
  PEERCERT_NOT_TLS: {
    section: 'RFC 9110, section 4.2.2',
    alert: null,
    status: 403,
    text: 'This service is available over TLS only',
    mend: 'The request came over a connection without TLS: create the server with https options (serverTls), or let nothing reach its plain port. A proxy in front has to pass TLS through, not to end it.',
  },
  PEERCERT_NOT_REQUESTED: {
    section: 'RFC 8446, section 4.3.2',
    alert: null,
    status: 500,
    text: 'The server does not ask for client certificates',
    mend: 'Create the TLS server with requestCert: true (serverTls(verifier, { key, cert }).options does): Node.js asks for nothing unless it is exactly true.',
  },
  PEERCERT_CONNECTION_CLOSED: {
    section: 'RFC 8446, section 6.1',
    alert: null,
    status: 403,
    text: 'The connection was closed',
    mend: 'Nothing: the client was gone before its certificate could be read.',
  },
  PEERCERT_MISDIRECTED: {
    section: 'RFC 9110, section 15.5.20',
    alert: 'unrecognized_name',
    status: 421,
    text: 'This connection is not for the requested host',
    mend: 'The server has contexts for server names (addContext, SNICallback), and the request names a host whose context is, or may be, another than that of the connection. The client has to ask again on a connection of its own, with the host as server name (SNI). Over TLS 1.2 resumed sessions do not tell their server name: leave allowSessionResumption off, or demand TLS 1.3.',
  },
  PEERCERT_UPGRADE_UNGUARDED: {
    section: 'RFC 9110, section 7.8',
    alert: null,
    status: 403,
    text: 'Upgrades are not available here',
    mend: "An 'upgrade' or CONNECT passes no middleware: wrap its listener in auth.upgrade(policy, listener), or use a guarded Fastify route with @fastify/websocket.",
  },
  PEERCERT_TRUST_NOT_CONFIGURED: {
    section: 'RFC 5280, section 6.1.1 (d)',
    alert: null,
    status: 500,
    text: 'The server is not configured to verify client certificates',
    mend: "Set trust: 'ca.crt'. Without it, trust is taken from a TLS server that has ca and requestCert: true, no SNI contexts, and no public root among its ca.",
  },
  PEERCERT_POLICY_INVALID: {
    section: 'the certificate policy of the route',
    alert: null,
    status: 500,
    text: 'The server is not configured to verify client certificates',
    mend: 'The policy of this route cannot be used; the trace says which option and why. Register the plugin before its routes to learn it at boot.',
  },
  PEERCERT_NOT_READY: {
    section: 'RFC 9110, section 15.6.4',
    alert: null,
    status: 503,
    text: 'The service is not ready',
    mend: 'The verifier is closed; or a file of authorities has failed for longer than keepLastGoodForSeconds, and the log says which and why: mend it; or trust changed more often than a verification could keep up with: try again.',
  },
  PEERCERT_INTERNAL: {
    section: 'RFC 9110, section 15.6.1',
    alert: 'internal_error',
    status: 500,
    text: 'The client certificate could not be verified',
    mend: 'Something threw that should not have; the cause is in the log. Please report it.',
  },
} as const satisfies Record<`PEERCERT_${string}`, CodeRow>;

/** Why a client was turned away; a closed union. */
export type RefusalCode = keyof typeof table;

/** Each code with its RFC section, TLS alert, HTTP status, text and mend. */
export const refusalCodes: Readonly<Record<RefusalCode, CodeRow>> = Object.freeze(table);
