import { ConfigurationError, nearestName, parseOptions, type Refusal, refusal } from '../errors/index.js';
import type { ClientIdentity } from '../identity/index.js';
import { altNameRules } from './alt-name-rules.js';
import { nameRules } from './name-rules.js';
import { ownData } from './own-data.js';
import { fingerprintRule, trustSetRule } from './pin-rules.js';
import { type Rule, shownName } from './rule.js';
import { certificatePolicySchema } from './schema.js';

/** A policy made ready once, to be evaluated against many identities. */
export interface CompiledPolicy {
  /**
   * Nothing where every rule holds, otherwise the refusal (`PEERCERT_POLICY_MISMATCH`) for the first that does not. Pure, and never throws.
   */
  evaluate(identity: ClientIdentity): Refusal | undefined;
  /** The trust sets that the policy names; undefined where it names none. */
  readonly trustSets: readonly string[] | undefined;
}

export interface CompileSettings {
  /** The option's path, for messages: `config.mtls`. */
  readonly option: string;
  /** The names of the trust sets there are; a policy that names another one throws. Without it, names are not looked up. */
  readonly trustSets?: readonly string[] | undefined;
}

/**
 * Checks a policy and makes it ready. The policy is read once, here: changing the object later changes nothing.
 *
 * Throws a `ConfigurationError` that names the option and says what to do for whatever is not a policy, for unknown rules and trust
 * sets, and for `replaceDefault`, which only a route can say (`compileRequirement`).
 */
export function compilePolicy(policy: unknown, { option, trustSets: known }: CompileSettings): CompiledPolicy {
  // Without a prototype here too: what somebody hung on Object.prototype is no rule.
  const rules = Object.assign(Object.create(null) as object, parseOptions(certificatePolicySchema, ownData(policy, option), option));
  if (rules.replaceDefault !== undefined) {
    throw new ConfigurationError(`${option}.replaceDefault`, 'there is no default policy to replace here: leave it out');
  }
  const trustSets = rules.trustSet === undefined ? undefined : checkTrustSets([rules.trustSet].flat(), known, `${option}.trustSet`);
  const compiled: Rule[] = [];
  if (trustSets !== undefined) compiled.push(trustSetRule(trustSets));
  if (rules.fingerprint256 !== undefined) compiled.push(fingerprintRule([rules.fingerprint256].flat()));
  if (rules.subject !== undefined) compiled.push(...nameRules('subject', rules.subject));
  if (rules.issuer !== undefined) compiled.push(...nameRules('issuer', rules.issuer));
  if (rules.subjectAltName !== undefined) compiled.push(...altNameRules(rules.subjectAltName));
  return Object.freeze({ evaluate: (identity: ClientIdentity) => evaluateRules(compiled, identity, option), trustSets });
}

function evaluateRules(rules: readonly Rule[], identity: ClientIdentity, option: string): Refusal | undefined {
  for (const rule of rules) {
    const finding = rule.evaluate(identity);
    if (finding === undefined) continue;
    const { problem, expected, found } = finding;
    const detail = `${option} is not satisfied: ${rule.name} ${problem}`;
    return refusal(
      'PEERCERT_POLICY_MISMATCH',
      Object.freeze({ detail, depth: 0, subject: shownName(identity.subject.dn), rule: rule.name, expected, found }),
    );
  }
  return undefined;
}

function checkTrustSets(names: readonly string[], known: readonly string[] | undefined, option: string): readonly string[] {
  for (const name of names) {
    if (known === undefined || known.includes(name)) continue;
    const near = nearestName(name, known);
    const advice = near === undefined ? '' : ` (did you mean '${near}'?)`;
    const others = known.length === 0 ? 'none is configured' : `there are ${known.map((set) => `'${set}'`).join(', ')}`;
    throw new ConfigurationError(option, `there is no trust set '${name}'${advice}; ${others}`);
  }
  return Object.freeze([...new Set(names)]);
}
