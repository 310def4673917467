import { describe, expect, test } from 'vitest';
import { element, sequence } from '../src/der.js';
import { type SerialNumber, serialNumberOctets, serialNumberOf } from '../src/serial-number.js';

const hex = (serialNumber?: SerialNumber) => Buffer.from(serialNumberOctets(serialNumber)).toString('hex');

describe('refusals', () => {
  test.each<[string, unknown, string]>([
    ['zero', '00', 'must be positive'],
    ['a negative number', -1n, 'must be positive'],
    ['colons', '01:02', 'expected hexadecimal digits without colons'],
    ['an empty string', '', 'expected hexadecimal digits'],
    ['a number, which would lose digits', 1, 'expected hexadecimal digits'],
    ['21 octets', `01${'00'.repeat(20)}`, 'longer than 20 octets'],
    ['20 octets that need a sign octet', 'ff'.repeat(20), 'longer than 20 octets'],
    ['no octets', new Uint8Array(), 'no octets'],
  ])('%s', (_title, serialNumber, problem) => {
    expect(() => serialNumberOctets(serialNumber as SerialNumber)).toThrow(TypeError);
    expect(() => serialNumberOctets(serialNumber as SerialNumber)).toThrow(problem);
  });

  test('a certificate without one', () => {
    expect(() => serialNumberOf(sequence(sequence()))).toThrow('the certificate has no serial number');
  });
});

describe('what comes out', () => {
  test.each<[SerialNumber, string]>([
    ['1', '01'],
    ['0001', '01'],
    ['7F', '7f'],
    ['80', '0080'],
    [0xdeadbeefn, '00deadbeef'],
    ['7f'.repeat(20), '7f'.repeat(20)],
    [Uint8Array.of(0xff), 'ff'],
    [Uint8Array.of(0, 0, 1), '000001'],
    [new Uint8Array(30), '00'.repeat(30)],
  ])('%s', (serialNumber, octets) => {
    expect(hex(serialNumber)).toBe(octets);
  });

  test('by default 16 octets, positive and minimal, each time others', () => {
    const made = Array.from({ length: 200 }, () => hex());
    for (const octets of made) expect(octets).toMatch(/^[4-7][0-9a-f]{31}$/);
    expect(new Set(made).size).toBe(200);
  });

  test("a certificate's own, with and without a version before it", () => {
    const [version, serialNumber] = [element(0xa0, element(0x02, Uint8Array.of(2))), element(0x02, Uint8Array.of(0, 0xff))];
    expect(serialNumberOf(sequence(sequence(version, serialNumber)))).toEqual(Uint8Array.of(0, 0xff));
    expect(serialNumberOf(sequence(sequence(serialNumber, sequence())))).toEqual(Uint8Array.of(0, 0xff));
  });
});
