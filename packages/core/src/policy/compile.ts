import { ConfigurationError, nearestName, parseOptions } from '../errors/index.js';
import type { ClientIdentity } from '../identity/index.js';
import { altNameRules } from './alt-name-rules.js';
import { chainRule } from './authority-rules.js';
import type { PolicyContext } from './certificate-policy.js';
import { extensionRules, publicKeyRules, spiffeIdRule, validityRule } from './certificate-rules.js';
import { decideNode, rememberedByDefault, schemaNode } from './code-nodes.js';
import { allOfNode, anyOfNode, type NamedNode, notNode, rulesNode } from './combinators.js';
import { keyPurposeName } from './key-purposes.js';
import { nameRules } from './name-rules.js';
import { ownData } from './own-data.js';
import { digestRule, serialNumberRule, trustSetRule } from './pin-rules.js';
import type { Rule } from './rule.js';
import { certificatePolicySchema } from './schema.js';
import { checkSchemaKeys } from './schema-keys.js';
import { isStandardSchema } from './standard-schema.js';
import type { PolicyNode } from './tree.js';
import { certificatePoliciesRule, extendedKeyUsageRule } from './usage-rules.js';

/** What is asked of each request anew. */
export type Authorize = (identity: ClientIdentity, request: never, context: PolicyContext) => unknown;

/** A policy made ready once, to be evaluated against many identities. */
export interface CompiledPolicy {
  /** The option that it stands in, for messages: `GET /pay config.mtls`. */
  readonly option: string;
  /** What may be remembered. */
  readonly node: PolicyNode;
  /** What is asked of each request, once the rest holds. */
  readonly authorize: readonly Authorize[];
  /** Whether a refusal is logged and nothing more. */
  readonly reports: boolean;
  /** The trust sets in one of which a path must end; undefined where any will do. */
  readonly trustSets: readonly string[] | undefined;
}

export interface CompileSettings {
  /** The option's path, for messages: `config.mtls`. */
  readonly option: string;
  /** The names of the trust sets there are; a policy that names another one throws. Without it, names are not looked up. */
  readonly trustSets?: readonly string[] | undefined;
  /** The policies that can be named. */
  readonly policies?: NamedPolicies | undefined;
}

/** Policies by their name. */
export interface NamedPolicies {
  readonly names: readonly string[];
  /** The compiled policy; throws `ConfigurationError` where it leads back to itself. */
  named(name: string): CompiledPolicy | undefined;
}

/**
 * Checks a policy and makes it ready. The policy is read once, here: changing the object later changes nothing.
 *
 * Throws a `ConfigurationError` that names the option and says what to do for whatever is not a policy, for unknown rules, trust sets and names of
 * policies, for what can never hold, and for `replaceDefault`, which only a route can say (`compileRequirement`).
 */
export function compilePolicy(policy: unknown, settings: CompileSettings): CompiledPolicy {
  const { option } = settings;
  if (isStandardSchema(policy)) return whole(settings, schema(policy, option));
  if (typeof policy === 'function') return whole(settings, decideNode(policy as never, rememberedByDefault));
  // Without a prototype here too: what somebody hung on Object.prototype is no rule.
  const parsed = parseOptions(certificatePolicySchema, ownData(policy, option), option);
  const rules: PolicyObject = Object.assign(Object.create(null) as object, parsed);
  if (rules.replaceDefault !== undefined) {
    throw new ConfigurationError(`${option}.replaceDefault`, 'there is no default policy to replace here: leave it out');
  }
  const { mode, authorize, ...lasting } = rules;
  if (mode !== undefined && Object.keys(lasting).length === 0 && authorize === undefined)
    throw new ConfigurationError(option, 'has a mode and no rules: name a rule');
  const named = namesOf(rules.policy).map((name) => namedPolicy(name, settings));
  return {
    ...whole(settings, nodeOf(lasting, settings)),
    authorize: [...named.flatMap((other) => other.authorize), ...(authorize === undefined ? [] : [authorize])],
    reports: mode === 'report',
  };
}

