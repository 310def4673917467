import type { AuthorityFields } from '../identity/index.js';
import { compileNamePattern } from './name-pattern.js';
import { digestOf } from './pin-rules.js';
import { listed, listedOrNone, type Rule, shownName } from './rule.js';

/** One authority of the path, by its name, its certificate or its key. */
export interface ChainMemberRule {
  readonly subject?: unknown;
  readonly fingerprint256?: string | readonly string[];
  readonly spki256?: string | readonly string[];
}

/** Holds if some authority of the validated path, the trust anchor included, satisfies one of the alternatives whole. */
export function chainRule(alternatives: readonly ChainMemberRule[]): Rule {
  const members = alternatives.map(compileMember);
  return {
    name: 'chain',
    expected: listed(members, ' or ', ({ expected }) => expected),
    holds: ({ authorities }) => authorities.some((authority) => members.some(({ matches }) => matches(authority))),
    isUnclear: ({ authorities }) => authorities.some((authority) => members.some(({ mayMatch }) => mayMatch(authority))),
    found: ({ authorities }) => listedOrNone(authorities, ({ subject }) => shownName(subject.dn)),
    problem: () => 'has no such authority',
  };
}

function compileMember({ subject, fingerprint256, spki256 }: ChainMemberRule) {
  const name = subject === undefined ? undefined : compileNamePattern(subject);
  const [certificates, keys] = [digests(fingerprint256), digests(spki256)];
  const expected = [
    ...(name === undefined ? [] : [`subject ${name.expected}`]),
    ...(certificates === undefined ? [] : [`fingerprint256 ${listed([...certificates], ' or ', String)}`]),
    ...(keys === undefined ? [] : [`spki256 ${listed([...keys], ' or ', String)}`]),
  ].join(' and ');
  const isPinned = (authority: AuthorityFields): boolean =>
    (certificates?.has(authority.fingerprint256) ?? true) && (keys?.has(authority.spki256) ?? true);
  return {
    expected,
    matches: (authority: AuthorityFields) => isPinned(authority) && (name?.matches(authority.subject) ?? true),
    mayMatch: (authority: AuthorityFields) => isPinned(authority) && (name?.mayMatch(authority.subject) ?? true),
  };
}

function digests(given: string | readonly string[] | undefined): ReadonlySet<string> | undefined {
  return given === undefined ? undefined : new Set([given].flat().map(digestOf));
}
