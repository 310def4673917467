import type { TrustAnchor } from '../../path/index.js';
import { type Certificate, checkExtensions, oids, verifySignature } from '../../x509/index.js';

/** A certificate with its key prepared: a trust anchor, or an authority of a validated path. */
export type OcspIssuer = Pick<TrustAnchor, 'certificate' | 'publicKey'>;

/**
 * RFC 6960, section 4.2.2.2: the delegated responder's certificate was issued by the very authority that issued the one in question. Only the
 * name and the signature are looked at; what else the certificate says is `checkDelegation`'s, once a trusted key has signed it.
 */
export function checkIssuedBy(responder: Certificate, issuer: OcspIssuer): string | undefined {
  if (!responder.issuer.equals(issuer.certificate.subject))
    return 'was not issued by the authority that issued the certificate in question';
  const fault = verifySignature(issuer.publicKey, responder.signatureAlgorithm, responder.tbsCertificate, responder.signature);
  return fault === undefined ? undefined : `was not signed by the issuer: ${fault.detail}`;
}

/**
 * RFC 6960, section 4.2.2.2: what the certificate of a delegated responder must say. Gives what it lacks.
 *
 * | certificate                                              | answer  |
 * | -------------------------------------------------------- | ------- |
 * | malformed extension                                      | refused |
 * | the certificate in question, or one of its key           | refused |
 * | extendedKeyUsage absent, or without OCSPSigning          | refused |
 * | anyExtendedKeyUsage alone                                | refused |
 * | cA TRUE                                                  | refused |
 * | keyUsage present, without digitalSignature               | refused |
 * | critical extension that is not looked at here            | refused |
 * | `at` outside of its validity                             | refused |
 * | any other                                                | none    |
 */
export function checkDelegation(responder: Certificate, certificate: Certificate, at: number): string | undefined {
  const malformed = checkExtensions(responder);
  if (malformed !== undefined) return `cannot be read: ${malformed.trace[0]?.detail}`;
  // Nobody vouches for itself: a stolen key would say that it was not.
  if (responder.spki256 === certificate.spki256) return 'is the one in question';
  if (responder.extendedKeyUsage?.includes(oids.keyPurpose.OCSPSigning) !== true) return 'lacks the key purpose OCSPSigning';
  // An authority below the issuer that bears this purpose could lift its own revocation, and nobody means that when issuing it.
  if (responder.basicConstraints?.cA === true) return "is an authority's";
  if (responder.keyUsage?.digitalSignature === false) return 'lacks digitalSignature in its keyUsage';
  for (const { oid, critical } of responder.extensions.values()) {
    if (critical && !understood.has(oid)) return `has the critical extension ${oid}, which is not supported`;
  }
  return checkPeriod(responder, at);
}

/** RFC 5280, section 4.1.2.5: both ends are inclusive, in whole seconds. */
export function checkPeriod(responder: Certificate, at: number): string | undefined {
  // Written so that a clock that is not a number refuses.
  if (!(at >= responder.notBefore)) return 'is not valid yet';
  return at < endOf(responder) ? undefined : 'has expired';
}

/** Just behind the last moment of the certificate. */
export function endOf({ notAfter }: Certificate): number {
  return notAfter + 1_000;
}

/** RFC 6960, section 4.2.2.2.1: the value is NULL; anything else in its place says nothing. */
export function hasNoCheck(responder: Certificate): boolean {
  const value = responder.extensions.get(oids.ocsp.noCheck)?.value;
  return value?.length === 2 && value[0] === 0x05 && value[1] === 0x00;
}

const { extension } = oids;

const understood: ReadonlySet<string> = new Set([
  extension.basicConstraints,
  extension.keyUsage,
  extension.extendedKeyUsage,
  extension.subjectAltName,
  extension.subjectKeyIdentifier,
  extension.authorityKeyIdentifier,
  oids.ocsp.noCheck,
]);
