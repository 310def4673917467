import { InvalidArgumentError, Option } from 'commander';
import { type KeyName, keyNames } from '../keys.js';
import type { Io } from './io.js';

/** Options that several commands have, and what they hold. */
export interface CommonOptions {
  readonly dir: string;
  readonly json?: true;
}

export function dirOption(): Option {
  return new Option('--dir <folder>', "the authority's folder").default('pki');
}

export function jsonOption(): Option {
  return new Option('--json', 'print the result as JSON');
}

export function daysOption(what: string, fallback?: number): Option {
  const option = new Option('--days <number>', what).argParser(readNumber);
  return fallback === undefined ? option : option.default(fallback);
}

export function keyOption(): Option {
  return new Option('--key <kind>', 'the kind of key to make').choices(keyNames).default('ecdsa-p256');
}

/** An option that may be given several times. */
export function listOption(flags: string, description: string): Option {
  return new Option(flags, `${description} (repeatable)`).argParser((value, before: readonly string[] | undefined) => [
    ...(before ?? []),
    value,
  ]);
}

/** The last part of a help text: lines to be copied, and what they do. */
export function examples(...lines: readonly (readonly [line: string, effect: string])[]): string {
  const width = Math.max(...lines.map(([line]) => line.length));
  return ['', 'Examples:', ...lines.map(([line, effect]) => `  ${line.padEnd(width)}  # ${effect}`)].join('\n');
}

/** Long RSA keys take a second or many. Whoever waits is told for what; a refusal, which comes at once, is not announced. */
export async function withProgress<Result>(io: Io, key: KeyName, work: () => Promise<Result>): Promise<Result> {
  if (key !== 'rsa-3072' && key !== 'rsa-4096') return await work();
  const begun = performance.now();
  let isTold = false;
  const timer = setTimeout(() => {
    io.note(`peercert: making an ${key} key, which may take a while … `);
    isTold = true;
  }, 300);
  try {
    return await work();
  } finally {
    clearTimeout(timer);
    if (isTold) io.note(`${((performance.now() - begun) / 1000).toFixed(1)} s\n`);
  }
}

function readNumber(text: string): number {
  const number = Number(text);
  if (text.trim() === '' || !Number.isFinite(number)) throw new InvalidArgumentError('It must be a number.');
  return number;
}
