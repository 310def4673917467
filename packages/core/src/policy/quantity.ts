import type { ValueKind } from './value-kinds.js';
import { compileValuePattern, type ValueMatcher, type ValuePatternInput } from './value-pattern.js';

/** `one`: it occurs once, and fits. `any`: at least one fits. `all`: there is at least one, and each fits. */
export type Quantity = 'one' | 'any' | 'all';

/** How many of several values have to fit, and what each is held against. */
export interface QuantifiedMatcher extends ValueMatcher {
  readonly quantity: Quantity;
}

/** Reads `{ all: pattern }` and `{ any: pattern }`; a bare pattern is meant as `otherwise` says. */
export function compileQuantified(pattern: unknown, kind: ValueKind, otherwise: Quantity): QuantifiedMatcher {
  const [quantity, values] = quantified(pattern) ?? [otherwise, pattern];
  const matcher = compileValuePattern(values as ValuePatternInput, kind);
  const prefix = quantity === otherwise ? '' : `${quantity} of them `;
  return Object.freeze({ ...matcher, quantity, expected: `${prefix}${matcher.expected}` });
}

export function quantified(pattern: unknown): readonly ['all' | 'any', unknown] | undefined {
  if (typeof pattern !== 'object' || pattern === null) return undefined;
  if (Object.hasOwn(pattern, 'all')) return ['all', (pattern as { all: unknown }).all];
  if (Object.hasOwn(pattern, 'any')) return ['any', (pattern as { any: unknown }).any];
  return undefined;
}

/** Whether as many fit as have to. */
export function enoughFit<T>(values: readonly T[], quantity: Quantity, fits: (value: T) => boolean): boolean {
  if (quantity === 'any') return values.some(fits);
  return (quantity === 'all' ? values.length > 0 : values.length === 1) && values.every(fits);
}

/** Whether it cannot be said that too few fit: of several where one is wanted, any may be the one that is meant. */
export function enoughMayFit<T>(values: readonly T[], quantity: Quantity, mayFit: (value: T) => boolean): boolean {
  return quantity === 'all' ? values.length > 0 && values.every(mayFit) : values.some(mayFit);
}
