import { describe, expect, test } from 'vitest';
import { children, contentOf, element, extension, generalizedTime, objectIdentifier, sequence, time } from '../src/der.js';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const bytes = (text: string) => Uint8Array.from(Buffer.from(text, 'hex'));

describe('refusals', () => {
  test.each([
    ['nothing', ''],
    ['a tag alone', '30'],
    ['content cut short', '300301'],
    ['a length cut short', '3082'],
    ['a long content cut short', '30820100aa'],
    ['an inner element cut short', '30020402'],
    ['an indefinite length', '30800000'],
  ])('%s', (_title, der) => {
    expect(() => children(bytes(der))).toThrow('the DER is cut short');
  });
});

describe('what comes out', () => {
  test('the shortest length at each border', () => {
    expect(hex(element(0x04, new Uint8Array(127)).subarray(0, 3))).toBe('047f00');
    expect(hex(element(0x04, new Uint8Array(128)).subarray(0, 4))).toBe('04818000');
    expect(hex(element(0x04, new Uint8Array(255)).subarray(0, 4))).toBe('0481ff00');
    expect(hex(element(0x04, new Uint8Array(256)).subarray(0, 5))).toBe('0482010000');
    expect(hex(element(0x04, new Uint8Array(65_536)).subarray(0, 6))).toBe('048301000000');
  });

  test('children and contents of what was written', () => {
    const long = element(0x04, new Uint8Array(300).fill(7));
    const parts = children(sequence(element(0x02, Uint8Array.of(1)), long, sequence()));
    expect(parts.map(hex)).toEqual(['020101', hex(long), '3000']);
    expect(contentOf(long)).toEqual(new Uint8Array(300).fill(7));
  });

  test.each([
    ['0.9.2342.19200300.100.1.25', '060a0992268993f22c640119'],
    ['2.5.29.17', '0603551d11'],
    ['2.999', '06028837'],
    ['1.3.6.1.4.1.311.20.2.3', '060a2b060104018237140203'],
    ['2.25.340282366920938463463374607431768211455', '06146983ffffffffffffffffffffffffffffffffff7f'],
  ])('object identifier %s', (oid, der) => {
    expect(hex(objectIdentifier(oid))).toBe(der);
  });

  test('UTCTime through 2049, GeneralizedTime from then on', () => {
    expect(Buffer.from(time(new Date('2049-12-31T23:59:59Z'))).toString('latin1')).toBe('\x17\x0d491231235959Z');
    expect(Buffer.from(time(new Date('2050-01-01T00:00:00Z'))).toString('latin1')).toBe('\x18\x0f20500101000000Z');
    expect(Buffer.from(generalizedTime(new Date('1970-01-01T00:00:00Z'))).toString('latin1')).toBe('\x18\x0f19700101000000Z');
  });

  test('an extension says critical when it is, and nothing when it is not', () => {
    expect(hex(extension('2.5.29.21', false, bytes('0a0101')))).toBe('300a0603551d1504030a0101');
    expect(hex(extension('2.5.29.21', true, bytes('0a0101')))).toBe('300d0603551d150101ff04030a0101');
  });
});
