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
    if (final || budget.exhausted !== undefined) break;
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

/**
 * Chains of names from the end entity to an anchor, those with the fewest intermediates first: however many certificates lead to each other in
 * circles, a short way up is found before any of them is gone through.
 */
function* candidatePaths(endEntity: Certificate, search: Search): Generator<CandidatePath, void, void> {
  const { trustSet, issuers, nearest } = search;
  const { depth } = trustSet.rules;
  const itself = trustSet.anchorIdenticalTo(endEntity);
  if (itself !== undefined) yield { certificates: [itself.certificate], trustAnchor: itself };
  const distance = issuers.distanceToAnchor(endEntity);
  if (!Number.isFinite(distance)) nearest.note(deadEndAbove([endEntity], issuers));
  let isCut = distance > depth;
  for (let intermediates = distance; intermediates <= depth; intermediates++) {
    isCut = yield* extend([endEntity], intermediates, search);
    if (!isCut) return;
  }
  if (isCut && Number.isFinite(distance)) nearest.note(tooDeep(endEntity, depth));
}

/** The chains with that many intermediates that begin so; returns whether there may be longer ones. */
function* extend(chain: readonly Certificate[], intermediates: number, search: Search): Generator<CandidatePath, boolean, void> {
  const { budget, nearest, issuers } = search;
  let isCut = false;
  let isDeadEnd = true;
  for (const { certificate, anchor } of issuers.of(chain[chain.length - 1] as Certificate)) {
    if (!budget.spend('candidates')) return false;
    if (anchor !== undefined) {
      isDeadEnd = false;
      if (chain.length - 1 === intermediates) yield { certificates: chain, trustAnchor: anchor };
    } else if (!repeats(chain, certificate)) {
      isDeadEnd = false;
      const least = chain.length + issuers.distanceToAnchor(certificate);
      if (least <= intermediates) isCut = (yield* extend([...chain, certificate], intermediates, search)) || isCut;
      else if (Number.isFinite(least)) isCut = true;
      else nearest.note(deadEndAbove([...chain, certificate], issuers));
    }
  }
  if (isDeadEnd) nearest.note(deadEndAbove(chain, issuers));
  return isCut;
}

/** RFC 4158, section 2.4.1: the same name with the same key twice in a path is a loop. */
function repeats(chain: readonly Certificate[], { spki256, subject }: Certificate): boolean {
  return chain.some((certificate) => certificate.spki256 === spki256 && certificate.subject.key === subject.key);
}

function noFurtherPath(endEntity: Certificate): Refusal {
  return refusal('PEERCERT_ISSUER_UNKNOWN', evidence(endEntity, 0, 'no further path to a trust anchor was found'));
}

/** Names do not lead to an anchor: the operator learns how far they lead, each name once. */
function deadEndAbove(chain: readonly Certificate[], issuers: Issuers): Refusal {
  const walked = [...chain];
  const names = new Set(chain.map(({ subject }) => subject.key));
  let next: Certificate | undefined = chain[chain.length - 1];
  while (next !== undefined) {
    next = issuers.of(next).find(({ certificate }) => !names.has(certificate.subject.key))?.certificate;
    if (next === undefined) continue;
    walked.push(next);
    names.add(next.subject.key);
  }
  const last = walked[walked.length - 1] as Certificate;
  return deadEnd(last, walked.length - 1, issuers.of(last).length > 0);
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

function tooDeep(endEntity: Certificate, limit: number): Refusal {
  const detail = `more than ${limit} intermediate${limit === 1 ? '' : 's'} between the end entity and a trust anchor`;
  return refusal('PEERCERT_DEPTH_EXCEEDED', evidence(endEntity, 0, detail));
}
