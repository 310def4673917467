import { describePolicy } from './describe-policy.js';
import { PolicyBook } from './policy-book.js';
import { readPolicyFile } from './policy-file.js';
import { compileRequirement } from './requirement.js';

/** What a policy file says, in words: see `describePolicy`. */
export interface CheckedPolicyFile {
  /** What holds where a route says nothing: a line a rule, or `'required'` or `'optional'`; null where the file has no default. */
  readonly default: readonly string[] | 'required' | 'optional' | null;
  /** By name. */
  readonly policies: Readonly<Record<string, readonly string[]>>;
}

/**
 * Checks a policy file, YAML or JSON, as a server that loads it does, and says in words what it demands. Throws `ConfigurationError` with the place and what to do. Which trust
 * sets there are, and policies of the option `policies`, is for the server to know: names of trust sets are taken as they are, and policies must all be in the file.
 */
export function checkPolicyFile(text: string): CheckedPolicyFile {
  const content = readPolicyFile(text, '');
  const { policies } = new PolicyBook({}, { option: 'policies' }, content);
  if (content.default !== undefined) compileRequirement(content.default, { option: 'default', policies });
  const fallback = content.default as 'required' | 'optional' | object | undefined;
  return Object.freeze({
    default: fallback === undefined ? null : typeof fallback === 'object' ? describePolicy(fallback) : fallback,
    policies: Object.freeze(
      Object.fromEntries(Object.entries(content.policies).map(([name, policy]) => [name, describePolicy(policy as object)])),
    ),
  });
}
