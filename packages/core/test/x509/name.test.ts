import { describe, expect, it } from 'vitest';
import { DerError, DerLimitError, DerReader } from '../../src/asn1/index.js';
import { readName, readRelativeName } from '../../src/x509/name.js';
import { ascii, bitString, concat, hex, oid, printableString, sequence, set, tlv, utf8String } from '../support/der-writer.js';
import { attribute, name } from '../support/names.js';

const read = (der: Uint8Array) => readName(new DerReader(der), 'n');
const cn = (value: Uint8Array) => read(sequence(set(attribute('CN', value))));
const bmp = (text: string) => tlv(0x1e, Uint8Array.from(Buffer.from(text, 'utf16le').swap16()));

describe('a Name is refused', () => {
  it.each([
    ['that is no sequence', set(), 'n: tag 31 where 30 is expected'],
    ['with an empty relative name', sequence(set()), 'n attribute is missing'],
    ['with a sequence for a set', sequence(sequence(attribute('CN', 'a'))), 'n relative name: tag 30 where 31 is expected'],
    ['with an attribute without a value', sequence(set(sequence(oid('2.5.4.3')))), 'n attribute value is missing'],
    [
      'with an attribute of two values',
      sequence(set(sequence(oid('2.5.4.3'), utf8String('a'), utf8String('b')))),
      'n attribute: trailing data',
    ],
    ['with an attribute without a type', sequence(set(sequence(utf8String('a')))), 'n attribute type: tag 0c where 06 is expected'],
    [
      'with a padded type',
      sequence(set(sequence(hex('06 02 80 01'), utf8String('a')))),
      'n attribute type: OBJECT IDENTIFIER with a padded arc',
    ],
    ['with NUL in a value', name({ CN: 'alice\0.example' }), 'n attribute value: UTF8String with NUL'],
    ['with a value that is not UTF-8', sequence(set(attribute('CN', hex('0c 01 e4')))), 'n attribute value: UTF8String that is not UTF-8'],
    [
      'with a second attribute malformed',
      sequence(set(attribute('CN', 'a'), attribute('O', hex('16 01 80')))),
      'n attribute value: IA5String with NUL or a character that is not ASCII',
    ],
    ['with a second relative name malformed', sequence(set(attribute('CN', 'a')), set()), 'n attribute is missing'],
  ])('%s', (_, der, message) => {
    expect(() => read(der)).toThrow(new DerError(message));
  });

  it('with more than 128 attributes, in one relative name or many', () => {
    const message = 'n has more than 128 attributes';
    const many = (count: number) => Array.from({ length: count }, () => attribute('CN', 'a'));
    expect(() => read(sequence(set(...many(129))))).toThrow(new DerLimitError(message));
    expect(() => read(sequence(...many(129).map((one) => set(one))))).toThrow(new DerLimitError(message));
    expect(() => read(sequence(set(...many(64)), set(...many(65))))).toThrow(new DerLimitError(message));
    expect(read(sequence(set(...many(64)), set(...many(64)))).rdns.flat()).toHaveLength(128);
  });

  it('relative to another, when it is empty', () => {
    expect(() => readRelativeName(new DerReader(new Uint8Array(0)), 'r')).toThrow(new DerError('r attribute is missing'));
  });
});

describe('rdns', () => {
  it('are in their encoded order, with keyword, value and DER of each attribute', () => {
    const { rdns } = read(sequence(set(attribute('C', 'DE')), set(attribute('CN', 'alice'), attribute('1.2.3', 'x'))));
    expect(rdns).toEqual([
      [{ type: '2.5.4.6', keyword: 'C', value: 'DE', isString: true, der: printableString('DE') }],
      [
        { type: '2.5.4.3', keyword: 'CN', value: 'alice', isString: true, der: utf8String('alice') },
        { type: '1.2.3', keyword: undefined, value: 'x', isString: true, der: utf8String('x') },
      ],
    ]);
  });

  it('are decoded once, and frozen', () => {
    const subject = read(name('alice'));
    expect(subject.rdns).toBe(subject.rdns);
    expect([subject.rdns, subject.rdns[0], subject.rdns[0]?.[0]].every(Object.isFrozen)).toBe(true);
  });

  it('show a value that is no string in hexadecimal', () => {
    const { rdns } = read(sequence(set(attribute('2.5.4.45', bitString(hex('ab'))))));
    expect(rdns[0]?.[0]).toMatchObject({ keyword: 'x500UniqueIdentifier', value: '#030200ab', isString: false });
  });

  it('of a relative name are read alone', () => {
    const rdn = readRelativeName(new DerReader(concat(attribute('CN', 'a'), attribute('OU', 'b'))), 'r');
    expect(rdn.map(({ keyword, value }) => [keyword, value])).toEqual([
      ['CN', 'a'],
      ['OU', 'b'],
    ]);
  });
});

