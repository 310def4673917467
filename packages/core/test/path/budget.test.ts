import { describe, expect, it } from 'vitest';
import { Budget, type BudgetLimits, defaultBudget } from '../../src/path/index.js';

const counters = [
  'signatures',
  'invalidSignatures',
  'candidates',
  'bytes',
  'nameComparisons',
  'policyNodes',
] as const satisfies readonly (keyof BudgetLimits)[];

describe('Budget', () => {
  it.each(counters)('refuses what goes beyond the limit on %s, and names it', (counter) => {
    const budget = new Budget({ ...defaultBudget, [counter]: 2 });
    expect([budget.spend(counter), budget.spend(counter)]).toEqual([true, true]);
    expect(budget.exhausted).toBeUndefined();
    expect(budget.spend(counter)).toBe(false);
    expect(budget.exhausted).toBe(counter);
  });

  it.each(counters)('is exhausted for ever, for every counter, once the one for %s is', (counter) => {
    const budget = new Budget({ ...defaultBudget, [counter]: 0 });
    budget.spend(counter);
    for (const other of counters) expect(budget.spend(other)).toBe(false);
    expect(budget.exhausted).toBe(counter);
  });

  it('names the counter that ran out first, whatever is asked for after it', () => {
    const budget = new Budget({ ...defaultBudget, candidates: 0, bytes: 0 });
    expect([budget.spend('candidates'), budget.spend('bytes')]).toEqual([false, false]);
    expect(budget.exhausted).toBe('candidates');
  });

  it('refuses an amount that is more than what is left', () => {
    const budget = new Budget({ ...defaultBudget, signatures: 16 });
    expect(budget.spend('signatures', 16)).toBe(true);
    expect(budget.spend('signatures', 1)).toBe(false);
    expect(new Budget({ ...defaultBudget, signatures: 16 }).spend('signatures', 17)).toBe(false);
  });

  it.each([Number.NaN, -1, Number.NEGATIVE_INFINITY])('allows nothing under a limit of %s', (limit) => {
    expect(new Budget({ ...defaultBudget, candidates: limit }).spend('candidates')).toBe(false);
  });

  it('allows no more than the whole part of a limit', () => {
    const budget = new Budget({ ...defaultBudget, candidates: 1.5 });
    expect([budget.spend('candidates'), budget.spend('candidates')]).toEqual([true, false]);
  });

  it('counts each counter by itself', () => {
    const budget = new Budget({ signatures: 1, invalidSignatures: 1, candidates: 1, bytes: 1, nameComparisons: 1, policyNodes: 1 });
    expect(counters.map((counter) => budget.spend(counter))).toEqual(counters.map(() => true));
  });

  it('has a default that nobody can change', () => {
    expect(Object.isFrozen(defaultBudget)).toBe(true);
    expect(defaultBudget).toEqual({
      signatures: 176,
      invalidSignatures: 16,
      candidates: 500,
      bytes: 2_097_152,
      nameComparisons: 100_000,
      policyNodes: 10_000,
    });
  });

  it('does not change the limits it was given', () => {
    const limits = { ...defaultBudget };
    new Budget(limits).spend('signatures');
    expect(limits).toEqual(defaultBudget);
  });
});
