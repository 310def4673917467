import { describe, expect, it } from 'vitest';
import { asBuffer, asPlainBytes, equalBytes, toHex } from '../../src/asn1/bytes.js';
import { hex } from '../support/der-writer.js';

describe('equalBytes', () => {
  it.each([
    ['another octet', '0102', '0103', false],
    ['another first octet', '0102', '0302', false],
    ['an octet more', '0102', '010203', false],
    ['an octet less', '0102', '01', false],
    ['the same octets', '0102', '0102', true],
    ['nothing, twice', '', '', true],
  ])('tells %s', (_, a, b, isEqual) => {
    expect(equalBytes(hex(a), hex(b))).toBe(isEqual);
  });
});

describe('views', () => {
  const inner = new Uint8Array(hex('aabbccdd').buffer, 1, 2);

  it('toHex writes the octets of the view alone, in lower case', () => {
    expect(toHex(inner)).toBe('bbcc');
  });

  it('asBuffer and asPlainBytes share the memory', () => {
    const buffer = asBuffer(inner);
    const plain = asPlainBytes(buffer);
    expect(Buffer.isBuffer(buffer)).toBe(true);
    expect(Buffer.isBuffer(plain)).toBe(false);
    inner[0] = 0x11;
    expect([toHex(buffer), toHex(plain)]).toEqual(['11cc', '11cc']);
  });

  it('asBuffer and asPlainBytes give back what is right already', () => {
    const buffer = Buffer.from('ab');
    expect(asBuffer(buffer)).toBe(buffer);
    expect(asPlainBytes(inner)).toBe(inner);
  });
});
