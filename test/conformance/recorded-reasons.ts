import type { AllowedRefusal, RecordedReason } from './conformance-case.js';
import { FormError } from './json-reader.js';

/** NIST spoils a signature by taking bits off its end, and none is a number of bits that is no multiple of eight: we do not read that. */
const spoiled: AllowedRefusal = { code: 'PEERCERT_CERTIFICATE_MALFORMED', detail: /^signatureValue: BIT STRING/ };

/** Why BoringSSL refuses a path of NIST's, in its words, and what we say of the same fault. */
const boringSsl: ReadonlyMap<string, readonly AllowedRefusal[]> = new Map<string, readonly AllowedRefusal[]>([
  ['VerifySignedData failed', [{ code: 'PEERCERT_SIGNATURE_INVALID' }, spoiled]],
  // Of a signature that NIST spoiled, too, which BoringSSL does not come to look at.
  ['Unacceptable signature algorithm', [{ code: 'PEERCERT_ALGORITHM_NOT_ALLOWED' }, spoiled]],
  ["Couldn't parse SubjectPublicKeyInfo", [{ code: 'PEERCERT_KEY_NOT_ALLOWED' }]],
  ['Time is before notBefore', [{ code: 'PEERCERT_CERTIFICATE_NOT_YET_VALID' }]],
  ['Time is after notAfter', [{ code: 'PEERCERT_CERTIFICATE_EXPIRED' }]],
  ['subject does not match issuer', [{ code: 'PEERCERT_ISSUER_UNKNOWN' }]],
  ['Does not have Basic Constraints', [{ code: 'PEERCERT_ISSUER_NOT_CA' }]],
  ['Basic Constraints indicates not a CA', [{ code: 'PEERCERT_ISSUER_NOT_CA' }]],
  ['max_path_length reached', [{ code: 'PEERCERT_PATH_LENGTH_EXCEEDED' }]],
  ['keyCertSign bit is not set', [{ code: 'PEERCERT_KEY_USAGE_MISMATCH' }]],
  ['No valid policy', [{ code: 'PEERCERT_NO_EXPLICIT_POLICY' }]],
  // RFC 5280, section 6.1.4 (a), where no policy can be valid afterwards.
  ['PolicyMappings must not map anyPolicy', [{ code: 'PEERCERT_CERTIFICATE_MALFORMED', detail: /anyPolicy/ }]],
  ['Not permitted by name constraints', [{ code: 'PEERCERT_NAME_NOT_PERMITTED' }]],
  ['Unconsumed critical extension', [{ code: 'PEERCERT_CRITICAL_EXTENSION_UNRECOGNIZED' }]],
]);

export function pkitsReason(text: string): RecordedReason {
  return reasonIn(boringSsl, text);
}

/** Where a suite says only that it is the CRLs: somebody is revoked, or it is not known that nobody is. */
export const revocationReason: RecordedReason = {
  text: 'revoked, or not known not to be',
  allowed: [
    { code: 'PEERCERT_CERTIFICATE_REVOKED' },
    { code: 'PEERCERT_REVOCATION_UNKNOWN' },
    // NIST revokes a certificate with such a number, which we do not come to look for in a list.
    { code: 'PEERCERT_CERTIFICATE_MALFORMED', detail: /^serialNumber is negative$/ },
  ],
};

const unknownBecause = (detail: RegExp): readonly AllowedRefusal[] => [{ code: 'PEERCERT_REVOCATION_UNKNOWN', detail }];
const revoked: readonly AllowedRefusal[] = [{ code: 'PEERCERT_CERTIFICATE_REVOKED' }];

/** The errors of rustls/webpki for a path. */
const webpki: ReadonlyMap<string, readonly AllowedRefusal[]> = new Map<string, readonly AllowedRefusal[]>([
  ['CertRevoked', revoked],
  [
    'UnknownRevocationStatus',
    // It passes over a distribution point that is none, and we refuse the certificate.
    [{ code: 'PEERCERT_REVOCATION_UNKNOWN' }, { code: 'PEERCERT_CERTIFICATE_MALFORMED', detail: /^cRLDistributionPoints: / }],
  ],
  ['InvalidCrlSignatureForPublicKey', unknownBecause(/signature does not verify$/)],
  ['IssuerNotCrlSigner', unknownBecause(/lacks cRLSign$/)],
  ['CrlExpired', unknownBecause(/, expired at /)],
]);

export function webpkiReason(text: string): RecordedReason {
  return reasonIn(webpki, text);
}

const malformed: readonly AllowedRefusal[] = [...unknownBecause(/ cannot be read: /), { code: 'PEERCERT_CERTIFICATE_MALFORMED' }];
const malformedPoint: readonly AllowedRefusal[] = [
  ...unknownBecause(/: issuingDistributionPoint: /),
  { code: 'PEERCERT_CERTIFICATE_MALFORMED', detail: /^cRLDistributionPoints: / },
];
const hasNoIssuer: readonly AllowedRefusal[] = unknownBecause(/issuer is empty$/);

/** Its errors for a list or a certificate that is read. Some of its lists have no issuer besides, which we come to first. */
const webpkiReading: ReadonlyMap<string, readonly AllowedRefusal[]> = new Map<string, readonly AllowedRefusal[]>([
  ['revoked', revoked],
  ['BadDer', malformed],
  ['BadDer when the name is read', malformed],
  ['MalformedExtensions', malformedPoint],
  ['BadDerTime', [...unknownBecause(/thisUpdate/), ...hasNoIssuer]],
  ['SignatureAlgorithmMismatch', unknownBecause(/signatureAlgorithm differs/)],
  ['TrailingData (nextUpdate required)', unknownBecause(/nextUpdate is missing$/)],
  ['InvalidCrlNumber', [...unknownBecause(/cRLNumber/), ...hasNoIssuer]],
  ['UnsupportedCriticalExtension', [...unknownBecause(/critical extension/), ...revoked]],
  ['UnsupportedCrlVersion', unknownBecause(/version/)],
  // A reason that there is none of: the entry stands all the same.
  ['UnsupportedRevocationReason', revoked],
  ['UnsupportedIndirectCrl', unknownBecause(/certificateIssuer/)],
  // What webpki leaves out of RFC 5280, and we do not.
  ['UnsupportedDeltaCrl', []],
  ['UnsupportedCrlIssuingDistributionPoint', []],
  ['UnsupportedRevocationReasonsPartitioning', []],
]);

export function webpkiReadingReason(text: string): RecordedReason {
  return reasonIn(webpkiReading, text);
}

export function amazonReason(kind: 'revoked' | 'expired'): RecordedReason {
  return { text: kind, allowed: kind === 'revoked' ? revoked : [{ code: 'PEERCERT_CERTIFICATE_EXPIRED' }] };
}

function reasonIn(reasons: ReadonlyMap<string, readonly AllowedRefusal[]>, text: string): RecordedReason {
  const allowed = reasons.get(text);
  if (allowed !== undefined) return { text, allowed };
  throw new FormError(`'${text}' is a reason that nobody compared yet: write into recorded-reasons.ts what we say of that fault`);
}
