import type { SubjectAltNames } from '../identity/index.js';
import type { SubjectAltNameRules, ValuePattern } from './certificate-policy.js';
import { listed, quoted, type Rule } from './rule.js';
import { dns, email, exactText, ip, uri, type ValueKind } from './value-kinds.js';
import { compileValuePattern } from './value-pattern.js';

/** The types of alternative name that a policy can ask for, and how each is compared. */
export const altNameKinds = { dns, uri, email, ip, upn: exactText } as const satisfies Record<keyof SubjectAltNameRules, ValueKind>;

type AltNameType = keyof typeof altNameKinds & keyof SubjectAltNames;

/** One rule a type of name. */
export function altNameRules(rules: Readonly<Record<string, unknown>>): readonly Rule[] {
  return Object.entries(rules).map(([type, pattern]) => altNameRule(type as AltNameType, pattern as ValuePattern));
}

/** Names that the log compares more closely with what was expected. */
const mostHintedNames = 10;

/** Holds if any name of the type fits: all of them are names of the same holder (RFC 5280, section 4.2.1.6). */
function altNameRule(type: AltNameType, pattern: ValuePattern): Rule {
  const matcher = compileValuePattern(pattern, altNameKinds[type]);
  return {
    name: `subjectAltName.${type}`,
    evaluate({ subjectAltName }) {
      const names = subjectAltName[type];
      if (names.some(matcher.matches)) return undefined;
      const { expected } = matcher;
      if (names.length === 0) return { problem: 'is asked for, but the certificate has no name of this type', expected, found: 'none' };
      const hint = names
        .slice(0, mostHintedNames)
        .map(matcher.hint)
        .find((text) => text !== '');
      return { problem: `does not match${hint === undefined ? '' : `: ${hint}`}`, expected, found: listed(names, ', ', quoted) };
    },
  };
}
