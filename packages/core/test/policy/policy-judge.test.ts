import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Refusal } from '../../src/errors/index.js';
import {
  compileRequirement,
  type Demands,
  type JudgeListener,
  type Judgement,
  PolicyFailure,
  PolicyJudge,
  type PolicyRunner,
} from '../../src/policy/index.js';
import { atOnce } from '../support/at-once.js';
import { type IdentitySpec, identityOf } from './identities.js';

/** Runs code as the guard's runner does, by a clock that is set. */
class FakeRunner implements PolicyRunner {
  at = 1_000;

  now(): number {
    return this.at;
  }

  call(what: string, work: Parameters<PolicyRunner['call']>[1]): unknown {
    const failed = (error: unknown): never => {
      throw error instanceof PolicyFailure ? error : new PolicyFailure(`${what} failed`, error);
    };
    try {
      const answer = work({ signal: new AbortController().signal });
      return answer instanceof Promise ? answer.catch(failed) : answer;
    } catch (error) {
      return failed(error);
    }
  }
}

class Listener implements JudgeListener {
  readonly judgements: Judgement[] = [];
  readonly reports: Refusal[] = [];

  evaluated(judgement: Judgement): void {
    this.judgements.push(judgement);
  }

  reported(refused: Refusal): void {
    this.reports.push(refused);
  }
}

const demandsOf = (policy: unknown, inherited?: unknown): Demands =>
  compileRequirement(policy, {
    option: 'config.mtls',
    default: inherited === undefined ? undefined : compileRequirement(inherited, { option: 'policy' }),
  }).demands;

/** One connection's identity, and how often each function was asked. */
function scene(spec: IdentitySpec = { subject: ['CN=api'] }) {
  const runner = new FakeRunner();
  const judge = new PolicyJudge(runner);
  const identity = identityOf(spec);
  const listener = new Listener();
  const ask = (demands: Demands, request: unknown = {}, by = identity) => judge.judge(by, demands, request, listener);
  return { runner, judge, identity, listener, ask };
}

function counted(answer: (...given: unknown[]) => unknown = () => true) {
  const calls: unknown[][] = [];
  const work = (...given: unknown[]): unknown => {
    calls.push(given);
    return answer(...given);
  };
  return { calls, work };
}