describe('equals', () => {
  it.each([
    ['another value', cn(utf8String('alice')), cn(utf8String('bob'))],
    ['another type', read(name({ CN: 'a' })), read(name({ O: 'a' }))],
    ['another order of relative names', read(name({ O: 'a', CN: 'b' })), read(name({ CN: 'b', O: 'a' }))],
    ['one relative name less', read(name({ O: 'a', CN: 'b' })), read(name({ O: 'a' }))],
    [
      'one relative name of two attributes',
      read(name({ O: 'a', CN: 'b' })),
      read(sequence(set(attribute('O', 'a'), attribute('CN', 'b')))),
    ],
    ['letters that look alike', cn(utf8String('\u0430lice')), cn(utf8String('alice'))],
    ['a dotless i and an i', cn(utf8String('p\u0131nar')), cn(utf8String('pinar'))],
    ['long names that differ in case', cn(utf8String('A'.repeat(1_025))), cn(utf8String('a'.repeat(1_025)))],
    ['a space that is not there', cn(utf8String('a b')), cn(utf8String('ab'))],
    ['a string and its hexadecimal form', cn(bitString(hex('61'))), cn(utf8String('#03020061'))],
    ['letters under a pile of marks, by case', cn(utf8String(`A${'\u0301'.repeat(31)}`)), cn(utf8String(`a${'\u0301'.repeat(31)}`))],
    ['characters that stand for many, by case', cn(utf8String(`A${'\ufdfa'.repeat(20)}`)), cn(utf8String(`a${'\ufdfa'.repeat(20)}`))],
    [
      'a value that imitates the key of two attributes',
      cn(utf8String('a|2.5.4.3=1:b')),
      read(sequence(set(attribute('CN', 'a')), set(attribute('CN', 'b')))),
    ],
    [
      'a value that imitates the key of a set',
      cn(utf8String('a+2.5.4.3=1:b')),
      read(sequence(set(attribute('CN', 'a'), attribute('CN', 'b')))),
    ],
    ['nothing and an empty value', read(sequence()), cn(utf8String(''))],
  ])('tells %s', (_, a, b) => {
    expect(a.equals(b)).toBe(false);
    expect(b.equals(a)).toBe(false);
    expect(a.key).not.toBe(b.key);
  });

  it.each([
    ['the same bytes', cn(utf8String('alice')), cn(utf8String('alice'))],
    ['PrintableString and UTF8String', cn(printableString('alice')), cn(utf8String('alice'))],
    ['BMPString and TeletexString', cn(bmp('alicä')), cn(tlv(0x14, hex('616c6963e4')))],
    ['UniversalString and IA5String', cn(tlv(0x1c, hex('00000061'))), cn(tlv(0x16, ascii('a')))],
    ['ASCII letters of another case', cn(utf8String('Example CORP')), cn(utf8String('eXAMPLE corp'))],
    ['ASCII letters of another case among others', cn(utf8String('GRÜSSE')), cn(utf8String('grÜsse'))],
    ['a NumericString and the same digits', cn(tlv(0x12, ascii('1'))), cn(printableString('1'))],
    ['letters of another case beyond ASCII', cn(utf8String('ÄÉЖ')), cn(utf8String('äéж'))],
    ['sharp s and its capitals', cn(utf8String('Straße')), cn(utf8String('STRASSE'))],
    ['sigma at the end of a word', cn(utf8String('ΟΔΟΣ')), cn(utf8String('οδος'))],
    ['a Kelvin sign and k', cn(utf8String('\u212a')), cn(utf8String('k'))],
    ['composed and decomposed characters', cn(utf8String('\u00e4')), cn(utf8String('a\u0308'))],
    ['full-width and ordinary letters', cn(utf8String('Ａｂ')), cn(utf8String('ab'))],
    ['a ligature and its letters', cn(utf8String('ﬁ')), cn(utf8String('FI'))],
    ['white space beyond ASCII', cn(utf8String('a\u00a0\u2003b\u2028')), cn(utf8String('a b'))],
    ['what is invisible', cn(utf8String('al\u00adi\u200bce\ufe0f\u0001')), cn(utf8String('alice'))],
    ['long names of the same bytes', cn(utf8String('a'.repeat(1_025))), cn(utf8String('a'.repeat(1_025)))],
    ['white space around', cn(utf8String(' \t alice \n')), cn(utf8String('alice'))],
    ['white space inside', cn(utf8String('a \t\v\f\r b')), cn(utf8String('a b'))],
    ['nothing but white space, and nothing', cn(utf8String('  ')), cn(utf8String(''))],
    [
      'attributes of a set in another order',
      read(sequence(set(attribute('CN', 'a'), attribute('O', 'b')))),
      read(sequence(set(attribute('O', 'B'), attribute('CN', 'A')))),
    ],
    ['empty names', read(sequence()), read(sequence())],
    ['the same bits', cn(bitString(hex('61'))), cn(bitString(hex('61')))],
  ])('takes %s for one', (_, a, b) => {
    expect(a.equals(b)).toBe(true);
    expect(b.equals(a)).toBe(true);
    expect(a.key).toBe(b.key);
  });
});

describe('isEmpty', () => {
  it('is about attributes, not about their values', () => {
    expect(read(sequence()).isEmpty).toBe(true);
    expect(cn(utf8String('')).isEmpty).toBe(false);
  });
});

describe('der', () => {
  it('is the Name alone, header included', () => {
    const reader = new DerReader(concat(name('a'), name('b')));
    expect([readName(reader, 'n').der, readName(reader, 'n').der]).toEqual([name('a'), name('b')]);
  });
});
