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
  const allowed = boringSsl.get(text);
  if (allowed !== undefined) return { text, allowed };
  throw new FormError(`'${text}' is a reason that nobody compared yet: write into recorded-reasons.ts what we say of that fault`);
}
