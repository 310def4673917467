/** How long a count goes on before it is told and begins anew. */
const windowMilliseconds = 60_000;

/**
 * Tells of what strangers can cause as often as they like: of each kind so many in a minute, and then how many more there were. What one kind has used up
 * is not taken from another.
 */
export class BoundedLog {
  readonly #most: number;
  readonly #summarize: (omitted: ReadonlyMap<string, number>) => void;
  readonly #counts = new Map<string, number>();
  #timer: NodeJS.Timeout | undefined;

  /** `kinds` of `tell` must be few: each is counted by itself. */
  constructor(most: number, summarize: (omitted: ReadonlyMap<string, number>) => void) {
    this.#most = most;
    this.#summarize = summarize;
  }

  tell(kind: string, line: () => void): void {
    const count = (this.#counts.get(kind) ?? 0) + 1;
    this.#counts.set(kind, count);
    this.#timer ??= setTimeout(() => this.flush(), windowMilliseconds).unref();
    if (count <= this.#most) line();
  }

  /** Tells now what was left out, and begins anew. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const omitted = new Map([...this.#counts].flatMap(([kind, count]) => (count > this.#most ? [[kind, count - this.#most]] : [])));
    this.#counts.clear();
    if (omitted.size > 0) this.#summarize(omitted);
  }
}
