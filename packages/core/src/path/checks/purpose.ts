import { type Refusal, refusal } from '../../errors/index.js';
import type { Certificate } from '../../x509/index.js';
import { evidence } from './evidence.js';

/**
 * RFC 5280, section 4.2.1.12: where extendedKeyUsage is present, the certificate serves only the purposes it lists. In an authority it
 * narrows what may be issued below it, as OpenSSL, Go and webpki read it. anyExtendedKeyUsage does not stand for clientAuth:
 * the RFC lets an application refuse it, and OpenSSL and webpki do.
 *
 * | extendedKeyUsage        | answer           |
 * | ----------------------- | ---------------- |
 * | absent                  | none             |
 * | lists a wanted purpose  | none             |
 * | lists others alone      | PURPOSE_MISMATCH |
 */
export function checkPurpose(certificate: Certificate, depth: number, keyPurposes: readonly string[] | 'any'): Refusal | undefined {
  if (keyPurposes === 'any') return undefined;
  const { extendedKeyUsage } = certificate;
  if (extendedKeyUsage === undefined || extendedKeyUsage.some((purpose) => keyPurposes.includes(purpose))) return undefined;
  const listed = extendedKeyUsage.slice(0, 8).join(', ');
  return refusal(
    'PEERCERT_PURPOSE_MISMATCH',
    evidence(certificate, depth, `its extendedKeyUsage lists ${listed} and not ${keyPurposes.join(' or ')}`),
  );
}
