import { nodeRuntime, type Runtime } from '../../src/sources/index.js';

/** Clocks that stand still until they are moved, and the timers that go off meanwhile. */
export class FakeRuntime implements Runtime {
  readonly watch = nodeRuntime.watch;
  #now = Date.parse('2030-01-01T00:00:00Z');
  #monotonic = 1_000;
  #timers: { at: number; work: () => void }[] = [];
  wakeUps = 0;
  randomValue = 0.5;

  now(): number {
    return this.#now;
  }

  monotonic(): number {
    return this.#monotonic;
  }

  random(): number {
    return this.randomValue;
  }

  after(milliseconds: number, work: () => void): () => void {
    const timer = { at: this.#monotonic + milliseconds, work };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  get timers(): number {
    return this.#timers.length;
  }

  /** In how many milliseconds the next timer goes off; infinite where none is set. */
  get nextIn(): number {
    return Math.min(...this.#timers.map(({ at }) => at - this.#monotonic));
  }

  /** Sets the time of day alone. */
  setNow(now: number): void {
    this.#now = now;
  }

  /** Lets time pass, by both clocks, in order of what is due. */
  pass(milliseconds: number): void {
    const end = this.#monotonic + milliseconds;
    for (;;) {
      const next = this.#timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      if (next === undefined) break;
      this.#timers = this.#timers.filter((timer) => timer !== next);
      this.#now += Math.max(0, next.at - this.#monotonic);
      this.#monotonic = Math.max(this.#monotonic, next.at);
      if (++this.wakeUps > 100_000) throw new Error('a busy loop');
      next.work();
    }
    this.#now += end - this.#monotonic;
    this.#monotonic = end;
  }
}
