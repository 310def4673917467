import { describe, expect, it } from 'vitest';
import type { PolicyInputs } from '../../../src/path/certificate-policies/policy-processing.js';
import { anyPolicy, bronze, gold, iron, type PolicyCertificate, silver, walk } from './policy-path.js';
import { evaluateWithTree, type TreeOutcome } from './policy-tree.js';

interface Case {
  readonly path: readonly PolicyCertificate[];
  readonly inputs: PolicyInputs;
}

describe('the graph and the tree of RFC 5280', () => {
  it('agree on every one of 4,000 random paths', () => {
    const random = generator(0x5eed);
    const seen = { refused: 0, empty: 0, some: 0, any: 0 };
    for (let number = 0; number < 4_000; number++) {
      const { path, inputs } = randomCase(random);
      const expected = evaluateWithTree(path, inputs);
      expect(withGraph({ path, inputs }), JSON.stringify({ path, inputs })).toEqual(expected);
      seen[kindOf(expected)] += 1;
    }
    // A comparison of nothing but refusals would prove little.
    for (const count of Object.values(seen)) expect(count).toBeGreaterThan(200);
  });
});

function withGraph({ path, inputs }: Case): TreeOutcome {
  const outcome = walk(path, { inputs });
  if (!outcome.ok && outcome.refusal.code !== 'PEERCERT_NO_EXPLICIT_POLICY') throw new Error(JSON.stringify(outcome.refusal));
  return { ok: outcome.ok, policies: outcome.ok ? [...outcome.value].sort() : [] };
}

function kindOf({ ok, policies }: TreeOutcome): 'refused' | 'empty' | 'some' | 'any' {
  if (!ok) return 'refused';
  if (policies.length === 0) return 'empty';
  return policies.includes(anyPolicy) ? 'any' : 'some';
}

type Random = () => number;

const known = [gold, silver, bronze, iron];

function randomCase(random: Random): Case {
  const chance = (probability: number) => random() < probability;
  const below = (limit: number) => Math.floor(random() * limit);
  const some = (probability: number) => known.filter(() => chance(probability));
  const policy = () => known[below(known.length)] as string;

  function certificate(): PolicyCertificate {
    const named = [...some(0.55), ...(chance(0.5) ? [anyPolicy] : [])];
    return {
      ...(chance(0.04) || named.length === 0 ? {} : { policies: chance(0.5) ? named : [...named].reverse() }),
      ...(chance(0.5) ? { mappings: Array.from({ length: 1 + below(5) }, () => [policy(), policy()] as const) } : {}),
      ...(chance(0.12) ? { requireExplicitPolicy: below(4) } : {}),
      ...(chance(0.08) ? { inhibitPolicyMapping: below(3) } : {}),
      ...(chance(0.12) ? { inhibitAnyPolicy: below(3) } : {}),
      ...(chance(0.2) ? { selfIssued: true } : {}),
    };
  }

  const path = Array.from({ length: 1 + below(5) }, certificate);
  const inputs = {
    ...(chance(0.5) ? { initialPolicies: chance(0.1) ? [gold, anyPolicy] : [policy(), ...some(0.3)] } : {}),
    inhibitPolicyMapping: chance(0.1),
    requireExplicitPolicy: chance(0.3),
    inhibitAnyPolicy: chance(0.1),
  };
  return { path, inputs };
}

/** Mulberry32: a sequence of numbers in [0, 1) that is the same in every run. */
function generator(seed: number): Random {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