describe('what a function decides', () => {
  it('is remembered for a minute', () => {
    const { runner, ask } = scene();
    const { calls, work } = counted();
    const demands = demandsOf(work);
    const first = atOnce(ask(demands));
    runner.at += 59_999;
    expect(atOnce(ask(demands))).toBe(first);
    expect(calls).toHaveLength(1);
    runner.at += 1;
    expect(atOnce(ask(demands)).refusal).toBeUndefined();
    expect(calls).toHaveLength(2);
  });

  it('is asked anew when the minute is over, and may be another', () => {
    const { runner, ask } = scene();
    let allow = true;
    const demands = demandsOf(() => allow);
    expect(atOnce(ask(demands)).refusal).toBeUndefined();
    allow = false;
    runner.at += 60_000;
    expect(atOnce(ask(demands)).refusal?.code).toBe('PEERCERT_POLICY_MISMATCH');
    allow = true;
    expect(atOnce(ask(demands)).refusal?.code).toBe('PEERCERT_POLICY_MISMATCH');
    runner.at += 60_000;
    expect(atOnce(ask(demands)).refusal).toBeUndefined();
  });

  it.each([0, 1, 86_400])('is remembered for %i s where that is said', (rememberForSeconds) => {
    const { runner, ask } = scene();
    const { calls, work } = counted();
    const demands = demandsOf({ decide: work, rememberForSeconds });
    void ask(demands);
    runner.at += Math.max(rememberForSeconds * 1_000 - 1, 0);
    void ask(demands);
    expect(calls).toHaveLength(rememberForSeconds === 0 ? 2 : 1);
    runner.at += 1;
    void ask(demands);
    expect(calls).toHaveLength(rememberForSeconds === 0 ? 3 : 2);
  });

  it('is remembered for the shortest of the times of those that were asked', () => {
    const { runner, ask } = scene();
    const { calls, work } = counted();
    const demands = demandsOf({ allOf: [work, { decide: () => true, rememberForSeconds: 5 }] });
    void ask(demands);
    runner.at += 5_000;
    void ask(demands);
    expect(calls).toHaveLength(2);
  });

  it('is remembered for one identity, of one connection, under one requirement', () => {
    const { ask, identity } = scene();
    const { calls, work } = counted();
    const [demands, others] = [demandsOf(work), demandsOf(work)];
    void ask(demands);
    void ask(demands, {}, identityOf({ subject: ['CN=api'] }));
    void ask(others);
    void ask(demands);
    expect(calls).toHaveLength(3);
    expect(calls[0]?.[0]).toBe(identity);
  });

  it('is shared by requests that ask at the same time', async () => {
    const { ask } = scene();
    let answer: (allow: boolean) => void = () => undefined;
    const { calls, work } = counted(() => new Promise((resolve) => (answer = resolve)));
    const demands = demandsOf({ decide: work, rememberForSeconds: 0 });
    const asked = [ask(demands), ask(demands), ask(demands)];
    answer(true);
    for (const judgement of await Promise.all(asked)) expect(judgement.refusal).toBeUndefined();
    expect(calls).toHaveLength(1);
    void ask(demands);
    expect(calls).toHaveLength(2);
  });

  it('is told once, whoever waits for it', async () => {
    const { ask, listener } = scene();
    const demands = demandsOf(async () => true);
    await Promise.all([ask(demands), ask(demands)]);
    await ask(demands);
    expect(listener.judgements).toHaveLength(1);
  });
});

describe('rules and schemas', () => {
  it('are evaluated once for an identity', () => {
    const { runner, ask } = scene();
    const { calls, work } = counted((value) => value);
    const demands = demandsOf({ subject: { CN: z.string().transform(work) } });
    const schema = demandsOf(z.any().transform(() => calls.length));
    const first = atOnce(ask(schema));
    void ask(demands);
    runner.at += 1e9;
    void ask(demands);
    expect(calls).toHaveLength(1);
    expect(atOnce(ask(schema))).toBe(first);
  });

  it('an asynchronous schema too', async () => {
    const { ask } = scene();
    let calls = 0;
    const demands = demandsOf(z.any().refine(async () => ++calls > 0));
    expect((await ask(demands)).refusal).toBeUndefined();
    // zod tries at once first, and calls again when something has to be waited for.
    const before = calls;
    expect((await ask(demands)).refusal).toBeUndefined();
    expect(calls).toBe(before);
  });
});

