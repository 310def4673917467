import { describe, expect, it } from 'vitest';
import { DerReader } from '../../src/asn1/index.js';
import { subjectAltNames } from '../../src/identity/subject-alt-names.js';
import type { GeneralName } from '../../src/x509/index.js';
import { readName } from '../../src/x509/name.js';

const upnType = '1.3.6.1.4.1.311.20.2.3';

const bytes = (hex: string) => Uint8Array.from(Buffer.from(hex.replaceAll(' ', ''), 'hex'));
const otherName = (typeId: string, hex: string): GeneralName => ({ type: 'otherName', typeId, value: bytes(hex) });

describe('alternative names', () => {
  it('are sorted by type, each in its order', () => {
    // SEQUENCE { SET { SEQUENCE { CN, UTF8String "api" } } }
    const name = readName(new DerReader(bytes('300e 310c 300a 0603550403 0c03617069')), 'test');
    const names: GeneralName[] = [
      { type: 'dNSName', value: 'B.example' },
      { type: 'rfc822Name', value: 'Alice@A.example' },
      { type: 'uniformResourceIdentifier', value: 'urn:a' },
      { type: 'dNSName', value: '*.a.example' },
      { type: 'iPAddress', value: bytes('c0000201') },
      { type: 'iPAddress', value: bytes('20010db8000000000000000000000001') },
      { type: 'directoryName', value: name },
      { type: 'registeredID', value: '1.2.3' },
      { type: 'x400Address', value: bytes('a300') },
      { type: 'ediPartyName', value: bytes('a500') },
      otherName(upnType, '0c05 616c696365'),
      otherName('1.2.3.4', '0403 010203'),
    ];
    const sorted = subjectAltNames(names);
    expect(JSON.parse(JSON.stringify(sorted))).toEqual({
      dns: ['B.example', '*.a.example'],
      uri: ['urn:a'],
      email: ['Alice@A.example'],
      ip: ['192.0.2.1', '2001:db8::1'],
      upn: ['alice'],
      directoryName: [
        { dn: 'CN=api', attributes: { CN: ['api'] }, rdns: [[{ type: '2.5.4.3', keyword: 'CN', value: 'api', isString: true }]] },
      ],
      otherName: [{ typeId: '1.2.3.4', value: '0403010203' }],
    });
  });

  it('are empty lists where the certificate has none', () => {
    expect(subjectAltNames(undefined)).toEqual({ dns: [], uri: [], email: [], ip: [], upn: [], directoryName: [], otherName: [] });
  });

  it.each([
    ['another string type', '1605 616c696365'],
    ['another type', '0500'],
    ['NUL in it', '0c03 610062'],
    ['no UTF-8', '0c02 c328'],
    ['bytes behind it', '0c0161 0500'],
    ['a length that runs past its end', '0c05 61'],
  ])('have no user principal name in an otherName with %s', (_title, hex) => {
    const sorted = subjectAltNames([otherName(upnType, hex)]);
    expect(sorted.upn).toEqual([]);
    expect(sorted.otherName).toEqual([{ typeId: upnType, value: hex.replaceAll(' ', '') }]);
  });

  it('are frozen', () => {
    const sorted = subjectAltNames([otherName('1.2.3', '0500')]);
    expect(Object.isFrozen(sorted)).toBe(true);
    for (const list of Object.values(sorted)) expect(Object.isFrozen(list)).toBe(true);
    expect(Object.isFrozen(sorted.otherName[0])).toBe(true);
  });
});
