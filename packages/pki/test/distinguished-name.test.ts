import { describe, expect, test } from 'vitest';
import { readDistinguishedName } from '../src/distinguished-name.js';

describe('refusals, each with the position', () => {
  test.each([
    ['alice', "position 0: expected an attribute such as 'CN=alice'"],
    ['CN=a,', 'position 5: expected an attribute'],
    ['CN=a,,O=b', 'position 5: expected an attribute'],
    ['CN=a+', 'position 5: expected an attribute'],
    ['=a', 'position 0: expected an attribute'],
    ['CN="a"', "position 3: '\"' must be escaped as '\\\"'"],
    ['CN=a;O=b', "position 4: ';' must be escaped"],
    ['CN=<a>', "position 3: '<' must be escaped"],
    ['CN=a\\', "position 4: '\\' must be followed by"],
    ['CN=a\\x', "position 4: '\\' must be followed by"],
    ['CN=#0', "position 3: expected pairs of hexadecimal digits after '#'"],
    ['CN=#', "position 3: expected pairs of hexadecimal digits after '#'"],
    ['CN=#0c01 41', "position 3: expected pairs of hexadecimal digits after '#'"],
    ['CN=\\ff', 'position 6: the escaped octets before it are not UTF-8'],
  ])('%s', (text, problem) => {
    expect(() => readDistinguishedName(text)).toThrow(TypeError);
    expect(() => readDistinguishedName(text)).toThrow(problem);
  });
});

describe('what comes out, in the order written', () => {
  test('nothing of an empty string', () => {
    expect(readDistinguishedName('')).toEqual([]);
    expect(readDistinguishedName('  ')).toEqual([]);
  });

  test('one relative name for each comma, one attribute more for each plus, white space dropped', () => {
    expect(readDistinguishedName('CN = alice + UID=a1 , 2.5.4.10=Example Inc , C=DE')).toEqual([
      [
        { type: 'CN', value: 'alice' },
        { type: 'UID', value: 'a1' },
      ],
      [{ type: '2.5.4.10', value: 'Example Inc' }],
      [{ type: 'C', value: 'DE' }],
    ]);
  });

  test('escapes of special characters, of UTF-8 octets, of white space at either end', () => {
    expect(readDistinguishedName('CN=\\ a\\,b\\+c\\"d\\\\e\\;f\\=g\\ ')).toEqual([[{ type: 'CN', value: ' a,b+c"d\\e;f=g ' }]]);
    expect(readDistinguishedName('CN=M\\c3\\bcller\\00\\0d')).toEqual([[{ type: 'CN', value: 'Müller\0\r' }]]);
    expect(readDistinguishedName('CN=a \\  ')).toEqual([[{ type: 'CN', value: 'a  ' }]]);
  });

  test('unescaped # and = inside a value, characters beyond the first plane, empty values', () => {
    expect(readDistinguishedName('CN=a#b=c😀,O=')).toEqual([[{ type: 'CN', value: 'a#b=c😀' }], [{ type: 'O', value: '' }]]);
  });

  test('the bytes after #', () => {
    expect(readDistinguishedName('CN=#1301aF ,O=x')).toEqual([
      [{ type: 'CN', value: Uint8Array.of(0x13, 0x01, 0xaf) }],
      [{ type: 'O', value: 'x' }],
    ]);
  });
});
