import { describe, expect, it } from 'vitest';
import { type Exceptions, judgeStatus, refuse, type Status } from '../../../src/verifier/revocation-sources/matrix.js';
import { search } from '../../path/pki.js';
import { at, ca, carol, sub } from './scene.js';

const [path] = search(carol, { trusted: [ca], presented: [sub] }).found as [ReturnType<typeof search>['found'][number]];
const unknown = (why: string, more: object = {}) => ({ status: 'unknown', why, detail: `since ${why}`, ...more }) as Status;
const minute = 60_000;

function judged(index: number, status: Status, exceptions: Exceptions = {}): string | [string, number] {
  const outcome = judgeStatus(path, index, status, exceptions, at);
  return outcome.ok ? [outcome.value.revocation, outcome.value.validUntil - at] : outcome.refusal.code;
}

const refused = 'PEERCERT_REVOCATION_UNKNOWN';
const both: Exceptions = { allowNoInformation: 'all', allowUnavailable: 'all', acceptExpiredForSeconds: 3_600 };

describe('what is known is judged', () => {
  it('good until it has to be asked again', () => {
    expect(judged(0, { status: 'good', validUntil: at + 5 })).toEqual(['good', 5]);
  });

  it('revoked, whatever exceptions there are', () => {
    const revoked = { status: 'revoked', reason: 'unspecified', revocationDate: at, detail: 'listed' } as Status;
    expect(judged(0, revoked, both)).toBe('PEERCERT_CERTIFICATE_REVOKED');
    expect(judged(1, revoked, both)).toBe('PEERCERT_CERTIFICATE_REVOKED');
  });

  // why, exceptions, end entity, intermediate
  it.each<[string, Exceptions, unknown, unknown]>([
    ['noInformation', {}, refused, refused],
    ['noInformation', { allowUnavailable: 'all', acceptExpiredForSeconds: 3_600 }, refused, refused],
    ['noInformation', { allowNoInformation: 'intermediates' }, refused, ['accepted', minute]],
    ['noInformation', { allowNoInformation: 'all' }, ['accepted', minute], ['accepted', minute]],
    ['unavailable', {}, refused, refused],
    ['unavailable', { allowNoInformation: 'all', acceptExpiredForSeconds: 3_600 }, refused, refused],
    ['unavailable', { allowUnavailable: 'intermediates' }, refused, ['accepted', minute]],
    ['unavailable', { allowUnavailable: 'all' }, ['accepted', minute], ['accepted', minute]],
    ['reasons', both, refused, refused],
    ['signature', both, refused, refused],
    ['notAuthorized', both, refused, refused],
    ['unsupported', both, refused, refused],
    ['notYetValid', both, refused, refused],
    ['malformed', both, refused, refused],
    ['nonce', both, refused, refused],
  ])('%s with %o', (why, exceptions, endEntity, intermediate) => {
    expect(judged(0, unknown(why), exceptions)).toEqual(endEntity);
    expect(judged(1, unknown(why), exceptions)).toEqual(intermediate);
  });

  it.each<[string, Exceptions, object, unknown]>([
    ['without a grace', { allowNoInformation: 'all', allowUnavailable: 'all' }, { expiredAt: at - 1 }, refused],
    ['in the grace', { acceptExpiredForSeconds: 60 }, { expiredAt: at - 1_000 }, ['accepted', 59_000]],
    ['when the grace is just over', { acceptExpiredForSeconds: 60 }, { expiredAt: at - minute }, refused],
    ['when nobody knows since when', { acceptExpiredForSeconds: 60 }, {}, refused],
    ['with a grace of no number', { acceptExpiredForSeconds: Number.NaN }, { expiredAt: at }, refused],
  ])('expired, %s', (_, exceptions, more, expected) => {
    expect(judged(0, unknown('expired', more), exceptions)).toEqual(expected);
    expect(judged(1, unknown('expired', more), exceptions)).toEqual(expected);
  });
});

it('a refusal names the certificate of the path that it is about', () => {
  expect(refuse(path, 1, 'PEERCERT_CERTIFICATE_REVOKED', 'it is listed')).toMatchObject({
    code: 'PEERCERT_CERTIFICATE_REVOKED',
    status: 403,
    trace: [{ detail: 'it is listed', depth: 1, subject: 'CN=Sub' }],
  });
});
