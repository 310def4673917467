import { describe, expect, it } from 'vitest';
import { run, type Steps, wait } from '../../src/verifier/steps.js';

function* sum(...values: readonly (number | Promise<number>)[]): Steps<number> {
  let total = 0;
  for (const value of values) total += yield* wait(value);
  return total;
}

describe('run', () => {
  it('gives a value where nothing is waited for', () => {
    expect(run(sum(1, 2))).toBe(3);
  });

  it('gives a promise where something is', async () => {
    const result = run(sum(1, Promise.resolve(2), 3, Promise.resolve(4)));
    expect(result).toBeInstanceOf(Promise);
    await expect(result).resolves.toBe(10);
  });

  it('throws what the work throws: at once, or as a rejection', async () => {
    function* broken(first: number | Promise<number>): Steps<number> {
      yield* wait(first);
      throw new RangeError('broken');
    }
    expect(() => run(broken(1))).toThrow(RangeError);
    await expect(run(broken(Promise.resolve(1)))).rejects.toThrow(RangeError);
  });

  it('throws a rejection where it was waited for, so that the work can catch it', async () => {
    function* careful(): Steps<string> {
      try {
        yield* wait(Promise.reject(new Error('gone')));
      } catch (error) {
        return `caught: ${(error as Error).message}, ${yield* wait(Promise.resolve('and went on'))}`;
      }
      return 'not reached';
    }
    await expect(run(careful())).resolves.toBe('caught: gone, and went on');
    await expect(run(sum(Promise.reject(new Error('gone'))))).rejects.toThrow('gone');
  });
});
