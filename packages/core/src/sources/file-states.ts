import type { BigIntStats } from 'node:fs';
import { lstat, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { isDynamicPattern } from 'tinyglobby';
import { ConfigurationError } from '../errors/index.js';
import type { FolderWatches } from './folder-watches.js';
import type { Health } from './health.js';
import { type FilesKind, globBase, listFiles, listFilesNow, type NamedFiles, pathOf } from './list-files.js';
import { mayBeKey } from './read-file.js';
import { type FileReading, readWhole, readWholeNow, signatureOf, unread, type WholeFile } from './read-whole.js';
import type { MaybePromise, Runtime } from './runtime.js';

/** What was made of each file, by its name as the operator would write it, in the order of the names given. */
export type Files<V> = ReadonlyMap<string, V>;

/** What bytes hold; or what is wrong with them, as it goes on after the file's name: `holds no certificate`. */
export type Read<V> = { readonly ok: true; readonly value: V } | { readonly ok: false; readonly problem: string };

/**
 * File systems tell times in steps of up to 2 s (FAT), so that what is written right after a reading may leave the signature as it was: what is
 * new is read once more when it is older than a step.
 */
const coarsestTimeMilliseconds = 2000;

export interface Look {
  /** Something changes faster than it can be read. */
  readonly isBusy: boolean;
  /** Every name stands for files, and each of these is good. */
  readonly isComplete: boolean;
}

/** What each file of some names held when it was last looked at. */
export class FileStates<V> {
  readonly #items: readonly Item[];
  readonly #largestFileBytes: number;
  readonly #runtime: Runtime;
  readonly #read: (bytes: Uint8Array, file: string) => MaybePromise<Read<V>>;
  readonly #states = new Map<string, State<V>>();
  readonly #failing = new Set<string>();
  #touchedAt = Number.NEGATIVE_INFINITY;
  #wasConfirmed = false;

  constructor(
    named: readonly NamedFiles[],
    largestFileBytes: number,
    runtime: Runtime,
    read: (bytes: Uint8Array, file: string) => MaybePromise<Read<V>>,
  ) {
    this.#items = named.map((names) => ({ named: names, kind: undefined, files: [], known: new Set(), problem: undefined }));
    this.#largestFileBytes = largestFileBytes;
    this.#runtime = runtime;
    this.#read = read;
  }

  /** All names, for messages. */
  get names(): string {
    return this.#items.map(({ named }) => named.name).join(', ');
  }

  /** Whether the last look read everything anew that is not in force. */
  get wasConfirmed(): boolean {
    return this.#wasConfirmed;
  }

  /** For how many milliseconds all has been as it is. */
  stoodStillFor(): number {
    return this.#runtime.monotonic() - this.#touchedAt;
  }

  /** What the files hold; a file that fails, what of it is in force. */
  compose(inForce: Files<V>): Files<V> {
    const files = new Map<string, V>();
    const keep = (file: string): unknown => inForce.has(file) && files.set(file, inForce.get(file) as V);
    for (const item of this.#items) {
      // What was listed last may be what a folder still held while it was being emptied.
      if (item.problem !== undefined) [...inForce.keys()].filter((file) => item.known.has(file)).forEach(keep);
      else
        for (const file of item.files) {
          const { read } = this.#states.get(file) ?? {};
          if (read?.ok === true) files.set(file, read.value);
          else keep(file);
        }
    }
    return files;
  }

  /** Tells what fails, and what is in order again. */
  report(health: Health): void {
    const problems = new Map<string, string>();
    for (const { named, kind, files, problem } of this.#items) {
      // A key that lost its BEGIN line is taken for a name too, and must not get into a log.
      const shown = kind === undefined && mayBeKey(named.name) ? 'what was given as a name, and may be a key,' : named.name;
      if (problem !== undefined) problems.set(shown, problem);
      else
        for (const file of files) {
          const state = this.#states.get(file);
          const fault = state?.busy ?? (state?.read.ok === false ? state.read.problem : undefined);
          if (fault !== undefined) problems.set(file === named.name ? shown : file, fault);
        }
    }
    for (const subject of this.#failing) if (!problems.has(subject)) health.recovered(subject);
    this.#failing.clear();
    for (const [subject, problem] of problems) {
      this.#failing.add(subject);
      health.failed(subject, `${subject} ${problem}`);
    }
  }

  /** Reads everything now. Throws `ConfigurationError`, or rejects with it where the consumer reads asynchronously. */
  readNow(option: string): MaybePromise<Files<V>> {
    const whole = this.#items.flatMap((item) => this.#filesNow(item, option));
    const reads = whole.map(({ file, reading }) => this.#read(reading.bytes, file));
    const finish = (done: readonly Read<V>[]): Files<V> => {
      done.forEach((read, index) => {
        const { file, reading } = whole[index] as (typeof whole)[number];
        if (!read.ok) throw new ConfigurationError(option, `${file} ${read.problem}; mend the file`);
        this.#states.set(file, this.#newState(reading, read));
      });
      return this.compose(new Map());
    };
    return reads.some((read) => read instanceof Promise) ? Promise.all(reads).then(finish) : finish(reads as readonly Read<V>[]);
  }

  /** `confirm` reads anew what is not in force, whatever the file system says of it. */
  async look(watches: FolderWatches, inForce: Files<V>, confirm: boolean): Promise<Look> {
    watches.begin();
    for (const item of this.#items) await this.#list(item, inForce, watches);
    let isBusy = false;
    for (const item of this.#items) {
      for (const file of item.problem === undefined ? item.files : []) {
        const path = pathOf(item.named, file);
        const status = await watches.watchWay(path);
        if (item.kind === 'glob') await watches.watchWay(dirname(path), true);
        const state = await this.#lookAt(item, file, status, confirm && this.#isPending(file, inForce));
        if (state?.busy !== undefined) isBusy = true;
      }
    }
    watches.end();
    const files = new Set(this.#items.flatMap((item) => item.files));
    for (const file of this.#states.keys()) if (!files.has(file)) this.#states.delete(file);
    this.#wasConfirmed = confirm;
    const isComplete = this.#items.every(
      (item) => item.kind !== undefined && item.problem === undefined && item.files.every((file) => this.#states.get(file)?.read.ok),
    );
    return { isBusy, isComplete };
  }

  #filesNow(item: Item, option: string): { file: string; reading: WholeFile }[] {
    const { name, cwd } = item.named;
    const refuse = (file: string, problem: string): never => {
      if (mayBeKey(file)) throw new ConfigurationError(option, 'is no file that is there; give the name of one');
      throw new ConfigurationError(option, `${file}, relative to ${cwd}, ${problem}; correct the name, or the permissions`);
    };
    const listing = listFilesNow(item.named);
    if (!listing.ok) return refuse(name, listing.problem);
    const whole = listing.files.map((file) => {
      const reading = readWholeNow(pathOf(item.named, file), this.#largestFileBytes);
      return reading.ok ? { file, reading } : refuse(file, reading.problem);
    });
    item.kind = listing.kind;
    item.files = listing.files;
    item.known = new Set(listing.files);
    return whole;
  }

  async #list(item: Item, inForce: Files<V>, watches: FolderWatches): Promise<void> {
    const { named, kind } = item;
    const path = pathOf(named, named.name);
    if (kind === 'glob' || (kind === undefined && isDynamicPattern(named.name))) await watches.watchWay(globBase(named), true);
    // Watched before it is listed, so that nothing comes in between.
    if (kind !== 'glob') await watches.watchWay(path, kind !== 'file');
    const listing = await listFiles(named, kind);
    if (item.problem !== (listing.ok ? undefined : listing.problem)) this.#touch();
    item.problem = listing.ok ? undefined : listing.problem;
    if (!listing.ok) return;
    // A name for nothing may become a folder's yet.
    if (listing.kind !== 'file') item.kind = listing.kind;
    const files = item.kind === 'glob' ? [...listing.files, ...(await this.#unseen(item, listing.files))].sort() : listing.files;
    if (files.length !== item.files.length || files.some((file, index) => file !== item.files[index])) this.#touch();
    item.files = files;
    item.known = new Set([...files, ...[...item.known].filter((file) => inForce.has(file))]);
  }

  /** A glob passes over folders that it may not list: their files are not gone. */
  async #unseen({ named, files }: Item, seen: readonly string[]): Promise<readonly string[]> {
    const present = new Set(seen);
    const unseen: string[] = [];
    for (const file of files) {
      if (!present.has(file) && !(await isGone(pathOf(named, file)))) unseen.push(file);
    }
    return unseen;
  }

  async #lookAt(item: Item, file: string, status: BigIntStats | undefined, mustRead: boolean): Promise<State<V> | undefined> {
    const path = pathOf(item.named, file);
    const known = this.#states.get(file);
    const signature = status === undefined ? await stat(path, { bigint: true }).then(signatureOf, unread) : signatureOf(status);
    if (typeof signature === 'string' && known !== undefined && known.signature === signature && !mustRead) {
      const age = this.#runtime.monotonic() - known.seenAt;
      if (known.isOld || age < coarsestTimeMilliseconds) return known;
      known.isOld = true;
    }
    const reading = typeof signature === 'string' ? await readWhole(path, this.#largestFileBytes) : signature;
    if (!reading.ok && reading.why === 'gone' && item.kind !== undefined && item.kind !== 'file' && (await isGone(path))) {
      // It went between the listing and now.
      item.files = item.files.filter((listed) => listed !== file);
      if (item.files.length === 0) item.problem = 'is being emptied';
      return this.#touch();
    }
    const state = await this.#stateAfter(reading, file, known);
    this.#states.set(file, state);
    if (state.read.ok) item.kind ??= 'file';
    return state;
  }

  async #stateAfter(reading: FileReading, file: string, known: State<V> | undefined): Promise<State<V>> {
    if (reading.ok) {
      if (known?.hash === reading.hash) {
        if (!known.read.ok && known.lost !== undefined) this.#touch();
        const { isOld, seenAt } = known.signature === reading.signature ? known : { isOld: false, seenAt: this.#runtime.monotonic() };
        return { ...known, read: known.lost ?? known.read, lost: undefined, busy: undefined, signature: reading.signature, isOld, seenAt };
      }
      this.#touch();
      return this.#newState(reading, await this.#readSafely(reading.bytes, file));
    }
    if (reading.why === 'busy') {
      this.#touch();
      const state = known ?? { ...unknown, read: { ok: false, problem: reading.problem } };
      return { ...state, signature: undefined, busy: reading.problem };
    }
    const read = { ok: false, problem: reading.problem } as const;
    if (known === undefined) return { ...unknown, read };
    if (known.read.ok || known.read.problem !== reading.problem) this.#touch();
    // What was made of the content is kept beside: it may well come back as it was.
    return {
      ...known,
      signature: undefined,
      busy: undefined,
      read,
      lost: known.lost ?? (known.hash === undefined ? undefined : known.read),
    };
  }

  async #readSafely(bytes: Uint8Array, file: string): Promise<Read<V>> {
    try {
      return await this.#read(bytes, file);
    } catch (error) {
      return { ok: false, problem: `cannot be made sense of: ${error instanceof Error ? error.message : String(error)}` };
    }
  }

  #newState({ hash, signature }: WholeFile, read: Read<V>): State<V> {
    return { ...unknown, hash, signature, read, seenAt: this.#runtime.monotonic() };
  }

  #isPending(file: string, inForce: Files<V>): boolean {
    const read = this.#states.get(file)?.read;
    return read?.ok === true && read.value !== inForce.get(file);
  }

  #touch(): undefined {
    this.#touchedAt = this.#runtime.monotonic();
  }
}

interface Item {
  readonly named: NamedFiles;
  /** What the name stood for when it was first good. */
  kind: FilesKind | undefined;
  /** As last listed. */
  files: readonly string[];
  /** As listed since anything of it was put in force. */
  known: ReadonlySet<string>;
  problem: string | undefined;
}

interface State<V> {
  /** Undefined when the file has to be read at the next look. */
  readonly signature: string | undefined;
  /** Of the content last read. */
  readonly hash: string | undefined;
  readonly read: Read<V>;
  /** What the content last read gave, while the file cannot be read. */
  readonly lost: Read<V> | undefined;
  readonly busy: string | undefined;
  /** When the signature was first seen, by the monotonic clock. */
  readonly seenAt: number;
  /** The content was read when its signature was old enough to be trusted. */
  isOld: boolean;
}

const unknown = { signature: undefined, hash: undefined, lost: undefined, busy: undefined, seenAt: Number.NEGATIVE_INFINITY, isOld: false };

async function isGone(path: string): Promise<boolean> {
  const status = await lstat(path).catch(unread);
  return 'why' in status && status.why === 'gone';
}
