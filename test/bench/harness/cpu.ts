import type { Contender } from './race.js';

/** What this process has worked so far, in microseconds, all threads together: other work on the machine hardly shows in it, as it does in time. */
export function cpu(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}

declare const gc: (() => void) | undefined;

/** Collects all garbage, for whoever wants to know what is held. The harness is run with --expose-gc. */
export function collectAll(): void {
  gc?.();
}

/** What came out last; exported, so that no engine can tell that nobody looks at it and leave out the work. */
export const kept: { last: unknown } = { last: undefined };

/** How often an operation is done: so often in a batch, and before all of them. */
export interface Repetitions {
  readonly count: number;
  readonly first: number;
}

/**
 * A contender whose operation is a function: microseconds of CPU each. The number that `work` is given grows from call to call.
 */
export function repeated(name: string, { count, first }: Repetitions, work: (index: number) => unknown): Contender {
  let index = 0;
  const go = (times: number): void => {
    for (const end = index + times; index < end; index++) kept.last = work(index);
  };
  return {
    name,
    warmUp: () => go(first),
    batch() {
      const before = cpu();
      go(count);
      return (cpu() - before) / count;
    },
  };
}

/** The same for one that has to be waited for. */
export function repeatedAsync(name: string, { count, first }: Repetitions, work: (index: number) => Promise<unknown>): Contender {
  let index = 0;
  const go = async (times: number): Promise<void> => {
    for (const end = index + times; index < end; index++) kept.last = await work(index);
  };
  return {
    name,
    warmUp: () => go(first),
    async batch() {
      const before = cpu();
      await go(count);
      return (cpu() - before) / count;
    },
  };
}