/** What the schema lets through. */
interface PolicyObject {
  readonly trustSet?: string | readonly string[];
  readonly policy?: string | readonly string[];
  readonly mode?: 'enforce' | 'report';
  readonly replaceDefault?: true;
  readonly allOf?: readonly unknown[];
  readonly anyOf?: readonly unknown[];
  readonly not?: unknown;
  readonly decide?: Parameters<typeof decideNode>[0];
  readonly rememberForSeconds?: number;
  readonly authorize?: Authorize;
  readonly [rule: string]: unknown;
}

function whole({ option }: CompileSettings, node: PolicyNode): CompiledPolicy {
  return { option, node, authorize: [], reports: false, trustSets: node.trustSets };
}

/** A policy inside of another has no mode, replaces nothing, and asks of no request: what is around it is remembered. */
function memberNode(member: unknown, settings: CompileSettings): PolicyNode {
  if (isStandardSchema(member)) return schema(member, settings.option);
  if (typeof member === 'function') return decideNode(member as never, rememberedByDefault, nameOf(member as never));
  // Without a prototype, as above.
  const rules: PolicyObject = Object.assign(Object.create(null) as PolicyObject, member);
  for (const key of ['mode', 'replaceDefault', 'authorize'] as const) {
    if (Object.hasOwn(rules, key))
      throw new ConfigurationError(`${settings.option}.${key}`, 'can only be said of a whole policy, not inside of one: move it out');
  }
  for (const name of namesOf(rules.policy)) {
    if (namedPolicy(name, settings).authorize.length > 0)
      throw new ConfigurationError(
        `${settings.option}.policy`,
        `'${name}' has authorize, which can only be asked of a whole policy: name it outside`,
      );
  }
  return nodeOf(rules, settings);
}

/** The parts in the order in which they are asked: what is pure and cheap first. */
function nodeOf(rules: PolicyObject, settings: CompileSettings): PolicyNode {
  const { option } = settings;
  const own = rulesOf(rules, settings);
  const members = (key: 'allOf' | 'anyOf'): NamedNode[] =>
    (rules[key] ?? []).map((member, i) => ({
      name: `${key}[${i}]`,
      node: memberNode(member, { ...settings, option: `${option}.${key}[${i}]` }),
    }));
  const parts: NamedNode[] = [];
  if (own !== undefined) parts.push({ name: '', node: own });
  for (const name of namesOf(rules.policy)) parts.push({ name: `policy '${name}'`, node: valueless(namedPolicy(name, settings).node) });
  parts.push(...members('allOf'));
  const alternatives = members('anyOf');
  if (alternatives.length > 0) parts.push({ name: '', node: anyOfNode(alternatives, unionOf(alternatives)) });
  if (rules.not !== undefined) parts.push({ name: '', node: notNode(memberNode(rules.not, { ...settings, option: `${option}.not` })) });
  const { decide, rememberForSeconds } = rules;
  if (decide !== undefined) {
    const remembered = rememberForSeconds === undefined ? rememberedByDefault : rememberForSeconds * 1_000;
    parts.push({ name: '', node: decideNode(decide, remembered) });
  }
  const [only] = parts;
  if (parts.length === 1 && only?.name === '') return only.node;
  return allOfNode(
    parts,
    commonTrustSets(
      parts.map(({ node }) => node),
      option,
    ),
  );
}

