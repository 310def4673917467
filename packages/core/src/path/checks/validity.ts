import { type Refusal, refusal } from '../../errors/index.js';
import type { Certificate } from '../../x509/index.js';
import { validUntil } from '../validated-path.js';
import { evidence } from './evidence.js';

/**
 * RFC 5280, section 6.1.3 (a)(2): the validity period includes the current time. Asked of trust anchors too, as OpenSSL and Go do.
 *
 * | `at`                      | answer                    |
 * | ------------------------- | ------------------------- |
 * | before notBefore          | CERTIFICATE_NOT_YET_VALID |
 * | from notBefore to the end of notAfter's second | none |
 * | after it                  | CERTIFICATE_EXPIRED       |
 */
export function checkValidity(certificate: Certificate, depth: number, at: number): Refusal | undefined {
  if (at < certificate.notBefore) {
    const detail = `notBefore is ${instant(certificate.notBefore)}, and it is ${instant(at)}`;
    return refusal('PEERCERT_CERTIFICATE_NOT_YET_VALID', evidence(certificate, depth, detail));
  }
  // Written so that a clock that is not a number refuses.
  if (!(at < validUntil(certificate))) {
    const detail = `notAfter was ${instant(certificate.notAfter)}, and it is ${instant(at)}`;
    return refusal('PEERCERT_CERTIFICATE_EXPIRED', evidence(certificate, depth, detail));
  }
  return undefined;
}

function instant(at: number): string {
  return Number.isFinite(at) && Math.abs(at) <= 8.64e15 ? new Date(at).toISOString() : String(at);
}
