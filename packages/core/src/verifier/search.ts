import { type Outcome, type Refusal, refusal, refused } from '../errors/index.js';
import {
  Budget,
  type CertificatePool,
  certificatePool,
  NearestRefusal,
  SignatureChecks,
  type TrustSet,
  type ValidatedPath,
  validatedPaths,
} from '../path/index.js';
import { longestPresentedChain } from '../peer/index.js';
import { type Certificate, readCertificate } from '../x509/index.js';

/** What a peer claims to be, as `readPeer` found it or as a caller of `verifier.verify` gives it. */
export interface Claim {
  /** The end-entity certificate, DER. */
  readonly endEntity: Uint8Array;
  /** What was presented with it, DER, in any order; asked for only when no path is found without. */
  readonly presentedChain: () => readonly Uint8Array[];
  /** Whether the TLS session was resumed. */
  readonly resumed: boolean;
}

interface Inputs {
  readonly trustSets: readonly TrustSet[];
  readonly remembered: (trustSet: TrustSet) => CertificatePool;
  readonly at: number;
}

/**
 * Looks for a path that is accepted: first with the issuers that are known, which costs the peer's certificate alone, then, if the fault
 * does not lie in the end entity itself, with what the peer presented. Each search has a budget of its own, and what the peer presented comes
 * before what is remembered: whoever can fill the memory with issuers of somebody else's name can so keep nobody out who sends his own.
 */
export function findPath(claim: Claim, inputs: Inputs): Outcome<ValidatedPath> {
  const read = readCertificate(claim.endEntity);
  if (!read.ok) return { ok: false, refusal: atEndEntity(read.refusal) };
  const first = search(read.value, [], inputs);
  if (first.ok || isFault(first)) return first;
  const presented = readPresented(claim.presentedChain());
  if (presented.length === 0) return explained(first, claim);
  const second = search(read.value, [certificatePool(presented)], inputs);
  return second.ok ? second : explained(second, claim);
}

type Search =
  | { readonly ok: true; readonly value: ValidatedPath }
  | { readonly ok: false; readonly refusal: Refusal; readonly isFinal: boolean };

function search(endEntity: Certificate, presented: readonly CertificatePool[], { trustSets, remembered, at }: Inputs): Search {
  const budget = new Budget();
  const signatures = new SignatureChecks(budget);
  const nearest = new NearestRefusal();
  let isFinal = false;
  for (const trustSet of trustSets) {
    const next = validatedPaths(endEntity, { trustSet, pools: [...presented, remembered(trustSet)], at, budget, signatures }).next();
    if (next.done !== true) return { ok: true, value: next.value };
    nearest.note(next.value.refusal);
    isFinal ||= next.value.isFinal;
  }
  return { ok: false, refusal: nearest.refusal ?? refusal('PEERCERT_ISSUER_UNKNOWN', { detail: 'no trust set was searched' }), isFinal };
}

/** Whether nothing that the peer presented besides could change it: the fault is the end entity's own. */
function isFault({ isFinal, refusal: { code } }: Search & { ok: false }): boolean {
  return isFinal && code !== 'PEERCERT_BUDGET_EXHAUSTED';
}

/** A certificate beside the end entity that cannot be read is passed over: it can only be missed, never trusted. */
function readPresented(chain: readonly Uint8Array[]): readonly Certificate[] {
  const certificates: Certificate[] = [];
  for (const der of chain.slice(0, longestPresentedChain)) {
    const read = readCertificate(der);
    if (read.ok) certificates.push(read.value);
  }
  return certificates;
}

/** On a resumed session an unknown issuer is an intermediate that was not sent again, as far as anyone can tell. */
function explained(result: Search & { ok: false }, { resumed }: Claim): Outcome<never> {
  const { code, trace, cause } = result.refusal;
  if (!resumed || code !== 'PEERCERT_ISSUER_UNKNOWN') return { ok: false, refusal: result.refusal };
  return refused('PEERCERT_CHAIN_INCOMPLETE', trace, cause);
}

function atEndEntity({ code, trace, cause }: Refusal): Refusal {
  return refusal(
    code,
    trace.map((entry) => ({ depth: 0, ...entry })),
    cause,
  );
}
