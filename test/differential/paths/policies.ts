import type { Random } from '../../fuzz/random.js';
import type { Draft } from './draft.js';
import { anyPolicy, type Plan } from './plan.js';

const policies = [1, 2, 3, 4].map((number) => `1.3.6.1.4.1.99999.1.${number}`);

/** Certificate policies, mappings and constraints; mostly such that one policy reaches from the anchor to the end entity. */
export function addPolicies(draft: Draft): void {
  const { random, chain } = draft;
  if (!random.chance(0.35)) return;
  const isKept = random.chance(0.65);
  let valid = random.pick(policies);
  const first = valid;
  for (const plan of chain.slice(1)) {
    const isLast = plan === chain[chain.length - 1];
    plan.policies = isKept ? kept(random, valid, isLast) : random.chance(0.8) ? several(random, [...policies, anyPolicy]) : [];
    if (!isLast && random.chance(isKept ? 0.15 : 0.3)) valid = mapped(random, plan, valid);
  }
  const restricted = chain.slice(0, -1);
  if (random.chance(0.4)) random.pick(restricted).policyConstraints = constraints(random, isKept);
  if (random.chance(0.15)) random.pick(restricted).inhibitAnyPolicy = random.below(isKept ? 6 : 3);
  draft.policies = {
    initial: random.chance(0.3) ? (isKept ? [first, random.pick(policies)] : several(random, policies)) : undefined,
    requireExplicit: random.chance(0.4),
    inhibitMapping: random.chance(isKept ? 0.03 : 0.15),
    inhibitAny: random.chance(isKept ? 0.03 : 0.15),
  };
  if (draft.policies.initial !== undefined) draft.policies = { ...draft.policies, initial: [...new Set(draft.policies.initial)] };
  if (!isKept) draft.isSound = false;
  draft.history.push(isKept ? 'certificate policies' : 'certificate policies at random');
}

function kept(random: Random, valid: string, isLast: boolean): readonly string[] {
  if (random.chance(isLast ? 0.1 : 0.2)) return [anyPolicy];
  return [...new Set([valid, ...several(random, policies)])];
}

function several(random: Random, from: readonly string[]): readonly string[] {
  return [...new Set(Array.from({ length: random.pick([1, 1, 2, 3]) }, () => random.pick(from)))];
}

/** Gives the policy that holds below. */
function mapped(random: Random, plan: Plan, valid: string): string {
  const other = random.pick(policies);
  plan.policyMappings = [[valid, other], ...(random.chance(0.3) ? [[random.pick(policies), random.pick(policies)] as const] : [])];
  return other;
}

function constraints(random: Random, isKept: boolean): NonNullable<Plan['policyConstraints']> {
  const requireExplicitPolicy = random.below(4);
  if (random.chance(0.7)) return { requireExplicitPolicy };
  const inhibitPolicyMapping = random.below(3) + (isKept ? 4 : 0);
  return random.chance(0.5) ? { inhibitPolicyMapping } : { requireExplicitPolicy, inhibitPolicyMapping };
}
