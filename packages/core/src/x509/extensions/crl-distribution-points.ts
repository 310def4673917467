import { constructedTag, DerError, type DerReader, primitiveTag, readEach, readSequence } from '../../asn1/index.js';
import type { Attribute } from '../attribute.js';
import { type GeneralName, readGeneralNames } from '../general-name.js';
import { readRelativeName } from '../name.js';

export interface DistributionPoint {
  readonly distributionPoint?: DistributionPointName;
  readonly reasons?: ReasonFlags;
  readonly cRLIssuer?: readonly GeneralName[];
}

export type DistributionPointName =
  | { readonly type: 'fullName'; readonly value: readonly GeneralName[] }
  | { readonly type: 'nameRelativeToCRLIssuer'; readonly value: readonly Attribute[] };

/** A bit for each reason, `reasonFlag` has their places; "unused" (bit 0) is never looked at. */
export type ReasonFlags = number;

export const reasonFlag = Object.freeze({
  unused: 0x001,
  keyCompromise: 0x002,
  cACompromise: 0x004,
  affiliationChanged: 0x008,
  superseded: 0x010,
  cessationOfOperation: 0x020,
  certificateHold: 0x040,
  privilegeWithdrawn: 0x080,
  aACompromise: 0x100,
});

/** RFC 5280, section 4.2.1.13: one or more. */
export function readCRLDistributionPoints(value: Uint8Array): readonly DistributionPoint[] {
  return readDistributionPoints(value, 'cRLDistributionPoints');
}

/** RFC 5280, section 4.2.1.15: where the delta CRLs are; the same syntax. */
export function readFreshestCRL(value: Uint8Array): readonly DistributionPoint[] {
  return readDistributionPoints(value, 'freshestCRL');
}

/** The content of a DistributionPointName, which a `[0]` EXPLICIT goes around: a CHOICE of two forms. */
export function readDistributionPointName(reader: DerReader, what: string): DistributionPointName {
  const wrapper = reader.enter(constructedTag(0), what);
  const name: DistributionPointName =
    wrapper.nextTag === constructedTag(1)
      ? { type: 'nameRelativeToCRLIssuer', value: readRelativeName(wrapper.enter(constructedTag(1), what), what) }
      : { type: 'fullName', value: readGeneralNames(wrapper, what, constructedTag(0)) };
  wrapper.finish(what);
  return Object.freeze(name);
}

/** Bits beyond those that have a name mean nothing. */
export function readReasonFlags(reader: DerReader, what: string, tag: number): ReasonFlags {
  return reader.namedBits(what, tag) & 0x1ff;
}

function readDistributionPoints(value: Uint8Array, what: string): readonly DistributionPoint[] {
  return readEach(readSequence(value, what), what, (reader) => readDistributionPoint(reader, what));
}

function readDistributionPoint(reader: DerReader, what: string): DistributionPoint {
  const fields = reader.sequence(what);
  const point: { -readonly [field in keyof DistributionPoint]: DistributionPoint[field] } = {};
  if (fields.nextTag === constructedTag(0)) point.distributionPoint = readDistributionPointName(fields, `${what}: distributionPoint`);
  if (fields.nextTag === primitiveTag(1)) point.reasons = readReasonFlags(fields, `${what}: reasons`, primitiveTag(1));
  if (fields.nextTag === constructedTag(2)) point.cRLIssuer = readGeneralNames(fields, `${what}: cRLIssuer`, constructedTag(2));
  fields.finish(what);
  // "While each of these fields is optional, a DistributionPoint MUST NOT consist of only the reasons field; either
  // distributionPoint or cRLIssuer MUST be present."
  if (point.distributionPoint === undefined && point.cRLIssuer === undefined) {
    throw new DerError(`${what}: neither distributionPoint nor cRLIssuer`);
  }
  return Object.freeze(point);
}
