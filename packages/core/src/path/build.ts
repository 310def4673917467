import { type Refusal, refusal } from '../errors/index.js';
import type { Certificate } from '../x509/index.js';
import type { Budget } from './budget.js';
import { evidence, nameText } from './checks/evidence.js';
import { Issuers } from './issuers.js';
import { isFinal, NearestRefusal } from './nearest-refusal.js';
import { exhausted, type SignatureChecks } from './signature-checks.js';
import type { CertificatePool, TrustSet } from './trust-set.js';
import { type CandidatePath, pathValidator } from './validate.js';
import type { ValidatedPath } from './validated-path.js';

export interface PathInputs {
  readonly trustSet: TrustSet;
  /** Where further issuers are looked for, besides the trust set: what the peer presented, what verified before. Not trusted. */
  readonly pools: readonly CertificatePool[];
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly budget: Budget;
  /** Shared by searches for the same end entity, so that none verifies again what another did. */
  readonly signatures: SignatureChecks;
}

/** Why there is no (further) path. */
export interface NoPath {
  readonly refusal: Refusal;
  /** Whether nothing could change it: the fault is the end entity's own, or the budget is spent. */
  readonly isFinal: boolean;
}

/**
 * All certification paths from the end entity to an anchor of the trust set that validate, one by one, on one budget
 * (RFC 4158: a depth-first search that backtracks). The consumer takes the first that suits it, or asks for the next. When there are
 * no more, the generator returns the most telling refusal: of the paths that failed, or, if none failed, that no other was found.
 *
 * The search is by name first: a chain of names that reaches an anchor is complete before the first signature is verified.
 */
export function* validatedPaths(endEntity: Certificate, inputs: PathInputs): Generator<ValidatedPath, NoPath, void> {
  const { trustSet, pools, budget } = inputs;
  const nearest = new NearestRefusal();
  const validate = pathValidator(inputs);
  let final = false;

  for (const candidate of candidatePaths(endEntity, { trustSet, budget, issuers: new Issuers(trustSet, pools), nearest })) {
    const outcome = validate(candidate);
    if (outcome.ok) {
      yield outcome.value;
      continue;
    }
    nearest.note(outcome.refusal);
    final = isFinal(outcome.refusal);
    if (final) break;
  }
  if (budget.exhausted !== undefined) nearest.note(exhausted(budget));
  return { refusal: nearest.refusal ?? noFurtherPath(endEntity), isFinal: final || budget.exhausted !== undefined };
}

interface Search {
  readonly trustSet: TrustSet;
  readonly budget: Budget;
  readonly issuers: Issuers;
  /** Dead ends are noted here. */
  readonly nearest: NearestRefusal;
}

/** Chains of names from the end entity to an anchor. */
function* candidatePaths(endEntity: Certificate, search: Search): Generator<CandidatePath, void, void> {
  const itself = search.trustSet.anchorIdenticalTo(endEntity);
  if (itself !== undefined) yield { certificates: [itself.certificate], trustAnchor: itself };
  yield* extend([endEntity], search);
}

function* extend(chain: readonly Certificate[], search: Search): Generator<CandidatePath, void, void> {
  const { budget, nearest } = search;
  const { depth } = search.trustSet.rules;
  const last = chain[chain.length - 1] as Certificate;
  const issuers = search.issuers.of(last);
  let isDeadEnd = true;
  for (const { certificate, anchor } of issuers) {
    if (!budget.spend('candidates')) return;
    if (anchor === undefined && repeats(chain, certificate)) continue;
    isDeadEnd = false;
    if (anchor !== undefined) yield { certificates: chain, trustAnchor: anchor };
    else if (chain.length <= depth) yield* extend([...chain, certificate], search);
    else if (search.issuers.leadToAnchor(certificate)) nearest.note(tooDeep(last, chain.length - 1, depth));
    else nearest.note(deadEnd(certificate, chain.length, search.issuers.of(certificate).length > 0));
  }
  if (isDeadEnd) nearest.note(deadEnd(last, chain.length - 1, issuers.length > 0));
}

/** RFC 4158, section 2.4.1: the same name with the same key twice in a path is a loop. */
function repeats(chain: readonly Certificate[], { spki256, subject }: Certificate): boolean {
  return chain.some((certificate) => certificate.spki256 === spki256 && certificate.subject.key === subject.key);
}

function noFurtherPath(endEntity: Certificate): Refusal {
  return refusal('PEERCERT_ISSUER_UNKNOWN', evidence(endEntity, 0, 'no further path to a trust anchor was found'));
}

function deadEnd(certificate: Certificate, depth: number, isKnown: boolean): Refusal {
  const issuer = nameText(certificate.issuer);
  const detail = certificate.isSelfIssued
    ? 'it is its own issuer and no trust anchor'
    : isKnown
      ? `its issuer, ${issuer}, is known, but leads to no trust anchor`
      : `its issuer, ${issuer}, is neither trusted nor known as an intermediate`;
  return refusal('PEERCERT_ISSUER_UNKNOWN', evidence(certificate, depth, detail));
}

function tooDeep(certificate: Certificate, depth: number, limit: number): Refusal {
  const detail = `more than ${limit} intermediate${limit === 1 ? '' : 's'} between the end entity and a trust anchor`;
  return refusal('PEERCERT_DEPTH_EXCEEDED', evidence(certificate, depth, detail));
}
