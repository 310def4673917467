import { describe, expect, it } from 'vitest';
import { DerError } from '../../src/asn1/der-error.js';
import { checkInteger, decodeNatural } from '../../src/asn1/integer.js';
import { hex } from '../support/der-writer.js';

describe('checkInteger', () => {
  it.each([
    ['without content', '', 'n: INTEGER without content'],
    ['padded with a zero octet', '00 7f', 'n: INTEGER padded with a zero octet'],
    ['padded with an FF octet', 'ff 80', 'n: INTEGER padded with an FF octet'],
  ])('refuses an INTEGER %s', (_, content, message) => {
    expect(() => checkInteger(hex(content), 0, hex(content).length, 'n')).toThrow(new DerError(message));
  });

  it.each(['00', '7f', '80', '0080', 'ff7f', '01ff'])('takes %s, which is in its shortest form', (content) => {
    expect(() => checkInteger(hex(content), 0, hex(content).length, 'n')).not.toThrow();
  });

  it('looks at nothing outside of the content', () => {
    expect(() => checkInteger(hex('00 7f 00'), 1, 2, 'n')).not.toThrow();
  });
});

describe('decodeNatural', () => {
  it('refuses a negative INTEGER', () => {
    expect(() => decodeNatural(hex('ff'), 0, 1, 'n')).toThrow(new DerError('n: INTEGER is negative'));
  });

  it('refuses what checkInteger refuses', () => {
    expect(() => decodeNatural(hex('0001'), 0, 2, 'n')).toThrow(new DerError('n: INTEGER padded with a zero octet'));
  });

  it.each([
    ['00', 0],
    ['7f', 127],
    ['0080', 128],
    ['0100', 256],
    ['1fffffffffffff', Number.MAX_SAFE_INTEGER],
    ['20000000000000', Number.MAX_SAFE_INTEGER],
    [`01${'00'.repeat(40)}`, Number.MAX_SAFE_INTEGER],
  ])('reads %s as %d', (content, value) => {
    expect(decodeNatural(hex(content), 0, hex(content).length, 'n')).toBe(value);
  });
});
