import { expect, test } from 'vitest';
import type { ConformanceCase } from './conformance-case.js';
import { type Observation, observe } from './decide.js';
import { at, endEntity, madeCase, root } from './made.js';
import { pkitsReason } from './recorded-reasons.js';
import { unusedRules } from './report.js';
import { runSuite } from './run.js';

const judge = (testcase: ConformanceCase, spoiled: Partial<Observation> = {}) =>
  runSuite('limbo', [testcase], (question, limit) => ({ ...observe(question, limit), ...spoiled })).result;

test('an unexpected success fails', () => {
  const { failed, failures } = judge(madeCase());
  expect(failed).toBe(1);
  expect(failures).toEqual([{ id: 'rfc5280::made', expected: 'FAILURE', got: 'SUCCESS', code: null }]);
});

test('an unexpected refusal fails with its code', () => {
  const { failures } = judge(madeCase({ expected: 'SUCCESS', anchors: [] }));
  expect(failures).toEqual([{ id: 'rfc5280::made', expected: 'SUCCESS', got: 'FAILURE', code: 'PEERCERT_ISSUER_UNKNOWN' }]);
});

test('a refusal for another reason than the recorded one fails', () => {
  const expired = endEntity({ notAfter: '2029-01-01' });
  const reasons = (text: string) => judge(madeCase({ endEntity: expired, recordedReasons: [pkitsReason(text)] }));
  expect(reasons('Time is after notAfter')).toMatchObject({ passed: 1, failed: 0 });
  expect(reasons('Time is before notBefore').failures).toEqual([
    {
      id: 'rfc5280::made',
      expected: 'FAILURE: Time is before notBefore',
      got: 'FAILURE for another reason',
      code: 'PEERCERT_CERTIFICATE_EXPIRED',
    },
  ]);
});

test('what is wrong with a certificate beside the end entity counts as the reason', () => {
  const recordedReasons = [pkitsReason("Couldn't parse SubjectPublicKeyInfo")];
  const weak = root({ fields: { subjectPublicKeyInfo: Uint8Array.of(0x30, 0x08, 0x30, 0x03, 0x06, 0x01, 0x2a, 0x03, 0x01, 0x00) } });
  expect(judge(madeCase({ anchors: [weak], recordedReasons }))).toMatchObject({ passed: 1 });
});

test('an answer that is another the second time fails, whatever it is, and whatever rule there is', () => {
  expect(judge(madeCase({ expected: 'SUCCESS' }), { isRepeatable: false }).failures[0]?.got).toBe('another answer the second time');
  const { failures } = judge(madeCase({ endEntity: endEntity({ serialNumber: 0 }) }), { areInputsUntouched: false });
  expect(failures[0]?.got).toBe('inputs that were changed');
});

test('a case that measures effort fails beyond 5 ms, or 50 ms where a trusted key has signed', () => {
  const slow = (milliseconds: number, made: ConformanceCase) => judge(made, { milliseconds }).failures[0]?.expected;
  const stranger = madeCase({ anchors: [], isDenialOfService: true });
  const vouchedFor = madeCase({ expected: 'SUCCESS', isDenialOfService: true });
  expect(slow(4.9, stranger)).toBeUndefined();
  expect(slow(5.1, stranger)).toBe('FAILURE within 5 ms');
  expect(slow(49.9, vouchedFor)).toBeUndefined();
  expect(slow(50.1, vouchedFor)).toBe('SUCCESS within 50 ms');
  expect(slow(1_000, madeCase({ expected: 'SUCCESS' }))).toBeUndefined();
});

test('a case under a rule is skipped, and named with the reason', () => {
  const result = judge(madeCase({ endEntity: endEntity({ serialNumber: 0 }) }));
  expect(result).toMatchObject({ total: 1, passed: 0, failed: 0, skipped: 1 });
  expect(result.divergences).toEqual([{ rule: 'serial number zero', reason: expect.stringContaining('4.1.2.2'), ids: ['rfc5280::made'] }]);
  expect(unusedRules([result])).not.toContain('serial number zero');
  expect(unusedRules([])).toContain('serial number zero');
});

test('a case that passes is passed, although a rule would cover it', () => {
  const result = judge(madeCase({ expected: 'SUCCESS', endEntity: endEntity({ serialNumber: 0 }) }));
  expect(result).toMatchObject({ passed: 1, skipped: 0 });
});

test('an observation tells an input that was changed from one that was not', () => {
  const { question } = madeCase();
  expect(observe(question)).toMatchObject({ isRepeatable: true, areInputsUntouched: true, verdict: { isAccepted: true } });
  expect(observe({ ...question, at: at + 1e12 }).verdict.refusal?.code).toBe('PEERCERT_CERTIFICATE_EXPIRED');
  let reads = 0;
  const changing = {
    ...question,
    get at() {
      return at + reads++;
    },
  };
  expect(observe(changing).areInputsUntouched).toBe(false);
});
