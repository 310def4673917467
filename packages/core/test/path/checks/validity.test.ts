import { describe, expect, it } from 'vitest';
import { checkValidity } from '../../../src/path/checks/validity.js';
import { issue } from '../pki.js';

const { certificate } = issue({ CN: 'a', O: 'Example' }, { notBefore: '2029-12-31T23:59:59Z', notAfter: '2030-01-01T00:00:00Z' });

describe('checkValidity', () => {
  it.each([
    ['the last millisecond before notBefore', '2029-12-31T23:59:58.999Z', 'PEERCERT_CERTIFICATE_NOT_YET_VALID'],
    ['a year before', '2028-12-31T23:59:59.000Z', 'PEERCERT_CERTIFICATE_NOT_YET_VALID'],
    ['the first millisecond after the second of notAfter', '2030-01-01T00:00:01.000Z', 'PEERCERT_CERTIFICATE_EXPIRED'],
    ['a year after', '2031-01-01T00:00:00.000Z', 'PEERCERT_CERTIFICATE_EXPIRED'],
  ])('refuses at %s', (_, at, code) => {
    expect(checkValidity(certificate, 2, Date.parse(at))).toMatchObject({ code, trace: [{ depth: 2, subject: 'O=Example,CN=a' }] });
  });

  it.each([
    ['notBefore itself', '2029-12-31T23:59:59.000Z'],
    ['between', '2029-12-31T23:59:59.500Z'],
    ['notAfter itself', '2030-01-01T00:00:00.000Z'],
    ['the last millisecond of the second of notAfter', '2030-01-01T00:00:00.999Z'],
  ])('lets pass at %s', (_, at) => {
    expect(checkValidity(certificate, 2, Date.parse(at))).toBeUndefined();
  });

  it.each([
    [Number.NaN, 'PEERCERT_CERTIFICATE_EXPIRED', 'NaN'],
    [Number.POSITIVE_INFINITY, 'PEERCERT_CERTIFICATE_EXPIRED', 'Infinity'],
    [Number.NEGATIVE_INFINITY, 'PEERCERT_CERTIFICATE_NOT_YET_VALID', '-Infinity'],
    [9e15, 'PEERCERT_CERTIFICATE_EXPIRED', '9000000000000000'],
    [-9e15, 'PEERCERT_CERTIFICATE_NOT_YET_VALID', '-9000000000000000'],
    [undefined as unknown as number, 'PEERCERT_CERTIFICATE_EXPIRED', 'undefined'],
  ])('refuses by a clock that says %s, without throwing', (at, code, text) => {
    const found = checkValidity(certificate, 0, at);
    expect(found?.code).toBe(code);
    expect(found?.trace[0]?.detail).toMatch(new RegExp(`and it is ${text}$`));
  });

  it('tells both times', () => {
    expect(checkValidity(certificate, 0, Date.parse('2030-01-02'))?.trace[0]?.detail).toBe(
      'notAfter was 2030-01-01T00:00:00.000Z, and it is 2030-01-02T00:00:00.000Z',
    );
    expect(checkValidity(certificate, 0, Date.parse('2029-01-02'))?.trace[0]?.detail).toBe(
      'notBefore is 2029-12-31T23:59:59.000Z, and it is 2029-01-02T00:00:00.000Z',
    );
  });

  it('refuses at any time what ends before it begins', () => {
    const backwards = issue('a', { notBefore: '2031-01-01', notAfter: '2030-01-01' }).certificate;
    for (const at of ['2029-06-01', '2030-01-01', '2030-06-01', '2031-01-01', '2032-01-01']) {
      expect(checkValidity(backwards, 0, Date.parse(at))).toBeDefined();
    }
  });
});
