import { inspect, types } from 'node:util';
import { ConfigurationError, nearestName } from '../errors/index.js';
import { type CompiledPolicy, type CompileSettings, commonTrustSets, compilePolicy } from './compile.js';
import { ownData } from './own-data.js';
import type { PolicyBook, Recompiled } from './policy-book.js';
import { isStandardSchema } from './standard-schema.js';

/** What is demanded at one time; another object once a policy file was replaced, so that what was remembered under it is forgotten with it. */
export interface Demands {
  /**
   * `required`: a certificate must be presented. `optional`: none will do, one that is presented must be good.
   * `none`: nothing is read, the identity is null whatever was presented.
   */
  readonly presence: 'required' | 'optional' | 'none';
  /** All of them must be satisfied by a certificate that is presented; the default's first. */
  readonly policies: readonly CompiledPolicy[];
  /** The trust sets that the policies allow together, never empty; undefined where none of them names one. */
  readonly trustSets: readonly string[] | undefined;
  /** Whether something has to be asked of each request. */
  readonly asksRequests: boolean;
}

/** What is finally demanded of a client: the default policy and the route's, composed. */
export class Requirement implements Recompiled {
  readonly #compile: () => Demands;
  #demands: Demands;
  #next: Demands | undefined;

  constructor(compile: () => Demands) {
    this.#compile = compile;
    this.#demands = compile();
  }

  get demands(): Demands {
    return this.#demands;
  }

  /** What others are composed with while policies are replaced. */
  get latest(): Demands {
    return this.#next ?? this.#demands;
  }

  prepare(): void {
    this.#next = this.#compile();
  }

  commit(): void {
    this.#demands = this.latest;
    this.#next = undefined;
  }

  abandon(): void {
    this.#next = undefined;
  }
}

export interface RequirementSettings extends CompileSettings {
  /** What holds where nothing else is said: a route's policy is added to it. Absent where the default itself is compiled. */
  readonly default?: Requirement | undefined;
  /** Where named policies come from; the requirement follows what is replaced there. */
  readonly book?: PolicyBook | undefined;
}

/**
 * Composes a route's policy with the default. A route only ever adds rules; three ways of loosening are left, and each
 * is visible where it is written: `false`, `'optional'` and `{ replaceDefault: true }`.
 *
 * | the route says | certificate | rules |
 * | --- | --- | --- |
 * | a policy, a schema, a function | required | the default's and its own |
 * | a policy with `replaceDefault: true` | required | its own |
 * | `{ replaceDefault: true }` alone | required | none: any verified certificate |
 * | `'required'` | required | the default's |
 * | `'optional'` | optional | the default's |
 * | `false` | none | none |
 *
 * Throws a `ConfigurationError` for anything else, and where no trust set satisfies both the default and the route.
 */
export function compileRequirement(routePolicy: unknown, settings: RequirementSettings): Requirement {
  // Read once: changing the object later changes nothing, whenever it is compiled again.
  const given = typeof routePolicy === 'object' && routePolicy !== null ? ownData(routePolicy, settings.option) : routePolicy;
  return following(settings, () => composed(given, { ...settings, policies: settings.book?.policies ?? settings.policies }));
}

/** The default of a policy file, for as long as that has one. */
export function fileRequirement(settings: RequirementSettings & { readonly book: PolicyBook }): Requirement {
  return following(settings, () => composed(settings.book.fileDefault ?? 'required', { ...settings, policies: settings.book.policies }));
}

function following({ book }: RequirementSettings, compile: () => Demands): Requirement {
  const requirement = new Requirement(compile);
  book?.follow(requirement);
  return requirement;
}

function composed(policy: unknown, settings: RequirementSettings): Demands {
  const { option } = settings;
  if (policy === false) return demands('none', [], option);
  const inherited = settings.default?.latest.policies ?? [];
  if (policy === 'required' || policy === 'optional') return demands(policy, inherited, option);
  if (isStandardSchema(policy) || typeof policy === 'function')
    return demands('required', [...inherited, compilePolicy(policy, settings)], option);
  if (typeof policy !== 'object' || policy === null || Array.isArray(policy) || types.isRegExp(policy))
    throw new ConfigurationError(option, notAPolicy(policy));
  const { replaceDefault, ...rules } = policy as Record<string, unknown>;
  if (replaceDefault === undefined) return demands('required', [...inherited, compilePolicy(rules, settings)], option);
  checkReplaceDefault(replaceDefault, settings);
  return demands('required', Object.keys(rules).length === 0 ? [] : [compilePolicy(rules, settings)], option);
}

function demands(presence: Demands['presence'], policies: readonly CompiledPolicy[], option: string): Demands {
  const asksRequests = policies.some(({ authorize }) => authorize.length > 0);
  const enforced = policies.filter(({ reports }) => !reports);
  return Object.freeze({
    presence,
    policies: Object.freeze([...policies]),
    trustSets: commonTrustSets(enforced, option, composition),
    asksRequests,
  });
}

const composition = {
  one: 'the default policy',
  other: 'this one',
  advice: '; add replaceDefault: true if this one is to stand alone',
};

function checkReplaceDefault(value: unknown, { option, default: inherited }: RequirementSettings): void {
  if (value !== true)
    throw new ConfigurationError(`${option}.replaceDefault`, 'must be true, or be left out: without it the default policy holds too');
  if (inherited === undefined)
    throw new ConfigurationError(`${option}.replaceDefault`, 'there is no default policy to replace here: leave it out');
}

function notAPolicy(value: unknown): string {
  const advice = "write a policy such as { subject: { OU: 'payments' } }, a schema, a function, 'required', 'optional', or false";
  if (value === undefined) return `is undefined, which might have been meant as anything: ${advice}`;
  if (typeof value !== 'string') return `${inspect(value, { depth: 0, maxArrayLength: 3 })} is no policy: ${advice}`;
  const near = nearestName(value, ['required', 'optional']);
  const hint = near === undefined ? '' : ` (did you mean '${near}'?)`;
  const words =
    "'required' and 'optional' are the only words, and the name of a policy is never written as a bare string but as { policy: '…' }";
  return `'${value}' is no policy${hint}: ${words}; ${advice}`;
}
