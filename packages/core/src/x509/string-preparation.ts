/**
 * Prepares the value of an attribute for comparison (RFC 5280, section 7.1, which asks for the profile of RFC 4518 with caseIgnoreMatch): two
 * values match when they are prepared to the same string.
 *
 * | step of RFC 4518, section 2 | here                                                                                                   |
 * | --------------------------- | ------------------------------------------------------------------------------------------------------ |
 * | 1 Transcode                 | done by the reader, which knows the string types                                                       |
 * | 2 Map                       | white space of all kinds is a space, what is invisible is dropped, case is folded (RFC 3454, table B.2) |
 * | 3 Normalize                 | NFKC                                                                                                   |
 * | 4 Prohibit, 5 Check bidi    | not asked: what is prohibited matches itself, as with OpenSSL and Go                                    |
 * | 6 Insignificant spaces      | none at the ends, one inside                                                                           |
 */
export function prepareString(value: string): string {
  // Most values are words of ASCII with single spaces, for which the built-in function does the same at a fraction of the time.
  if (/^[!-~]+(?: [!-~]+)*$/.test(value)) return value.toLowerCase();
  return foldCase(value.replace(spaces, ' ').replace(invisible, '')).normalize('NFKC').replace(/ +/g, ' ').replace(/^ | $/g, '');
}

/** Section 2.2: TAB to CR, NEL, and the separators. */
const spaces = /[\t-\r\u0085\p{Zs}\p{Zl}\p{Zp}]/gu;

/** Section 2.2: control and format characters, variation selectors and their like, which nobody sees. */
const invisible = /\p{Cc}|\p{Cf}|\p{Variation_Selector}|\u034f|\u1806|\ufffc/gu;

/**
 * Each character by itself, as the table has it: String.prototype.toLowerCase would take a sigma at the end of a word for another. Folded before
 * and after a first normalization, which makes letters of symbols.
 */
function foldCase(value: string): string {
  return Array.from(Array.from(value, foldCharacter).join('').normalize('NFKC'), foldCharacter).join('');
}

function foldCharacter(character: string): string {
  if (character === 'ς') return 'σ';
  // A letter without a single capital, such as ß, folds to what its capitals are in small letters.
  const capital = character.toUpperCase();
  return (capital.length > character.length ? capital : character).toLowerCase();
}