function rulesOf(policy: PolicyObject, { option, trustSets: known }: CompileSettings): PolicyNode | undefined {
  const given = policy as { readonly [rule: string]: never };
  const trustSets = policy.trustSet === undefined ? undefined : checkTrustSets([policy.trustSet].flat(), known, `${option}.trustSet`);
  const rules: Rule[] = [];
  const add = (name: string, make: (value: never) => Rule | readonly Rule[]): void => {
    if (given[name] !== undefined) rules.push(...[make(given[name])].flat());
  };
  if (trustSets !== undefined) rules.push(trustSetRule(trustSets));
  add('fingerprint256', (value) => digestRule('fingerprint256', [value].flat()));
  add('spki256', (value) => digestRule('spki256', [value].flat()));
  add('serialNumber', (value) => serialNumberRule([value].flat()));
  add('subject', (value) => nameRules('subject', value));
  add('issuer', (value) => nameRules('issuer', value));
  add('subjectAltName', altNameRules);
  add('spiffeId', spiffeIdRule);
  add('extendedKeyUsage', (value) => extendedKeyUsageRule(value, keyPurposeName));
  add('certificatePolicies', certificatePoliciesRule);
  add('extensions', extensionRules);
  add('publicKey', publicKeyRules);
  add('validity', validityRule);
  add('chain', (value) => chainRule([value].flat()));
  return rules.length === 0 ? undefined : rulesNode(rules, trustSets, given.chain !== undefined || given.certificatePolicies !== undefined);
}

function schema(given: Parameters<typeof schemaNode>[0], option: string): PolicyNode {
  checkSchemaKeys(given, option);
  return schemaNode(given);
}

/** What a policy that is only named makes of an identity has no type where it is named, and so is not handed on. */
function valueless(node: PolicyNode): PolicyNode {
  const without = ({ value: _value, ...finding }: Awaited<ReturnType<PolicyNode['evaluate']>>) => finding;
  return {
    ...node,
    evaluate(identity, runner) {
      const found = node.evaluate(identity, runner);
      return found instanceof Promise ? found.then(without) : without(found);
    },
  };
}

function namedPolicy(name: string, { option, policies }: CompileSettings): CompiledPolicy {
  const policy = policies?.named(name);
  if (policy !== undefined) return policy;
  const names = policies?.names ?? [];
  const near = nearestName(name, names);
  const advice = near === undefined ? '' : ` (did you mean '${near}'?)`;
  const others =
    names.length === 0
      ? 'none is; name them in the option policies, or in policyFile'
      : `there are ${names.map((other) => `'${other}'`).join(', ')}`;
  throw new ConfigurationError(`${option}.policy`, `there is no policy '${name}'${advice}; ${others}`);
}

function namesOf(names: string | readonly string[] | undefined): readonly string[] {
  return names === undefined ? [] : [...new Set([names].flat())];
}

function nameOf(work: (...given: never) => unknown): string {
  return work.name === '' ? 'function' : work.name;
}

/** Any of the alternatives' sets will do, if each of them names some. */
function unionOf(alternatives: readonly NamedNode[]): readonly string[] | undefined {
  const sets = alternatives.map(({ node }) => node.trustSets);
  if (sets.some((names) => names === undefined)) return undefined;
  return Object.freeze([...new Set(sets.flatMap((names) => names ?? []))]);
}

/** The trust sets that all of the parts allow; throws where there is none. */
export function commonTrustSets(
  parts: readonly { readonly trustSets: readonly string[] | undefined }[],
  option: string,
  words = partsOfOne,
): readonly string[] | undefined {
  let common: readonly string[] | undefined;
  for (const { trustSets } of parts) {
    if (trustSets === undefined) continue;
    const narrower: readonly string[] = common === undefined ? trustSets : common.filter((name) => trustSets.includes(name));
    if (narrower.length === 0) throw new ConfigurationError(`${option}.trustSet`, disjoint(common ?? [], trustSets, words));
    common = narrower;
  }
  return common === undefined ? undefined : Object.freeze([...common]);
}

interface Words {
  readonly one: string;
  readonly other: string;
  readonly advice: string;
}

const partsOfOne: Words = { one: 'one part of it', other: 'another', advice: '' };

function disjoint(before: readonly string[], own: readonly string[], { one, other, advice }: Words): string {
  const names = (sets: readonly string[]) => sets.map((name) => `'${name}'`).join(' or ');
  return `no certificate can satisfy it: ${one} wants ${names(before)}, ${other} ${names(own)}${advice}`;
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
