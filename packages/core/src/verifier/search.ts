import { type Outcome, type Refusal, refusal, refused } from '../errors/index.js';
import {
  Budget,
  type CertificatePool,
  certificatePool,
  holdsNamedIssuer,
  NearestRefusal,
  SignatureChecks,
  SignatureKnowledge,
  type TrustSet,
  type ValidatedPath,
  validatedPaths,
} from '../path/index.js';
import { longestPresentedChain } from '../peer/index.js';
import { type Certificate, readCertificate } from '../x509/index.js';
import type { KnownPath } from './known-paths.js';
import type { RevocationFinding } from './revocation-sources/matrix.js';
import { beforeWaiting, type Steps } from './steps.js';

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
  /** A path that these very bytes were accepted with before, and that is valid at the time; undefined where there is none. */
  readonly known?: (endEntity: Uint8Array) => KnownPath | undefined;
  readonly remembered: (trustSet: TrustSet) => CertificatePool;
  readonly at: number;
  /** Whether a validated path may be used; the search goes on with the next where it may not. */
  readonly judge: (path: ValidatedPath, trustSet: TrustSet) => Steps<Outcome<RevocationFinding>>;
}

/** A path that is accepted. */
export interface FoundPath extends KnownPath {
  readonly finding: RevocationFinding;
  /** Whether it was accepted before. */
  readonly wasKnown: boolean;
}

/**
 * Looks for a path that is accepted: the one that was accepted before, if what is known of revocation still allows it; else first with the issuers that are known, which costs the peer's certificate alone; then, if the fault does not lie
 * in the end entity itself, with what the peer presented; then with both. Each search has a budget of its own: whoever can fill the memory with
 * issuers of somebody else's name can so keep nobody out who sends his own. What one search found of a signature, the next knows.
 */
export function* findPath(claim: Claim, inputs: Inputs): Steps<Outcome<FoundPath>> {
  // What was presented is gone when the connection is, which can happen while something is waited for.
  let chain: readonly Uint8Array[] | undefined;
  const presentedChain = (): readonly Uint8Array[] => {
    chain ??= claim.presentedChain();
    return chain;
  };
  const known = inputs.known?.(claim.endEntity);
  let refusedPath: RefusedPath | undefined;
  if (known !== undefined) {
    const finding = yield* beforeWaiting(inputs.judge(known.path, known.trustSet), presentedChain);
    if (finding.ok) return { ok: true, value: { path: known.path, trustSet: known.trustSet, finding: finding.value, wasKnown: true } };
    refusedPath = { path: known.path, refusal: finding.refusal };
  }
  // Of the one that is known, the signatures are known as well.
  const read: Outcome<Certificate> = known === undefined ? readCertificate(claim.endEntity) : { ok: true, value: known.path.endEntity };
  if (!read.ok) return { ok: false, refusal: atEndEntity(read.refusal) };
  const endEntity = read.value;
  const trustSets = likeliestFirst(endEntity, inputs.trustSets);
  const task: Task = { ...inputs, endEntity, trustSets, knowledge: new SignatureKnowledge(), refusedPath };
  const first = yield* beforeWaiting(
    search(task, (trustSet) => [inputs.remembered(trustSet)]),
    presentedChain,
  );
  if (first.ok || isFault(first)) return first;
  const presented = readPresented(presentedChain());
  if (presented.length === 0) return explained(first, claim);
  const pool = certificatePool(presented);
  const second = yield* search(task, () => [pool]);
  if (second.ok || isFault(second)) return second;
  // Whoever presents more than can be gone through is not helped by more.
  if (second.refusal.code === 'PEERCERT_BUDGET_EXHAUSTED') return second;
  const third = yield* search(task, (trustSet) => [pool, inputs.remembered(trustSet)]);
  return third.ok ? third : explained(second, claim);
}

type Search =
  | { readonly ok: true; readonly value: FoundPath }
  | { readonly ok: false; readonly refusal: Refusal; readonly isFinal: boolean };

interface Task extends Inputs {
  readonly endEntity: Certificate;
  readonly knowledge: SignatureKnowledge;
  readonly refusedPath: RefusedPath | undefined;
}

/** A path that has been judged already; to judge may mean to wait for a responder. */
interface RefusedPath {
  readonly path: ValidatedPath;
  readonly refusal: Refusal;
}

function isSamePath(one: ValidatedPath, other: ValidatedPath | undefined): boolean {
  if (one.trustAnchor !== other?.trustAnchor || one.certificates.length !== other.certificates.length) return false;
  return one.certificates.every((certificate, index) => certificate === other.certificates[index]);
}

function* search(task: Task, pools: (trustSet: TrustSet) => readonly CertificatePool[]): Steps<Search> {
  const { endEntity, trustSets, at, judge, knowledge, refusedPath } = task;
  const budget = new Budget();
  const signatures = new SignatureChecks(budget, knowledge);
  const nearest = new NearestRefusal();
  let isFinal = false;
  for (const trustSet of trustSets) {
    const paths = validatedPaths(endEntity, { trustSet, pools: pools(trustSet), at, budget, signatures });
    let next = paths.next();
    let judged = 0;
    for (; next.done !== true && judged < mostPathsJudged; judged++) {
      const isJudged = refusedPath !== undefined && isSamePath(next.value, refusedPath.path);
      const found = isJudged ? { ok: false as const, refusal: refusedPath.refusal } : yield* judge(next.value, trustSet);
      if (found.ok) return { ok: true, value: { path: next.value, trustSet, finding: found.value, wasKnown: false } };
      nearest.note(found.refusal);
      next = paths.next();
    }
    if (next.done !== true) continue;
    // That there is no other path says nothing beside why those were refused that there are.
    if (judged === 0 || next.value.refusal.code !== 'PEERCERT_ISSUER_UNKNOWN') nearest.note(next.value.refusal);
    isFinal ||= next.value.isFinal;
  }
  return { ok: false, refusal: nearest.refusal ?? refusal('PEERCERT_ISSUER_UNKNOWN', { detail: 'no trust set was searched' }), isFinal };
}

/** Sets in which an authority bears the identifier that the certificate names come first, since many authorities may have one name. */
function likeliestFirst(endEntity: Certificate, trustSets: readonly TrustSet[]): readonly TrustSet[] {
  if (trustSets.length < 2) return trustSets;
  const fitting = trustSets.filter((trustSet) => holdsNamedIssuer(trustSet, endEntity));
  return [...fitting, ...trustSets.filter((trustSet) => !fitting.includes(trustSet))];
}

/** Each may cost a question to a responder. There are few ways up that an authority has made, and one that is not revoked is among the first. */
const mostPathsJudged = 8;

/** Whether nothing that the peer presented besides could change it: the fault is the end entity's own. */
function isFault({ isFinal, refusal: { code } }: Search & { ok: false }): boolean {
  return isFinal && code !== 'PEERCERT_BUDGET_EXHAUSTED';
}

/** A certificate beside the end entity that cannot be read is passed over: it can only be missed, never trusted. */
function readPresented(chain: readonly Uint8Array[]): readonly Certificate[] {
  const certificates: Certificate[] = [];
  let left = mostPresentedBytes;
  for (const der of chain.slice(0, longestPresentedChain)) {
    left -= der.length;
    if (left < 0) break;
    const read = readCertificate(der);
    if (read.ok) certificates.push(read.value);
  }
  return certificates;
}

/** OpenSSL takes 100 KB of certificates from a peer (SSL_CTX_set_max_cert_list); more, however they came, are not looked at. */
const mostPresentedBytes = 102_400;

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
