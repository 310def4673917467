import type { ClientIdentity } from '../identity/index.js';

/** One rule of a policy, ready to be evaluated. Pure: what it says depends on the identity alone. */
export interface Rule {
  /** Its path into the policy, such as `subject.OU`. */
  readonly name: string;
  /** What it wants, for the log. */
  readonly expected: string;
  /** Throws `PolicyFailure` alone, where a schema in it cannot be run. */
  holds(identity: ClientIdentity): boolean;
  /**
   * Called only where it does not hold: whether that is for want of a clear answer (an attribute that occurs twice, a value too long to be tried), so that `not` must
   * not take it for a no. Absent where the answer is always clear.
   */
  isUnclear?(identity: ClientIdentity): boolean;
  /** What is there, for the log. */
  found(identity: ClientIdentity): string;
  /** Why it does not hold: the rest of a sentence that begins with its name. Called only where it does not. */
  problem(identity: ClientIdentity): string;
}

/** One rule and what came of it, in the order of the policy; for the log, events and `explain`. */
export interface RuleTrace {
  /** Its path into the policy: `subject.OU`, `anyOf[0].spiffeId`. */
  readonly rule: string;
  /** Undefined for what was not asked, since another rule had decided. */
  readonly holds: boolean | undefined;
  readonly expected: string;
  readonly found: string;
  /** Why it does not hold: the rest of a sentence that begins with the rule's name. */
  readonly problem?: string;
  /** Of `anyOf` and `not`: what they are made of. */
  readonly within?: readonly RuleTrace[];
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
  return shownText(dn);
}

/** A text for the log as it stands, cut. */
export function shownText(text: string): string {
  return text.length <= 2 * shownCharacters ? escaped(text) : `${escaped(text.slice(0, 2 * shownCharacters))}…`;
}

function escaped(text: string): string {
  return text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`);
}

/** Several values for the log, the first as `show` writes them; the others are counted: a certificate may have thousands of names. */
export function listed<T>(values: readonly T[], separator: string, show: (value: T) => string): string {
  const shown = values.slice(0, shownValues).map(show).join(separator);
  return values.length <= shownValues ? shown : `${shown} and ${values.length - shownValues} more`;
}

/** What a certificate has of something, for the log. */
export function listedOrNone<T>(values: readonly T[], show: (value: T) => string): string {
  return values.length === 0 ? 'none' : listed(values, ', ', show);
}
