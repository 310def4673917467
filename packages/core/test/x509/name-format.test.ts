import { describe, expect, it } from 'vitest';
import { DerReader } from '../../src/asn1/index.js';
import { readName } from '../../src/x509/name.js';
import { bitString, hex, sequence, set, utf8String } from '../support/der-writer.js';
import { attribute, name } from '../support/names.js';

const format = (der: Uint8Array) => readName(new DerReader(der), 'n').toString();

describe('toString', () => {
  it('writes nothing for an empty name', () => {
    expect(format(sequence())).toBe('');
  });

  it('writes the most specific relative name first', () => {
    expect(format(name({ C: 'DE', O: 'Example', OU: 'payments', CN: 'alice' }))).toBe('CN=alice,OU=payments,O=Example,C=DE');
  });

  it('joins the attributes of one relative name in their order', () => {
    expect(format(sequence(set(attribute('CN', 'a'), attribute('UID', 'b'))))).toBe('CN=a+UID=b');
  });

  it('writes a type without a keyword as OID, its value in hexadecimal', () => {
    expect(format(sequence(set(attribute('1.2.3', 'a'))))).toBe('1.2.3=#0c0161');
  });

  it('writes a value that is no string in hexadecimal', () => {
    expect(format(sequence(set(attribute('2.5.4.45', bitString(hex('ab'))))))).toBe('x500UniqueIdentifier=#030200ab');
  });

  it.each([
    ['separators', 'a,b+c;d', 'a\\,b\\+c\\;d'],
    ['what would begin another attribute', 'a,CN=b', 'a\\,CN=b'],
    ['quotes, angles and backslashes', '"<a>\\', '\\"\\<a\\>\\\\'],
    ['a leading number sign', '#0c0161', '\\#0c0161'],
    ['a later number sign not', 'a#', 'a#'],
    ['a leading space', ' a', '\\ a'],
    ['a trailing space', 'a ', 'a\\ '],
    ['one space alone', ' ', '\\ '],
    ['two spaces alone', '  ', '\\ \\ '],
    ['inner spaces not', 'a  b', 'a  b'],
    ['line ends, all of them', 'a\r\nb\nc', 'a\\0d\\0ab\\0ac'],
    ['a leading control character', '\ta', '\\09a'],
    ['terminal sequences', '\x1b[31m\x7f', '\\1b[31m\\7f'],
    ['C1 controls', '\u0080', '\\c2\\80'],
    ['several control characters of one and of two octets', '\x1b\u009b\x1b', '\\1b\\c2\\9b\\1b'],
    ['what turns the direction of writing', 'a\u202eb\u2066', 'a\\e2\\80\\aeb\\e2\\81\\a6'],
    ['line and paragraph separators', '\u2028\u2029', '\\e2\\80\\a8\\e2\\80\\a9'],
    ['a byte order mark', '\ufeffa', '\\ef\\bb\\bfa'],
    ['a format character beyond the basic plane', '\u{e0001}', '\\f3\\a0\\80\\81'],
    ['letters of any script not', 'Grüße 名 \u{1f642}', 'Grüße 名 \u{1f642}'],
    ['a trailing space behind a backslash', '\\ ', '\\\\\\ '],
    ['an empty value', '', ''],
  ])('escapes %s', (_, value, written) => {
    expect(format(sequence(set(attribute('CN', utf8String(value)))))).toBe(`CN=${written}`);
  });
});
