import { Alarm } from './alarm.js';
import { contentHash } from './content-hash.js';
import { fetchBytes } from './fetch-bytes.js';
import type { FetchOptions, FetchResult } from './fetch-types.js';
import { Health, type SourceEvents, type SourceProblem } from './health.js';
import { KeptFile, validator } from './kept-response.js';
import { firstRetryDelay, type RefreshIntervals, refreshDelay, retryDelay } from './refresh-plan.js';
import { type MaybePromise, nodeRuntime, type Runtime } from './runtime.js';

/** Put in force, and good until then (milliseconds since the epoch; undefined where it has no end); or why not, as a sentence's end. */
export type Acceptance = { readonly ok: true; readonly validUntil?: number | undefined } | { readonly ok: false; readonly problem: string };

export interface RefreshedUrlOptions extends SourceEvents {
  readonly url: string;
  /** Where the URL and its redirects may lead, and the bounds of a request; `timeoutMilliseconds` is 60,000 unless told. */
  readonly fetch: Omit<FetchOptions, 'body' | 'contentType' | 'etag' | 'lastModified' | 'signal' | 'inBackground' | 'runtime'>;
  /** Puts bytes in force that differ from those accepted last. `state`: they are what an earlier run had kept. */
  accept(bytes: Uint8Array, from: 'network' | 'state'): MaybePromise<Acceptance>;
  /** Ask no more often. 60 unless told. */
  readonly shortestIntervalSeconds?: number | undefined;
  /** Ask no less often. 3,600 unless told. */
  readonly longestIntervalSeconds?: number | undefined;
  /** How long after the server last answered well its content is kept, before `stale` becomes true. 86,400 unless told. */
  readonly keepLastGoodForSeconds?: number | undefined;
  /** A folder to keep the last good answer in, so that a restart without network still knows it. Made where it is missing. */
  readonly stateFolder?: string | undefined;
  readonly fetchBytes?: ((url: string, options: FetchOptions) => Promise<FetchResult>) | undefined;
  readonly runtime?: Runtime | undefined;
}

/** Nobody waits for a refresh, and lists are large: this is 64 MiB at 1.1 MB a second. */
const patienceMilliseconds = 60_000;

/**
 * A URL whose content is fetched, and fetched again ahead of its end. There is one request at a time. What fails leaves the last good
 * content in force, and is tried again with a delay that grows.
 */
export class RefreshedUrl {
  readonly #options: RefreshedUrlOptions;
  readonly #runtime: Runtime;
  readonly #health: Health;
  readonly #intervals: RefreshIntervals;
  readonly #kept: KeptFile | undefined;
  readonly #alarm: Alarm;
  readonly #closing = new AbortController();
  /** For messages: a query may be a secret. */
  readonly #shown: string;
  #held: Held | undefined;
  #failures = 0;
  #refreshing: Promise<void> | undefined;
  #ready: Promise<void> | undefined;
  #askedAt = Number.NEGATIVE_INFINITY;

