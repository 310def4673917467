/** One of those that are measured side by side. */
export interface Contender {
  readonly name: string;
  /** Does a batch of its work; gives what one operation took, in the unit of the race. */
  readonly batch: () => number | Promise<number>;
}

/** What each contender took, one value a round; values of one index were measured one right after the other. */
export type Samples = ReadonlyMap<string, readonly number[]>;

/**
 * Lets all take turns, and begins each round with another one: a machine that is busy, or warm, for a while is so for all of them. The first
 * `warmUp` rounds are not counted.
 */
export async function race(contenders: readonly Contender[], rounds: number, warmUp = 1): Promise<Samples> {
  const samples = new Map<string, number[]>(contenders.map(({ name }) => [name, []]));
  for (let round = -warmUp; round < rounds; round++) {
    for (let turn = 0; turn < contenders.length; turn++) {
      const { name, batch } = contenders[(turn + round + warmUp) % contenders.length] as Contender;
      const took = await batch();
      if (round >= 0) samples.get(name)?.push(took);
    }
  }
  return samples;
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
