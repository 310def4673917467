import { describe, expect, it } from 'vitest';
import { DerReader } from '../../src/asn1/index.js';
import { DistinguishedName } from '../../src/identity/index.js';
import { readName } from '../../src/x509/name.js';

function distinguishedName(hex: string): DistinguishedName {
  return new DistinguishedName(readName(new DerReader(Uint8Array.from(Buffer.from(hex.replaceAll(' ', ''), 'hex'))), 'test'));
}

// O=Example, then OU=a+OU=b in one RDN, then CN="x, CN=y" and a CN that is a BOOLEAN, then an attribute without a keyword.
const several = distinguishedName(
  '3055 3110300e 060355040a 0c07 4578616d706c65 3114 3008 060355040b 0c0161 3008 060355040b 0c0162 3110 300e 0603550403 0c07782c20434e3d79 310a 3008 0603550403 0101ff 310d 300b 06062b0601040163 0c017a',
);

describe('a distinguished name', () => {
  it('has a list for every attribute', () => {
    expect({ ...several.attributes }).toEqual({ O: ['Example'], OU: ['a', 'b'], CN: ['x, CN=y', '#0101ff'], '1.3.6.1.4.1.99': ['z'] });
  });

  it('has its RDNs in the order of the certificate', () => {
    expect(several.rdns.map((rdn) => rdn.map(({ keyword, type, isString }) => `${keyword ?? type} ${isString}`))).toEqual([
      ['O true'],
      ['OU true', 'OU true'],
      ['CN true'],
      ['CN false'],
      ['1.3.6.1.4.1.99 true'],
    ]);
  });

  it('is its RFC 4514 form as a string', () => {
    expect(`${several}`).toBe(several.dn);
    expect(several.dn).toBe('1.3.6.1.4.1.99=#0c017a,CN=#0101ff,CN=x\\, CN=y,OU=a+OU=b,O=Example');
  });

  it('has nothing that objects inherit among its attributes', () => {
    for (const key of ['constructor', '__proto__', 'toString', 'hasOwnProperty']) expect(several.attributes[key]).toBeUndefined();
  });

  it('may be empty', () => {
    const empty = distinguishedName('3000');
    expect(empty.dn).toBe('');
    expect(empty.rdns).toEqual([]);
    expect({ ...empty.attributes }).toEqual({});
  });

  it('is plain data in JSON', () => {
    expect(JSON.parse(JSON.stringify(distinguishedName('300c 310a 3008 0603550403 0c0161')))).toEqual({
      dn: 'CN=a',
      attributes: { CN: ['a'] },
      rdns: [[{ type: '2.5.4.3', keyword: 'CN', value: 'a', isString: true }]],
    });
  });

  it('is deeply frozen', () => {
    for (const part of [
      several,
      several.attributes,
      several.attributes.CN,
      several.rdns,
      several.rdns[0],
      several.rdns[0]?.[0],
      several.toJSON(),
    ]) {
      expect(Object.isFrozen(part)).toBe(true);
    }
  });
});
