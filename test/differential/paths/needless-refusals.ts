import type { Refusal } from '@peercert/core';
import { classOf } from '../../fuzz/refusal-rules.js';
import type { Verifier } from './core.js';
import type { PkiCase } from './pki-case.js';
import { type Written, write } from './plan.js';
import { withMappedPoliciesListed } from './variations.js';

/**
 * What core refuses and all others accept, by classes of refusals, each with its reason: a refusal without need locks a genuine client
 * out. A class that is not written here is a finding.
 */
export interface NeedlessRefusal {
  /** Default: any. What core tells is the most telling of many refusals, and may be about another path. */
  readonly code?: string;
  readonly detail?: RegExp;
  /** What must be so besides. */
  readonly applies?: (question: PkiCase, verify: Verifier) => boolean;
  readonly reason: string;
}

const budgetOfStrangers: NeedlessRefusal = {
  code: 'PEERCERT_BUDGET_EXHAUSTED',
  detail: /^the limit on invalidSignatures was met$/,
  reason:
    'Sixteen signatures that do not verify are what a stranger may cost. Authorities of one name and several keys, without key identifiers to tell them apart, can meet that bound.',
};

const needlessRefusals: readonly NeedlessRefusal[] = [
  budgetOfStrangers,
  {
    applies: (question, verify) => verify({ ...question, anchors: question.anchors.map(withoutPolicyLimits) }).isAccepted,
    reason:
      'RFC 5937, section 3.2: what the certificate of an anchor says of policies is an input of the validation. OpenSSL and Go do not look there; without it, core accepts too.',
  },
  {
    applies: (question, verify) => verify({ ...question, intermediates: question.intermediates.map(withMappedPoliciesListed) }).isAccepted,
    reason:
      'RFC 5280, section 6.1.3 (d)(2): where anyPolicy is inhibited, it stands for nothing. OpenSSL still maps what it would stand for; with that listed, core accepts too.',
  },
];

/** Where the generator itself is not sure that nothing is wrong, or where the effort is bounded. */
const soundRefusals: readonly NeedlessRefusal[] = [
  budgetOfStrangers,
  {
    code: 'PEERCERT_NAME_NOT_PERMITTED',
    reason: 'The generator chooses constraints by names that seem to lie within. Who should accept it is for the others to say.',
  },
  {
    code: 'PEERCERT_NO_EXPLICIT_POLICY',
    reason: 'The generator keeps one policy valid, but not through every mapping. Who should accept it is for the others to say.',
  },
];

/** The written reason, where there is one. */
export function needlessRefusal(refusal: Refusal, question: PkiCase, verify: Verifier): NeedlessRefusal | undefined {
  return reasonAmong(needlessRefusals, refusal, (rule) => rule.applies?.(question, verify) ?? true);
}

/** The same for a PKI that nothing was done to. */
export function soundRefusal(refusal: Refusal): NeedlessRefusal | undefined {
  return reasonAmong(soundRefusals, refusal);
}

/** Refusals that say the same of different names and places. */
export function classOfRefusal(refusal: Refusal): string {
  return classOf(refusal)
    .replaceAll(/"[^"]*"/g, '…')
    .replace(/ of CN=.*$/, '')
    .replace(/\(OID(, OID)*\)/, '(…)')
    .replaceAll(/N-N-[\dTN:.]+Z/g, '…');
}

function reasonAmong(
  rules: readonly NeedlessRefusal[],
  { code, trace }: Refusal,
  applies: (rule: NeedlessRefusal) => boolean = () => true,
): NeedlessRefusal | undefined {
  return rules.find((rule) => (rule.code ?? code) === code && (rule.detail?.test(trace[0]?.detail ?? '') ?? true) && applies(rule));
}

function withoutPolicyLimits(written: Written): Written {
  const { plan } = written;
  if (plan.policyConstraints === undefined && plan.inhibitAnyPolicy === undefined) return written;
  return write({ ...plan, policyConstraints: undefined, inhibitAnyPolicy: undefined });
}
