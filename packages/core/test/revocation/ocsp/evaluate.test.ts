import { describe, expect, it } from 'vitest';
import type { OcspInputs } from '../../../src/revocation/ocsp/index.js';
import { client } from '../../path/pki.js';
import { extension } from '../../support/certificate-builder.js';
import { hex, nullValue, octetString, sequence } from '../../support/der-writer.js';
import { certStatus, errorResponse, type SingleResponseOptions } from '../../support/ocsp-builder.js';
import { aboutAlice, bob, evaluated, response, root, stranger } from './scene.js';

const nonce = hex('000102030405060708090a0b0c0d0e0f');
const onHold = certStatus.revoked(6);
const forGood = certStatus.revoked(1);

const date = (text: string) => Date.parse(text);

function single(options: Partial<SingleResponseOptions>): Uint8Array {
  return response({ responses: [aboutAlice(options)] });
}

describe('evaluateOcsp', () => {
  it.each([
    [1, 'malformedRequest'],
    [2, 'internalError'],
    [3, 'tryLater'],
    [5, 'sigRequired'],
    [6, 'unauthorized'],
  ])('knows nothing from a responder with status %i', (number, status) => {
    expect(evaluated(errorResponse(number))).toEqual({ status: 'unknown', why: 'responder', detail: `the responder answered ${status}` });
  });

  it('takes a certificate that the responder does not know for unknown, fresh or not', () => {
    const expected = { status: 'unknown', why: 'responder', detail: 'the responder does not know the certificate' };
    expect(evaluated(single({ status: certStatus.unknown() }))).toEqual(expected);
    expect(evaluated(single({ status: certStatus.unknown() }), { at: date('2035-01-01') })).toEqual(expected);
  });
});

describe('the certificate that a response is about', () => {
  const digest = octetString(new Uint8Array(20));

  it.each<[string, Partial<SingleResponseOptions>]>([
    ['another serial number', { certificate: bob }],
    ['another issuer name', { certIdFields: { issuerNameHash: digest } }],
    ['another issuer key', { certIdFields: { issuerKeyHash: digest } }],
    ['the key of another issuer', { issuer: stranger.certificate }],
    ['a hash that is cut off', { certIdFields: { issuerKeyHash: octetString(new Uint8Array(0)) } }],
    ['SHA-512', { hash: 'sha512' }],
    ['SHA-384', { hash: 'sha384' }],
    ['SHA-1, with parameters', { hashParameters: sequence() }],
    ['SHA-1, with a NULL that has content', { hashParameters: hex('050100') }],
    ['SHA-256, told for SHA-1', { hash: 'sha256', certIdFields: { hashAlgorithm: sequence(hex('06052b0e03021a')) } }],
  ])('is another for %s', (_, options) => {
    expect(evaluated(single(options))).toEqual({
      status: 'unknown',
      why: 'noInformation',
      detail: 'the response is not about the certificate',
    });
  });

  it('is nobody when there are no single responses', () => {
    expect(evaluated(response({ responses: [] }))).toMatchObject({ status: 'unknown', why: 'noInformation' });
  });

  it.each<[string, Partial<SingleResponseOptions>]>([
    ['SHA-1', {}],
    ['SHA-256', { hash: 'sha256' }],
    ['SHA-1 without parameters', { hashParameters: new Uint8Array(0) }],
    ['SHA-256 without parameters', { hash: 'sha256', hashParameters: new Uint8Array(0) }],
  ])('is found by %s', (_, options) => {
    expect(evaluated(single(options)).status).toBe('good');
  });

  it('is told by the name as the certificate has it', () => {
    const certificate = client({ ...root, name: 'ROOT' });
    const der = response({ responses: [aboutAlice({ certificate })] });
    expect(evaluated(der, { certificate }).status).toBe('good');
  });

  const older = aboutAlice({ status: forGood, thisUpdate: '2029-12-31T23:59:59Z' });
  it.each<[string, readonly SingleResponseOptions[], object]>([
    ['the newest, in front', [aboutAlice(), older], { status: 'good' }],
    ['the newest, behind', [older, aboutAlice()], { status: 'good' }],
    ['revoked at a tie, in front', [aboutAlice({ status: onHold }), aboutAlice()], { status: 'revoked' }],
    ['revoked at a tie, behind', [aboutAlice(), aboutAlice({ status: onHold })], { status: 'revoked' }],
    ['unknown before good at a tie', [aboutAlice(), aboutAlice({ status: certStatus.unknown() })], { why: 'responder' }],
    [
      'revoked before unknown at a tie',
      [aboutAlice({ status: forGood }), aboutAlice({ status: certStatus.unknown() })],
      { status: 'revoked' },
    ],
    [
      'its own, though others are newer',
      [aboutAlice({ certificate: bob, status: forGood, thisUpdate: '2030-01-01T00:30:00Z' }), aboutAlice()],
      { status: 'good' },
    ],
  ])('has of several single responses %s', (_, responses, expected) => {
    expect(evaluated(response({ responses }))).toMatchObject(expected);
  });
});

