import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { type PolicyContext, PolicyFailure } from '../../src/policy/index.js';
import { policyRunner } from '../../src/verifier/policy-runner.js';

const patient = policyRunner(60);
/** Far less than what is waited for, which never comes. */
const hasty = policyRunner(0.02);
const never = new Promise<never>(() => undefined);
const thrownBy = (value: unknown) => (): never => {
  throw value;
};

/** What the call throws, or rejects with. */
async function failure(work: (context: PolicyContext) => unknown, runner = patient): Promise<PolicyFailure> {
  try {
    await runner.call('the function f', work);
  } catch (error) {
    if (error instanceof PolicyFailure) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('a function that fails', () => {
  const frozen = Object.freeze(new Error('boom'));
  it.each<[title: string, value: unknown]>([
    ['an error', new Error('boom')],
    ['a frozen error', frozen],
    ['null', null],
    ['a word', 'boom'],
    ['true', true],
    ['a decision', { allow: true }],
    ['a promise', never],
  ])('by %s gives a failure whose cause that is, whether it throws or rejects', async (_title, value) => {
    for (const [work, verb] of [
      [thrownBy(value), 'threw'],
      [async () => thrownBy(value)(), 'rejected'],
    ] as const) {
      const error = await failure(work);
      expect(error).toMatchObject({ code: 'PEERCERT_POLICY_FAILED', message: `the function f ${verb}` });
      expect(error.cause).toBe(value);
    }
  });

  it('by undefined gives one without a cause', async () => {
    for (const work of [thrownBy(undefined), () => Promise.reject()]) {
      const error = await failure(work);
      expect([error.code, error.cause]).toEqual(['PEERCERT_POLICY_FAILED', undefined]);
    }
  });

  it('throws at once, where it does', () => {
    expect(() => patient.call('f', thrownBy(new Error('boom')))).toThrow(PolicyFailure);
  });
});

describe('an answer that is there', () => {
  it.each([[true], [false], [undefined], ['yes'], [{ allow: true }], [() => true]])('%o is given as it is', (answer) => {
    expect(patient.call('f', () => answer)).toBe(answer);
  });
});

describe('an answer that is to come', () => {
  // biome-ignore-start lint/suspicious/noThenProperty: thenables are what is tested.
  it.each<[title: string, answer: () => unknown]>([
    ['a promise', async () => 'late'],
    ['a promise of another realm', () => runInNewContext("Promise.resolve('late')")],
    ['a thenable', () => ({ then: (resolve: (value: unknown) => void) => resolve('late') })],
    ['a thenable that is a function', () => Object.assign(() => true, { then: (resolve: (value: unknown) => void) => resolve('late') })],
    ['a promise of a thenable', async () => ({ then: (resolve: (value: unknown) => void) => resolve('late') })],
    [
      'a thenable that calls back twice',
      () => ({
        then(resolve: (value: unknown) => void, reject: (error: unknown) => void) {
          resolve('late');
          reject(new Error('too late'));
          resolve('later');
        },
      }),
    ],
  ])('%s is waited for', async (_title, answer) => {
    const given = patient.call('f', answer);
    expect(given).toBeInstanceOf(Promise);
    expect(await given).toBe('late');
  });

  it('a thenable that throws is a failure', async () => {
    const boom = new Error('boom');
    expect((await failure(() => ({ then: thrownBy(boom) }))).cause).toBe(boom);
    const hidden = Object.defineProperty({}, 'then', { get: thrownBy(boom) });
    expect(await failure(() => hidden)).toMatchObject({ message: 'the function f threw', cause: boom });
  });
  // biome-ignore-end lint/suspicious/noThenProperty: as above.

  it('is waited for no longer than is allowed', async () => {
    expect(await failure(() => never, hasty)).toMatchObject({
      code: 'PEERCERT_POLICY_TIMED_OUT',
      message: 'the function f took longer than 0.02 s',
    });
  });

  it('tells the function by the signal when it is waited for no longer', async () => {
    let signal: AbortSignal | undefined;
    const error = await failure((context) => {
      signal = context.signal;
      expect(signal.aborted).toBe(false);
      return never;
    }, hasty);
    expect(signal?.aborted).toBe(true);
    expect(signal?.reason).toBe(error);
  });

  it('tells so who asks for the signal when it is too late', async () => {
    let context: PolicyContext | undefined;
    await failure((given) => {
      context = given;
      return never;
    }, hasty);
    expect(context?.signal.aborted).toBe(true);
    expect(context?.signal).toBe(context?.signal);
  });

  it('aborts nothing once the answer came, and an error that comes too late goes nowhere', async () => {
    let signal: AbortSignal | undefined;
    await patient.call('f', async (context) => {
      signal = context.signal;
    });
    expect(signal?.aborted).toBe(false);
    let fail: (error: Error) => void = () => undefined;
    await failure(() => new Promise((_resolve, reject) => (fail = reject)), hasty);
    // Vitest fails the run for a rejection that nobody handles.
    fail(new Error('too late'));
    await new Promise(setImmediate);
  });
});

it('the clock never runs backwards', () => {
  const before = patient.now();
  expect(patient.now()).toBeGreaterThanOrEqual(before);
});
