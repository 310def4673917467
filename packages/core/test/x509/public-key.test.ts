import { describe, expect, it } from 'vitest';
import { DerReader } from '../../src/asn1/index.js';
import { isMlDsaSupported } from '../../src/x509/ml-dsa-support.js';
import { checkPublicKey, preparePublicKey } from '../../src/x509/public-key.js';
import { readSubjectPublicKeyInfo } from '../../src/x509/subject-public-key-info.js';
import { bitString, concat, explicit, hex, integer, nullValue, oid, sequence } from '../support/der-writer.js';
import { type TestKeyKind, testKey } from '../support/keys.js';
import { hashOids, pssParameters } from '../support/signatures.js';

const read = (der: Uint8Array) => readSubjectPublicKeyInfo(new DerReader(der));
const spki = (algorithm: Uint8Array[], key: Uint8Array) => read(sequence(sequence(...algorithm), bitString(key)));

const rsaEncryption = [oid('1.2.840.113549.1.1.1'), nullValue()];
const odd = (bits: number) => 2n ** BigInt(bits - 1) + 1n;
const rsa = (n: bigint, e: bigint) => spki(rsaEncryption, sequence(integer(n), integer(e)));
const rsaPss = (parameters: Uint8Array) => spki([oid('1.2.840.113549.1.1.10'), parameters], sequence(integer(odd(2048)), integer(65537)));

const ecPublicKey = oid('1.2.840.10045.2.1');
const p256 = [ecPublicKey, oid('1.2.840.10045.3.1.7')];
const point = testKey('ec').spki.subarray(-65);
const compressed = concat(Uint8Array.of(2 + ((point[64] as number) & 1)), point.subarray(1, 33));

