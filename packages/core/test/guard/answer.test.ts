import { describe, expect, it } from 'vitest';
import { type RefusalCode, refusal, refusalCodes } from '../../src/errors/index.js';
import { answerTo } from '../../src/guard/index.js';

const codes = Object.keys(refusalCodes) as RefusalCode[];

describe('answerTo', () => {
  it.each(codes)('tells %s by its status, its code and its constant text, and nothing of what was found', (code) => {
    const answer = answerTo(refusal(code, { detail: 'SECRET', subject: 'CN=SECRET' }, new Error('SECRET')));
    expect(answer).toMatchObject({ code, status: refusalCodes[code].status, message: refusalCodes[code].text });
    expect(Object.keys(answer).sort()).toEqual(['code', 'headers', 'message', 'status']);
    expect(JSON.stringify(answer)).not.toContain('SECRET');
  });

  it('closes the connection where another certificate may help, over HTTP/1 alone', () => {
    const closing = (httpVersionMajor?: number): RefusalCode[] =>
      codes.filter((code) => answerTo(refusal(code, { detail: 'x' }), httpVersionMajor).headers.connection === 'close');
    expect(closing()).toEqual(['PEERCERT_CERTIFICATE_MISSING', 'PEERCERT_ISSUER_UNKNOWN']);
    expect(closing(1)).toEqual(closing());
    expect(closing(2)).toEqual([]);
    expect(closing(3)).toEqual([]);
  });

  it('says when to try again with 503, whichever code has it', () => {
    const retrying = codes.filter((code) => answerTo(refusal(code, { detail: 'x' })).headers['retry-after'] === '5');
    expect(retrying).toEqual(['PEERCERT_REVOCATION_UNKNOWN', 'PEERCERT_POLICY_TIMED_OUT', 'PEERCERT_NOT_READY']);
    const replaced = { ...refusal('PEERCERT_CERTIFICATE_MISSING', { detail: 'x' }), status: 503 };
    expect(answerTo(replaced, 2).headers).toEqual({ 'retry-after': '5' });
    expect(answerTo({ ...refusal('PEERCERT_NOT_READY', { detail: 'x' }), status: 500 }).headers).toEqual({});
  });
});
