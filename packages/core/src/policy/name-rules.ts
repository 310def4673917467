import type { NameAttribute } from '../identity/index.js';
import { attributeMatcher, compileNameText } from './name-pattern.js';
import type { QuantifiedMatcher } from './quantity.js';
import { listedOrNone, quoted, type Rule, shownName } from './rule.js';

type Field = 'subject' | 'issuer';

/** Rules on the subject or the issuer: one for a whole name, one for each attribute otherwise. */
export function nameRules(field: Field, rules: string | Readonly<Record<string, unknown>>): readonly Rule[] {
  if (typeof rules === 'string') return [wholeNameRule(field, rules)];
  return Object.entries(rules).map(([key, pattern]) => attributeRule(field, key, pattern));
}

/**
 * Unless the policy says how many are to fit, the rule holds if the attribute occurs once and its value fits. Of two occurrences none is "the" value: an
 * issuer that lets applicants choose one attribute would let them choose who they are.
 */
function attributeRule(field: Field, key: string, pattern: unknown): Rule {
  const { occurrences, fits, mayFit, matcher } = attributeMatcher(key, pattern);
  return {
    name: `${field}.${key}`,
    expected: matcher.expected,
    holds: (identity) => fits(identity[field]),
    isUnclear: (identity) => mayFit(identity[field]),
    found: (identity) => listedOrNone(occurrences(identity[field]), ({ value }) => quoted(value)),
    problem: (identity) => explain(occurrences(identity[field]), matcher),
  };
}

/** Why these occurrences of an attribute are not what is asked for. */
function explain(occurrences: readonly NameAttribute[], { quantity, hint }: QuantifiedMatcher): string {
  const [only] = occurrences;
  if (only === undefined) return 'is asked for, but the name has no such attribute';
  if (quantity === 'one' && occurrences.length > 1) {
    return `occurs ${occurrences.length} times, and then none of its values counts unless the policy says { all: … } or { any: … }`;
  }
  if (!only.isString) return 'is no text, so that nothing fits it';
  const near = occurrences.map(({ value }) => hint(value)).find((text) => text !== '');
  return `does not match${near === undefined ? '' : `: ${near}`}`;
}

/**
 * Holds if both names have the same attributes in the same places, values compared as RFC 5280, section 7.1, compares them: without
 * regard to the case of ASCII letters and to the amount of white space.
 */
function wholeNameRule(field: Field, text: string): Rule {
  const name = compileNameText(text);
  return {
    name: field,
    expected: name.expected,
    holds: (identity) => name.matches(identity[field]),
    found: (identity) => (identity[field].dn === '' ? 'an empty name' : shownName(identity[field].dn)),
    problem: (identity) =>
      name.isReversed(identity[field])
        ? 'is written in the opposite order: RFC 4514 begins with the most specific part'
        : 'is another name',
  };
}