const malformed = [
  ['an unknown algorithm', spki([oid('1.2.3')], hex('00')), 'public key algorithm 1.2.3'],
  ['DSA', spki([oid('1.2.840.10040.4.1')], integer(5)), 'public key algorithm 1.2.840.10040.4.1'],
  ['X25519', spki([oid('1.3.101.110')], new Uint8Array(32)), 'public key algorithm 1.3.101.110'],
  [
    'RSA without parameters',
    spki([oid('1.2.840.113549.1.1.1')], sequence(integer(odd(2048)), integer(3))),
    'rsaEncryption key whose parameters are not NULL',
  ],
  [
    'RSA with other parameters',
    spki([oid('1.2.840.113549.1.1.1'), integer(1)], hex('00')),
    'rsaEncryption key whose parameters are not NULL',
  ],
  ['RSA of 1024 bits', read(testKey('rsa-1024').spki), 'RSA key of 1024 bits; 2048 is the least'],
  ['RSA of 2047 bits', rsa(odd(2047), 65537n), 'RSA key of 2047 bits; 2048 is the least'],
  ['RSA of 16385 bits', rsa(odd(16385), 65537n), 'RSA key of 16385 bits; 16384 is the most'],
  ['an even modulus', rsa(2n ** 2047n, 65537n), 'RSA modulus is even'],
  ['a negative modulus', rsa(-odd(2048), 65537n), 'RSA modulus is not positive'],
  ['a negative modulus that begins with 80', rsa(-(2n ** 2047n), 65537n), 'RSA modulus is not positive'],
  ['modulus 0', rsa(0n, 65537n), 'RSA modulus is not positive'],
  ['exponent 0', rsa(odd(2048), 0n), 'RSA exponent is not positive'],
  ['a negative exponent', rsa(odd(2048), -3n), 'RSA exponent is not positive'],
  ['exponent 1', rsa(odd(2048), 1n), 'RSA exponent is even or 1'],
  ['exponent 2', rsa(odd(2048), 2n), 'RSA exponent is even or 1'],
  ['an exponent of 65 bits', rsa(odd(2048), 2n ** 64n + 1n), 'RSA exponent of more than 64 bits'],
  [
    'a padded exponent',
    spki(rsaEncryption, sequence(integer(odd(2048)), hex('02 02 00 03'))),
    'RSA exponent: INTEGER padded with a zero octet',
  ],
  [
    'an RSA key with a third number',
    spki(rsaEncryption, sequence(integer(odd(2048)), integer(3), integer(1))),
    'RSAPublicKey: trailing data',
  ],
  [
    'data behind an RSA key',
    spki(rsaEncryption, concat(sequence(integer(odd(2048)), integer(3)), hex('00'))),
    'RSAPublicKey: trailing data',
  ],
  [
    'RSASSA-PSS for SHA-1',
    rsaPss(pssParameters(hashOids.sha1, 20)),
    `RSASSA-PSS-params: hashAlgorithm: hash ${hashOids.sha1} is not allowed`,
  ],
  ['RSASSA-PSS with NULL for parameters', rsaPss(nullValue()), 'RSASSA-PSS-params: tag 05 where 30 is expected'],
  [
    'RSASSA-PSS of 1024 bits',
    spki([oid('1.2.840.113549.1.1.10')], sequence(integer(odd(1024)), integer(3))),
    'RSA key of 1024 bits; 2048 is the least',
  ],
  ['EC without a curve', spki([ecPublicKey], point), 'EC key without parameters'],
  ['EC with NULL for a curve', spki([ecPublicKey, nullValue()], point), 'EC named curve: tag 05 where 06 is expected'],
  ['a curve given by its equation', spki([ecPublicKey, sequence(integer(1))], point), 'EC named curve: tag 30 where 06 is expected'],
  ['P-224', read(testKey('ec-p224').spki), 'EC key on curve 1.3.132.0.33'],
  ['secp256k1', spki([ecPublicKey, oid('1.3.132.0.10')], point), 'EC key on curve 1.3.132.0.10'],
  ['the point at infinity', spki(p256, hex('00')), 'EC key is no point of P-256'],
  ['an empty point', spki(p256, hex('')), 'EC key is no point of P-256'],
  [
    'a point in hybrid form',
    spki(p256, concat(Uint8Array.of(6 + ((point[64] as number) & 1)), point.subarray(1))),
    'EC key is no point of P-256',
  ],
  ['a point that is cut off', spki(p256, point.subarray(0, -1)), 'EC key is no point of P-256'],
  ['a compressed point that is too long', spki(p256, concat(compressed, hex('00'))), 'EC key is no point of P-256'],
  ['a compressed point with another first octet', spki(p256, concat(hex('05'), compressed.subarray(1))), 'EC key is no point of P-256'],
  ['a point of another curve', spki([ecPublicKey, oid('1.3.132.0.34')], point), 'EC key is no point of P-384'],
  ['Ed25519 with parameters', spki([oid('1.3.101.112'), nullValue()], new Uint8Array(32)), 'Ed25519 key with parameters'],
  ['Ed25519 of 31 octets', spki([oid('1.3.101.112')], new Uint8Array(31)), 'Ed25519 key of 31 octets; it has 32'],
  ['Ed448 with parameters', spki([oid('1.3.101.113'), nullValue()], new Uint8Array(57)), 'Ed448 key with parameters'],
  ['Ed448 of 58 octets', spki([oid('1.3.101.113')], new Uint8Array(58)), 'Ed448 key of 58 octets; it has 57'],
  ['ML-DSA with parameters', spki([oid('2.16.840.1.101.3.4.3.17'), nullValue()], new Uint8Array(1312)), 'ML-DSA-44 key with parameters'],
  ['ML-DSA-44 of 1311 octets', spki([oid('2.16.840.1.101.3.4.3.17')], new Uint8Array(1311)), 'ML-DSA-44 key of 1311 octets; it has 1312'],
  ['ML-DSA-65 of 1312 octets', spki([oid('2.16.840.1.101.3.4.3.18')], new Uint8Array(1312)), 'ML-DSA-65 key of 1312 octets; it has 1952'],
  ['ML-DSA-87 of 1952 octets', spki([oid('2.16.840.1.101.3.4.3.19')], new Uint8Array(1952)), 'ML-DSA-87 key of 1952 octets; it has 2592'],
] as const;

