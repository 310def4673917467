import type { RefusalCode } from '@peercert/core';
import type { TrustSetRules } from './core.js';

export const suiteNames = ['limbo', 'limbo-crl-extra', 'limbo-mldsa-extra', 'bettertls', 'pkits', 'webpki-crl'] as const;

export type SuiteName = (typeof suiteNames)[number];

/** What all suites' cases are brought into: a question for the path layer, the answer that is expected, and what rules ask of it. */
export interface ConformanceCase {
  readonly id: string;
  readonly expected: 'SUCCESS' | 'FAILURE';
  readonly question: Question;
  /** Why it should fail, where the suite records that; a failure for another reason is none. */
  readonly recordedReasons: readonly RecordedReason[] | undefined;
  readonly revocation: Revocation;
  /** What the case asks for besides a path. */
  readonly asks: Asks;
  /** Parts of the suite's own ordering, such as `rfc5280` and `nc`. */
  readonly namespaces: readonly string[];
  /** The suite's own tags. */
  readonly features: readonly string[];
  /** Of the triage file, where there is one. */
  readonly category: string | undefined;
  /** Whether it measures effort: its time is bounded then. */
  readonly isDenialOfService: boolean;
}

/** DER as the case gives it, which nothing here may change. */
export interface Question {
  readonly anchors: readonly Uint8Array[];
  readonly intermediates: readonly Uint8Array[];
  readonly endEntity: Uint8Array;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly rules: TrustSetRules;
}

/** What a case says about revocation. The path layer does not look at it; it is here for the layer that will. */
export interface Revocation {
  readonly crls: readonly Uint8Array[];
  /** Whether a certificate without information is refused. */
  readonly unknownStatus: 'refuse' | 'accept';
  readonly expiredCrl: 'refuse' | 'accept';
  /** Which certificates are asked about. */
  readonly depth: 'chain' | 'end-entity';
  /** Whether the expected outcome hangs on the CRLs, rather than on the path. */
  readonly decides: boolean;
}

/** A name that the peer is expected to have. */
export interface PeerName {
  readonly kind: 'DNS' | 'IP' | 'RFC822';
  readonly value: string;
}

export interface Asks {
  readonly peerNames: readonly PeerName[];
}

/** The reason as the suite words it, and the refusals that are the same reason in our words. */
export interface RecordedReason {
  readonly text: string;
  readonly allowed: readonly AllowedRefusal[];
}

/** A code, or several that mean it; with a detail, where the code alone says too little. */
export interface AllowedRefusal {
  readonly code: RefusalCode;
  readonly detail?: RegExp;
}
