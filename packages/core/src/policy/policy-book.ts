import { ConfigurationError } from '../errors/index.js';
import { type CompiledPolicy, type CompileSettings, compilePolicy, type NamedPolicies } from './compile.js';
import { ownData } from './own-data.js';

/** What a policy file holds: the default policy, policies by name, or both. */
export interface PolicyFileContent {
  /** Undefined where the file has none. */
  readonly default: unknown;
  readonly policies: Readonly<Record<string, unknown>>;
}

/** What is compiled again when policies are replaced, in two steps, so that all of it is or none. */
export interface Recompiled {
  prepare(): void;
  commit(): void;
  abandon(): void;
}

/**
 * The policies that can be named: those of the option `policies`, and those of the policy file, which may be replaced. A replacement is put in force only if
 * everything that was compiled with the one before can be compiled with it too.
 */
export class PolicyBook {
  readonly #own: Readonly<Record<string, unknown>>;
  readonly #settings: CompileSettings;
  readonly #requirements = new Set<Recompiled>();
  #policies: NamedPolicies;
  #fileDefault: unknown;

  /** Throws `ConfigurationError` for a policy that is none. */
  constructor(own: Readonly<Record<string, unknown>>, settings: CompileSettings, file?: PolicyFileContent) {
    // Read once: they are compiled again whenever the file is replaced.
    this.#own = ownData(own, settings.option) as Readonly<Record<string, unknown>>;
    this.#settings = settings;
    this.#policies = this.#compiled(file?.policies ?? {});
    this.#fileDefault = file?.default;
  }

  get policies(): NamedPolicies {
    return this.#policies;
  }

  /** The file's default policy; undefined where it has none, or there is no file. */
  get fileDefault(): unknown {
    return this.#fileDefault;
  }

  /** Has the requirement compiled again whenever the file is replaced. */
  follow(requirement: Recompiled): void {
    this.#requirements.add(requirement);
  }

  /** Puts the content of a file in force, for every requirement or for none. Throws `ConfigurationError` for what cannot be. */
  replace(file: PolicyFileContent): void {
    const before = { policies: this.#policies, fileDefault: this.#fileDefault };
    try {
      this.#policies = this.#compiled(file.policies);
      this.#fileDefault = file.default;
      // In the order in which they were made: the default first, which others are composed with.
      for (const requirement of this.#requirements) requirement.prepare();
    } catch (error) {
      this.#policies = before.policies;
      this.#fileDefault = before.fileDefault;
      for (const requirement of this.#requirements) requirement.abandon();
      throw error;
    }
    for (const requirement of this.#requirements) requirement.commit();
  }

  #compiled(ofFile: Readonly<Record<string, unknown>>): NamedPolicies {
    const twice = Object.keys(ofFile).find((name) => Object.hasOwn(this.#own, name));
    if (twice !== undefined)
      throw new ConfigurationError(`policies.${twice}`, 'is in the option policies and in the policy file: rename one');
    return namedPolicies(new Map([...Object.entries(this.#own), ...Object.entries(ofFile)]), this.#settings);
  }
}

/** Compiles all of them, each when it is first asked for. */
function namedPolicies(given: ReadonlyMap<string, unknown>, settings: CompileSettings): NamedPolicies {
  const compiled = new Map<string, CompiledPolicy>();
  const underWay: string[] = [];
  const names = [...given.keys()];
  const book: NamedPolicies = {
    names,
    named(name) {
      const known = compiled.get(name);
      if (known !== undefined || !given.has(name)) return known;
      const option = `policies.${name}`;
      if (underWay.includes(name)) throw new ConfigurationError(option, `leads back to itself: ${[...underWay, name].join(' -> ')}`);
      underWay.push(name);
      try {
        const policy = compilePolicy(given.get(name), { ...settings, option, policies: book });
        if (policy.reports)
          throw new ConfigurationError(`${option}.mode`, 'can be said where a policy is used, not where it is named: move it there');
        compiled.set(name, policy);
        return policy;
      } finally {
        underWay.pop();
      }
    },
  };
  for (const name of names) {
    if (name === '' || name === '__proto__') throw new ConfigurationError('policies', `a policy needs a name, and not '${name}'`);
    book.named(name);
  }
  return book;
}
