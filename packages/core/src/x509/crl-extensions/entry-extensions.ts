import { DerError, DerReader } from '../../asn1/index.js';
import { readGeneralNames } from '../general-name.js';
import type { Name } from '../name.js';

/** RFC 5280, section 5.3.1, by its names there; `unspecified` also where an entry gives no reason, or one without a name. */
export type RevocationReason = (typeof reasons)[number] & string;

/** By the value of CRLReason; 7 is not used. */
const reasons = [
  'unspecified',
  'keyCompromise',
  'cACompromise',
  'affiliationChanged',
  'superseded',
  'cessationOfOperation',
  'certificateHold',
  undefined,
  'removeFromCRL',
  'privilegeWithdrawn',
  'aACompromise',
] as const;

/** The reason with that value of CRLReason. */
export function revocationReason(code: number): RevocationReason {
  return reasons[code] ?? 'unspecified';
}

/**
 * RFC 5280, section 5.3.1: an ENUMERATED of one octet. A value without a name revokes as the others do, so it is read and not refused: a
 * list of thousands would be lost for it.
 */
export function readReasonCode(value: Uint8Array): RevocationReason {
  const what = 'reasonCode';
  const reader = new DerReader(value);
  const content = reader.content(enumerated, what);
  reader.finish(what);
  if (content.length !== 1) throw new DerError(`${what} is not of one octet`);
  return revocationReason(content[0] as number);
}

const enumerated = 0x0a;

/**
 * RFC 5280, section 5.3.2: since when the certificate is suspected, in milliseconds since the epoch. The syntax is GeneralizedTime;
 * authorities that write UTCTime mean the same, and nothing is decided by it.
 */
export function readInvalidityDate(value: Uint8Array): number {
  const what = 'invalidityDate';
  const reader = new DerReader(value);
  const at = reader.time(what);
  reader.finish(what);
  return at;
}

/**
 * RFC 5280, section 5.3.3: whose certificates this entry and those behind it are about. The issuer's distinguished name "MUST" be among the
 * names; two of them would leave open which one is meant, so there is exactly one.
 */
export function readCertificateIssuer(value: Uint8Array): Name {
  const what = 'certificateIssuer';
  const reader = new DerReader(value);
  const names = readGeneralNames(reader, what);
  reader.finish(what);
  let issuer: Name | undefined;
  for (const name of names) {
    if (name.type !== 'directoryName') continue;
    if (issuer !== undefined) throw new DerError(`${what} with two directory names`);
    issuer = name.value;
  }
  if (issuer === undefined) throw new DerError(`${what} without a directory name`);
  return issuer;
}
