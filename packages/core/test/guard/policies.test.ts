import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { answerTo } from '../../src/guard/answer.js';
import { type Decision, Guard, type GuardOptions, type GuardRequest } from '../../src/guard/index.js';
import type { DecisionEvent } from '../../src/verifier/index.js';
import { client, FakeSocket, intermediate, LogRecord, requestOver, requestWith, root } from '../verifier/fakes.js';

const ca = root();
const alice = client(ca, { CN: 'alice', OU: 'payments' });
// One issuer that two anchors have certified, so that its client has a path in either trust set.
const [staff, partners] = [root('Staff'), root('Partners')];
const issuer = intermediate(staff, 'Issuing CA');
const crossed = intermediate(partners, 'Issuing CA', { key: issuer.key });
const bob = client(issuer, { CN: 'bob', OU: 'payments' });

const events: DecisionEvent[] = [];
const record = (event: unknown): void => void events.push(event as DecisionEvent);
beforeEach(() => {
  events.length = 0;
  subscribe('peercert:decision', record);
});
afterEach(() => void unsubscribe('peercert:decision', record));

function made(options: GuardOptions = {}) {
  const logger = new LogRecord();
  return { logger, guard: new Guard({ trust: ca.der, logger, ...options }) };
}

const twoSets = () => {
  const trustSets = { staff: { ca: staff.der, intermediates: issuer.der }, partners: { ca: partners.der, intermediates: crossed.der } };
  return made({ trust: undefined, trustSets } as GuardOptions);
};

const decide = async (guard: Guard, policy: unknown, request: object = requestWith([alice])): Promise<Decision> =>
  guard.decide(request as GuardRequest, guard.compile(policy, 'config.mtls'));

const setOf = (decision: Decision): string => (decision.ok ? (decision.identity?.trustSet ?? 'none') : decision.refusal.code);

describe('the search among trust sets', () => {
  it.each<[title: string, policy: unknown, expected: string]>([
    ['finds either', 'required', 'staff'],
    ['goes on to the set that the policy names', { trustSet: 'partners' }, 'partners'],
    ['goes on to the set that is not excluded', { not: { trustSet: 'staff' } }, 'partners'],
    [
      'goes on to the set of the alternative that holds',
      {
        anyOf: [
          { trustSet: 'staff', subject: { CN: 'eve' } },
          { trustSet: 'partners', subject: { CN: 'bob' } },
        ],
      },
      'partners',
    ],
    ['goes on to the authority that is asked for', { chain: { subject: { CN: 'Partners' } } }, 'partners'],
    ['goes on for a function', ({ trustSet }: { trustSet: string }) => trustSet === 'partners', 'partners'],
    ['goes on for a function that takes its time', async ({ trustSet }: { trustSet: string }) => trustSet === 'partners', 'partners'],
    ['goes on for authorize', { authorize: ({ trustSet }: { trustSet: string }) => trustSet === 'partners' }, 'partners'],
    ['goes on for a schema', z.object({ trustSet: z.literal('partners') }), 'partners'],
    ['ends where no set holds', { not: { trustSet: ['staff', 'partners'] } }, 'PEERCERT_POLICY_MISMATCH'],
    ['does not go on where another set changes nothing', { subject: { CN: 'eve' } }, 'PEERCERT_POLICY_MISMATCH'],
    ['stays within the sets that the policy allows', { trustSet: 'staff', not: { trustSet: 'staff' } }, 'PEERCERT_POLICY_MISMATCH'],
  ])('%s', async (_title, policy, expected) => {
    expect(setOf(await decide(twoSets().guard, policy, requestWith([bob])))).toBe(expected);
  });

  it('does not go on where a function failed, since nobody knows what it would have said', async () => {
    const sets: string[] = [];
    const decision = await decide(
      twoSets().guard,
      ({ trustSet }: { trustSet: string }) => {
        sets.push(trustSet);
        throw new Error('boom');
      },
      requestWith([bob]),
    );
    expect(setOf(decision)).toBe('PEERCERT_POLICY_FAILED');
    expect(sets).toEqual(['staff']);
  });

  it('gives the value of the set that it ends in', async () => {
    const policy = z.object({ trustSet: z.literal('partners') }).transform(({ trustSet }) => `of ${trustSet}`);
    expect(await decide(twoSets().guard, policy, requestWith([bob]))).toMatchObject({ ok: true, value: 'of partners' });
  });

  it('tells of the first set what was refused', async () => {
    const { guard, logger } = twoSets();
    await decide(guard, { not: { trustSet: ['staff', 'partners'] } }, requestWith([bob]));
    expect(logger.lines.filter(({ level }) => level === 'info')).toMatchObject([{ fields: { trace: [{ rule: 'not' }] } }]);
  });
});

