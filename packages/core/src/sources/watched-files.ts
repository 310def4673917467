import { ConfigurationError } from '../errors/index.js';
import { Alarm } from './alarm.js';
import { FileStates, type Files, type Read } from './file-states.js';
import { FolderWatches } from './folder-watches.js';
import { Health, type SourceEvents, type SourceProblem } from './health.js';
import type { NamedFiles } from './list-files.js';
import { certificateFiles } from './load-certificates.js';
import { type MaybePromise, nodeRuntime, type Runtime } from './runtime.js';

/** What `next` is to what is in force. `less` whenever something is removed, be anything added or not; `same` when it need not be put in force. */
export type Comparison = 'more' | 'less' | 'same';

export interface WatchedFilesOptions<V> extends SourceEvents {
  /** Names of files, folders or globs; relative to the working folder as it is at construction. */
  files: string | readonly string[];
  /** The option that these come from, for `ConfigurationError`. */
  option: string;
  /** Of a folder's files, those that count. Unless told: .pem, .crt, .cer, .der and .crl. */
  extensions?: readonly string[] | undefined;
  /** Makes something of a file's bytes, which are its own to keep. Called only for content that changed. */
  read(bytes: Uint8Array, file: string): MaybePromise<Read<V>>;
  /** Compares what is in force with what the files hold now. Unless told, every difference is `more`. */
  compare?: ((inForce: Files<V>, next: Files<V>) => Comparison) | undefined;
  /**
   * What has all of both. With it, what a change adds acts at once, even if the same change removes something, which has to settle first. The
   * values of what it returns may be given to `compare` and to itself.
   */
  merge?: ((inForce: Files<V>, next: Files<V>) => Files<V>) | undefined;
  /** Puts in force what the files hold. Returns the reason, as a sentence, where it cannot; then what is in force stays. */
  accept(files: Files<V>): MaybePromise<string | undefined>;
  /** How long content must have stood still before something is removed, and how long a problem must last before it is told. 1,000 unless told. */
  settleMilliseconds?: number | undefined;
  /** Put a change in force only when two reads, 100 ms apart, were alike; `compare` is not asked then. For authorities. */
  readTwiceAlike?: boolean | undefined;
  /** How often files are looked at besides being watched, since network file systems do not tell of changes. 10 unless told. */
  pollSeconds?: number | undefined;
  /** The largest file that is read. 64 MiB unless told. */
  largestFileBytes?: number | undefined;
  /** How long the last good content stays in force when files fail, before `stale` becomes true. 86,400 unless told. */
  keepLastGoodForSeconds?: number | undefined;
  runtime?: Runtime | undefined;
}

/** Enough for what one event announces to be done: writing a small file, renaming it. */
const coalesceMilliseconds = 3;
/** Events are not answered faster than looks take, so that a busy folder leaves time for other work; nor so slowly that it could be noticed. */
const longestPauseMilliseconds = 20;
const alikeMilliseconds = 100;
/** After a file changed faster than it could be read; twice as long each time. */
const retryMilliseconds = 20;
/** A look that takes longer waits for a file system that does not answer. */
const longestLookMilliseconds = 30_000;

const defaultExtensions = [...certificateFiles, '.crl'];
const mebibyte = 1024 * 1024;

/**
 * Files that are read, watched and polled; what the consumer makes of them is put in force by `accept`.
 *
 * - What adds something is put in force at once, what removes something when the content has stood still (`compare`).
 * - A file that is gone from a folder or glob is removed. A file named by itself that is gone, a file that cannot be read or made sense of, a folder
 *   or glob without any file: the last good content stays in force, and after `keepLastGoodForSeconds` `stale` is true.
 * - Until every name has been good once, nothing is put in force.
 */
export class WatchedFiles<V> {
  readonly #options: WatchedFilesOptions<V>;
  readonly #runtime: Runtime;
  readonly #health: Health;
  readonly #states: FileStates<V>;
  readonly #watches: FolderWatches;
  readonly #look: Alarm;
  readonly #soon: Alarm;
  readonly #overdue: Alarm;
  readonly #settleMilliseconds: number;
  readonly #pollMilliseconds: number;
  #inForce: Files<V> | undefined;
  /** What was offered last, where it was not accepted. */
  #rejected: Files<V> | undefined;
  /** What was merged last with what was in force: once is enough. */
  #merged: Files<V> | undefined;
  #looking: Promise<void> | undefined;
  #again = false;
  #busyLooks = 0;
  #pauseMilliseconds = coalesceMilliseconds;
  #started = false;
  #closed = false;

