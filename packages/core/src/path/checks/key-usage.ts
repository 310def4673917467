import { type Refusal, refusal } from '../../errors/index.js';
import type { Certificate } from '../../x509/index.js';
import { evidence } from './evidence.js';

/** RFC 5280, section 6.1.4 (n): an issuer with a keyUsage extension has keyCertSign in it. */
export function checkIssuerKeyUsage(certificate: Certificate, depth: number): Refusal | undefined {
  if (certificate.keyUsage === undefined || certificate.keyUsage.keyCertSign) return undefined;
  return refusal(
    'PEERCERT_KEY_USAGE_MISMATCH',
    evidence(certificate, depth, 'it issued a certificate, but its keyUsage lacks keyCertSign'),
  );
}

/**
 * RFC 5280, section 4.2.1.12, on clientAuth: the key usages consistent with it are digitalSignature and keyAgreement. TLS 1.3 and
 * every TLS 1.2 cipher suite that Node.js offers sign with the client's key; keyAgreement alone is let through as OpenSSL does, since
 * the handshake has shown already that the key could sign.
 */
export function checkEndEntityKeyUsage(certificate: Certificate, depth: number): Refusal | undefined {
  const { keyUsage } = certificate;
  if (keyUsage === undefined || keyUsage.digitalSignature || keyUsage.keyAgreement) return undefined;
  return refusal('PEERCERT_KEY_USAGE_MISMATCH', evidence(certificate, depth, 'its keyUsage has neither digitalSignature nor keyAgreement'));
}