describe('the time limit of the guard', () => {
  it('refuses with 503, aborts, and says in the log what was waited for', async () => {
    const { guard, logger } = made({ policyTimeoutSeconds: 0.02 });
    let signal: AbortSignal | undefined;
    async function askDirectory(_identity: unknown, context: { signal: AbortSignal }): Promise<boolean> {
      signal = context.signal;
      return new Promise(() => undefined);
    }
    const decision = await decide(guard, askDirectory);
    expect(decision).toMatchObject({ ok: false, refusal: { code: 'PEERCERT_POLICY_TIMED_OUT', status: 503 } });
    expect(signal?.aborted).toBe(true);
    expect(logger.of('error')).toEqual([
      expect.stringMatching(
        /config\.mtls could not be evaluated: the function askDirectory took longer than 0\.02 s; mend: .*policyTimeoutSeconds/,
      ),
    ]);
    if (!decision.ok) expect(answerTo(decision.refusal)).toMatchObject({ status: 503, headers: { 'retry-after': '5' } });
  });

  it.each([0, -1, 61, Number.NaN, Number.POSITIVE_INFINITY, '5', null])('is never %o', (policyTimeoutSeconds) => {
    expect(() => made({ policyTimeoutSeconds } as GuardOptions)).toThrow(expect.objectContaining({ option: 'policyTimeoutSeconds' }));
  });
});

describe('a policy that throws', () => {
  it('shows its cause to the log alone', async () => {
    const { guard, logger } = made();
    const cause = new Error('password is hunter2');
    const decision = await decide(guard, () => {
      throw cause;
    });
    if (decision.ok) throw new Error('it was let in');
    expect(JSON.stringify(answerTo(decision.refusal))).not.toMatch(/hunter2|config\.mtls|threw/);
    expect(answerTo(decision.refusal)).toMatchObject({ status: 500, message: 'The client certificate could not be verified' });
    expect(logger.lines.find(({ level }) => level === 'error')?.fields).toMatchObject({ code: 'PEERCERT_POLICY_FAILED', err: cause });
  });
});

describe('the trace of the policies', () => {
  const policy = { subject: { OU: 'sales' }, anyOf: [{ trustSet: 'default' }] };

  it('is logged at debug, once for what is remembered', async () => {
    const { guard, logger } = made();
    const request = requestOver(new FakeSocket([alice]), { url: '/pay?secret=1' });
    const requirement = guard.compile(policy, 'config.mtls');
    for (let i = 0; i < 3; i++) await guard.decide(request as GuardRequest, requirement);
    expect(logger.of('debug')).toEqual([
      'GET "/pay": policies: PEERCERT_POLICY_MISMATCH: subject.OU does not hold: expected "sales", found "payments"; anyOf not asked: expected one of these, found not asked (anyOf[0].trustSet holds: expected "default", found "default")',
    ]);
    expect(logger.of('info')).toHaveLength(3);
  });

  it('is not worked out for a logger that would not show it', async () => {
    const { logger, guard } = made();
    const quiet = Object.assign(logger, { isLevelEnabled: (level: string) => level !== 'debug' });
    await guard.decide(requestWith([alice]) as GuardRequest, guard.compile(policy, 'config.mtls'), quiet);
    expect(logger.of('debug')).toEqual([]);
  });

  it('is in the event, and never in the answer', async () => {
    const { guard } = made();
    const decision = await decide(guard, policy);
    expect(events).toHaveLength(1);
    expect(events[0]?.rules).toMatchObject([
      { rule: 'subject.OU', holds: false, found: '"payments"' },
      { rule: 'anyOf', holds: undefined },
    ]);
    if (!decision.ok) expect(JSON.stringify(answerTo(decision.refusal))).not.toMatch(/OU|sales|payments/);
  });

  it('is in the event of who is let in too, and empty where no policy was asked', async () => {
    const { guard } = made();
    await decide(guard, { subject: { OU: 'payments' } });
    await decide(guard, 'required');
    await decide(guard, 'optional', requestWith([]));
    expect(events.map(({ rules }) => rules.map(({ rule, holds }) => [rule, holds]))).toEqual([[['subject.OU', true]], [], []]);
  });
});

