import { existsSync } from 'node:fs';
import type * as Core from '@peercert/core';
import type { Guard, Logger, Requirement, TrustOptions, Verifier } from '@peercert/core';
import type { Io, Report } from '../io.js';
import { printable } from '../text.js';
import { UsageError } from '../usage-error.js';
import { loadCore } from './load-core.js';
import { readNamed } from './read.js';

export interface ExplainArguments {
  /** Files, the end entity's first. */
  readonly cert: readonly string[];
  /** `file`, or `set=file`. */
  readonly ca: readonly string[];
  readonly intermediates?: readonly string[];
  readonly crl?: readonly string[];
  readonly policy?: string;
  readonly name?: string;
  readonly at?: number;
}

/** What a server with these files would decide, and why. Throws a `UsageError` for whatever keeps it from being asked. */
export async function explain(given: ExplainArguments, io: Io): Promise<Report & { readonly isAccepted: boolean }> {
  const core = await loadCore('peercert explain');
  if (given.name !== undefined && given.policy === undefined) throw new UsageError('--name is that of a policy in a file: give --policy');
  const certificates = await Promise.all(given.cert.map((file) => readNamed(file, '--cert ')));
  let [verifier, guard]: [Verifier | undefined, Guard | undefined] = [undefined, undefined];
  try {
    verifier = core.createVerifier({
      ...trustOf(given),
      ...(given.crl === undefined ? {} : { revocation: { crl: given.crl } }),
      ...(given.at === undefined ? {} : { clock: () => given.at as number }),
      logger: warningsTo(io),
    });
    await verifier.ready;
    guard = new core.Guard({ verifier, ...(given.policy === undefined ? {} : { policyFile: given.policy }) });
    const requirement = requirementOf(guard, core, await policyNames(given, core), given);
    const explanation = await guard.explain(certificates, requirement);
    return { json: explanation, lines: [core.describeExplanation(explanation)], isAccepted: explanation.verdict.ok };
  } catch (error) {
    if (error instanceof core.ConfigurationError) throw new UsageError(printable(inFlags(error, given)), { cause: error });
    throw error;
  } finally {
    await guard?.close();
    await verifier?.close();
  }
}

/** Authorities by the name of their trust set; one without a name is in `default`, as with the option `trust`. */
function trustOf({ ca, intermediates }: ExplainArguments): { trust?: TrustOptions; trustSets?: Record<string, TrustOptions> } {
  const sets = new Map<string, string[]>();
  for (const one of ca) {
    const [, name = 'default', file = one] = (existsSync(one) ? null : /^([^=/\\]+)=(.+)$/.exec(one)) ?? [];
    sets.set(name, [...(sets.get(name) ?? []), file]);
  }
  const options = (files: string[]): TrustOptions => ({ ca: files, ...(intermediates === undefined ? {} : { intermediates }) });
  const { default: trust, ...others } = Object.fromEntries([...sets].map(([name, files]) => [name, options(files)]));
  return { ...(trust === undefined ? {} : { trust }), ...(Object.keys(others).length === 0 ? {} : { trustSets: others }) };
}

interface PolicyNames {
  readonly hasDefault: boolean;
  readonly names: readonly string[];
}

async function policyNames({ policy }: ExplainArguments, core: typeof Core): Promise<PolicyNames> {
  if (policy === undefined) return { hasDefault: true, names: [] };
  const content = core.readPolicyFile(Buffer.from(await readNamed(policy, '--policy ')).toString('utf8'), 'policyFile');
  return { hasDefault: content.default !== undefined, names: Object.keys(content.policies) };
}

/** A file without a default demands nothing by itself: to have asked it about nothing must not look as if it had allowed something. */
function requirementOf(
  guard: Guard,
  core: typeof Core,
  { hasDefault, names }: PolicyNames,
  { policy, name }: ExplainArguments,
): Requirement {
  if (name === undefined) {
    if (hasDefault) return guard.requirement;
    throw new UsageError(printable(`${policy} has no default policy: choose one with --name: ${names.join(', ')}`));
  }
  if (names.includes(name)) return guard.compile({ policy: name }, `--name ${name}`);
  throw new core.ConfigurationError('--name', `there is no policy '${name}' in ${policy}; there are: ${names.join(', ') || 'none'}`);
}

/** What core says of its options, it says of what was typed. */
function inFlags({ option, message }: { readonly option: string; readonly message: string }, given: ExplainArguments): string {
  const flags: readonly (readonly [RegExp, string])[] = [
    [/^certificates/, `--cert ${given.cert.join(' ')}`],
    [/^trust(?:Sets\..+)?\.ca/, '--ca'],
    [/^trust(?:Sets\..+)?\.intermediates/, '--intermediates'],
    [/^revocation\.crl/, '--crl'],
    [/^(?:policyFile|policies|default policy of the policy file)/, `--policy ${given.policy}`],
  ];
  const flag = flags.find(([pattern]) => pattern.test(option))?.[1];
  if (flag === undefined || option === '') return message;
  const place = option.startsWith('policies') ? `${option}: ` : '';
  const problem = `${flag}: ${place}${message.slice(option.length + 2)}`;
  return /there is no trust set/.test(message) ? `${problem}; name a trust set with --ca NAME=FILE` : problem;
}

/** Warnings of sources, such as a CRL whose signature does not fit. */
function warningsTo(io: Io): Logger {
  const note = (_fields: object, message: string): void => io.note(`peercert: ${printable(message)}\n`);
  return { debug: silent, info: silent, warn: note, error: note };
}

function silent(): void {}