describe('what fails', () => {
  const boom = new Error('boom');
  const throwing = (): never => {
    throw boom;
  };

  it.each<[title: string, policy: unknown]>([
    ['a function', throwing],
    ['a function that rejects', async () => throwing()],
    ['decide', { decide: throwing }],
    ['authorize', { authorize: throwing }],
    ['authorize that rejects', { authorize: async () => throwing() }],
    ['a schema', z.any().transform(throwing)],
    ['a schema of a value', { subject: { CN: { '~standard': { version: 1, vendor: 'test', validate: throwing } } } }],
    ['what is denied', { not: throwing }],
    ['the only alternative that could hold', { anyOf: [{ subject: { CN: 'web' } }, throwing] }],
    [
      'a decision that cannot be read',
      () => ({
        get allow() {
          return throwing();
        },
      }),
    ],
  ])('%s is refused with a code of its own, and its cause is kept for the log', async (_title, policy) => {
    const { ask } = scene();
    const { refusal } = await ask(demandsOf(policy));
    expect(refusal).toMatchObject({ code: 'PEERCERT_POLICY_FAILED', status: 500, text: 'The client certificate could not be verified' });
    expect(refusal?.cause).toBe(boom);
    expect(refusal?.trace).toEqual([{ detail: expect.stringMatching(/^config\.mtls could not be evaluated: /) }]);
    expect(refusal?.trace[0]?.detail).toMatch(/: boom$/);
    expect(refusal?.text).not.toContain('boom');
  });

  it('is told on one line, cut, whatever was thrown', async () => {
    const { ask } = scene();
    const details: unknown[] = [];
    for (const thrown of [
      new Error(`a\nPEERCERT: all is well ${'x'.repeat(8_192)}`),
      'a word',
      null,
      Object.freeze(new Error('frozen')),
      { message: 'x' },
    ]) {
      const { refusal } = await ask(
        demandsOf(() => {
          throw thrown;
        }),
      );
      details.push(refusal?.trace[0]?.detail);
    }
    expect(details).toEqual([
      expect.stringMatching(/: a\\u\{a\}PEERCERT: all is well x+…$/),
      expect.stringMatching(/failed$/),
      expect.stringMatching(/failed$/),
      expect.stringMatching(/: frozen$/),
      expect.stringMatching(/failed$/),
    ]);
  });

  it('in a schema of a value is told where zod hides it behind a promise', async () => {
    const { ask } = scene();
    const { refusal } = await ask(demandsOf({ subject: { CN: z.string().transform(throwing) } }));
    expect(refusal).toMatchObject({ code: 'PEERCERT_POLICY_FAILED', trace: [{ detail: expect.stringContaining('or threw') }] });
  });

  it('does not hide an alternative that holds', async () => {
    const { ask } = scene();
    for (const failing of [throwing, async () => throwing()]) {
      expect((await ask(demandsOf({ anyOf: [failing, { subject: { CN: 'api' } }] }))).refusal).toBeUndefined();
      expect((await ask(demandsOf({ not: { anyOf: [failing, { subject: { CN: 'api' } }] } }))).refusal?.code).toBe(
        'PEERCERT_POLICY_MISMATCH',
      );
    }
  });

  it('is not remembered: the next request may find it mended', () => {
    const { ask } = scene();
    let broken = true;
    const demands = demandsOf(() => (broken ? throwing() : true));
    expect(atOnce(ask(demands)).refusal?.code).toBe('PEERCERT_POLICY_FAILED');
    broken = false;
    expect(atOnce(ask(demands)).refusal).toBeUndefined();
  });

  it.each(['no', 1, {}, [], { allow: 'true' }, { allow: 1 }, null, undefined, Object(true)].map((answer) => [answer]))(
    '%o is no yes, now or late, of the identity or of the request',
    async (answer) => {
      const { ask } = scene();
      for (const policy of [() => answer, async () => answer, { authorize: () => answer }, { authorize: async () => answer }]) {
        expect((await ask(demandsOf(policy))).refusal?.code).toBe('PEERCERT_POLICY_MISMATCH');
      }
    },
  );
});

