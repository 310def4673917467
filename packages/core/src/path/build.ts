import { type Refusal, refusal } from '../errors/index.js';
import type { Certificate } from '../x509/index.js';
import type { Budget } from './budget.js';
import { evidence } from './checks/evidence.js';
import { issuersOf } from './issuers.js';
import { isFinal, NearestRefusal } from './nearest-refusal.js';
import { exhausted, type SignatureChecks } from './signature-checks.js';
import type { CertificatePool, TrustSet } from './trust-set.js';
import type { ValidatedPath } from './validated-path.js';
import { type CandidatePath, validatePath } from './validate.js';

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
  const { trustSet, budget, at, signatures } = inputs;
  const nearest = new NearestRefusal();
  let final = false;

  for (const candidate of candidatePaths(endEntity, inputs, nearest)) {
    const outcome = validatePath(candidate, { trustSet, at, signatures });
    if (outcome.ok) {
      yield outcome.value;
      continue;
    }
    nearest.note(outcome.refusal);
    final = isFinal(outcome.refusal);
    if (final) break;
  }
  if (budget.exhausted !== undefined) nearest.note(exhausted(budget));
  const none = evidence(endEntity, 0, 'no further path to a trust anchor was found');
  return { refusal: nearest.refusal ?? refusal('PEERCERT_ISSUER_UNKNOWN', none), isFinal: final || budget.exhausted !== undefined };
}

/** Chains of names from the end entity to an anchor; dead ends are noted. */
function* candidatePaths(endEntity: Certificate, inputs: PathInputs, nearest: NearestRefusal): Generator<CandidatePath, void, void> {
  const itself = inputs.trustSet.anchorIdenticalTo(endEntity);
  if (itself !== undefined) yield { certificates: [itself.certificate], trustAnchor: itself };
  yield* extend([endEntity], inputs, nearest);
}

function* extend(chain: readonly Certificate[], inputs: PathInputs, nearest: NearestRefusal): Generator<CandidatePath, void, void> {
  const { trustSet, pools, budget } = inputs;
  const last = chain[chain.length - 1] as Certificate;
  let found = false;
  for (const issuer of issuersOf(last, trustSet, pools)) {
    if (!budget.spend('candidates')) return;
    if ('anchor' in issuer) {
      found = true;
      yield { certificates: chain, trustAnchor: issuer.anchor };
    } else if (!repeats(chain, issuer.certificate)) {
      found = true;
      if (chain.length > trustSet.rules.depth) nearest.note(tooDeep(last, chain.length - 1, trustSet.rules.depth));
      else yield* extend([...chain, issuer.certificate], inputs, nearest);
    }
  }
  if (!found) nearest.note(deadEnd(last, chain.length - 1));
}

/** RFC 4158, section 2.4.1: the same name with the same key twice in a path is a loop. */
function repeats(chain: readonly Certificate[], issuer: Certificate): boolean {
  return chain.some((certificate) => certificate.spki256 === issuer.spki256 && certificate.subject.equals(issuer.subject));
}

function deadEnd(certificate: Certificate, depth: number): Refusal {
  const detail = certificate.isSelfIssued
    ? 'it is self-signed and not a trust anchor'
    : `its issuer, ${certificate.issuer.toString() || 'an empty name'}, is neither trusted nor known as an intermediate`;
  return refusal('PEERCERT_ISSUER_UNKNOWN', evidence(certificate, depth, detail));
}

function tooDeep(certificate: Certificate, depth: number, limit: number): Refusal {
  const detail = `more than ${limit} intermediate${limit === 1 ? '' : 's'} between the end entity and a trust anchor`;
  return refusal('PEERCERT_DEPTH_EXCEEDED', evidence(certificate, depth, detail));
}
