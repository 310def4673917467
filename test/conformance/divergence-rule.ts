import type { Facts } from './facts.js';

/** A class of cases in which we answer otherwise than a suite expects, with the reason. Never a list of cases. */
export interface DivergenceRule {
  readonly name: string;
  readonly reason: string;
  readonly applies: (facts: Facts) => boolean;
}