  constructor(options: RefreshedUrlOptions) {
    this.#options = options;
    this.#runtime = options.runtime ?? nodeRuntime;
    this.#intervals = {
      shortest: (options.shortestIntervalSeconds ?? 60) * 1000,
      longest: (options.longestIntervalSeconds ?? 3600) * 1000,
    };
    // One answer tells; there is nothing to wait for as with files that are being written.
    this.#health = new Health(this.#runtime, options, options.keepLastGoodForSeconds ?? 86_400, 0);
    const largestBytes = options.fetch.largestBytes ?? 64 * 1024 * 1024;
    this.#kept = options.stateFolder === undefined ? undefined : new KeptFile(options.stateFolder, options.url, largestBytes);
    this.#alarm = new Alarm(this.#runtime, () => this.#due());
    this.#shown = URL.canParse(options.url) ? new URL(options.url).host + new URL(options.url).pathname : 'the URL';
  }

  /** When the content in force was last confirmed by the server; undefined before there is any. */
  get confirmedAt(): number | undefined {
    return this.#held?.confirmedAt;
  }

  /** Whether the server has failed for longer than its last good content may be kept. The consumer refuses then. */
  get stale(): boolean {
    return this.#health.stale;
  }

  get problems(): readonly SourceProblem[] {
    return this.#health.problems;
  }

  /** Begins. Resolves when there is content, be it from an earlier run, or the first request has failed. Never rejects. */
  start(): Promise<void> {
    this.#ready ??= this.#begin();
    return this.#ready;
  }

  /** Asks the server now, unless it is being asked. Resolves when that is done, whatever came of it. */
  refreshNow(): Promise<void> {
    if (this.#closing.signal.aborted) return Promise.resolve();
    this.#refreshing ??= this.#refresh().finally(() => {
      this.#refreshing = undefined;
    });
    return this.#refreshing;
  }

  /** Ends everything, a request under way included. Nothing is called afterwards. */
  close(): void {
    this.#closing.abort();
    this.#alarm.cancel();
    this.#health.close();
  }

  async #begin(): Promise<void> {
    await this.#recall();
    const refreshed = this.refreshNow();
    if (this.#held === undefined) await refreshed;
  }

  /** Takes up what an earlier run has kept. */
  async #recall(): Promise<void> {
    if (this.#kept === undefined) return;
    const reading = await this.#kept.read();
    if (this.#isClosed) return;
    if (!reading.ok) return this.#health.failed(this.#kept.path, `${this.#kept.path} ${reading.problem}, and is not used`, harmless);
    if (reading.kept === undefined) return;
    const { bytes, etag, lastModified, confirmedAt } = reading.kept;
    const acceptance = await this.#accept(bytes, 'state');
    if (this.#isClosed) return;
    if (!acceptance.ok) return this.#health.failed(this.#kept.path, `${this.#kept.path} ${acceptance.problem}, and is not used`, harmless);
    const { validUntil } = acceptance;
    // A time to come is of a clock that was wrong, and tells nothing: as old as may be is the safe side.
    const confirmed = confirmedAt <= this.#runtime.now() ? confirmedAt : 0;
    this.#held = { hash: await contentHash(bytes), etag, lastModified, validUntil, confirmedAt: confirmed };
  }

  async #refresh(): Promise<void> {
    this.#askedAt = this.#runtime.monotonic();
    const problem = await this.#ask().catch((error: unknown) => `fails: ${error instanceof Error ? error.message : String(error)}`);
    if (this.#isClosed) return;
    const now = this.#runtime.now();
    const validUntil = this.#held?.validUntil;
    if (problem === undefined) {
      this.#failures = 0;
      this.#health.recovered(this.#shown);
      return this.#alarm.in(refreshDelay(now, validUntil, this.#intervals, this.#runtime.random()));
    }
    this.#failures++;
    const since = this.#held === undefined ? {} : { since: this.#held.confirmedAt };
    this.#health.failed(this.#shown, `${this.#shown}: ${problem}`, since);
    const random = this.#runtime.random();
    const isHeld = this.#held !== undefined;
    this.#alarm.in(
      isHeld
        ? retryDelay(this.#failures, now, validUntil, this.#intervals, random)
        : firstRetryDelay(this.#failures, this.#intervals, random),
    );
  }

  /** Returns what is wrong. */
  async #ask(): Promise<string | undefined> {
    const { url, fetch } = this.#options;
    const held = this.#held;
    // Content at its end is asked for whole: a cache in between may go on saying that nothing has changed.
    const mayBeSame = held !== undefined && !((held.validUntil ?? Number.POSITIVE_INFINITY) <= this.#runtime.now());
    const answer = await (this.#options.fetchBytes ?? fetchBytes)(url, {
      timeoutMilliseconds: patienceMilliseconds,
      ...fetch,
      etag: mayBeSame ? held.etag : undefined,
      lastModified: mayBeSame ? held.lastModified : undefined,
      signal: this.#closing.signal,
      inBackground: held !== undefined,
      runtime: this.#runtime,
    });
    return this.#take(answer);
  }

  /** Returns what is wrong with an answer. */
  async #take(answer: FetchResult): Promise<string | undefined> {
    if (this.#isClosed) return undefined;
    if (!answer.ok) return answer.detail;
    const confirmedAt = this.#runtime.now();
    if (answer.status === 304) return this.#confirm(confirmedAt);
    const hash = await contentHash(answer.bytes);
    if (this.#isClosed) return undefined;
    const etag = validator(answer.headers.etag);
    const lastModified = validator(answer.headers['last-modified']);
    if (hash === this.#held?.hash) {
      this.#held = { ...this.#held, etag, lastModified, confirmedAt };
      // Kept as it came, where nothing is kept: the folder may have been emptied.
      const problem = await this.#kept?.confirm(confirmedAt);
      this.#toldOfState(problem && (await this.#kept?.write({ bytes: answer.bytes, etag, lastModified, confirmedAt })));
      return undefined;
    }
    const acceptance = await this.#accept(answer.bytes, 'network');
    if (!acceptance.ok) return acceptance.problem;
    this.#held = { hash, etag, lastModified, validUntil: acceptance.validUntil, confirmedAt };
    this.#toldOfState(await this.#kept?.write({ bytes: answer.bytes, etag, lastModified, confirmedAt }));
    return undefined;
  }

  async #confirm(confirmedAt: number): Promise<string | undefined> {
    if (this.#held === undefined) return 'was answered with status 304, although nothing is held';
    const problem = await this.#kept?.confirm(confirmedAt);
    // Where nothing is kept any more, the next answer is to bring the whole again.
    const validators = problem === undefined ? {} : { etag: undefined, lastModified: undefined };
    this.#held = { ...this.#held, ...validators, confirmedAt };
    this.#toldOfState(problem);
    return undefined;
  }

  /** That nothing can be kept for another run is told, and changes nothing about this one. */
  #toldOfState(problem: string | undefined): void {
    if (this.#kept === undefined || this.#isClosed) return;
    if (problem === undefined) this.#health.recovered(this.#kept.path);
    else this.#health.failed(this.#kept.path, `${this.#kept.path} ${problem}`, harmless);
  }

  async #accept(bytes: Uint8Array, from: 'network' | 'state'): Promise<Acceptance> {
    try {
      return await this.#options.accept(bytes, from);
    } catch (error) {
      return { ok: false, problem: `cannot be made sense of: ${error instanceof Error ? error.message : String(error)}` };
    }
  }

  get #isClosed(): boolean {
    return this.#closing.signal.aborted;
  }

  /** An alarm may come early, when a clock was set: the server must not be asked more often for it. */
  #due(): void {
    // A clock that was set wakes it up early. While nothing is held, early is welcome.
    const early = this.#held === undefined ? 0 : this.#askedAt + this.#intervals.shortest - this.#runtime.monotonic();
    if (early > 0) this.#alarm.in(early);
    else this.refreshNow().catch(() => undefined);
  }
}

/** About the content in force. */
interface Held {
  readonly hash: string;
  readonly etag: string | undefined;
  readonly lastModified: string | undefined;
  readonly validUntil: number | undefined;
  readonly confirmedAt: number;
}

const harmless = { countsForStaleness: false };
