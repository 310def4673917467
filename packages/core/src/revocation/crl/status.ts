import type { RevocationReason } from '../../x509/index.js';

/** What lists say of a certificate. Times are in milliseconds since the epoch; details are for the operator's log. */
export type CrlStatus = CrlGood | CrlRevoked | CrlUnknown;

export interface CrlGood {
  readonly status: 'good';
  /** From this moment on the lists that say so are expired. */
  readonly validUntil: number;
}

export interface CrlRevoked {
  readonly status: 'revoked';
  readonly reason: RevocationReason;
  readonly revocationDate: number;
  readonly detail: string;
}

export interface CrlUnknown {
  readonly status: 'unknown';
  readonly why: UnknownWhy;
  readonly detail: string;
  /** With `expired`: since when there is no list that is current. */
  readonly expiredAt?: number;
}

/** From the least telling to the most. */
const order = [
  /** No list covers the certificate. */
  'noInformation',
  /** Lists cover it for some reasons alone. */
  'reasons',
  'signature',
  /** The signer may not sign lists, is no part of a valid path to the same anchor, or is revoked itself. */
  'notAuthorized',
  /** A critical entry extension that is not processed. */
  'unsupported',
  'notYetValid',
] as const;

/**
 * `expired` only where lists that cover the certificate for all reasons are there, and none of them revokes it: a grace may be given for
 * that.
 */
export type UnknownWhy = FindingWhy | 'expired';

type FindingWhy = (typeof order)[number];

/** Keeps the most telling of the findings that keep a certificate from being called good. */
export class Findings {
  #why: FindingWhy = 'noInformation';
  #detail: (() => string) | undefined;

  /** The detail is written when it is asked for: the names in it take longer than all that is decided here. */
  note(why: FindingWhy, detail: () => string): void {
    // Of two alike the later one: whoever is likeliest to have signed is tried first, and tells least when it has not.
    if (order.indexOf(why) < order.indexOf(this.#why)) return;
    this.#why = why;
    this.#detail = detail;
  }

  unknown(otherwise: () => string): CrlUnknown {
    return Object.freeze({ status: 'unknown', why: this.#why, detail: (this.#detail ?? otherwise)() });
  }
}