  constructor(options: WatchedFilesOptions<V>) {
    this.#options = options;
    this.#runtime = options.runtime ?? nodeRuntime;
    const settle = options.settleMilliseconds ?? 1000;
    this.#settleMilliseconds = options.readTwiceAlike === true ? alikeMilliseconds : settle;
    this.#pollMilliseconds = (options.pollSeconds ?? 10) * 1000;
    this.#health = new Health(this.#runtime, options, options.keepLastGoodForSeconds ?? 86_400, settle);
    this.#watches = new FolderWatches(this.#runtime, () => this.#soon.within(this.#pauseMilliseconds));
    this.#look = new Alarm(this.#runtime, () => this.#lookInBackground());
    this.#soon = new Alarm(this.#runtime, () =>
      this.#looking === undefined ? this.#lookInBackground() : this.#soon.in(this.#pauseMilliseconds),
    );
    this.#overdue = new Alarm(this.#runtime, () => this.#fails('reading', `reading ${this.#states.names} takes longer than 30 s`));
    const cwd = process.cwd();
    const extensions = new Set(options.extensions ?? defaultExtensions);
    const named = (name: string): NamedFiles => ({ name, cwd, extensions });
    const names = typeof options.files === 'string' ? [options.files] : options.files;
    this.#states = new FileStates(names.map(named), options.largestFileBytes ?? 64 * mebibyte, this.#runtime, options.read);
  }

  /** What is in force; undefined before anything was. */
  get value(): Files<V> | undefined {
    return this.#inForce;
  }

  /** Whether something has failed for longer than the last good content may be kept. The consumer refuses then. */
  get stale(): boolean {
    return this.#health.stale;
  }

  get problems(): readonly SourceProblem[] {
    return this.#health.problems;
  }

  /**
   * Reads all files now, and puts them in force. Throws `ConfigurationError` for whatever is wrong. Returns a promise, which rejects with the
   * same, where `read` or `accept` do. To be called before `start`.
   */
  readNow(): MaybePromise<void> {
    const { option } = this.#options;
    const reads = this.#states.readNow(option);
    return reads instanceof Promise ? reads.then((files) => this.#acceptFirst(files)) : this.#acceptFirst(reads);
  }

  /** Begins to watch. Resolves after the first look, whatever it found; what fails is told by events. */
  start(): Promise<void> {
    this.#started = true;
    return this.lookNow();
  }

  /** Looks whether anything has changed. Resolves after a look that began after the call. */
  async lookNow(): Promise<void> {
    if (this.#closed || !this.#started) return;
    if (this.#looking !== undefined) {
      this.#again = true;
      return this.#looking;
    }
    this.#looking = this.#lookUntilDone();
    try {
      await this.#looking;
    } finally {
      this.#looking = undefined;
    }
  }

  /** Ends everything. Nothing is called afterwards. */
  close(): void {
    this.#closed = true;
    for (const alarm of [this.#look, this.#soon, this.#overdue]) alarm.cancel();
    this.#watches.close();
    this.#health.close();
  }

  #acceptFirst(files: Files<V>): MaybePromise<void> {
    const done = (problem: string | undefined): void => {
      if (problem !== undefined) throw new ConfigurationError(this.#options.option, `${this.#states.names} ${problem}; mend the files`);
      this.#inForce = files;
    };
    const accepted = this.#options.accept(files);
    return accepted instanceof Promise ? accepted.then(done) : done(accepted);
  }

  /** Of the files as a whole. */
  #fails(what: 'reading' | 'watching' | 'accepting', message: string, countsForStaleness = true): void {
    if (!this.#closed) this.#health.failed(what, message, { subject: this.#states.names, countsForStaleness });
  }

  #lookInBackground(): void {
    this.lookNow().catch(() => undefined);
  }

  async #lookUntilDone(): Promise<void> {
    do {
      this.#again = false;
      this.#soon.cancel();
      this.#overdue.in(longestLookMilliseconds);
      const begun = this.#runtime.monotonic();
      let delay = this.#pollMilliseconds;
      try {
        delay = Math.min(delay, await this.#lookOnce());
        if (!this.#closed) this.#health.recovered('reading');
      } catch (error) {
        // A consumer's mistake, since nothing of ours throws: what is in force stays.
        this.#fails('reading', `reading ${this.#states.names} fails: ${error instanceof Error ? error.message : String(error)}`);
      }
      this.#overdue.cancel();
      const took = this.#runtime.monotonic() - begun;
      this.#pauseMilliseconds = Math.min(Math.max(took, coalesceMilliseconds), longestPauseMilliseconds);
      if (!this.#closed) this.#look.in(delay);
    } while (this.#again && !this.#closed);
  }

  /** Returns after how many milliseconds the next look is due. */
  async #lookOnce(): Promise<number> {
    const settled = this.#states.stoodStillFor() >= this.#settleMilliseconds;
    const { isBusy, isComplete } = await this.#states.look(this.#watches, this.#inForce ?? new Map(), settled);
    if (this.#closed) return 0;
    const { fault } = this.#watches;
    const seconds = this.#pollMilliseconds / 1000;
    if (fault === undefined) this.#health.recovered('watching');
    else this.#fails('watching', `${fault}: changes are noticed within ${seconds} s`, false);
    const unsettled = this.#inForce === undefined && !isComplete ? 0 : await this.#decide();
    if (this.#closed) return 0;
    // What counted for nothing counts again when what the files hold now is in force, and not while that settles.
    if (unsettled === 0 || !this.#health.stale) this.#states.report(this.#health);
    this.#busyLooks = isBusy ? this.#busyLooks + 1 : 0;
    const retry = isBusy ? retryMilliseconds * 2 ** Math.min(this.#busyLooks - 1, 30) : Number.POSITIVE_INFINITY;
    return Math.min(retry, this.#pollMilliseconds, unsettled > 0 ? unsettled : this.#pollMilliseconds);
  }

  /** Puts in force what may be. Returns the milliseconds until the rest may have settled, or 0. */
  async #decide(): Promise<number> {
    const { compare, merge, readTwiceAlike } = this.#options;
    const next = this.#states.compose(this.#inForce ?? new Map());
    if (this.#inForce === undefined) return this.#offer(next);
    if (isAlike(this.#inForce, next)) {
      this.#rejected = undefined;
      this.#merged = undefined;
      this.#health.recovered('accepting');
      return 0;
    }
    const comparison = readTwiceAlike === true ? 'less' : (compare?.(this.#inForce, next) ?? 'more');
    if (comparison === 'same') this.#inForce = next;
    if (comparison === 'same') return 0;
    if (comparison === 'more') return this.#offer(next);
    const stoodStill = this.#states.stoodStillFor();
    if (stoodStill >= this.#settleMilliseconds && this.#states.wasConfirmed) return this.#offer(next);
    if (readTwiceAlike !== true && merge !== undefined && !(this.#merged !== undefined && isAlike(this.#merged, next))) {
      this.#merged = next;
      const both = merge(this.#inForce, next);
      if (compare?.(this.#inForce, both) === 'more') await this.#offer(both);
    }
    return Math.max(this.#settleMilliseconds - stoodStill, 1);
  }

  async #offer(files: Files<V>): Promise<0> {
    if (this.#rejected !== undefined && isAlike(this.#rejected, files)) return 0;
    const problem = await this.#options.accept(files);
    if (this.#closed) return 0;
    this.#rejected = problem === undefined ? undefined : files;
    if (problem === undefined) {
      this.#inForce = files;
      this.#health.recovered('accepting');
    } else this.#fails('accepting', `${this.#states.names} ${problem}`);
    return 0;
  }
}

/** Values are made anew only for content that is new. */
function isAlike<V>(a: Files<V>, b: Files<V>): boolean {
  return a.size === b.size && [...a].every(([file, value]) => b.get(file) === value && b.has(file));
}
