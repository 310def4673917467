import type { DistinguishedNameFields, NameAttribute } from '../identity/index.js';
import { attributeType } from './attribute-keys.js';
import { readDistinguishedNameText } from './distinguished-name-text.js';
import { foldedName, sameName } from './name-comparison.js';
import { compileQuantified, enoughFit, enoughMayFit } from './quantity.js';
import { shownName } from './rule.js';
import { exactText } from './value-kinds.js';

/** What a name must be like, besides that of the certificate itself: an issuer's, one among the alternative names. */
export interface NamePattern {
  readonly expected: string;
  matches(name: DistinguishedNameFields): boolean;
  /** Whether it matches, or nobody can say that it does not. */
  mayMatch(name: DistinguishedNameFields): boolean;
}

/** A whole name as RFC 4514 writes it, or attributes, each of which must fit. */
export function compileNamePattern(pattern: unknown): NamePattern {
  if (typeof pattern === 'string') return compileNameText(pattern);
  const attributes = Object.entries(pattern as object).map(([key, value]) => ({ key, ...attributeMatcher(key, value) }));
  return {
    expected: attributes.map(({ key, matcher }) => `${key} ${matcher.expected}`).join(', '),
    matches: (name) => attributes.every(({ fits }) => fits(name)),
    mayMatch: (name) => attributes.every(({ mayFit }) => mayFit(name)),
  };
}

/** A whole name; also tells whether another one is the same in the opposite order. */
export function compileNameText(text: string): NamePattern & { isReversed(name: DistinguishedNameFields): boolean } {
  const read = readDistinguishedNameText(text);
  // The schema has refused what is no name; one that could not be read would match nothing.
  const mostSpecificFirst = read.ok ? foldedName(read.rdns) : undefined;
  // RFC 4514, section 2.1: the text begins with the last RDN of the certificate's sequence.
  const wanted = mostSpecificFirst?.toReversed();
  const matches = ({ rdns }: DistinguishedNameFields): boolean => wanted !== undefined && sameName(wanted, rdns);
  return {
    expected: shownName(text),
    matches,
    mayMatch: matches,
    isReversed: ({ rdns }) => mostSpecificFirst !== undefined && sameName(mostSpecificFirst, rdns),
  };
}

/** What a rule on an attribute asks of a name: of the certificate's own, of an issuer's, of one among the alternative names. */
export function attributeMatcher(key: string, pattern: unknown) {
  const type = attributeType(key);
  const matcher = compileQuantified(pattern, exactText, 'one');
  const fits = ({ isString, value }: NameAttribute) => isString && matcher.matches(value);
  const occurrences = (name: DistinguishedNameFields) => {
    const found: NameAttribute[] = [];
    for (const rdn of name.rdns) for (const attribute of rdn) if (attribute.type === type) found.push(attribute);
    return found;
  };
  const mayFit = ({ isString, value }: NameAttribute) => !isString || matcher.mayMatch(value);
  return {
    matcher,
    occurrences,
    fits: (name: DistinguishedNameFields) => enoughFit(occurrences(name), matcher.quantity, fits),
    /** Whether it fits, or nobody can say that it does not. */
    mayFit: (name: DistinguishedNameFields) => enoughMayFit(occurrences(name), matcher.quantity, mayFit),
  };
}