describe('critical extensions', () => {
  const expected = { status: 'unknown', why: 'malformed', detail: 'the critical extension 1.2.3 is not supported' };
  const critical = extension('1.2.3', nullValue(), true);

  it('make the response unusable', () => {
    expect(evaluated(response({ extensions: [critical] }))).toEqual(expected);
  });

  it('make the single response unusable, good or revoked', () => {
    expect(evaluated(single({ extensions: [critical] }))).toEqual(expected);
    expect(evaluated(single({ extensions: [critical], status: forGood }))).toEqual(expected);
  });

  it('of another single response do not matter, nor do others than critical ones, nor a critical nonce', () => {
    expect(evaluated(response({ responses: [aboutAlice(), aboutAlice({ certificate: bob, extensions: [critical] })] })).status).toBe(
      'good',
    );
    expect(evaluated(single({ extensions: [extension('1.2.3', nullValue())] })).status).toBe('good');
    const echoed = response({ extensions: [extension('1.3.6.1.5.5.7.48.1.2', octetString(nonce), true)] });
    expect(evaluated(echoed, { nonce, noncePolicy: 'require' }).status).toBe('good');
  });
});

describe('the nonce', () => {
  const other = Uint8Array.from(nonce, (octet) => octet ^ 1);
  it.each<[string, Uint8Array | undefined, Uint8Array | undefined, OcspInputs['noncePolicy'], string]>([
    ['another', nonce, other, 'require', 'the nonce is not the one that was sent'],
    ['another, where none is required', nonce, other, 'ifPresent', 'the nonce is not the one that was sent'],
    ['one that is shorter', nonce, nonce.subarray(1), 'ifPresent', 'the nonce is not the one that was sent'],
    ['none', nonce, undefined, 'require', 'the response has no nonce'],
    ['one that nobody sent', undefined, nonce, 'require', 'a nonce is required, and none was sent'],
    ['none, and none was sent', undefined, undefined, 'require', 'a nonce is required, and none was sent'],
  ])('refuses %s', (_, sent, found, noncePolicy, detail) => {
    const der = response(found === undefined ? {} : { nonce: found });
    expect(evaluated(der, { nonce: sent, noncePolicy })).toEqual({ status: 'unknown', why: 'nonce', detail });
  });

  it.each<[string, Uint8Array | undefined, Uint8Array | undefined, OcspInputs['noncePolicy']]>([
    ['the same', nonce, nonce, 'require'],
    ['the same, where none is required', nonce, nonce, 'ifPresent'],
    ['none, where none is required', nonce, undefined, 'ifPresent'],
    ['one that nobody sent, where none is required', undefined, nonce, 'ifPresent'],
  ])('lets pass %s', (_, sent, found, noncePolicy) => {
    expect(evaluated(response(found === undefined ? {} : { nonce: found }), { nonce: sent, noncePolicy }).status).toBe('good');
  });

  it('of another request leaves nothing of a revocation either, since the status may be as old', () => {
    const der = response({ responses: [aboutAlice({ status: forGood })], nonce: other });
    expect(evaluated(der, { nonce, noncePolicy: 'ifPresent' })).toMatchObject({ status: 'unknown', why: 'nonce' });
  });
});

