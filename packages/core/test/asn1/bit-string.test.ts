import { describe, expect, it } from 'vitest';
import { checkBitString, decodeNamedBits } from '../../src/asn1/bit-string.js';
import { DerError } from '../../src/asn1/der-error.js';
import { hex } from '../support/der-writer.js';

describe('checkBitString', () => {
  it.each([
    ['without content', '', 'b: BIT STRING without content'],
    ['with more than 7 unused bits', '08 00', 'b: BIT STRING with more than 7 unused bits'],
    ['that is empty and has unused bits', '01', 'b: empty BIT STRING with unused bits'],
    ['whose only unused bit is set', '01 01', 'b: BIT STRING whose unused bits are not zero'],
    ['whose highest unused bit is set', '07 ff 40', 'b: BIT STRING whose unused bits are not zero'],
  ])('refuses one %s', (_, content, message) => {
    expect(() => checkBitString(hex(content), 0, hex(content).length, 'b')).toThrow(new DerError(message));
  });

  it.each([
    ['00', 0],
    ['00 ff', 0],
    ['01 fe', 1],
    ['07 80', 7],
  ])('counts the unused bits of %s', (content, unusedBits) => {
    expect(checkBitString(hex(content), 0, hex(content).length, 'b')).toBe(unusedBits);
  });
});

describe('decodeNamedBits', () => {
  it('refuses what checkBitString refuses', () => {
    expect(() => decodeNamedBits(hex('01 81'), 0, 2, 'b')).toThrow(new DerError('b: BIT STRING whose unused bits are not zero'));
  });

  it.each([
    ['no bit', '00', 0],
    ['bit 0', '07 80', 0b1],
    ['bits 5 and 6', '01 06', 0b110_0000],
    ['bit 8', '07 00 80', 0b1_0000_0000],
    ['bit 15', '00 00 01', 0x8000],
    ['bits written with trailing zeros', '00 a0 00', 0b101],
    ['no bit beyond the sixteenth', '00 80 00 ff', 0b1],
  ])('reads %s', (_, content, bits) => {
    expect(decodeNamedBits(hex(content), 0, hex(content).length, 'b')).toBe(bits);
  });

  it('looks at nothing outside of the content', () => {
    expect(decodeNamedBits(hex('ff 07 80 ff'), 1, 3, 'b')).toBe(0b1);
  });
});
