import type { BigIntStats } from 'node:fs';
import { lstat, readlink, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { Runtime } from './runtime.js';

/** As many links as Linux follows in one name (path_resolution(7)). */
const mostLinks = 40;

/**
 * Watches the folders through which a file is reached, each for the names that lead on: the file in its folder, each symbolic link on the way
 * in the folder that holds it, and each folder in its parent. So a change is noticed however it is made: written in place, renamed over,
 * deleted and made anew, a link set to another target (certbot), a link to a folder exchanged (`..data` of Kubernetes), a folder replaced.
 *
 * `fs.watch` follows an inode, not a name: every round of `begin`, `watchWay` and `end` looks which folder has the name now.
 */
export class FolderWatches {
  readonly #runtime: Runtime;
  readonly #onHit: () => void;
  readonly #watches = new Map<string, Watch>();
  #round = new Round();
  #found: BigIntStats | undefined;
  #closed = false;

  constructor(runtime: Runtime, onHit: () => void) {
    this.#runtime = runtime;
    this.#onHit = onHit;
  }

  /** Why changes may go unnoticed until somebody looks; undefined when all is watched. */
  get fault(): string | undefined {
    return this.#round.fault;
  }

  begin(): void {
    this.#round = new Round();
  }

  /**
   * Watches the way to a path, and everything in it where it is a folder. Returns what is at its end; undefined where the way ends early, or was
   * gone already, which reading tells the reason of.
   */
  async watchWay(path: string, everything = false): Promise<BigIntStats | undefined> {
    this.#found = undefined;
    try {
      const real = await this.#follow(resolve(path), 0, true);
      if (everything && real !== undefined) await this.#watch(real, undefined, true);
    } catch {
      // A folder that may not be entered, or a loop.
    }
    return this.#found;
  }

  /** Ends the watches that no way has needed since `begin`. */
  end(): void {
    for (const [folder, watch] of this.#watches) {
      if (this.#round.names.has(folder)) continue;
      watch.end();
      this.#watches.delete(folder);
    }
  }

  close(): void {
    this.#closed = true;
    for (const watch of this.#watches.values()) watch.end();
    this.#watches.clear();
  }

  /** The path without links; undefined where it ends early. */
  async #follow(path: string, links: number, isLast: boolean): Promise<string | undefined> {
    const known = this.#round.ways.get(path);
    if (known !== undefined) return known;
    const parent = dirname(path);
    if (parent === path) return path;
    const folder = await this.#follow(parent, links, false);
    if (folder === undefined) return undefined;
    const name = basename(path);
    await this.#watch(folder, name, isLast);
    const here = join(folder, name);
    const status = await lstat(here, { bigint: true });
    if (!status.isSymbolicLink()) {
      if (isLast) this.#found = status;
      this.#round.ways.set(path, here);
      return here;
    }
    if (links >= mostLinks) return undefined;
    const real = await this.#follow(resolve(folder, await readlink(here)), links + 1, isLast);
    if (real !== undefined) this.#round.ways.set(path, real);
    return real;
  }

  /**
   * Without a name, everything in the folder is of interest. Folders further up are often closed to this process, and seldom replaced: that
   * these cannot be watched is no fault.
   */
  async #watch(folder: string, name: string | undefined, isLast: boolean): Promise<void> {
    const known = this.#round.names.get(folder);
    const names = known ?? new Set();
    names.add(name);
    if (known !== undefined) return;
    this.#round.names.set(folder, names);
    const { dev, ino } = await stat(folder, { bigint: true });
    const inode = `${dev}:${ino}`;
    const current = this.#watches.get(folder);
    if (current?.inode === inode || this.#closed) return;
    current?.end();
    this.#watches.delete(folder);
    try {
      const end = this.#runtime.watch(
        folder,
        (changed) => {
          const wanted = this.#round.names.get(folder);
          if (changed === null || wanted === undefined || wanted.has(undefined) || wanted.has(changed)) this.#onHit();
        },
        (error) => this.#failed(folder, error, true),
      );
      this.#watches.set(folder, { inode, end });
    } catch (error) {
      this.#failed(folder, error, isLast);
    }
  }

  #failed(folder: string, error: unknown, isLast: boolean): void {
    this.#watches.get(folder)?.end();
    this.#watches.delete(folder);
    const { code, message } = error as NodeJS.ErrnoException;
    if (isLast || (code !== 'EACCES' && code !== 'EPERM'))
      this.#round.fault ??= `the folder ${folder} cannot be watched (${code ?? message})`;
  }
}

interface Watch {
  /** Of the folder that is watched, which may have another name by now, or none. */
  readonly inode: string;
  end(): void;
}

class Round {
  fault: string | undefined;
  /** By path, where it leads. */
  readonly ways = new Map<string, string>();
  /** By folder, the names of interest in it. */
  readonly names = new Map<string, Set<string | undefined>>();
}