describe('authorize', () => {
  it('is asked of each request, with the request, once all else holds', () => {
    const { ask, identity } = scene();
    const { calls, work } = counted((_identity, request) => request === 'good');
    const demands = demandsOf({ subject: { CN: 'api' }, authorize: work });
    expect(atOnce(ask(demands, 'good')).refusal).toBeUndefined();
    expect(atOnce(ask(demands, 'bad')).refusal?.trace[0]?.rule).toBe('authorize');
    expect(atOnce(ask(demands, 'good')).refusal).toBeUndefined();
    expect(calls.map(([by, request]) => [by === identity, request])).toEqual([
      [true, 'good'],
      [true, 'bad'],
      [true, 'good'],
    ]);
    expect(calls[0]?.[2]).toMatchObject({ signal: expect.any(AbortSignal) });
  });

  it('is not asked of whom the rules refuse', () => {
    const { ask } = scene();
    const { calls, work } = counted();
    expect(atOnce(ask(demandsOf({ subject: { CN: 'web' }, authorize: work }))).refusal?.trace[0]?.rule).toBe('subject.CN');
    expect(calls).toEqual([]);
  });

  it('of the default is asked before that of the route, and both have to allow', () => {
    const { ask } = scene();
    const order: string[] = [];
    const asks = (name: string, answer: boolean) => () => {
      order.push(name);
      return answer;
    };
    const demands = demandsOf({ authorize: asks('route', true) }, { authorize: asks('default', true) });
    expect(atOnce(ask(demands)).refusal).toBeUndefined();
    expect(order).toEqual(['default', 'route']);
    const refused = demandsOf({ authorize: asks('route', true) }, { authorize: asks('default', false) });
    expect(atOnce(ask(refused)).refusal?.trace[0]?.detail).toMatch(/^policy is not satisfied: authorize/);
    expect(order).toHaveLength(3);
  });

  it('gives a value for its request alone', () => {
    const { ask } = scene();
    const demands = demandsOf({
      decide: () => ({ allow: true, value: 'of the identity' }),
      authorize: (_identity: unknown, request: unknown) => (request === 'bare' ? true : { allow: true, value: request }),
    });
    expect(atOnce(ask(demands, 'first')).value).toBe('first');
    expect(atOnce(ask(demands, 'bare')).value).toBe('of the identity');
    expect(atOnce(ask(demands, 'second')).value).toBe('second');
  });
});

describe('a policy that only reports', () => {
  it('lets pass, and reports what it would refuse once for what is remembered', () => {
    const { ask, listener } = scene();
    const demands = demandsOf({ subject: { CN: 'web' }, mode: 'report' });
    for (let i = 0; i < 3; i++)
      expect(atOnce(ask(demands))).toMatchObject({ refusal: undefined, reported: [{ code: 'PEERCERT_POLICY_MISMATCH' }] });
    expect(listener.reports.map(({ trace }) => trace[0]?.rule)).toEqual(['subject.CN']);
  });

  it('reports at each request what it asks of each', () => {
    const { ask, listener } = scene();
    const demands = demandsOf({
      subject: { CN: 'web' },
      authorize: (_identity: unknown, request: unknown) => request === 'good',
      mode: 'report',
    });
    for (const request of ['bad', 'good', 'bad']) expect(atOnce(ask(demands, request)).refusal).toBeUndefined();
    expect(listener.reports.map(({ trace }) => trace[0]?.rule)).toEqual(['subject.CN', 'authorize', 'authorize']);
  });

  it('reports what fails in it, and takes nothing from policies that are enforced', () => {
    const { ask, listener } = scene();
    const throwing = (): never => {
      throw new Error('boom');
    };
    const passing = atOnce(ask(demandsOf({ decide: throwing, mode: 'report' }, { subject: { CN: 'api' } })));
    expect(passing).toMatchObject({ refusal: undefined, reported: [{ code: 'PEERCERT_POLICY_FAILED' }] });
    expect(listener.reports).toHaveLength(1);
    expect(atOnce(ask(demandsOf({ decide: throwing, mode: 'report' }, { subject: { CN: 'web' } }))).refusal?.trace[0]?.rule).toBe(
      'subject.CN',
    );
    expect(atOnce(ask(demandsOf({ subject: { CN: 'web' } }, { decide: () => true, mode: 'report' }))).refusal?.trace[0]?.rule).toBe(
      'subject.CN',
    );
  });
});

describe('the trace of a judgement', () => {
  it('has every rule in its order, of every policy that was asked', () => {
    const { ask } = scene();
    const demands = demandsOf({ subject: { CN: 'web', O: 'x' }, decide: () => true }, { trustSet: 'default' });
    expect(
      atOnce(ask(demands))
        .trace()
        .map(({ rule, holds }) => [rule, holds]),
    ).toEqual([
      ['trustSet', true],
      ['subject.CN', false],
      ['subject.O', false],
      ['decide', undefined],
    ]);
  });
});
