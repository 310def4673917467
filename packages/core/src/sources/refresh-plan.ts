export interface RefreshIntervals {
  /** Milliseconds between two requests, at the least. */
  readonly shortest: number;
  /** At the most. */
  readonly longest: number;
}

/**
 * In how many milliseconds to ask again after an answer: somewhere between half and nine tenths of what content that ends at `validUntil` has left,
 * so that there is time for several attempts, and a fleet that starts together does not ask together.
 */
export function refreshDelay(now: number, validUntil: number | undefined, { shortest, longest }: RefreshIntervals, random: number): number {
  const remaining = (validUntil ?? Number.POSITIVE_INFINITY) - now;
  const planned = remaining * (0.5 + 0.4 * random);
  // Infinity and what is no number come out here.
  if (!(planned < longest)) return Math.max(shortest, longest * (0.8 + 0.2 * random));
  return Math.max(planned, shortest * (1 + 0.2 * random));
}

/** While nothing is held everybody waits for the first answer: it is asked for sooner. */
export function firstRetryDelay(failures: number, { shortest, longest }: RefreshIntervals, random: number): number {
  const soonest = Math.min(firstRetryMilliseconds, shortest);
  return Math.min(soonest * 2 ** Math.min(failures - 1, 30), longest) * (1 + 0.2 * random);
}

const firstRetryMilliseconds = 1_000;

/** After so many failures in a row: twice as long each time, up to the usual, yet within half of what the content held has left. */
export function retryDelay(
  failures: number,
  now: number,
  validUntil: number | undefined,
  { shortest, longest }: RefreshIntervals,
  random: number,
): number {
  const backedOff = Math.min(shortest * 2 ** Math.min(failures - 1, 30), longest) * (1 + 0.2 * random);
  const remaining = (validUntil ?? Number.POSITIVE_INFINITY) - now;
  const inTime = remaining > 0 ? remaining / 2 : Number.POSITIVE_INFINITY;
  return Math.max(Math.min(backedOff, inTime, longest), shortest);
}
