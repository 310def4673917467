import { describe, expect, it } from 'vitest';
import { readDistinguishedNameText } from '../../src/policy/distinguished-name-text.js';

/** RDNs as lists of `OID=value`, or the problem. */
function read(text: string): string[][] | string {
  const name = readDistinguishedNameText(text);
  return name.ok ? name.rdns.map((rdn) => rdn.map(({ type, value }) => `${type}=${value}`)) : name.problem;
}

describe('readDistinguishedNameText refuses', () => {
  it.each([
    ['nothing', '', /at its end, an attribute/],
    ['a text without attributes', 'api', /an attribute such as 'CN='/],
    ['spaces around the equals sign', 'CN = api', /an attribute such as 'CN='/],
    ['a space after the comma', 'CN=api, O=Example', /at ' O=Example', an attribute/],
    ['a space before the comma', 'CN=api ,O=Example', /without unescaped spaces/],
    ['a space before the value', 'CN= api', /without unescaped spaces/],
    ['a space after the value', 'CN=api ', /without unescaped spaces/],
    ['a value that is a space', 'CN= ', /without unescaped spaces/],
    ['a comma at the end', 'CN=api,', /at its end, an attribute/],
    ['a plus at the end', 'CN=api+', /at its end, an attribute/],
    ['two commas', 'CN=api,,O=Example', /an attribute/],
    ['an empty value', 'CN=,O=Example', /a value must stand/],
    ['an empty value at the end', 'CN=', /a value must stand/],
    ['a semicolon', 'CN=api;O=Example', /at ';O=Example', a ',' or '\+'/],
    ['a quoted value', 'CN="api",O=Example', /a ',' or '\+'/],
    ['angle brackets', 'CN=<api>', /a ',' or '\+'/],
    ['NUL', 'CN=a\0b', /a ',' or '\+'/],
    ['a backslash at the end', 'CN=api\\', /a ',' or '\+'/],
    ['an unknown escape', 'CN=a\\pi', /a ',' or '\+'/],
    ['half an octet', 'CN=a\\C', /a ',' or '\+'/],
    ['escaped octets that are not UTF-8', 'CN=\\C3\\28', /escaped octets are UTF-8/],
    ['a value in BER', 'CN=#0C03617069', /not as hexadecimal BER/],
    ['slashes', '/CN=api/O=Example', /an attribute/],
    ['an unknown keyword', 'CN=api,XY=a', /unknown attribute 'XY'/],
    ['a keyword in lower case', 'cn=api', /did you mean 'CN'/],
    ['an OID prefix', 'OID.2.5.4.3=api', /unknown attribute 'OID\.2\.5\.4\.3'/],
  ])('%s', (_title, text, problem) => {
    expect(read(text)).toMatch(problem);
  });
});

describe('readDistinguishedNameText reads', () => {
  it.each<[string, string, string[][]]>([
    ['one attribute', 'CN=api', [['2.5.4.3=api']]],
    [
      'several, the most specific first',
      'CN=api,DC=example,DC=test',
      [['2.5.4.3=api'], ['0.9.2342.19200300.100.1.25=example'], ['0.9.2342.19200300.100.1.25=test']],
    ],
    ['several in one RDN', 'OU=a+CN=b,O=c', [['2.5.4.11=a', '2.5.4.3=b'], ['2.5.4.10=c']]],
    ['OIDs', '1.3.6.1.4.1.99999.1=a', [['1.3.6.1.4.1.99999.1=a']]],
    ['inner spaces and equals signs', 'CN=a b = c', [['2.5.4.3=a b = c']]],
    ['a sharp sign inside', 'CN=a#b', [['2.5.4.3=a#b']]],
    ['escaped characters', 'CN=\\ \\"\\#\\+\\,\\;\\<\\=\\>\\\\\\ ', [['2.5.4.3= "#+,;<=>\\ ']]],
    ['an escaped sharp sign at the beginning', 'CN=\\#a', [['2.5.4.3=#a']]],
    ['octets of UTF-8', 'CN=Lu\\C4\\8Di\\c4\\87', [['2.5.4.3=Lučić']]],
    ['an escaped line break', 'CN=a\\0Ab', [['2.5.4.3=a\nb']]],
    ['a byte order mark as a character', 'CN=\\EF\\BB\\BFa', [['2.5.4.3=\ufeffa']]],
    ['letters beyond ASCII', 'CN=Lučić 😀', [['2.5.4.3=Lučić 😀']]],
  ])('%s', (_title, text, rdns) => {
    expect(read(text)).toEqual(rdns);
  });
});
