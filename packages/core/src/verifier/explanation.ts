import type { Evidence, RefusalCode } from '../errors/index.js';
import type { RevocationStatus } from '../identity/index.js';
import type { RuleTrace } from '../policy/index.js';

/**
 * Why a certificate is accepted or refused: plain, frozen data, for people (`describeExplanation`) and for programs (`JSON.stringify`). Times are ISO 8601 in UTC; names are as
 * RFC 4514 writes them; serial numbers and fingerprints are lower-case hexadecimal digits. It holds nothing that functions and schemas of policies make of an identity.
 */
export interface Explanation {
  /** The time for which it holds; null where the verifier's clock tells none. */
  readonly at: string | null;
  readonly verdict: ExplainedVerdict;
  /** What was given, in its order. */
  readonly presented: readonly (ExplainedCertificate | UnreadableCertificate)[];
  /** Certification paths that are valid, in the order in which they were tried; empty where there is none. */
  readonly paths: readonly ExplainedPath[];
  readonly revocation: ExplainedRevocation;
  /** In the order in which they are asked, the default policy first. */
  readonly policies: readonly ExplainedPolicy[];
  /** Of a refusal: the finding that decided, then the near misses. */
  readonly findings: readonly Evidence[];
  /** Of a refusal: what the operator, or the holder of the certificate, can do. */
  readonly mend: string | null;
}

export interface ExplainedVerdict {
  readonly ok: boolean;
  /** Null where it is accepted. */
  readonly code: RefusalCode | null;
  /** What a client is told; null where it is accepted. */
  readonly text: string | null;
  /** `none`: no certificate is asked for, so none is looked at. `optional`: none would do as well. */
  readonly demand: 'required' | 'optional' | 'none';
  /** Whether `authorize` of a policy has still to be asked, which only a request can be: what is accepted here may be refused then. */
  readonly dependsOnRequest: boolean;
}

export interface ExplainedCertificate {
  /** `unused`: in no path that was found. */
  readonly role: 'endEntity' | 'intermediate' | 'trustAnchor' | 'unused';
  readonly subject: string;
  readonly issuer: string;
  readonly serialNumber: string;
  readonly notBefore: string;
  readonly notAfter: string;
  readonly fingerprint256: string;
}

/** What was given as a certificate and is none. */
export interface UnreadableCertificate {
  readonly role: 'endEntity' | 'unused';
  readonly fingerprint256: string;
  readonly problem: string;
}

export interface ExplainedPath {
  readonly trustSet: string;
  /** The end entity first, the trust anchor last. */
  readonly certificates: readonly ExplainedCertificate[];
  readonly validFrom: string;
  /** Exclusive. */
  readonly validUntil: string;
  /** Whether revocation lets it be used. */
  readonly usable: boolean;
  /** Whether it is the one that the policies were asked about. */
  readonly chosen: boolean;
}

export interface ExplainedRevocation {
  /** Of the chosen path, or the one tried last. `notAsked`: there is no valid path to ask about. */
  readonly status: RevocationStatus | 'revoked' | 'unknown' | 'notAsked';
  /** Until when what is known holds, exclusive; null where it holds for ever, or nothing is known. */
  readonly validUntil: string | null;
  /** Where it is revoked or unknown: which certificate, and why. */
  readonly findings: readonly Evidence[];
  /** The lists in force of those who issued certificates of the paths, or what was presented. */
  readonly lists: readonly ExplainedCrl[];
  /** How many lists of others are in force. */
  readonly otherLists: number;
}

export interface ExplainedCrl {
  readonly issuer: string;
  /** The CRLNumber in decimal digits; null where it has none. */
  readonly number: string | null;
  readonly isDelta: boolean;
  readonly thisUpdate: string;
  readonly nextUpdate: string;
  readonly isExpired: boolean;
  /** How many certificates it lists. */
  readonly entries: number;
}

export interface ExplainedPolicy {
  /** The option that it stands in. */
  readonly option: string;
  /** `report`: what it refuses is logged, and passes. */
  readonly mode: 'enforce' | 'report';
  /** Undefined where it was not asked. */
  readonly holds: boolean | undefined;
  /** Where it could not be evaluated: why. */
  readonly problem?: string;
  /** Every rule in its order; empty where no certificate was accepted that it could be asked about. */
  readonly rules: readonly RuleTrace[];
}

/** Settings of `explain`. */
export interface ExplainOptions {
  /** What `authorize` of policies is given. Without it they are not asked, and the verdict says so (`dependsOnRequest`). */
  readonly request?: unknown;
  /** How long a function or schema of a policy is waited for; 5 unless told. */
  readonly policyTimeoutSeconds?: number | undefined;
}
