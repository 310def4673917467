import { type Refusal, refusal } from '../errors/index.js';
import { createIdentity, type IdentitySource } from '../identity/index.js';
import type { TrustSet } from '../path/index.js';
import type { Peer } from '../peer/index.js';
import { publishExpiry } from './events.js';
import { clientLead } from './expiry-watch.js';
import type { PathNote } from './explain.js';
import { type Memory, searchedFor } from './memory.js';
import type { Revocation } from './revocation-sources/revocation.js';
import { type Claim, findPath } from './search.js';
import type { Steps } from './steps.js';
import type { Trust } from './trust.js';
import { type AcceptedPath, acceptance, refusalVerdict, type Verdict } from './verdict.js';

/** Makes verdicts: path, then revocation, then identity. It knows of certificates and of trust, and nothing of connections. */
export class Verification {
  readonly #revocation: Revocation;
  readonly #memory: Memory;
  readonly #now: () => number;

  constructor(revocation: Revocation, memory: Memory, now: () => number) {
    this.#revocation = revocation;
    this.#memory = memory;
    this.#now = now;
  }

  /** Looks for a path that is accepted, and remembers what it is made of. `note` is told of each path that was judged. */
  *verdictOn(claim: Claim, source: IdentitySource, trust: Trust, names: readonly string[] | undefined, note?: PathNote): Steps<Verdict> {
    const at = this.#now();
    const grounds = { trust, revocation: this.#revocation.generation };
    const asked = [...trust.sets.values()].filter(({ name }) => names?.includes(name) ?? true);
    const known = this.#memory.pathsUnder(trust);
    const sets = searchedFor(names);
    const found = yield* findPath(claim, {
      trustSets: asked.filter(({ name }) => !trust.unavailable.has(name)),
      known: (endEntity) => {
        const path = known.find(sets, endEntity, at) ?? known.findAmong(names, endEntity, at);
        return path === undefined || trust.unavailable.has(path.trustSet.name) ? undefined : path;
      },
      remembered: (trustSet) => this.#memory.issuersIn(trustSet),
      at,
      judge: (path, trustSet) => {
        const judging = this.#revocation.judge(path, trustSet, at);
        return note === undefined ? judging : noting(judging, (judged) => note(path, trustSet, judged));
      },
    });
    if (!found.ok) return refusalVerdict(unlessUnavailable(found.refusal, asked, trust), grounds, at);
    const { path, trustSet, finding, wasKnown } = found.value;
    if (!wasKnown) this.#memory.remember(trust, sets, { path, trustSet });
    this.#memory.use(path);
    const identity = createIdentity(path, { resumed: claim.resumed, source, revocation: finding.revocation });
    const { notAfter } = path.endEntity;
    if (at >= notAfter - clientLead) publishExpiry({ kind: 'client', subject: identity.toString(), endsAt: notAfter });
    return acceptance({ path, trustSet, identity, trust }, finding.validUntil, grounds);
  }

  /** What was accepted is judged again; only if it is accepted no more, or trust changed, a path is looked for, which costs signatures. */
  *judgeOrSearch(peer: Peer, { accepted }: Verdict, trust: Trust, names: readonly string[] | undefined): Steps<Verdict> {
    const again = accepted?.trust === trust ? yield* this.#judgeAgain(accepted, trust) : undefined;
    if (again !== undefined) return again;
    const verdict = yield* this.verdictOn(withIssuersOf(accepted, peer), 'tls', trust, names);
    // A refusal may pass; and what was opened before it has to be ended.
    return verdict.accepted === undefined ? { ...verdict, accepted } : verdict;
  }

  /** News of revocation are held against the path that was accepted; undefined where it is accepted no more, and another may be. */
  *#judgeAgain({ path, trustSet, identity }: AcceptedPath, trust: Trust): Steps<Verdict | undefined> {
    const at = this.#now();
    if (!(at >= path.validFrom && at < path.validUntil)) return undefined;
    const grounds = { trust, revocation: this.#revocation.generation };
    const judged = yield* this.#revocation.judge(path, trustSet, at);
    if (!judged.ok) return undefined;
    const { revocation, validUntil } = judged.value;
    const { resumed, source } = identity;
    const same = identity.revocation === revocation ? identity : createIdentity(path, { resumed, source, revocation });
    return acceptance({ path, trustSet, identity: same, trust }, validUntil, grounds);
  }
}

/** The issuers of the path that was accepted are candidates again: they may have been presented on a connection that does not show them any more. */
function withIssuersOf(accepted: AcceptedPath | undefined, peer: Peer): Claim {
  if (accepted === undefined) return peer;
  const issuers = accepted.path.certificates.slice(1).map(({ der }) => der);
  return { ...peer, presentedChain: () => [...issuers, ...peer.presentedChain()] };
}

/** While the files of a trust set fail, nobody can tell whom it would vouch for. */
function unlessUnavailable(found: Refusal, asked: readonly TrustSet[], { unavailable }: Trust): Refusal {
  const name = asked.map((trustSet) => trustSet.name).find((each) => unavailable.has(each));
  if (name === undefined || (found.code !== 'PEERCERT_ISSUER_UNKNOWN' && found.code !== 'PEERCERT_CHAIN_INCOMPLETE')) return found;
  return refusal('PEERCERT_NOT_READY', { detail: `trust set '${name}' vouches for nobody: ${unavailable.get(name)}` });
}

function* noting<T>(steps: Steps<T>, note: (result: T) => void): Steps<T> {
  const result = yield* steps;
  note(result);
  return result;
}
