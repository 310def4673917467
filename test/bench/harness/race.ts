import { Bench, type Task } from 'tinybench';

/** One of those that are measured side by side. */
export interface Contender {
  readonly name: string;
  /** Does what is not counted, before the race: it takes a while until an engine has compiled everything, as it has in a server. */
  readonly warmUp?: () => unknown;
  /** Does a batch of its work; gives what one operation took, in the unit of the race. */
  readonly batch: () => number | Promise<number>;
}

export interface RaceOptions {
  readonly rounds: number;
  /**
   * Batches of each contender in a round, all by turns; 1 unless told. The round's value is their median: on a machine that others use a batch takes many times as long
   * now and then, also by the process's own count, so many short ones tell more than a few long ones.
   */
  readonly turns?: number;
}

/** What each contender took, one value a round; values of one index were measured side by side. */
export type Samples = ReadonlyMap<string, readonly number[]>;

/** Lets all take turns, and begins each turn with another one. One round is not counted. Whoever throws ends the race. */
export async function race(contenders: readonly Contender[], { rounds, turns = 1 }: RaceOptions): Promise<Samples> {
  // One batch is one run; it tells itself what it took, since that is CPU, and often of another process.
  const bench = new Bench({ iterations: 1, time: 0, warmup: false, throws: true });
  for (const { name, batch } of contenders) bench.add(name, async () => ({ overriddenDuration: figure(name, await batch()) }));
  for (const { warmUp } of contenders) await warmUp?.();
  await raced(bench.tasks, { first: 0, turns });
  const samples = new Map<string, number[]>(contenders.map(({ name }) => [name, []]));
  for (let round = 1; round <= rounds; round++) {
    const batches = await raced(bench.tasks, { first: round * turns, turns });
    for (const [name, values] of batches) samples.get(name)?.push(median(values));
  }
  return samples;
}

/** So many turns, of which the first is the race's `first`. */
async function raced(tasks: readonly Task[], { first, turns }: { first: number; turns: number }): Promise<Samples> {
  const batches = new Map<string, number[]>(tasks.map(({ name }) => [name, []]));
  for (let turn = first; turn < first + turns; turn++) {
    for (const place of tasks.keys()) {
      const task = tasks[(turn + place) % tasks.length] as Task;
      task.reset();
      const { result } = await task.run();
      if (result.state === 'completed') batches.get(task.name)?.push(result.latency.mean);
    }
  }
  return batches;
}

/** What is no duration would be replaced by the time that passed. */
function figure(name: string, took: number): number {
  if (took >= 0 && took < Number.POSITIVE_INFINITY) return took;
  throw new RangeError(`${name} took ${took}`);
}

/** The rounds of several races with the same contenders, one after the other. */
export function joined(races: readonly Samples[]): Samples {
  const all = new Map<string, number[]>();
  for (const samples of races) for (const [name, values] of samples) all.set(name, [...(all.get(name) ?? []), ...values]);
  return all;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  const middle = Math.floor(sorted.length / 2);
  if (sorted.length % 2 === 1) return sorted[middle] as number;
  return ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2;
}