describe.each([
  ['checkPublicKey', checkPublicKey],
  [
    'preparePublicKey',
    (key: Parameters<typeof preparePublicKey>[0]) => {
      const outcome = preparePublicKey(key);
      return outcome.ok ? undefined : outcome.refusal;
    },
  ],
] as const)('%s', (_, check) => {
  it.each(malformed)('refuses %s', (_, key, detail) => {
    const refusal = check(key);
    expect(refusal?.code).toBe('PEERCERT_KEY_NOT_ALLOWED');
    expect(refusal?.trace[0]?.detail).toBe(detail);
  });

  it.each(['rsa', 'rsa-pss', 'rsa-pss-sha256', 'ec', 'ec-p384', 'ec-p521', 'ed25519', 'ed448'] as const)('takes %s', (kind) => {
    expect(check(read(testKey(kind).spki))).toBeUndefined();
  });

  it('takes RSA of 16384 bits with an exponent of 64 bits, and exponent 3', () => {
    expect(check(rsa(odd(16384), 2n ** 64n - 1n))).toBeUndefined();
    expect(check(rsa(odd(2048), 3n))).toBeUndefined();
  });

  it.each(['02', '03'])('takes a compressed point that begins with %s', (first) => {
    expect(check(spki(p256, concat(hex(first), compressed.subarray(1))))).toBeUndefined();
  });
});

describe('preparePublicKey', () => {
  it.each([
    ['a point that is not on its curve', spki(p256, concat(point.subarray(0, -1), Uint8Array.of((point[64] as number) ^ 1)))],
    ['a point with a coordinate beyond the field', spki(p256, concat(hex('04'), new Uint8Array(64).fill(0xff)))],
    // No point of P-256 has x = 1.
    ['a compressed point that is not on its curve', spki(p256, concat(hex('02'), new Uint8Array(31), hex('01')))],
  ])('refuses %s', (_, key) => {
    const outcome = preparePublicKey(key);
    expect(outcome.ok ? outcome : [outcome.refusal.code, outcome.refusal.trace[0]?.detail]).toEqual([
      'PEERCERT_KEY_NOT_ALLOWED',
      'node:crypto does not import the ec key',
    ]);
  });

  it.each<[TestKeyKind, string]>([
    ['rsa', 'rsa'],
    ['rsa-pss', 'rsa-pss'],
    ['rsa-pss-sha256', 'rsa-pss'],
    ['ec', 'ec'],
    ['ec-p384', 'ec'],
    ['ec-p521', 'ec'],
    ['ed25519', 'ed25519'],
    ['ed448', 'ed448'],
  ])('imports %s as the key it is', (kind, type) => {
    const key = testKey(kind);
    const outcome = preparePublicKey(read(key.spki));
    expect(outcome.ok && outcome.value.type).toBe(type);
    expect(outcome.ok && outcome.value.keyObject.equals(key.publicKey)).toBe(true);
    expect(Object.isFrozen(outcome.ok && outcome.value)).toBe(true);
  });

  it('imports a compressed point as the same key', () => {
    const outcome = preparePublicKey(spki(p256, compressed));
    expect(outcome.ok && outcome.value.keyObject.export({ format: 'jwk' })).toEqual(testKey('ec').publicKey.export({ format: 'jwk' }));
  });

  it('keeps what a key restricts its signatures to', () => {
    const restricted = preparePublicKey(read(testKey('rsa-pss-sha256').spki));
    const free = preparePublicKey(read(testKey('rsa-pss').spki));
    expect(restricted.ok && restricted.value.pssParameters).toEqual({ hash: 'sha256', saltLength: 32 });
    expect(free.ok && free.value.pssParameters).toBeUndefined();
  });

  it('takes restrictions with hash parameters absent', () => {
    const hash = sequence(oid(hashOids.sha384));
    const parameters = sequence(explicit(0, hash), explicit(1, sequence(oid('1.2.840.113549.1.1.8'), hash)), explicit(2, integer(48)));
    const outcome = preparePublicKey(rsaPss(parameters));
    expect(outcome.ok && outcome.value.pssParameters).toEqual({ hash: 'sha384', saltLength: 48 });
  });

  it.each([
    ['ml-dsa-44', '2.16.840.1.101.3.4.3.17', 1312],
    ['ml-dsa-65', '2.16.840.1.101.3.4.3.18', 1952],
    ['ml-dsa-87', '2.16.840.1.101.3.4.3.19', 2592],
  ] as const)('imports %s where Node.js has it, and refuses it elsewhere', (type, algorithm, octets) => {
    const outcome = preparePublicKey(spki([oid(algorithm)], new Uint8Array(octets)));
    expect(outcome.ok ? outcome.value.type : outcome.refusal.trace[0]?.detail).toBe(
      isMlDsaSupported() ? type : `node:crypto does not import the ${type} key`,
    );
  });
});
