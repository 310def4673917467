import { expect, test } from 'vitest';
import type { ConformanceCase, Question } from './conformance-case.js';
import { type Observation, observe } from './decide.js';
import { at, endEntity, madeCase, root } from './made.js';
import { pkitsReason } from './recorded-reasons.js';
import { unusedRules } from './report.js';
import { runSuite } from './run.js';

const judge = async (testcase: ConformanceCase, spoiled: Partial<Observation> = {}) => {
  const look = async (question: Question, limit?: number) => ({ ...(await observe(question, limit)), ...spoiled });
  return (await runSuite('limbo', [testcase], look)).result;
};

test('an unexpected success fails', async () => {
  const { failed, failures } = await judge(madeCase());
  expect(failed).toBe(1);
  expect(failures).toEqual([{ id: 'rfc5280::made', expected: 'FAILURE', got: 'SUCCESS', code: null }]);
});

test('an unexpected refusal fails with its code', async () => {
  const { failures } = await judge(madeCase({ expected: 'SUCCESS', anchors: [] }));
  expect(failures).toEqual([{ id: 'rfc5280::made', expected: 'SUCCESS', got: 'FAILURE', code: 'PEERCERT_ISSUER_UNKNOWN' }]);
});

test('a refusal for another reason than the recorded one fails', async () => {
  const expired = endEntity({ notAfter: '2029-01-01' });
  const reasons = (text: string) => judge(madeCase({ endEntity: expired, recordedReasons: [pkitsReason(text)] }));
  expect(await reasons('Time is after notAfter')).toMatchObject({ passed: 1, failed: 0 });
  expect((await reasons('Time is before notBefore')).failures).toEqual([
    {
      id: 'rfc5280::made',
      expected: 'FAILURE: Time is before notBefore',
      got: 'FAILURE for another reason',
      code: 'PEERCERT_CERTIFICATE_EXPIRED',
    },
  ]);
});

test('what is wrong with a certificate beside the end entity counts as the reason', async () => {
  const recordedReasons = [pkitsReason("Couldn't parse SubjectPublicKeyInfo")];
  const weak = root({ fields: { subjectPublicKeyInfo: Uint8Array.of(0x30, 0x08, 0x30, 0x03, 0x06, 0x01, 0x2a, 0x03, 0x01, 0x00) } });
  expect(await judge(madeCase({ anchors: [weak], recordedReasons }))).toMatchObject({ passed: 1 });
});

test('an answer that is another the second time fails, whatever it is, and whatever rule there is', async () => {
  expect((await judge(madeCase({ expected: 'SUCCESS' }), { isRepeatable: false })).failures[0]?.got).toBe('another answer the second time');
  const { failures } = await judge(madeCase({ endEntity: endEntity({ serialNumber: 0 }) }), { areInputsUntouched: false });
  expect(failures[0]?.got).toBe('inputs that were changed');
});

test('a case that measures effort fails beyond 5 ms, or 50 ms where a trusted key has signed', async () => {
  const slow = async (milliseconds: number, made: ConformanceCase) => (await judge(made, { milliseconds })).failures[0]?.expected;
  const stranger = madeCase({ anchors: [], isDenialOfService: true });
  const vouchedFor = madeCase({ expected: 'SUCCESS', isDenialOfService: true });
  expect(await slow(4.9, stranger)).toBeUndefined();
  expect(await slow(5.1, stranger)).toBe('FAILURE within 5 ms');
  expect(await slow(49.9, vouchedFor)).toBeUndefined();
  expect(await slow(50.1, vouchedFor)).toBe('SUCCESS within 50 ms');
  expect(await slow(1_000, madeCase({ expected: 'SUCCESS' }))).toBeUndefined();
});

test('a case under a rule is skipped, and named with the reason', async () => {
  const result = await judge(madeCase({ endEntity: endEntity({ serialNumber: 0 }) }));
  expect(result).toMatchObject({ total: 1, passed: 0, failed: 0, skipped: 1 });
  expect(result.divergences).toEqual([{ rule: 'serial number zero', reason: expect.stringContaining('4.1.2.2'), ids: ['rfc5280::made'] }]);
  expect(unusedRules([result])).not.toContain('serial number zero');
  expect(unusedRules([])).toContain('serial number zero');
});

test('a case that passes is passed, although a rule would cover it', async () => {
  const result = await judge(madeCase({ expected: 'SUCCESS', endEntity: endEntity({ serialNumber: 0 }) }));
  expect(result).toMatchObject({ passed: 1, skipped: 0 });
});

test('an observation tells an input that was changed from one that was not', async () => {
  const { question } = madeCase();
  expect(await observe(question)).toMatchObject({ isRepeatable: true, areInputsUntouched: true, verdict: { isAccepted: true } });
  expect((await observe({ ...question, at: at + 1e12 })).verdict.refusal?.code).toBe('PEERCERT_CERTIFICATE_EXPIRED');
  let reads = 0;
  const changing = {
    ...question,
    get at() {
      return at + reads++;
    },
  };
  expect((await observe(changing)).areInputsUntouched).toBe(false);
});
