import { Alarm, nodeRuntime, type Runtime } from '../sources/index.js';

/** Something that counts for nothing from a time on, and is to be renewed before. */
export interface Ending {
  readonly kind: 'authority' | 'crl' | 'client';
  /** Which one, for people. */
  readonly subject: string;
  /** Milliseconds since the epoch. */
  readonly endsAt: number;
}

/** How early its end is told of, in milliseconds: time enough to renew it. */
export interface Watched extends Ending {
  readonly leadMilliseconds: number;
}

const hour = 3_600_000;
const day = 24 * hour;

/** A month for authorities, which take long to renew; two weeks for clients. */
export const authorityLead = 30 * day;
export const clientLead = 14 * day;

/** A day for a CRL, but no more than the last quarter of its life: its next issue is due by then. */
export function crlLead(thisUpdate: number, nextUpdate: number): number {
  return Math.min(day, (nextUpdate - thisUpdate) / 4);
}

/** Looks every hour, and when it is told to, and tells of each end that is near once. */
export class ExpiryWatch {
  readonly #items: () => Iterable<Watched>;
  readonly #now: () => number;
  readonly #tell: (ending: Ending) => void;
  readonly #alarm: Alarm;
  #told = new Set<string>();
  #closed = false;

  constructor(items: () => Iterable<Watched>, now: () => number, tell: (ending: Ending) => void, runtime: Runtime = nodeRuntime) {
    this.#items = items;
    this.#now = now;
    this.#tell = tell;
    this.#alarm = new Alarm(runtime, () => this.check());
  }

  /** A clock that tells no time is no reason to stop: it is asked again. */
  check(): void {
    if (this.#closed) return;
    this.#alarm.in(hour);
    const told = new Set<string>();
    for (const { kind, subject, endsAt, leadMilliseconds } of this.#items()) {
      if (!(this.#now() >= endsAt - leadMilliseconds)) continue;
      const key = `${kind} ${endsAt} ${subject}`;
      if (!this.#told.has(key) && !told.has(key)) this.#tell({ kind, subject, endsAt });
      told.add(key);
    }
    // What was renewed is forgotten, so that nothing grows.
    this.#told = told;
  }

  /** For good: what is still under way when a verifier is closed must not set the alarm again. */
  close(): void {
    this.#closed = true;
    this.#alarm.cancel();
  }
}
