import type { ClientIdentity, NameAttribute } from '../identity/index.js';
import { attributeType } from './attribute-keys.js';
import type { ValuePattern } from './certificate-policy.js';
import { readDistinguishedNameText } from './distinguished-name-text.js';
import { foldedName, sameName } from './name-comparison.js';
import { type Finding, listed, quoted, type Rule, shownName } from './rule.js';
import { exactText } from './value-kinds.js';
import { compileValuePattern, type ValueMatcher } from './value-pattern.js';

type Field = 'subject' | 'issuer';

/** Rules on the subject or the issuer: one for a whole name, one for each attribute otherwise. */
export function nameRules(field: Field, rules: string | Readonly<Record<string, unknown>>): readonly Rule[] {
  if (typeof rules === 'string') return [wholeNameRule(field, rules)];
  return Object.entries(rules).map(([key, pattern]) => attributeRule(field, key, pattern as ValuePattern));
}

/**
 * Holds if the attribute occurs once and its value fits. Of two occurrences none is "the" value: an issuer that lets applicants choose
 * one attribute would let them choose who they are.
 */
function attributeRule(field: Field, key: string, pattern: ValuePattern): Rule {
  const type = attributeType(key);
  const matcher = compileValuePattern(pattern, exactText);
  return {
    name: `${field}.${key}`,
    evaluate(identity: ClientIdentity) {
      let count = 0;
      let attribute: NameAttribute | undefined;
      for (const rdn of identity[field].rdns) {
        for (const candidate of rdn) {
          if (candidate.type !== type) continue;
          count++;
          attribute = candidate;
        }
      }
      if (count === 1 && attribute?.isString === true && matcher.matches(attribute.value)) return undefined;
      const occurrences = identity[field].rdns.flat().filter((candidate) => candidate.type === type);
      return explain(occurrences, matcher);
    },
  };
}

/** Why these occurrences of an attribute are not the one that is asked for. */
function explain(occurrences: readonly NameAttribute[], { expected, hint }: ValueMatcher): Finding {
  const [only] = occurrences;
  const found = occurrences.length === 0 ? 'none' : listed(occurrences, ', ', (attribute) => quoted(attribute.value));
  if (only === undefined) return { problem: 'is asked for, but the name has no such attribute', expected, found };
  if (occurrences.length > 1) return { problem: `occurs ${occurrences.length} times, and then none of its values counts`, expected, found };
  if (!only.isString) return { problem: 'is no text, so that no string or RegExp fits it', expected, found };
  const near = hint(only.value);
  return { problem: `does not match${near === '' ? '' : `: ${near}`}`, expected, found };
}

/**
 * Holds if both names have the same attributes in the same places, values compared as RFC 5280, section 7.1, compares them: without
 * regard to the case of ASCII letters and to the amount of white space.
 */
function wholeNameRule(field: Field, text: string): Rule {
  const read = readDistinguishedNameText(text);
  // The schema has refused what is no name; a rule that could not be read would hold for nobody.
  const mostSpecificFirst = read.ok ? foldedName(read.rdns) : undefined;
  // RFC 4514, section 2.1: the text begins with the last RDN of the certificate's sequence.
  const wanted = mostSpecificFirst?.toReversed();
  return {
    name: field,
    evaluate(identity: ClientIdentity) {
      const name = identity[field];
      if (wanted !== undefined && sameName(wanted, name.rdns)) return undefined;
      const isReversed = mostSpecificFirst !== undefined && sameName(mostSpecificFirst, name.rdns);
      const problem = isReversed ? 'is written in the opposite order: RFC 4514 begins with the most specific part' : 'is another name';
      return { problem, expected: shownName(text), found: name.dn === '' ? 'an empty name' : shownName(name.dn) };
    },
  };
}
