import { describe, expect, it } from 'vitest';
import { describeRefusal, type RefusalCode, refusal, refusalCodes, refused } from '../../src/errors/index.js';

describe('a refusal', () => {
  it('has the status and the text of its code', () => {
    expect(refusal('PEERCERT_CERTIFICATE_MISSING', { detail: 'none' })).toEqual({
      code: 'PEERCERT_CERTIFICATE_MISSING',
      status: 403,
      text: 'A client certificate is required',
      trace: [{ detail: 'none' }],
    });
  });

  it('takes several findings, the one that decided first, and keeps the cause', () => {
    const cause = new Error('why');
    const trace = [{ detail: 'first' }, { detail: 'second' }];
    const made = refusal('PEERCERT_INTERNAL', trace, cause);
    expect(made.trace).toEqual(trace);
    expect(made.cause).toBe(cause);
    trace.push({ detail: 'later' });
    expect(made.trace).toHaveLength(2);
  });

  it('cannot be changed', () => {
    const made = refusal('PEERCERT_INTERNAL', { detail: 'first' });
    expect(Object.isFrozen(made)).toBe(true);
    expect(Object.isFrozen(made.trace)).toBe(true);
  });

  it('is the refused side of an outcome', () => {
    expect(refused('PEERCERT_NOT_TLS', { detail: 'plain' })).toEqual({
      ok: false,
      refusal: refusal('PEERCERT_NOT_TLS', { detail: 'plain' }),
    });
  });
});

describe('describeRefusal', () => {
  it('tells code, finding and mend in one line', () => {
    const line = describeRefusal(refusal('PEERCERT_NOT_TLS', { detail: 'the socket is plain' }));
    expect(line).toBe(`PEERCERT_NOT_TLS: the socket is plain; mend: ${refusalCodes.PEERCERT_NOT_TLS.mend}`);
  });

  it('tells where, which rule, and the near misses', () => {
    const line = describeRefusal(
      refusal('PEERCERT_POLICY_MISMATCH', [
        {
          detail: 'the policy is not satisfied',
          depth: 0,
          subject: 'CN=api',
          rule: 'subject.OU',
          expected: '"payments"',
          found: '"billing"',
        },
        { detail: 'another path failed', depth: 1, subject: '' },
        { detail: 'a third', depth: 2 },
      ]),
    );
    expect(line).toContain('the policy is not satisfied [subject.OU: expected "payments", found "billing"] (depth 0, CN=api)');
    expect(line).toContain('; also: another path failed (depth 1, empty subject)');
    expect(line).toContain('; also: a third (depth 2)');
  });

  it('falls back to the text of the code where nothing was found', () => {
    expect(describeRefusal(refusal('PEERCERT_INTERNAL', []))).toMatch(
      /^PEERCERT_INTERNAL: The client certificate could not be verified; mend: /,
    );
  });
});

describe('the table of codes', () => {
  const rows = Object.entries(refusalCodes) as [RefusalCode, (typeof refusalCodes)[RefusalCode]][];

  it.each(rows)('%s is complete', (code, row) => {
    expect(code).toMatch(/^PEERCERT_[A-Z]+(?:_[A-Z]+)*$/);
    expect(row.section).not.toBe('');
    expect(row.mend).not.toBe('');
    expect([403, 421, 500, 503]).toContain(row.status);
  });

  it('tells the client a text without anything to fill in', () => {
    for (const [, row] of rows) expect(row.text).toMatch(/^[A-Z][A-Za-z ]+$/);
  });

  it('is frozen', () => {
    expect(Object.isFrozen(refusalCodes)).toBe(true);
  });
});
