import type { ClientIdentity } from '../identity/index.js';

/** One rule of a policy, ready to be evaluated. */
export interface Rule {
  /** Its path into the policy, such as `subject.OU`. */
  readonly name: string;
  /** Nothing where the rule holds. Pure, and never throws. */
  evaluate(identity: ClientIdentity): Finding | undefined;
}

/** Why a rule does not hold, for the operator's log. */
export interface Finding {
  /** The rest of a sentence that begins with the rule's name. */
  readonly problem: string;
  readonly expected: string;
  readonly found: string;
}

/** Characters of one value that the log shows, and values of a list. */
const shownCharacters = 120;
const shownValues = 5;

/** A value for the log: quoted, cut, and with every character escaped that a terminal or log reader would act on or not show. */
export function quoted(value: string): string {
  if (value.length <= shownCharacters) return escaped(JSON.stringify(value));
  return `${escaped(JSON.stringify(value.slice(0, shownCharacters)))}… (${value.length} characters)`;
}

/** A distinguished name for the log, cut; its own escapes are those of RFC 4514. */
export function shownName(dn: string): string {
  return dn.length <= 2 * shownCharacters ? escaped(dn) : `${escaped(dn.slice(0, 2 * shownCharacters))}…`;
}

function escaped(text: string): string {
  return text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`);
}

/** Several values for the log, the first as `show` writes them; the others are counted: a certificate may have thousands of names. */
export function listed<T>(values: readonly T[], separator: string, show: (value: T) => string): string {
  const shown = values.slice(0, shownValues).map(show).join(separator);
  return values.length <= shownValues ? shown : `${shown} and ${values.length - shownValues} more`;
}
