import type { Certificate, RevocationReason } from '../../x509/index.js';

/** What an OCSP response says of one certificate. Times are milliseconds since the epoch. */
export type OcspResult = OcspGood | OcspRevoked | OcspUnknown;

/** When the answer was true, for how long it counts, and whether its signer is to be looked at first. */
interface OcspAnswer {
  /** When the responder knew the status to be so. */
  readonly thisUpdate: number;
  /** The answer counts from here on … */
  readonly validFrom: number;
  /** … and until just before here, when it is time to ask again. */
  readonly validUntil: number;
  /**
   * The delegated responder's certificate, where its own revocation is to be asked before the answer counts (RFC 6960, section
   * 4.2.2.2.1): it lacks id-pkix-ocsp-nocheck.
   */
  readonly responderNeedsCheck?: Certificate;
  /** Whoever signed the answer, where it is not the issuer. */
  readonly responder?: Certificate;
}

export interface OcspGood extends OcspAnswer {
  readonly status: 'good';
}

/**
 * Believed before `validFrom` and after `validUntil` too, which is when to ask again: what was revoked is revoked until a newer answer says
 * something else, and whoever tolerates old answers must not tolerate this one.
 */
export interface OcspRevoked extends OcspAnswer {
  readonly status: 'revoked';
  readonly reason: RevocationReason;
  readonly revocationDate: number;
  readonly detail: string;
}

export interface OcspUnknown {
  readonly status: 'unknown';
  readonly why: OcspUnknownWhy;
  readonly detail: string;
  /** With `expired`: when the answer, which was `good`, ended; without any tolerance of clocks. */
  readonly expiredAt?: number;
}

/**
 * | why             | means                                                                          |
 * | --------------- | ------------------------------------------------------------------------------ |
 * | `noInformation` | the response is about other certificates                                       |
 * | `expired`       | genuine, but older than it may be                                              |
 * | `notYetValid`   | genuine, but from the future                                                   |
 * | `signature`     | the signature of an authorized signer does not verify, or its algorithm is weak |
 * | `notAuthorized` | nobody signed it who may answer for the issuer                                 |
 * | `malformed`     | it contradicts itself, or has a critical extension that is not understood      |
 * | `nonce`         | it answers another request, or has no nonce although one is required           |
 * | `responder`     | the responder says that it does not know, or that it failed                    |
 */
export type OcspUnknownWhy =
  | 'noInformation'
  | 'expired'
  | 'notYetValid'
  | 'signature'
  | 'notAuthorized'
  | 'malformed'
  | 'nonce'
  | 'responder';

export function unknown(why: OcspUnknownWhy, detail: string): OcspUnknown {
  return { status: 'unknown', why, detail };
}

/** A time for a message. */
export function instant(at: number): string {
  return Number.isFinite(at) && Math.abs(at) <= 8.64e15 ? new Date(at).toISOString() : String(at);
}

export function describeRevocation(reason: RevocationReason, revocationDate: number): string {
  return `an OCSP responder says: revoked on ${instant(revocationDate)}, ${reason}`;
}
