import { constructedTag, DerError, type DerReader, primitiveTag, readSequence } from '../../asn1/index.js';
import {
  type DistributionPointName,
  type ReasonFlags,
  readDistributionPointName,
  readReasonFlags,
} from '../extensions/crl-distribution-points.js';

/** What a list covers: of the certificates of its authority, those that name this distribution point, of this kind, for these reasons. */
export interface IssuingDistributionPoint {
  readonly distributionPoint?: DistributionPointName;
  readonly onlyContainsUserCerts: boolean;
  readonly onlyContainsCACerts: boolean;
  /** Undefined is for all reasons. */
  readonly onlySomeReasons?: ReasonFlags;
  /** Whether the list may hold certificates of other issuers. */
  readonly indirectCRL: boolean;
  readonly onlyContainsAttributeCerts: boolean;
}

/**
 * RFC 5280, section 5.2.5. Refused besides broken syntax: FALSE encoded, since that is no DER; more than one of the three `onlyContains…`;
 * and nothing at all, which "CRL issuers MUST NOT issue".
 */
export function readIssuingDistributionPoint(value: Uint8Array): IssuingDistributionPoint {
  const what = 'issuingDistributionPoint';
  const fields = readSequence(value, what);
  if (fields.isAtEnd) throw new DerError(`${what} is empty`);
  const distributionPoint =
    fields.nextTag === constructedTag(0) ? readDistributionPointName(fields, `${what}: distributionPoint`) : undefined;
  const onlyContainsUserCerts = readFlag(fields, 1, `${what}: onlyContainsUserCerts`);
  const onlyContainsCACerts = readFlag(fields, 2, `${what}: onlyContainsCACerts`);
  const onlySomeReasons =
    fields.nextTag === primitiveTag(3) ? readReasonFlags(fields, `${what}: onlySomeReasons`, primitiveTag(3)) : undefined;
  const indirectCRL = readFlag(fields, 4, `${what}: indirectCRL`);
  const onlyContainsAttributeCerts = readFlag(fields, 5, `${what}: onlyContainsAttributeCerts`);
  fields.finish(what);
  // "at most one of onlyContainsUserCerts, onlyContainsCACerts, and onlyContainsAttributeCerts may be set to TRUE"
  if (Number(onlyContainsUserCerts) + Number(onlyContainsCACerts) + Number(onlyContainsAttributeCerts) > 1) {
    throw new DerError(`${what}: more than one of onlyContainsUserCerts, onlyContainsCACerts and onlyContainsAttributeCerts`);
  }
  return Object.freeze({
    ...(distributionPoint === undefined ? {} : { distributionPoint }),
    ...(onlySomeReasons === undefined ? {} : { onlySomeReasons }),
    onlyContainsUserCerts,
    onlyContainsCACerts,
    indirectCRL,
    onlyContainsAttributeCerts,
  });
}

/** `[number] BOOLEAN DEFAULT FALSE`. */
function readFlag(fields: DerReader, number: number, what: string): boolean {
  if (fields.nextTag !== primitiveTag(number)) return false;
  // X.690, section 11.5: a value that is the default is not encoded.
  if (!fields.boolean(what, primitiveTag(number))) throw new DerError(`${what} FALSE is encoded`);
  return true;
}
