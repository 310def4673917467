/** Values of one thing over time, for telling what a decision may have been made by. */
export class Timeline {
  readonly #steps: { readonly at: number; readonly value: Denied }[] = [];

  /** From now on. */
  set(value: Denied, at = performance.now()): void {
    if (this.#steps.at(-1)?.value !== value) this.#steps.push({ at, value });
  }

  at(time: number): Denied {
    return this.#steps.findLast((step) => step.at <= time)?.value ?? 'no';
  }

  /** When it changed in between. */
  changes(from: number, to: number): readonly number[] {
    return this.#steps.filter(({ at }) => at > from && at <= to).map(({ at }) => at);
  }

  /** What nobody will ask about is not kept. */
  forget(before: number): void {
    const kept = this.#steps.findLastIndex((step) => step.at <= before);
    if (kept > 0) this.#steps.splice(0, kept);
  }
}

/** `maybe` from when a change was made until it must have been noticed. */
export type Denied = 'yes' | 'no' | 'maybe';

/** Whether some state that was in force between two moments gives this decision. */
export function matchesSomeState(sources: readonly Timeline[], denied: boolean, from: number, to: number): boolean {
  const moments = [from, ...sources.flatMap((source) => source.changes(from, to))];
  return moments.some((moment) => {
    const values = sources.map((source) => source.at(moment));
    return denied ? values.some((value) => value !== 'no') : values.every((value) => value !== 'yes');
  });
}
