import { describe, expect, it } from 'vitest';
import { DerError } from '../../src/asn1/index.js';
import { readPssParameters } from '../../src/x509/pss-parameters.js';
import { concat, explicit, hex, integer, nullValue, oid, sequence } from '../support/der-writer.js';
import { hashOids, pssParameters } from '../support/signatures.js';

const { sha1, sha256, sha384 } = hashOids;
const hash = (type: string, ...parameters: Uint8Array[]) => sequence(oid(type), ...parameters);
const mgf = (inner: Uint8Array) => explicit(1, sequence(oid('1.2.840.113549.1.1.8'), inner));
const sha256Fields = [explicit(0, hash(sha256)), mgf(hash(sha256))];
const what = 'RSASSA-PSS-params';

describe('readPssParameters', () => {
  it.each([
    ['nothing', hex(''), `${what} is missing`],
    ['the defaults, which are SHA-1', sequence(), `${what}: hashAlgorithm is missing`],
    ['SHA-1', pssParameters(sha1, undefined), `${what}: hashAlgorithm: hash ${sha1} is not allowed`],
    ['SHA-224', pssParameters('2.16.840.1.101.3.4.2.4', 28), `${what}: hashAlgorithm: hash 2.16.840.1.101.3.4.2.4 is not allowed`],
    [
      'a hash with other parameters than NULL',
      sequence(explicit(0, hash(sha256, integer(1)))),
      `${what}: hashAlgorithm: tag 02 where 05 is expected`,
    ],
    ['a hash with two parameters', sequence(explicit(0, hash(sha256, nullValue(), nullValue()))), `${what}: hashAlgorithm: trailing data`],
    ['two hashes', sequence(explicit(0, hash(sha256), hash(sha256))), `${what}: hashAlgorithm: trailing data`],
    [
      'no mask generation, for which MGF1 with SHA-1 is the default',
      sequence(explicit(0, hash(sha256))),
      `${what}: maskGenAlgorithm is missing`,
    ],
    [
      'another mask generation',
      sequence(explicit(0, hash(sha256)), explicit(1, sequence(oid('1.2.3'), hash(sha256)))),
      `${what}: maskGenAlgorithm is not MGF1`,
    ],
    [
      'MGF1 without a hash',
      sequence(explicit(0, hash(sha256)), explicit(1, sequence(oid('1.2.840.113549.1.1.8')))),
      `${what}: maskGenAlgorithm is missing`,
    ],
    ['MGF1 with SHA-1', pssParameters(sha256, 32, sha1), `${what}: maskGenAlgorithm: hash ${sha1} is not allowed`],
    ['MGF1 with another hash', pssParameters(sha256, 32, sha384), `${what}: maskGenAlgorithm has another hash than the signature`],
    [
      'data behind the hash of MGF1',
      sequence(explicit(0, hash(sha256)), explicit(1, sequence(oid('1.2.840.113549.1.1.8'), hash(sha256), nullValue()))),
      `${what}: maskGenAlgorithm: trailing data`,
    ],
    ['a negative salt length', sequence(...sha256Fields, explicit(2, integer(-1))), `${what}: saltLength: INTEGER is negative`],
    [
      'a salt longer than any key',
      sequence(...sha256Fields, explicit(2, integer(2015))),
      `${what}: saltLength is longer than any key has room for`,
    ],
    ['the default salt length encoded', pssParameters(sha256, 20), `${what}: saltLength is the default and encoded`],
    ['trailer field 2', sequence(...sha256Fields, explicit(2, integer(32)), explicit(3, integer(2))), `${what}: trailerField is not 1`],
    ['trailer field 0', sequence(...sha256Fields, explicit(3, integer(0))), `${what}: trailerField is not 1`],
    ['an unknown field', sequence(...sha256Fields, explicit(4, integer(1))), `${what}: trailing data`],
    ['its fields in another order', sequence(...sha256Fields, explicit(3, integer(1)), explicit(2, integer(32))), `${what}: trailing data`],
    ['data behind it', concat(pssParameters(sha256, 32), hex('00')), `${what}: trailing data`],
  ])('refuses %s', (_, parameters, message) => {
    expect(() => readPssParameters(parameters)).toThrow(new DerError(message));
  });

  it.each([
    ['sha256', 32],
    ['sha384', 48],
    ['sha512', 64],
    ['sha256', 0],
    ['sha256', 222],
    ['sha256', 2014],
  ] as const)('reads %s with a salt of %d octets', (name, saltLength) => {
    expect(readPssParameters(pssParameters(hashOids[name], saltLength))).toEqual({ hash: name, saltLength });
  });

  it('reads the default salt length, hashes without parameters, and a trailer field of 1', () => {
    expect(readPssParameters(sequence(...sha256Fields, explicit(3, integer(1))))).toEqual({ hash: 'sha256', saltLength: 20 });
  });
});
