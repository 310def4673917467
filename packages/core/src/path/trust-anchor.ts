import type { Outcome } from '../errors/index.js';
import { type Certificate, checkExtensions, type PublicKey, preparePublicKey } from '../x509/index.js';

/** A certificate that the operator trusts, with its extensions checked and its key prepared (RFC 5280, section 6.1.1 (d)). */
export interface TrustAnchor {
  readonly certificate: Certificate;
  readonly publicKey: PublicKey;
  /**
   * Whether it can issue. An anchor that is no authority matches only itself, as a pinned certificate does. X.509 v1 has no
   * extension to say so; a self-issued v1 certificate that the operator chose to trust counts as an authority, as in OpenSSL.
   */
  readonly isAuthority: boolean;
}

/** Makes an anchor of a certificate; refused when an extension is malformed or its key is below the floor. */
export function trustAnchor(certificate: Certificate): Outcome<TrustAnchor> {
  const malformed = checkExtensions(certificate);
  if (malformed !== undefined) return { ok: false, refusal: malformed };
  const publicKey = preparePublicKey(certificate.subjectPublicKeyInfo);
  if (!publicKey.ok) return publicKey;
  return { ok: true, value: Object.freeze({ certificate, publicKey: publicKey.value, isAuthority: isAuthority(certificate) }) };
}

function isAuthority(certificate: Certificate): boolean {
  if (certificate.version !== 3) return certificate.isSelfIssued;
  return certificate.basicConstraints?.cA === true;
}
