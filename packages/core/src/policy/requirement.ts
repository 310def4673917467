import { inspect, types } from 'node:util';
import { ConfigurationError, nearestName, type Refusal, refusal } from '../errors/index.js';
import type { ClientIdentity } from '../identity/index.js';
import { type CompiledPolicy, type CompileSettings, compilePolicy } from './compile.js';
import { ownData } from './own-data.js';

/** What is finally demanded of a client: the default policy and the route's, composed. */
export interface Requirement {
  /**
   * `required`: a certificate must be presented. `optional`: none will do, one that is presented must be good.
   * `none`: nothing is read, the identity is null whatever was presented.
   */
  readonly presence: 'required' | 'optional' | 'none';
  /** All of them must be satisfied by a certificate that is presented. */
  readonly policies: readonly CompiledPolicy[];
  /** The trust sets that the policies allow together, never empty; undefined where none of them names one. */
  readonly trustSets: readonly string[] | undefined;
}

export interface RequirementSettings extends CompileSettings {
  /** What holds where nothing else is said: a route's policy is added to it. Absent where the default itself is compiled. */
  readonly default?: Requirement | undefined;
}

/**
 * Composes a route's policy with the default. A route only ever adds rules; three ways of loosening are left, and each
 * is visible where it is written: `false`, `'optional'` and `{ replaceDefault: true }`.
 *
 * | the route says | certificate | rules |
 * | --- | --- | --- |
 * | a policy | required | the default's and its own |
 * | a policy with `replaceDefault: true` | required | its own |
 * | `{ replaceDefault: true }` alone | required | none: any verified certificate |
 * | `'required'` | required | the default's |
 * | `'optional'` | optional | the default's |
 * | `false` | none | none |
 *
 * Throws a `ConfigurationError` for anything else, and where no trust set satisfies both the default and the route.
 */
export function compileRequirement(routePolicy: unknown, settings: RequirementSettings): Requirement {
  if (routePolicy === false) return requirement('none', [], settings.option);
  const inherited = settings.default?.policies ?? [];
  if (routePolicy === 'required' || routePolicy === 'optional') return requirement(routePolicy, inherited, settings.option);
  if (typeof routePolicy !== 'object' || routePolicy === null || Array.isArray(routePolicy) || types.isRegExp(routePolicy))
    throw new ConfigurationError(settings.option, notAPolicy(routePolicy));
  const { replaceDefault, ...rules } = ownData(routePolicy, settings.option) as Record<string, unknown>;
  if (replaceDefault === undefined) return requirement('required', [...inherited, compilePolicy(rules, settings)], settings.option);
  checkReplaceDefault(replaceDefault, settings);
  return requirement('required', Object.keys(rules).length === 0 ? [] : [compilePolicy(rules, settings)], settings.option);
}

/**
 * Nothing where the client may pass. `identity` is null where no certificate was presented; one that was presented and refused
 * never gets here.
 */
export function evaluateRequirement({ presence, policies }: Requirement, identity: ClientIdentity | null): Refusal | undefined {
  if (presence === 'none') return undefined;
  if (identity === null) {
    return presence === 'optional' ? undefined : refusal('PEERCERT_CERTIFICATE_MISSING', { detail: 'the client presented no certificate' });
  }
  for (const policy of policies) {
    const refused = policy.evaluate(identity);
    if (refused !== undefined) return refused;
  }
  return undefined;
}

function requirement(presence: Requirement['presence'], policies: readonly CompiledPolicy[], option: string): Requirement {
  return Object.freeze({ presence, policies: Object.freeze([...policies]), trustSets: commonTrustSets(policies, option) });
}

function commonTrustSets(policies: readonly CompiledPolicy[], option: string): readonly string[] | undefined {
  let common: readonly string[] | undefined;
  for (const { trustSets } of policies) {
    if (trustSets === undefined) continue;
    const narrower: readonly string[] = common === undefined ? trustSets : common.filter((name) => trustSets.includes(name));
    if (narrower.length === 0) throw new ConfigurationError(`${option}.trustSet`, disjoint(common ?? [], trustSets));
    common = narrower;
  }
  return common === undefined ? undefined : Object.freeze([...common]);
}

function disjoint(inherited: readonly string[], own: readonly string[]): string {
  const names = (sets: readonly string[]) => sets.map((name) => `'${name}'`).join(' or ');
  const wants = `the default policy wants ${names(inherited)}, this one ${names(own)}`;
  return `no certificate can satisfy it: ${wants}; add replaceDefault: true if this one is to stand alone`;
}

function checkReplaceDefault(value: unknown, { option, default: inherited }: RequirementSettings): void {
  if (value !== true)
    throw new ConfigurationError(`${option}.replaceDefault`, 'must be true, or be left out: without it the default policy holds too');
  if (inherited === undefined)
    throw new ConfigurationError(`${option}.replaceDefault`, 'there is no default policy to replace here: leave it out');
}

function notAPolicy(value: unknown): string {
  const advice = "write a policy such as { subject: { OU: 'payments' } }, 'required', 'optional', or false";
  if (value === undefined) return `is undefined, which might have been meant as anything: ${advice}`;
  if (typeof value !== 'string') return `${inspect(value, { depth: 0, maxArrayLength: 3 })} is no policy: ${advice}`;
  const near = nearestName(value, ['required', 'optional']);
  const hint = near === undefined ? '' : ` (did you mean '${near}'?)`;
  const words = "'required' and 'optional' are the only words, and the name of a policy is never written as a bare string";
  return `'${value}' is no policy${hint}: ${words}; ${advice}`;
}
