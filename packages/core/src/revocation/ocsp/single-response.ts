import { constructedTag, DerError, type DerReader, primitiveTag, tags } from '../../asn1/index.js';
import { type RevocationReason, revocationReason } from '../../x509/index.js';
import { type CertId, readCertId } from './cert-id.js';
import { type OcspExtensions, readExtensions } from './extensions.js';

/** RFC 6960, section 4.2.1. Times are milliseconds since the epoch. */
export interface SingleResponse {
  readonly certId: CertId;
  readonly certStatus: CertStatus;
  readonly thisUpdate: number;
  /** Undefined: the responder has newer information at any time. */
  readonly nextUpdate: number | undefined;
  readonly extensions: OcspExtensions;
}

export type CertStatus =
  | { readonly type: 'good' }
  /** The reason is `unspecified` where the responder gives none, or one without a name. */
  | { readonly type: 'revoked'; readonly revocationDate: number; readonly reason: RevocationReason }
  | { readonly type: 'unknown' };

export function readSingleResponse(responses: DerReader): SingleResponse {
  const fields = responses.sequence('singleResponse');
  const certId = readCertId(fields);
  const certStatus = readCertStatus(fields);
  const thisUpdate = readGeneralizedTime(fields, 'thisUpdate');
  const nextUpdate = readNextUpdate(fields);
  const extensions = readExtensions(fields, constructedTag(1), 'singleExtensions');
  fields.finish('singleResponse');
  return { certId, certStatus, thisUpdate, nextUpdate, extensions };
}

/** RFC 6960, section 4.2.2.1 wants GeneralizedTime, in the form that RFC 5280 gives it; UTCTime, which certificates have, is none. */
export function readGeneralizedTime(fields: DerReader, what: string): number {
  if (fields.nextTag === tags.utcTime) throw new DerError(`${what} is no GeneralizedTime`);
  return fields.time(what);
}

/** The tags are IMPLICIT, as RFC 6960, appendix B.1 has it for this CHOICE alone. */
function readCertStatus(fields: DerReader): CertStatus {
  switch (fields.nextTag) {
    case statusTags.good:
      readNull(fields, 'certStatus good');
      return { type: 'good' };
    case statusTags.revoked:
      return readRevokedInfo(fields);
    case statusTags.unknown:
      readNull(fields, 'certStatus unknown');
      return { type: 'unknown' };
    default:
      throw new DerError('certStatus is none of good, revoked and unknown');
  }
}

const statusTags = { good: primitiveTag(0), revoked: constructedTag(1), unknown: primitiveTag(2) } as const;

function readNull(fields: DerReader, what: string): void {
  if (fields.content(fields.nextTag, what).length !== 0) throw new DerError(`${what}: NULL with content`);
}

function readRevokedInfo(fields: DerReader): CertStatus {
  const info = fields.enter(statusTags.revoked, 'revokedInfo');
  const revocationDate = readGeneralizedTime(info, 'revocationTime');
  let reason = revocationReason(0);
  if (!info.isAtEnd) {
    const wrapper = info.enter(constructedTag(0), 'revocationReason');
    reason = revocationReason(wrapper.natural('revocationReason', enumerated));
    wrapper.finish('revocationReason');
  }
  info.finish('revokedInfo');
  return { type: 'revoked', revocationDate, reason };
}

/** X.690, section 8.4: an ENUMERATED is encoded as an INTEGER is. */
export const enumerated = 0x0a;

function readNextUpdate(fields: DerReader): number | undefined {
  if (fields.nextTag !== constructedTag(0)) return undefined;
  const wrapper = fields.enter(constructedTag(0), 'nextUpdate');
  const nextUpdate = readGeneralizedTime(wrapper, 'nextUpdate');
  wrapper.finish('nextUpdate');
  return nextUpdate;
}
