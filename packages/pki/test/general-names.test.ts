import { describe, expect, test } from 'vitest';
import { encodeSubjectAltName, type SubjectAltNameInput } from '../src/general-names.js';

const hex = (input: SubjectAltNameInput) => Buffer.from(encodeSubjectAltName(input) ?? []).toString('hex');

describe('refusals', () => {
  test.each<[string, unknown, string]>([
    [
      'an unknown type',
      { dnsName: 'a' },
      "unknown option 'dnsName'; known are dns, email, uri, ip, upn, directoryName, otherName, registeredId",
    ],
    ['a list instead of types', ['a.test'], "subjectAltName: unknown option '0'"],
    ['a DNS name beyond ASCII', { dns: 'ü.test' }, "subjectAltName.dns: 'ü.test' is not ASCII"],
    ['a mailbox beyond ASCII', { email: 'ü@a.test' }, 'subjectAltName.email'],
    ['a URI beyond ASCII', { uri: 'https://ü.test' }, 'subjectAltName.uri'],
    ['an empty name', { dns: '' }, 'subjectAltName.dns: expected a string that is not empty'],
    ['a number', { email: 1 }, 'subjectAltName.email: expected a string'],
    ['a host name as address', { ip: 'localhost' }, "subjectAltName.ip: 'localhost' is not an IPv4 or IPv6 address"],
    ['a network as address', { ip: '10.0.0.0/8' }, 'is not an IPv4 or IPv6 address'],
    ['an address with a zone', { ip: 'fe80::1%eth0' }, 'is not an IPv4 or IPv6 address'],
    ['octets beyond 255', { ip: '1.2.3.256' }, 'is not an IPv4 or IPv6 address'],
    ['an OID with one arc', { registeredId: '1' }, "subjectAltName.registeredId: '1' is not an object identifier"],
    [
      'an otherName without typeId',
      { otherName: { typeId: 'upn', value: new Uint8Array() } },
      "subjectAltName.otherName.typeId: 'upn' is not an object identifier",
    ],
    [
      'an otherName with text',
      { otherName: { typeId: '1.2.3', value: 'a' } },
      'subjectAltName.otherName.value: expected the DER as Uint8Array',
    ],
    ['a slip in an otherName', { otherName: { oid: '1.2.3', value: new Uint8Array() } }, "subjectAltName.otherName: unknown option 'oid'"],
    ['a directory name with an unknown attribute', { directoryName: { XY: 'a' } }, "unknown name attribute 'XY'"],
  ])('%s', (_title, input, problem) => {
    expect(() => encodeSubjectAltName(input as SubjectAltNameInput)).toThrow(TypeError);
    expect(() => encodeSubjectAltName(input as SubjectAltNameInput)).toThrow(problem);
  });
});

describe('what comes out', () => {
  test.each<[string, SubjectAltNameInput, string]>([
    ['dNSName', { dns: 'a.b' }, '30058203612e62'],
    ['dNSName with a NUL, for tests', { dns: 'a\0b' }, '30058203610062'],
    ['rfc822Name', { email: 'a@b' }, '30058103614062'],
    ['uniformResourceIdentifier', { uri: 'a:b' }, '30058603613a62'],
    ['iPAddress, version 4', { ip: '127.0.0.1' }, '300687047f000001'],
    ['iPAddress, version 6', { ip: '2001:db8::8:1' }, '3012871020010db8000000000000000000080001'],
    ['iPAddress, zeros at the end', { ip: '1::' }, '3012871000010000000000000000000000000000'],
    ['iPAddress, no zeros to leave out', { ip: '1:2:3:4:5:6:7:ABCD' }, '301287100001000200030004000500060007abcd'],
    ['iPAddress, version 4 in version 6', { ip: '::ffff:192.0.2.1' }, '3012871000000000000000000000ffffc0000201'],
    ['userPrincipalName', { upn: 'ü' }, '3014a012060a2b060104018237140203a0040c02c3bc'],
    ['otherName', { otherName: { typeId: '1.2.3', value: Uint8Array.of(5, 0) } }, '300aa00806022a03a0020500'],
    ['registeredID', { registeredId: '1.2.3' }, '300488022a03'],
    ['directoryName, tagged explicitly', { directoryName: { CN: 'a' } }, '3010a40e300c310a300806035504030c0161'],
    ['directoryNames, each a list of relative names', { directoryName: [[{ CN: 'a' }]] }, '3010a40e300c310a300806035504030c0161'],
    ['several, in the order of the keys', { uri: 'a:b', dns: ['b', 'a'] }, '300b8603613a62820162820161'],
  ])('%s', (_title, input, der) => {
    expect(hex(input)).toBe(der);
  });

  test('nothing where there is no name, since an empty sequence is forbidden', () => {
    expect(encodeSubjectAltName({})).toBeUndefined();
    expect(encodeSubjectAltName({ dns: [], ip: [] })).toBeUndefined();
  });
});
