/**
 * The story, a row for each visitor.
 *
 * @typedef {object} Row
 * @property {string} who
 * @property {string} presents
 * @property {'/' | '/pay' | '/health'} route
 * @property {import('./pki.mjs').ClientName | 'brief'} [as] whose certificate is presented; none without
 * @property {'resumed' | 'kept' | 'revoked'} [via] a TLS session that is resumed, or a connection that is kept until the certificate has run out, or was
 *   revoked, and asked again; a new connection without
 * @property {import('@peercert/fastify').RefusalCode} [refused] the answer is expected to be 403 with this code; 200 without
 * @property {string} [hello] the name that the visitor is expected to be greeted by
 */

/** @type {readonly Row[]} */
export const story = [
  { who: 'anyone', presents: 'no certificate, public route', route: '/health' },
  { who: 'anyone', presents: 'no certificate', route: '/', refused: 'PEERCERT_CERTIFICATE_MISSING' },
  { who: 'alice', presents: 'a good certificate', route: '/', as: 'client', hello: 'alice' },
  { who: 'alice', presents: 'the same: the right department', route: '/pay', as: 'client', hello: 'alice' },
  { who: 'bob', presents: 'a good certificate, OU=sales', route: '/', as: 'other-department', hello: 'bob' },
  { who: 'bob', presents: 'the same: the wrong department', route: '/pay', as: 'other-department', refused: 'PEERCERT_POLICY_MISMATCH' },
  { who: 'carol', presents: 'X.509 v1, without any extension', route: '/pay', as: 'version-1', hello: 'carol' },
  { who: 'alice', presents: 'expired yesterday', route: '/', as: 'expired', refused: 'PEERCERT_CERTIFICATE_EXPIRED' },
  { who: 'alice', presents: 'valid from tomorrow', route: '/', as: 'not-yet-valid', refused: 'PEERCERT_CERTIFICATE_NOT_YET_VALID' },
  { who: 'mallory', presents: "issued by another company's CA", route: '/', as: 'other-ca-client', refused: 'PEERCERT_ISSUER_UNKNOWN' },
  { who: 'mallory', presents: 'issued by a namesake of the CA', route: '/', as: 'namesake-client', refused: 'PEERCERT_SIGNATURE_INVALID' },
  { who: 'mallory', presents: 'self-signed, claims to be alice', route: '/pay', as: 'self-signed', refused: 'PEERCERT_ISSUER_UNKNOWN' },
  { who: 'localhost', presents: 'a certificate for servers only', route: '/', as: 'server-only', refused: 'PEERCERT_PURPOSE_MISMATCH' },
  // In this order: an intermediate that was part of an accepted path is remembered.
  { who: 'sensor-7', presents: 'its intermediate not sent', route: '/', as: 'without-intermediate', refused: 'PEERCERT_ISSUER_UNKNOWN' },
  { who: 'sensor-7', presents: 'its intermediate sent along', route: '/', as: 'with-intermediate', hello: 'sensor-7' },
  { who: 'alice', presents: 'a good certificate, session resumed', route: '/', as: 'client', via: 'resumed', hello: 'alice' },
  // The row on which Node.js itself may call the client authorized.
  { who: 'anyone', presents: 'no certificate, session resumed', route: '/', via: 'resumed', refused: 'PEERCERT_CERTIFICATE_MISSING' },
  { who: 'dora', presents: 'revoked: her laptop was stolen', route: '/', as: 'revoked', refused: 'PEERCERT_CERTIFICATE_REVOKED' },
  { who: 'erin', presents: 'revoked while connected', route: '/', as: 'leaving', via: 'revoked', refused: 'PEERCERT_CERTIFICATE_REVOKED' },
  { who: 'alice', presents: 'expires while connected', route: '/', as: 'brief', via: 'kept', refused: 'PEERCERT_CERTIFICATE_EXPIRED' },
];