describe('the dates', () => {
  it.each([
    ['2029-12-31T23:54:59.999Z', 'notYetValid', 'thisUpdate is 2030-01-01T00:00:00.000Z, and it is 2029-12-31T23:54:59.999Z'],
    ['2020-01-01T00:00:00.000Z', 'notYetValid', 'thisUpdate is 2030-01-01T00:00:00.000Z, and it is 2020-01-01T00:00:00.000Z'],
    ['2030-01-02T00:05:00.000Z', 'expired', 'the answer counts until 2030-01-02T00:00:00.000Z, and it is 2030-01-02T00:05:00.000Z'],
    ['2038-01-01T00:00:00.000Z', 'expired', 'the answer counts until 2030-01-02T00:00:00.000Z, and it is 2038-01-01T00:00:00.000Z'],
  ])('refuse at %s', (at, why, detail) => {
    const expiredAt = why === 'expired' ? { expiredAt: date('2030-01-02') } : {};
    expect(evaluated(single({}), { at: date(at) })).toEqual({ status: 'unknown', why, detail, ...expiredAt });
  });

  it.each(['2029-12-31T23:55:00.000Z', '2030-01-01T12:00:00.000Z', '2030-01-02T00:04:59.999Z'])('let pass at %s', (at) => {
    expect(evaluated(single({}), { at: date(at) })).toEqual({
      status: 'good',
      thisUpdate: date('2030-01-01'),
      validFrom: date('2029-12-31T23:55:00Z'),
      validUntil: date('2030-01-02T00:05:00Z'),
    });
  });

  it.each<[string, Partial<OcspInputs>, string]>([
    ['clock', { at: Number.NaN }, 'notYetValid'],
    ['clock, which is infinite,', { at: Number.POSITIVE_INFINITY }, 'expired'],
    ['skew', { clockSkewSeconds: Number.NaN }, 'notYetValid'],
    ['age', { maxAgeSeconds: Number.NaN }, 'expired'],
  ])('refuse by a %s that is no number', (_, inputs, why) => {
    expect(evaluated(single({ nextUpdate: null }), inputs)).toMatchObject({ status: 'unknown', why });
  });

  it('refuse an answer that ends before it begins, whatever the skew', () => {
    const der = single({ nextUpdate: '2029-12-31T23:59:59Z' });
    expect(evaluated(der, { at: date('2030-01-01'), clockSkewSeconds: 86_400 })).toEqual({
      status: 'unknown',
      why: 'malformed',
      detail: 'nextUpdate, 2029-12-31T23:59:59.000Z, is before thisUpdate, 2030-01-01T00:00:00.000Z',
    });
  });

  it.each([
    [undefined, '2030-01-01T00:05:00.000Z', '2030-01-01T00:00:00Z'],
    [0, '2030-01-01T00:05:00.000Z', '2030-01-01T00:00:00Z'],
    [600, '2030-01-01T00:15:00.000Z', '2030-01-01T00:10:00Z'],
  ])('end %s seconds after thisUpdate where there is no nextUpdate', (maxAgeSeconds, end, expiredAt) => {
    const der = single({ nextUpdate: null });
    expect(evaluated(der, { maxAgeSeconds, at: date(end) - 1 })).toMatchObject({ status: 'good', validUntil: date(end) });
    expect(evaluated(der, { maxAgeSeconds, at: date(end) })).toMatchObject({ why: 'expired', expiredAt: date(expiredAt) });
  });

  it('do not end earlier by an age where there is a nextUpdate', () => {
    expect(evaluated(single({}), { maxAgeSeconds: 1 }).status).toBe('good');
  });
});

describe('a revocation', () => {
  it('tells when, why, and in one sentence', () => {
    expect(evaluated(single({ status: forGood }))).toEqual({
      status: 'revoked',
      reason: 'keyCompromise',
      revocationDate: date('2029-06-01'),
      detail: 'an OCSP responder says: revoked on 2029-06-01T00:00:00.000Z, keyCompromise',
      thisUpdate: date('2030-01-01'),
      validFrom: date('2029-12-31T23:55:00Z'),
      validUntil: date('2030-01-02T00:05:00Z'),
    });
  });

  it.each(['2020-01-01', '2029-12-31', '2030-01-03', '2039-01-01'])('holds at %s, which is outside of its dates', (at) => {
    for (const reason of [undefined, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]) {
      expect(evaluated(single({ status: certStatus.revoked(reason) }), { at: date(at) }).status).toBe('revoked');
    }
  });

  it('holds where the answer ends before it begins', () => {
    expect(evaluated(single({ status: onHold, nextUpdate: '2029-12-31' })).status).toBe('revoked');
  });

  it('holds though it is told for the future', () => {
    expect(evaluated(single({ status: certStatus.revoked(4, '2031-01-01') })).status).toBe('revoked');
  });

  it('is not believed without the signature', () => {
    const forged = response({ responses: [aboutAlice({ status: forGood })], key: stranger.key });
    expect(evaluated(forged)).toMatchObject({ status: 'unknown', why: 'signature' });
  });
});

describe('what is asked in which order', () => {
  it('is the signature before any date, so that nobody else can make an answer that is merely expired', () => {
    const forged = response({ responses: [aboutAlice({ thisUpdate: '2010-01-01', nextUpdate: '2010-01-02' })], key: stranger.key });
    expect(evaluated(forged)).toMatchObject({ status: 'unknown', why: 'signature' });
    expect(evaluated(forged)).not.toHaveProperty('expiredAt');
  });
});
