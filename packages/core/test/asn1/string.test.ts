import { describe, expect, it } from 'vitest';
import { DerError } from '../../src/asn1/der-error.js';
import { checkString, decodeString, isStringTag } from '../../src/asn1/string.js';
import { tags } from '../../src/asn1/tags.js';
import { hex } from '../support/der-writer.js';

const check = (tag: number, content: string) => checkString(tag, hex(content), 0, hex(content).length, 's');
const decode = (tag: number, content: string) => decodeString(tag, hex(content), 0, hex(content).length);

describe('checkString', () => {
  it.each([
    ['PrintableString', tags.printableString, '61 00', 's: PrintableString with a character that is not printable ASCII'],
    ['PrintableString', tags.printableString, '61 0a', 's: PrintableString with a character that is not printable ASCII'],
    ['PrintableString', tags.printableString, '7f', 's: PrintableString with a character that is not printable ASCII'],
    ['PrintableString', tags.printableString, 'e4', 's: PrintableString with a character that is not printable ASCII'],
    ['VisibleString', tags.visibleString, '1f', 's: VisibleString with a character that is not printable ASCII'],
    ['NumericString', tags.numericString, '31 2f', 's: NumericString with something else than digits and spaces'],
    ['NumericString', tags.numericString, '31 3a', 's: NumericString with something else than digits and spaces'],
    ['NumericString', tags.numericString, '00', 's: NumericString with something else than digits and spaces'],
    ['IA5String', tags.ia5String, '61 00 62', 's: IA5String with NUL or a character that is not ASCII'],
    ['IA5String', tags.ia5String, '80', 's: IA5String with NUL or a character that is not ASCII'],
    ['TeletexString', tags.teletexString, '61 00', 's: TeletexString with NUL'],
    ['UTF8String', tags.utf8String, '61 00', 's: UTF8String with NUL'],
    ['UTF8String (overlong)', tags.utf8String, 'c1 a1', 's: UTF8String that is not UTF-8'],
    ['UTF8String (overlong NUL)', tags.utf8String, 'c0 80', 's: UTF8String that is not UTF-8'],
    ['UTF8String (surrogate)', tags.utf8String, 'ed a0 80', 's: UTF8String that is not UTF-8'],
    ['UTF8String (cut off)', tags.utf8String, 'e2 82', 's: UTF8String that is not UTF-8'],
    ['UTF8String (above 10FFFF)', tags.utf8String, 'f4 90 80 80', 's: UTF8String that is not UTF-8'],
    ['BMPString', tags.bmpString, '00 61 00', 's: BMPString whose length is not a multiple of 2'],
    ['BMPString', tags.bmpString, '00 00', 's: BMPString with NUL'],
    ['BMPString (surrogates)', tags.bmpString, 'd8 3d de 00', 's: BMPString with a number that is no character'],
    ['BMPString (first surrogate)', tags.bmpString, 'd8 00', 's: BMPString with a number that is no character'],
    ['BMPString (last surrogate)', tags.bmpString, 'df ff', 's: BMPString with a number that is no character'],
    ['UniversalString', tags.universalString, '00 00 61', 's: UniversalString whose length is not a multiple of 4'],
    ['UniversalString', tags.universalString, '00 00 00 00', 's: UniversalString with NUL'],
    ['UniversalString', tags.universalString, '00 11 00 00', 's: UniversalString with a number that is no character'],
    ['UniversalString', tags.universalString, 'ff ff ff ff', 's: UniversalString with a number that is no character'],
    ['OCTET STRING', tags.octetString, '61', 's: tag 04 is no string type'],
  ])('refuses %s %s of %s', (_, tag, content, message) => {
    expect(() => check(tag, content)).toThrow(new DerError(message));
  });

  it.each([
    ['PrintableString', tags.printableString, '00 61 00', 1],
    ['VisibleString', tags.visibleString, '00 61 00', 1],
    ['NumericString', tags.numericString, '00 31 00', 1],
    ['IA5String', tags.ia5String, '00 61 00', 1],
    ['TeletexString', tags.teletexString, '00 61 00', 1],
    ['UTF8String', tags.utf8String, '00 61 00', 1],
    ['UTF8String that is not ASCII', tags.utf8String, 'c3 c3 a4 a4', 2],
    ['BMPString', tags.bmpString, '00 00 61 00', 2],
    ['UniversalString', tags.universalString, '00 00 00 00 61 00', 4],
  ])('looks at nothing outside of a %s', (_, tag, octets, length) => {
    expect(() => checkString(tag, hex(octets), 1, 1 + length, 's')).not.toThrow();
  });
});

describe('decodeString', () => {
  it.each([
    ['UTF8String', tags.utf8String, '47 72 c3 bc c3 9f 65 20 f0 9f 99 82', 'Grüße \u{1f642}'],
    ['UTF8String that begins with a byte order mark', tags.utf8String, 'ef bb bf 61', '\ufeffa'],
    ['PrintableString', tags.printableString, '41 20 27 28 29 2b 2c 2d 2e 2f 3a 3d 3f', "A '()+,-./:=?"],
    ['PrintableString with characters it has not', tags.printableString, '2a 40 26 5f', '*@&_'],
    ['NumericString', tags.numericString, '30 20 39', '0 9'],
    ['IA5String', tags.ia5String, '61 40 0a 7f', 'a@\n\x7f'],
    ['VisibleString', tags.visibleString, '20 7e', ' ~'],
    ['TeletexString', tags.teletexString, '47 72 fc df 80', 'Grüß\x80'],
    ['BMPString', tags.bmpString, '00 47 20 ac ff ff', 'G€\uffff'],
    ['UniversalString', tags.universalString, '00 00 00 47 00 01 f6 42', 'G\u{1f642}'],
    ['empty UTF8String', tags.utf8String, '', ''],
  ])('reads a %s', (_, tag, content, text) => {
    expect(() => check(tag, content)).not.toThrow();
    expect(decode(tag, content)).toBe(text);
  });

  it('reads the octets between start and end only, of a view into a larger buffer too', () => {
    const view = new Uint8Array(hex('61 62 63 64 65').buffer, 1, 3);
    expect(decodeString(tags.utf8String, view, 1, 3)).toBe('cd');
  });
});

describe('isStringTag', () => {
  it('knows the eight string types and nothing else', () => {
    const found = Array.from({ length: 256 }, (_, tag) => tag).filter(isStringTag);
    expect(found).toEqual([0x0c, 0x12, 0x13, 0x14, 0x16, 0x1a, 0x1c, 0x1e]);
    expect(isStringTag(-1)).toBe(false);
  });
});
