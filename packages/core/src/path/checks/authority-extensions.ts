import { type Refusal, refusal } from '../../errors/index.js';
import type { Certificate } from '../../x509/index.js';
import { evidence } from './evidence.js';

/**
 * RFC 5280, section 4.2.1.10: nameConstraints "MUST be used only in a CA certificate". Section 6.1 passes over them in an end entity; but
 * whoever issued it meant to limit an authority, and a certificate of two minds is none to let somebody in by.
 *
 * | nameConstraints | basicConstraints | answer                |
 * | --------------- | ---------------- | --------------------- |
 * | absent          |                  | none                  |
 * | present         | cA TRUE          | none                  |
 * | present         | others, absent   | CERTIFICATE_MALFORMED |
 */
export function checkAuthorityExtensions(certificate: Certificate, depth: number): Refusal | undefined {
  if (certificate.nameConstraints === undefined || certificate.basicConstraints?.cA === true) return undefined;
  return refusal('PEERCERT_CERTIFICATE_MALFORMED', evidence(certificate, depth, 'it has nameConstraints and is no authority'));
}
