import type { Runtime } from './runtime.js';

/** A machine that slept, or whose clock was set, is noticed at the latest after this time: a timer alone would sleep on. */
const longestSleepMilliseconds = 30_000;

/** Clocks are slewed by NTP all the time, by less than this between two wake-ups. What is more was set. */
const setBackMilliseconds = 1_000;

/**
 * Goes off once, at the time it was set for by either clock, whichever comes first; and at its next wake-up when the time of day was set back, since
 * whatever was planned by that clock has to be planned anew. It goes off once each time it is set, so that no clock makes it loop, and it
 * keeps no process alive.
 */
export class Alarm {
  readonly #runtime: Runtime;
  readonly #work: () => void;
  #due: Moment | undefined;
  #callOff: (() => void) | undefined;

  constructor(runtime: Runtime, work: () => void) {
    this.#runtime = runtime;
    this.#work = work;
  }

  get isSet(): boolean {
    return this.#due !== undefined;
  }

  /** Sets the alarm, or moves it. */
  in(milliseconds: number): void {
    this.cancel();
    const { now, monotonic } = this.#moment();
    const delay = Math.max(0, milliseconds);
    this.#due = { now: now + delay, monotonic: monotonic + delay };
    this.#sleep();
  }

  /** Sets the alarm unless it goes off earlier than that already. */
  within(milliseconds: number): void {
    if (this.#due === undefined || this.#remaining(this.#due) > milliseconds) this.in(milliseconds);
  }

  cancel(): void {
    this.#callOff?.();
    this.#callOff = undefined;
    this.#due = undefined;
  }

  #sleep(): void {
    const due = this.#due;
    if (due === undefined) return;
    const asleep = this.#moment();
    const delay = Math.min(Math.max(this.#remaining(due), 1), longestSleepMilliseconds);
    this.#callOff = this.#runtime.after(delay, () => {
      const { now, monotonic } = this.#moment();
      const wasSetBack = now - asleep.now < monotonic - asleep.monotonic - setBackMilliseconds;
      if (!wasSetBack && this.#remaining(due) > 0) return this.#sleep();
      this.cancel();
      this.#work();
    });
  }

  #remaining(due: Moment): number {
    const { now, monotonic } = this.#moment();
    return Math.min(due.now - now, due.monotonic - monotonic);
  }

  /** A time of day that is none takes no part. */
  #moment(): Moment {
    const now = this.#runtime.now();
    return { now: Number.isFinite(now) ? now : 0, monotonic: this.#runtime.monotonic() };
  }
}

interface Moment {
  readonly now: number;
  readonly monotonic: number;
}
