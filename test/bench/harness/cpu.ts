import type { Contender } from './race.js';

/** What this process has worked so far, in microseconds, all threads together: other work on the machine hardly shows in it, as it does in time. */
export function cpu(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}

declare const gc: ((options?: { readonly type: 'minor' | 'major' }) => void) | undefined;

/**
 * Collects young garbage, so that one batch does not pay for another's. Not all of it: code that was optimized for objects of which none is left is thrown
 * away with them, and the next batch would begin with slow code, as no server does. The harness is run with --expose-gc.
 */
export function collect(): void {
  gc?.({ type: 'minor' });
}

/** Collects everything, for whoever wants to know what is held. */
export function collectAll(): void {
  gc?.();
}

/** What came out last; exported, so that no engine can tell that nobody looks at it and leave out the work. */
export const kept: { last: unknown } = { last: undefined };

/** A contender whose operation is a function: microseconds of CPU each. The number that `work` is given grows from call to call. */
export function repeated(name: string, count: number, work: (index: number) => unknown): Contender {
  let index = 0;
  return {
    name,
    batch() {
      collect();
      const before = cpu();
      for (const end = index + count; index < end; index++) kept.last = work(index);
      return (cpu() - before) / count;
    },
  };
}

/** The same for one that has to be waited for. */
export function repeatedAsync(name: string, count: number, work: (index: number) => Promise<unknown>): Contender {
  let index = 0;
  return {
    name,
    async batch() {
      collect();
      const before = cpu();
      for (const end = index + count; index < end; index++) kept.last = await work(index);
      return (cpu() - before) / count;
    },
  };
}
