import { describe, expect, it } from 'vitest';
import { DerError } from '../../../src/asn1/index.js';
import { readCRLNumber, readDeltaCRLIndicator } from '../../../src/x509/crl-extensions/crl-number.js';
import { concat, hex, integer, nullValue } from '../../support/der-writer.js';

describe.each([
  ['cRLNumber', readCRLNumber],
  ['deltaCRLIndicator', readDeltaCRLIndicator],
] as const)('%s', (extension, read) => {
  it.each([
    ['that is no INTEGER', nullValue(), ': tag 05 where 02 is expected'],
    ['that is negative', integer(-1), ' is negative'],
    ['of 21 octets', integer(2n ** 160n), ' of more than 20 octets'],
    ['that is padded', hex('02 02 00 01'), ': INTEGER padded with a zero octet'],
    ['with data behind it', concat(integer(1), hex('00')), ': trailing data'],
  ])('is refused %s', (_, value, message) => {
    expect(() => read(value)).toThrow(new DerError(extension + message));
  });

  it.each([0n, 1n, 255n, 256n, 2n ** 159n, 2n ** 160n - 1n])('reads %s', (value) => {
    expect(read(integer(value))).toBe(value);
  });
});
