/** How a cost grows: points of which each is the median of several measurements. */
export interface Curve {
  /** The name of its file. */
  readonly name: string;
  readonly title: string;
  readonly x: string;
  /** With its unit. */
  readonly y: string;
  readonly points: readonly (readonly [x: number, y: number])[];
  /** What limits it, one sentence. */
  readonly limit: string;
}