describe('a policy that only reports', () => {
  it('is a warning once a verdict, in the event of each request, and lets pass', async () => {
    const { guard, logger } = made();
    const request = requestOver(new FakeSocket([alice]), { url: '/pay' });
    const requirement = guard.compile({ subject: { OU: 'sales' }, mode: 'report' }, 'config.mtls');
    for (let i = 0; i < 3; i++) expect(await guard.decide(request as GuardRequest, requirement)).toMatchObject({ ok: true });
    expect(logger.of('warn')).toEqual([
      expect.stringMatching(
        /^GET "\/pay": would be refused, if the policy were enforced: PEERCERT_POLICY_MISMATCH: .*subject\.OU does not match/,
      ),
    ]);
    expect(events.map(({ reported, refusal }) => [reported.map(({ code }) => code), refusal])).toEqual([
      [['PEERCERT_POLICY_MISMATCH'], undefined],
      [['PEERCERT_POLICY_MISMATCH'], undefined],
      [['PEERCERT_POLICY_MISMATCH'], undefined],
    ]);
    await guard.decide(requestWith([alice]) as GuardRequest, requirement);
    expect(logger.of('warn')).toHaveLength(2);
  });

  it('of authorize is a warning at each request', async () => {
    const { guard, logger } = made();
    const request = requestOver(new FakeSocket([alice]));
    const requirement = guard.compile({ authorize: () => false, mode: 'report' }, 'config.mtls');
    for (let i = 0; i < 2; i++) expect(await guard.decide(request as GuardRequest, requirement)).toMatchObject({ ok: true });
    expect(logger.of('warn')).toHaveLength(2);
  });

  it('still wants a certificate, and one that is verified', async () => {
    const { guard } = made();
    const policy = { subject: { OU: 'sales' }, mode: 'report' };
    expect(setOf(await decide(guard, policy, requestWith([])))).toBe('PEERCERT_CERTIFICATE_MISSING');
    expect(setOf(await decide(guard, policy, requestWith([bob])))).toBe('PEERCERT_ISSUER_UNKNOWN');
  });
});

describe('authorize of a guard', () => {
  it('is given the request of the framework where that is another', async () => {
    const { guard } = made();
    const asked: unknown[] = [];
    const requirement = guard.compile({ authorize: (_identity: unknown, request: unknown) => asked.push(request) > 0 }, 'config.mtls');
    const [raw, framework] = [requestWith([alice]) as GuardRequest, { params: { tenant: 'a' } }];
    await guard.decide(raw, requirement, undefined, framework);
    await guard.decide(raw, requirement);
    expect(asked).toEqual([framework, raw]);
  });
});

describe('policies by name', () => {
  it('are those of the option, and unknown ones throw where they are named', () => {
    const { guard } = made({ policies: { payments: { subject: { OU: 'payments' } } } });
    expect(guard.compile({ policy: 'payments' }, 'config.mtls').demands.policies).toHaveLength(1);
    expect(() => guard.compile({ policy: 'Payments' }, 'config.mtls')).toThrow(
      "config.mtls.policy: there is no policy 'Payments' (did you mean 'payments'?)",
    );
    expect(() => made().guard.compile({ policy: 'payments' }, 'config.mtls')).toThrow(
      /none is; name them in the option policies, or in policyFile/,
    );
    expect(() => made({ policies: { a: { policy: 'a' } } })).toThrow(/leads back to itself: a -> a/);
    expect(() => made({ policies: undefined } as never)).toThrow(/policies: is undefined/);
    expect(() => made({ policyFile: undefined } as never)).toThrow(/policyFile: is undefined/);
  });
});
