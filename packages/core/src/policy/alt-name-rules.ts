import type { ClientIdentity, SubjectAltNames } from '../identity/index.js';
import { compileNamePattern } from './name-pattern.js';
import { compileQuantified, enoughFit, enoughMayFit } from './quantity.js';
import { listed, listedOrNone, quoted, type Rule, shownName } from './rule.js';
import { dns, email, exactText, ip, uri, type ValueKind } from './value-kinds.js';

/** The types of alternative name that hold one text each, and how each is compared. */
export const altNameKinds = { dns, uri, email, ip, upn: exactText } as const satisfies Record<string, ValueKind>;

type TextType = keyof typeof altNameKinds & keyof SubjectAltNames;

/** An otherName that a policy asks for: the DER of its value in hexadecimal digits, or any value. */
export interface OtherNameRule {
  readonly typeId: string;
  readonly value?: string;
}

/** One rule a type of name. All names are those of the same holder (RFC 5280, section 4.2.1.6), so that any that fits is enough unless told otherwise. */
export function altNameRules(rules: Readonly<Record<string, unknown>>): readonly Rule[] {
  return Object.entries(rules).map(([type, pattern]) => {
    if (type === 'directoryName') return directoryNameRule(pattern);
    if (type === 'otherName') return otherNameRule([pattern as OtherNameRule | readonly OtherNameRule[]].flat());
    return textRule(type as TextType, pattern);
  });
}

const noNames = 'is asked for, but the certificate has no name of this type';

/** Names that the log compares more closely with what was expected. */
const mostHintedNames = 10;

function textRule(type: TextType, pattern: unknown): Rule {
  const matcher = compileQuantified(pattern, altNameKinds[type], 'any');
  return {
    name: `subjectAltName.${type}`,
    expected: matcher.expected,
    holds: ({ subjectAltName }) => enoughFit(subjectAltName[type], matcher.quantity, matcher.matches),
    isUnclear: ({ subjectAltName }) => enoughMayFit(subjectAltName[type], matcher.quantity, matcher.mayMatch),
    found: ({ subjectAltName }) => listedOrNone(subjectAltName[type], quoted),
    problem({ subjectAltName }) {
      const names = subjectAltName[type];
      if (names.length === 0) return noNames;
      const others = names.filter((name) => !matcher.matches(name)).slice(0, mostHintedNames);
      const hint = others.map(matcher.hint).find((text) => text !== '');
      return `does not match${hint === undefined ? '' : `: ${hint}`}`;
    },
  };
}

function directoryNameRule(pattern: unknown): Rule {
  const patterns = [pattern].flat().map(compileNamePattern);
  const names = ({ subjectAltName }: ClientIdentity) => subjectAltName.directoryName;
  return {
    name: 'subjectAltName.directoryName',
    expected: listed(patterns, ' or ', ({ expected }) => expected),
    holds: (identity) => names(identity).some((name) => patterns.some(({ matches }) => matches(name))),
    isUnclear: (identity) => names(identity).some((name) => patterns.some(({ mayMatch }) => mayMatch(name))),
    found: (identity) => listedOrNone(names(identity), ({ dn }) => shownName(dn)),
    problem: (identity) => (names(identity).length === 0 ? noNames : 'does not match'),
  };
}

function otherNameRule(wanted: readonly OtherNameRule[]): Rule {
  const names = ({ subjectAltName }: ClientIdentity) => subjectAltName.otherName;
  const allowed = wanted.map(({ typeId, value }) => ({ typeId, value: value?.toLowerCase() }));
  return {
    name: 'subjectAltName.otherName',
    expected: listed(allowed, ' or ', ({ typeId, value }) => `${typeId}${value === undefined ? '' : ` ${quoted(value)}`}`),
    holds: (identity) =>
      names(identity).some((name) =>
        allowed.some(({ typeId, value }) => typeId === name.typeId && (value === undefined || value === name.value)),
      ),
    found: (identity) => listedOrNone(names(identity), ({ typeId, value }) => `${typeId} ${quoted(value)}`),
    problem: (identity) => (names(identity).length === 0 ? noNames : 'does not match'),
  };
}
