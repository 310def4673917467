import { resolve } from 'node:path';

/** Lines of a label and what belongs to it, one below the other. */
export function rows(...pairs: readonly (readonly [label: string, value: string, remark?: string])[]): string[] {
  const [labels, values] = [0, 1].map((column) => Math.max(...pairs.map((pair) => (pair[column] as string).length))) as [number, number];
  return pairs.map(([label, value, remark]) =>
    `  ${label.padEnd(labels)}  ${remark === undefined ? value : `${value.padEnd(values)}  ${remark}`}`.trimEnd(),
  );
}

/** The date alone. */
export function day(time: string): string {
  return time.slice(0, 'YYYY-MM-DD'.length);
}

/** What comes out of a certificate may hold characters that a terminal obeys. */
export function printable(text: string): string {
  return text.replace(/\p{C}/gu, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`);
}

/** A word of a command line as a POSIX shell reads it back. */
export function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/** The option that a command needs to find the same authority again. */
export function dirArgument(dir: string): string {
  return dir === 'pki' ? '' : ` --dir ${quoted(dir)}`;
}

/** For programs, which may run elsewhere, paths are absolute. */
export function absolute<Paths extends Readonly<Record<string, string>>>(paths: Paths): Paths {
  return Object.fromEntries(Object.entries(paths).map(([name, path]) => [name, resolve(path)])) as Paths;
}
