import { Alarm } from './alarm.js';
import type { Runtime } from './runtime.js';

/** What is wrong with a source, or was. */
export interface SourceProblem {
  /** The file, folder, glob or address concerned. */
  readonly subject: string;
  /** A sentence that names the subject and the cause. */
  readonly message: string;
  /** Since when, in milliseconds since the epoch: when it was last in order, or when it was first looked at. */
  readonly since: number;
}

export interface SourceEvents {
  /** Something fails, and the last good content stays in force. Told once for each cause, not at each attempt. */
  onProblem?: ((problem: SourceProblem) => void) | undefined;
  /** What `onProblem` told of is in order again. */
  onRecovered?: ((problem: SourceProblem) => void) | undefined;
  /** The last good content was kept for as long as is allowed: from now on `stale` is true, and the consumer refuses. */
  onStale?: ((problem: SourceProblem) => void) | undefined;
}

export interface FailureDetails {
  readonly subject?: string;
  /** When it was last in order, unless that was when it was last looked at. */
  readonly since?: number;
  /** False for what only slows news down. */
  readonly countsForStaleness?: boolean;
}

interface Failure {
  readonly subject: string;
  readonly message: string;
  readonly since: number;
  readonly sinceMonotonic: number;
  readonly countsForStaleness: boolean;
  /** By the monotonic clock. */
  readonly reportAt: number;
  reported: boolean;
  staleReported: boolean;
}

/** Keeps the account of what fails in a source: tells of it once, when it has stood for a while, and knows when that was too long. */
export class Health {
  readonly #runtime: Runtime;
  readonly #events: SourceEvents;
  readonly #keepMilliseconds: number;
  readonly #reportAfterMilliseconds: number;
  readonly #failures = new Map<string, Failure>();
  readonly #alarm: Alarm;

  constructor(runtime: Runtime, events: SourceEvents, keepLastGoodForSeconds: number, reportAfterMilliseconds: number) {
    this.#runtime = runtime;
    this.#events = events;
    this.#keepMilliseconds = keepLastGoodForSeconds * 1000;
    this.#reportAfterMilliseconds = reportAfterMilliseconds;
    this.#alarm = new Alarm(runtime, () => this.#tell());
  }

  /** Whether something has failed for longer than the last good content may be kept. */
  get stale(): boolean {
    for (const failure of this.#failures.values()) if (this.#isStale(failure)) return true;
    return false;
  }

  /** What makes the source stale, or would, comes first. */
  get problems(): readonly SourceProblem[] {
    return [...this.#failures.values()]
      .sort((a, b) => Number(b.countsForStaleness) - Number(a.countsForStaleness) || a.since - b.since)
      .map(({ subject, message, since }) => ({ subject, message, since }));
  }

  /** Notes a failure, under a key that `recovered` takes back, and which is its subject unless told. */
  failed(key: string, message: string, { subject = key, since, countsForStaleness = true }: FailureDetails = {}): void {
    const known = this.#failures.get(key);
    if (known?.message !== message) {
      const now = this.#runtime.now();
      const monotonic = this.#runtime.monotonic();
      this.#failures.set(key, {
        subject,
        message,
        since: known?.since ?? Math.min(since ?? now, now),
        sinceMonotonic: known?.sinceMonotonic ?? monotonic,
        countsForStaleness,
        reportAt: monotonic + this.#reportAfterMilliseconds,
        reported: false,
        staleReported: known?.staleReported ?? false,
      });
    }
    this.#tell();
  }

  recovered(key: string): void {
    const known = this.#failures.get(key);
    if (known === undefined) return;
    this.#failures.delete(key);
    const { subject, since } = known;
    if (known.reported) emit(this.#events.onRecovered, { subject, message: `${subject} is in order again`, since });
  }

  close(): void {
    this.#alarm.cancel();
    this.#failures.clear();
  }

  #tell(): void {
    for (const failure of [...this.#failures.values()]) {
      const { subject, message, since } = failure;
      const problem = { subject, message, since };
      const isStale = this.#isStale(failure);
      if (!failure.reported && (isStale || this.#runtime.monotonic() >= failure.reportAt)) {
        failure.reported = true;
        emit(this.#events.onProblem, problem);
      }
      if (isStale && !failure.staleReported) {
        failure.staleReported = true;
        emit(this.#events.onStale, problem);
      }
    }
    const delays = [...this.#failures.values()].map((failure) => this.#untilNews(failure));
    if (delays.some(Number.isFinite)) this.#alarm.in(Math.min(...delays));
  }

  #untilNews(failure: Failure): number {
    const untilReport = failure.reported ? Number.POSITIVE_INFINITY : failure.reportAt - this.#runtime.monotonic();
    const untilStale =
      failure.staleReported || !failure.countsForStaleness ? Number.POSITIVE_INFINITY : this.#keepMilliseconds - this.#age(failure);
    return Math.min(untilReport, untilStale);
  }

  #isStale(failure: Failure): boolean {
    return failure.countsForStaleness && this.#age(failure) >= this.#keepMilliseconds;
  }

  /** By the clock that went further: one may have been set back, the other may have stood still while the machine slept. */
  #age(failure: Failure): number {
    const byDay = this.#runtime.now() - failure.since;
    const byMonotonic = this.#runtime.monotonic() - failure.sinceMonotonic;
    return Number.isNaN(byDay) ? byMonotonic : Math.max(byDay, byMonotonic);
  }
}

/** What a listener throws goes to the process, as an uncaught exception, and never back here: the source has to go on. */
function emit(listener: ((problem: SourceProblem) => void) | undefined, problem: SourceProblem): void {
  try {
    listener?.(problem);
  } catch (error) {
    process.nextTick(() => {
      throw error;
    });
  }
}
