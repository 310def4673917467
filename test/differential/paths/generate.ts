import { Random } from '../../fuzz/random.js';
import type { Draft } from './draft.js';
import { addFlaw } from './flaws.js';
import type { KeyRing } from './key-ring.js';
import { constrainNames, limitNames } from './names.js';
import { addOddity } from './oddities.js';
import type { PkiCase } from './pki-case.js';
import { type Plan, type Written, write } from './plan.js';
import { addPolicies } from './policies.js';
import { layOut } from './topology.js';

/** What makes it a harder question: each can be left out. */
export interface Features {
  readonly names: boolean;
  readonly policies: boolean;
}

export const allFeatures: Features = { names: true, policies: true };

/**
 * A random PKI. It follows from the ring's seed and its own index alone, but for the random numbers that an ECDSA signature is made of.
 * About half are sound: everyone should find the path.
 */
export function generate(ring: KeyRing, index: number, features = allFeatures): PkiCase {
  const random = new Random(ring.seed, index);
  const draft: Draft = {
    random,
    ring,
    at: Date.parse('2030-01-01T00:00:00Z') + random.below(1_000_000) * 1_000,
    chain: [],
    anchors: [],
    pool: [],
    depth: 10,
    purpose: 'clientAuth',
    policies: { initial: undefined, inhibitMapping: false, requireExplicit: false, inhibitAny: false },
    subtrees: undefined,
    history: [],
    isSound: true,
  };
  layOut(draft);
  if (features.names) constrainNames(draft);
  if (features.policies) addPolicies(draft);
  if (random.chance(0.25)) addOddity(draft);
  if (random.chance(0.4)) for (let flaws = random.pick([1, 1, 1, 2, 3]); flaws > 0; flaws--) addFlaw(draft);
  if (features.names && random.chance(0.08)) limitNames(draft);
  return written(draft, index);
}

function written(draft: Draft, index: number): PkiCase {
  const known = new Map<Plan, Written>();
  const der = (plan: Plan): Written => {
    const found = known.get(plan) ?? write(plan);
    known.set(plan, found);
    return found;
  };
  const { ring, at, depth, purpose, policies, subtrees, history, isSound } = draft;
  return {
    seed: ring.seed,
    index,
    at,
    depth,
    purpose,
    policies,
    subtrees,
    anchors: draft.anchors.map(der),
    intermediates: shuffled(draft.random, [...new Set(draft.pool)]).map(der),
    endEntity: der(draft.chain[draft.chain.length - 1] as Plan),
    meant: [...draft.chain].reverse().map(der),
    isSound,
    history,
  };
}

export function shuffled<T>(random: Random, list: readonly T[]): T[] {
  const rest = [...list];
  return list.map(() => rest.splice(random.below(rest.length), 1)[0] as T);
}
