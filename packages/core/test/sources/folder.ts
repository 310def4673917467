import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { vi } from 'vitest';
import { type Comparison, type Files, type SourceProblem, WatchedFiles, type WatchedFilesOptions } from '../../src/sources/index.js';

/** A folder of a test's own. */
export class TestFolder {
  readonly path = mkdtempSync(join(tmpdir(), 'peercert-watched-'));

  at(...names: string[]): string {
    return join(this.path, ...names);
  }

  write(name: string, content: string | Uint8Array): string {
    mkdirSync(dirname(this.at(name)), { recursive: true });
    writeFileSync(this.at(name), content);
    return this.at(name);
  }

  /** As editors and certbot's renewal do it: beside, then over. */
  rename(name: string, content: string): void {
    writeFileSync(this.at(`${name}.new`), content);
    renameSync(this.at(`${name}.new`), this.at(name));
  }

  link(name: string, target: string): void {
    symlinkSync(target, this.at(`${name}.link`));
    renameSync(this.at(`${name}.link`), this.at(name));
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

/** Lists of words, one a line, which end in `end`: a list that does not is damaged. */
export type Words = readonly string[];

export function words(...list: string[]): string {
  return `${[...list, 'end'].join('\n')}\n`;
}

function readWords(bytes: Uint8Array): { ok: true; value: Words } | { ok: false; problem: string } {
  const lines = Buffer.from(bytes).toString().trim().split('\n');
  if (lines.at(-1) !== 'end') return { ok: false, problem: 'does not end as it should' };
  return { ok: true, value: lines.slice(0, -1) };
}

export function allWords(files: Files<Words> | undefined): string {
  return [...new Set([...(files?.values() ?? [])].flat())].sort().join(' ');
}

function compareWords(inForce: Files<Words>, next: Files<Words>): Comparison {
  const before = new Set([...inForce.values()].flat());
  const after = new Set([...next.values()].flat());
  if ([...before].some((word) => !after.has(word))) return 'less';
  return after.size > before.size ? 'more' : 'same';
}

/** Watched lists of words, and what became of them. */
export class WordWatch {
  /** What was in force, one after the other. */
  readonly accepted: string[] = [];
  readonly problems: SourceProblem[] = [];
  readonly recovered: SourceProblem[] = [];
  readonly stale: SourceProblem[] = [];
  readonly files: WatchedFiles<Words>;
  reads = 0;
  reject: string | undefined;

  constructor(files: string | string[], options: Partial<WatchedFilesOptions<Words>> = {}) {
    this.files = new WatchedFiles<Words>({
      files,
      option: 'words',
      extensions: ['.txt'],
      settleMilliseconds: 150,
      // Long, so that what is noticed was watched.
      pollSeconds: 600,
      read: (bytes) => {
        this.reads++;
        return readWords(bytes);
      },
      compare: compareWords,
      accept: (next) => {
        if (this.reject !== undefined) return this.reject;
        this.accepted.push(allWords(next));
        return undefined;
      },
      onProblem: (problem) => this.problems.push(problem),
      onRecovered: (problem) => this.recovered.push(problem),
      onStale: (problem) => this.stale.push(problem),
      ...options,
    });
    watches.push(this.files);
  }

  get inForce(): string {
    return allWords(this.files.value);
  }

  /** Waits until exactly these are in force. */
  async has(expected: string): Promise<void> {
    await until(
      () => this.inForce === expected,
      () => `in force: ${this.inForce}; expected: ${expected}`,
    );
  }
}

const watches: { close(): void }[] = [];

/** For `afterEach`. */
export function closeWatches(): void {
  for (const watch of watches.splice(0)) watch.close();
}

export async function until(isSo: () => boolean, message: () => string): Promise<void> {
  await vi.waitFor(
    () => {
      if (!isSo()) throw new Error(message());
    },
    { timeout: 30_000, interval: 3 },
  );
}

export function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });
}
