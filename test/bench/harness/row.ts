import { median } from './race.js';

/** One comparison, as `--json` writes it. */
export interface Row {
  readonly name: string;
  /** Medians, in `unit`. */
  readonly ours: number;
  /** Null where the other is absent. */
  readonly other: number | null;
  readonly otherName: string;
  /** Ours over the other's: the median of the pairs, their smallest and largest. */
  readonly ratio: number | null;
  readonly min: number | null;
  readonly max: number | null;
  readonly unit: string;
  /** What is promised, such as `ratio <= 1.02`; empty where the row is there to be known. */
  readonly target: string;
  /** Whether the median keeps the promise; null where there is nobody to compare with. */
  readonly ok: boolean | null;
}

/** What is promised of a row: of the ratio, or of our own figure. */
export interface Target {
  readonly of: 'ratio' | 'ours';
  readonly most: number;
}

export interface Comparison {
  readonly name: string;
  readonly unit: string;
  readonly ours: readonly number[];
  readonly other: readonly number[] | undefined;
  readonly otherName: string;
  readonly target?: Target;
}

export function rowOf({ name, unit, ours, other, otherName, target }: Comparison): Row {
  const ratios = other === undefined ? [] : ours.map((value, round) => value / (other[round] as number));
  const ratio = ratios.length === 0 ? null : median(ratios);
  const own = median(ours);
  const judged = target?.of === 'ours' ? own : ratio;
  return {
    name,
    ours: own,
    other: other === undefined ? null : median(other),
    otherName,
    ratio,
    min: ratios.length === 0 ? null : Math.min(...ratios),
    max: ratios.length === 0 ? null : Math.max(...ratios),
    unit,
    target: target === undefined ? '' : `${target.of} <= ${target.most}`,
    // A figure that is no number keeps no promise.
    ok: judged === null ? null : target === undefined ? true : judged <= target.most,
  };
}
