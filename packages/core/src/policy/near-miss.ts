/** Values looked at for a hint; longer lists and texts get none, since the work is done at a refused peer's request. */
const mostTexts = 10;
const longestText = 256;

/** Tells the operator why a value that looks like an expected one is not it. */
export function nearMiss(found: string, expected: readonly string[]): string | undefined {
  if (found.length > longestText) return undefined;
  for (const text of expected.slice(0, mostTexts)) {
    if (text.length > longestText) continue;
    const difference = differenceBetween(found, text);
    if (difference !== undefined) return difference;
  }
  return undefined;
}

function differenceBetween(found: string, expected: string): string | undefined {
  if (found.toLowerCase() === expected.toLowerCase()) return 'they differ in upper and lower case, which counts';
  if (withoutSpace(found) === withoutSpace(expected)) return 'they differ in white space, or in characters that do not show';
  if (found.normalize('NFKC') === expected.normalize('NFKC')) return 'they are different Unicode forms of the same text';
  if (looksAlike(found, expected)) return 'they differ in letters that are not ASCII and may look like those that are';
  if (expected.includes('*')) return 'a * in a policy stands for itself: use a RegExp for a pattern';
  return undefined;
}

function withoutSpace(text: string): string {
  return text.replace(/[\s\p{Cf}\p{Cc}]+/gu, '');
}

/** As many characters, where the expected ones are ASCII and those that differ are not. */
function looksAlike(found: string, expected: string): boolean {
  const characters = [...found];
  if (characters.length !== [...expected].length || !/^[\x20-\x7e]*$/.test(expected)) return false;
  const differing = characters.filter((character, i) => character !== expected[i]);
  // Some letters must be the same, or every foreign word of that length would look alike.
  return differing.length < characters.length && differing.every((character) => character > '\x7f');
}
