import type { Refusal } from '../../src/errors/index.js';
import type { ClientIdentity } from '../../src/identity/index.js';
import {
  type CompiledPolicy,
  type CompileSettings,
  compilePolicy,
  type Finding,
  mismatch,
  type PolicyRunner,
  type Requirement,
} from '../../src/policy/index.js';

/** Runs the code of policies without any patience, by a clock that stands still. */
const atOnceRunner: PolicyRunner = {
  now: () => 0,
  call: (_what, work) => work({ signal: new AbortController().signal }),
};

/** The refusal of a policy that needs nobody to wait, or nothing where it holds. */
export function evaluatePolicy(
  policy: unknown,
  identity: ClientIdentity,
  settings: CompileSettings = { option: 'policy' },
): Refusal | undefined {
  const finding = findingOf(policy, identity, settings);
  return finding.holds ? undefined : mismatch(settings.option, finding.trace(), identity);
}

export function findingOf(policy: unknown, identity: ClientIdentity, settings: CompileSettings = { option: 'policy' }): Finding {
  const finding = compilePolicy(policy, settings).node.evaluate(identity, atOnceRunner);
  if (finding instanceof Promise) throw new TypeError('the policy has to be waited for');
  return finding;
}

export function holdsFor({ node }: CompiledPolicy, identity: ClientIdentity): boolean {
  const finding = node.evaluate(identity, atOnceRunner);
  if (finding instanceof Promise) throw new TypeError('the policy has to be waited for');
  return finding.holds;
}

/** The refusal of the first policy of a requirement that does not hold. */
export function evaluateRequirement({ demands }: Requirement, identity: ClientIdentity): Refusal | undefined {
  for (const { node, option } of demands.policies) {
    const finding = node.evaluate(identity, atOnceRunner);
    if (finding instanceof Promise) throw new TypeError('the policy has to be waited for');
    if (!finding.holds) return mismatch(option, finding.trace(), identity);
  }
  return undefined;
}
