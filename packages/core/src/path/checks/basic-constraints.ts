import { type Refusal, refusal } from '../../errors/index.js';
import type { Certificate } from '../../x509/index.js';
import { evidence } from './evidence.js';

/**
 * RFC 5280, section 6.1.4 (k): an issuer is a version 3 certificate whose basicConstraints says cA. A version 1 certificate, as
 * plain `openssl x509 -req` makes them, is never an issuer below an anchor: nobody said that it may be.
 *
 * | version | basicConstraints | answer        |
 * | ------- | ---------------- | ------------- |
 * | 1, 2    |                  | ISSUER_NOT_CA |
 * | 3       | absent           | ISSUER_NOT_CA |
 * | 3       | cA FALSE         | ISSUER_NOT_CA |
 * | 3       | cA TRUE          | none          |
 */
export function checkBasicConstraints(certificate: Certificate, depth: number): Refusal | undefined {
  if (certificate.version === 3 && certificate.basicConstraints?.cA === true) return undefined;
  const detail =
    certificate.version === 3
      ? `it issued a certificate, but its basicConstraints ${certificate.basicConstraints === undefined ? 'are absent' : 'say CA:FALSE'}`
      : `it issued a certificate, but is an X.509 v${certificate.version} certificate, which cannot be an authority`;
  return refusal('PEERCERT_ISSUER_NOT_CA', evidence(certificate, depth, detail));
}
