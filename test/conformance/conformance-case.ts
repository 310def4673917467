import type { RefusalCode } from '@peercert/core';
import type { Exceptions, TrustSetRules } from './core.js';

export const suiteNames = [
  'limbo',
  'limbo-crl-extra',
  'limbo-mldsa-extra',
  'bettertls',
  'pkits',
  'webpki-crl',
  'webpki-crl-parse',
  'amazon-crls',
] as const;

export type SuiteName = (typeof suiteNames)[number];

/** What all suites' cases are brought into: a question for core, the answer that is expected, and what rules ask of it. */
export interface ConformanceCase {
  readonly id: string;
  readonly expected: 'SUCCESS' | 'FAILURE';
  readonly question: Question;
  /** Why it should fail, where the suite records that; a failure for another reason is none. */
  readonly recordedReasons: readonly RecordedReason[] | undefined;
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
export type Question = PathQuestion | ReadingQuestion;

/** Whether the end entity is let in. */
export interface PathQuestion {
  readonly kind: 'path';
  readonly anchors: readonly Uint8Array[];
  /** What the peer presents, and whoever else may have signed CRLs. */
  readonly intermediates: readonly Uint8Array[];
  readonly endEntity: Uint8Array;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly rules: TrustSetRules;
  /** Undefined where nobody asks whether anything is revoked. */
  readonly revocation: Revocation | undefined;
}

/** CRLs, and which of the verifier's exceptions the case makes. */
export interface Revocation {
  readonly crls: readonly Uint8Array[];
  readonly exceptions: Exceptions;
}

/**
 * Whether a list or a certificate can be read to its end; of a list, whether it is what it is described as, and says nothing against the
 * certificate with a serial number.
 */
export interface ReadingQuestion {
  readonly kind: 'reading';
  readonly what: 'CRL' | 'certificate';
  readonly der: Uint8Array;
  /** INTEGER content octets. */
  readonly serialNumber?: Uint8Array;
  readonly described?: ListDescription;
}

export interface ListDescription {
  /** Certificates whose keys are one key, which signed the list. */
  readonly signers: readonly Uint8Array[];
  /** Milliseconds since the epoch. */
  readonly thisUpdate: number;
  readonly nextUpdate: number;
  readonly cRLNumber: string;
  readonly entries: number;
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
