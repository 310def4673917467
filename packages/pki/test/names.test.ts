import { describe, expect, test } from 'vitest';
import { encodeName, type NameInput } from '../src/names.js';

const hex = (input: NameInput) => Buffer.from(encodeName(input)).toString('hex');

describe('refusals', () => {
  test.each<[string, unknown, string]>([
    ['an unknown keyword', { XY: 'a' }, "unknown name attribute 'XY'; known are CN, SN, serialNumber, C,"],
    ['an unknown keyword in a string', 'XY=a', "unknown name attribute 'XY'"],
    ['a keyword that objects have by nature', { constructor: 'a' }, "unknown name attribute 'constructor'"],
    ['an OID with a bad arc', { '1.40.3': 'a' }, "'1.40.3' is not an object identifier"],
    ['an OID with a leading zero', { '2.5.04.3': 'a' }, 'is not an object identifier'],
    ['a number as name', 7, 'a name is a string, an object or a list of objects, not number'],
    ['null as name', null, 'a name is a string, an object or a list of objects'],
    ['a number as value', { CN: 7 }, 'CN: expected a string, got number'],
    ['null as value', { CN: null }, 'CN: expected a string, got null'],
    ['a country that PrintableString cannot hold', { C: 'D€' }, 'PrintableString'],
    ['a domain component beyond ASCII', { DC: 'ü' }, 'is not ASCII'],
    ['an unknown encoding', { CN: { value: 'a', encoding: 'utf16' } }, "unknown encoding 'utf16'; known are utf8String, printableString"],
    ['a slip beside value and encoding', { CN: { value: 'a', encode: 'utf8String' } }, "unknown option 'encode'"],
    ['a character that the chosen encoding has no octet for', { CN: { value: '€', encoding: 'teletexString' } }, 'beyond one octet'],
  ])('%s', (_title, input, problem) => {
    expect(() => encodeName(input as NameInput)).toThrow(TypeError);
    expect(() => encodeName(input as NameInput)).toThrow(problem);
  });
});

describe('what comes out', () => {
  test('an object in the order written, each value a relative name', () => {
    expect(hex({ O: 'x', OU: ['b', 'a'] })).toBe(
      [
        '3024',
        '310a',
        '3008',
        '0603',
        '55040a',
        '0c0178',
        '310a',
        '3008',
        '0603',
        '55040b',
        '0c0162',
        '310a',
        '3008',
        '0603',
        '55040b',
        '0c0161',
      ].join(''),
    );
  });

  test('a string the other way round (RFC 4514, section 2.1)', () => {
    expect(hex('CN=a,OU=b,O=c')).toBe(hex({ O: 'c', OU: 'b', CN: 'a' }));
  });

  test('a list of relative names, the members of each in the order of their encodings', () => {
    const expected = ['311d', '300a', '0603', '550403', '0c03', '616161', '300f', '060a', '0992268993f22c640101', '0c0162'].join('');
    expect(hex([{ UID: 'b', CN: 'aaa' }])).toBe(`301f${expected}`);
    expect(hex('UID=b+CN=aaa')).toBe(`301f${expected}`);
  });

  test('no relative name of nothing', () => {
    for (const nothing of ['', {}, [], [{}], { OU: [] }]) expect(hex(nothing)).toBe('3000');
  });

  test.each<[string, NameInput, string]>([
    ['UTF8String in general', { CN: 'ü' }, '0c02c3bc'],
    ['UTF8String with a NUL, for tests', { CN: 'a\0' }, '0c026100'],
    ['an empty string', { CN: '' }, '0c00'],
    ['PrintableString for a country', { C: 'DE' }, '13024445'],
    ['PrintableString for a serial number, by OID too', { '2.5.4.5': '1' }, '130131'],
    ['IA5String for a domain component', { DC: 'x' }, '160178'],
    ['IA5String for an e-mail address', { emailAddress: 'a@b' }, '1603614062'],
    ['a keyword in any case', { serialnumber: '1' }, '130131'],
    ['PrintableString with what it cannot hold, when chosen', { CN: { value: '_', encoding: 'printableString' } }, '13015f'],
    ['IA5String when chosen', { CN: { value: 'a', encoding: 'ia5String' } }, '160161'],
    ['TeletexString as Latin-1', { CN: { value: 'é', encoding: 'teletexString' } }, '1401e9'],
    ['BMPString', { CN: { value: 'a€', encoding: 'bmpString' } }, '1e04006120ac'],
    ['UniversalString beyond the first plane', { CN: { value: '😀', encoding: 'universalString' } }, '1c040001f600'],
    ['DER as it is', { CN: Uint8Array.of(0x12, 0x01, 0x31) }, '120131'],
    ['DER from a string', 'CN=#120131', '120131'],
  ])('%s', (_title, input, value) => {
    const [type] = typeof input === 'string' ? ['CN'] : Object.keys(input);
    expect(hex(input)).toBe(nested('30', '31', '30')((oidOf[type as string] ?? '0603550403') + value));
  });

  test('lengths beyond 127 and arcs beyond 127', () => {
    expect(hex({ CN: 'a'.repeat(300) })).toBe(`3082013d318201393082013506035504030c82012c${'61'.repeat(300)}`);
    expect(hex({ '2.999.16384': 'x' })).toBe('300e310c300a060588378180000c0178');
  });
});

const oidOf: Readonly<Record<string, string>> = {
  C: '0603550406',
  serialnumber: '0603550405',
  '2.5.4.5': '0603550405',
  DC: '060a0992268993f22c640119',
  emailAddress: '06092a864886f70d010901',
};

/** Elements one in the other, each shorter than 128 octets. */
function nested(...tags: readonly string[]): (content: string) => string {
  return (content) => tags.reduceRight((inner, tag) => tag + (inner.length / 2).toString(16).padStart(2, '0') + inner, content);
}
