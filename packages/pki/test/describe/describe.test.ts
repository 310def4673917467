import { createHash, X509Certificate } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { createAuthority } from '../../src/authority.js';
import { describeCertificate } from '../../src/describe/certificate.js';
import { describeCrl } from '../../src/describe/crl.js';
import { describeName } from '../../src/describe/name.js';
import { serialNumberText, timeText } from '../../src/describe/values.js';
import { encodeName } from '../../src/names.js';

const ca = await createAuthority({ subject: 'CN=CA,O=Example' });

describe('a name', () => {
  test.each<[string, Parameters<typeof encodeName>[0], string]>([
    ['the most specific attribute first', { C: 'DE', O: 'Example', CN: 'alice' }, 'CN=alice,O=Example,C=DE'],
    ['relative names of several attributes', [{ O: 'Example' }, { CN: 'a', UID: '7' }], 'CN=a+UID=7,O=Example'],
    ['escapes', { CN: ' #a, "b"+c;<d>\\ ' }, 'CN=\\ #a\\, \\"b\\"\\+c\\;\\<d\\>\\\\\\ '],
    ['a number sign in front', { CN: '#a' }, 'CN=\\#a'],
    ['what a terminal would obey', { CN: 'a\u001b[31m\u0000\u0085\u202e' }, 'CN=a\\1b[31m\\00\\c2\\85\\e2\\80\\ae'],
    [
      'keywords that the library abbreviates otherwise',
      { emailAddress: 'a@b', GN: 'g', title: 't', SN: 's' },
      'SN=s,title=t,GN=g,emailAddress=a@b',
    ],
    ['an OID without a keyword', { '1.2.3.4': 'x' }, '1.2.3.4=x'],
    ['nothing', {}, ''],
  ])('with %s', (_title, name, text) => {
    expect(describeName(encodeName(name))).toBe(text);
  });
});

describe('a serial number', () => {
  test.each([
    ['4F:1A:07', '4f1a07'],
    ['0x0a', '0a'],
    ['a', '0a'],
    ['00ff', 'ff'],
    ['000', '00'],
    [' 12 34 ', '1234'],
  ])('%s is written %s', (typed, text) => expect(serialNumberText(typed)).toBe(text));

  test.each(['', 'alice', '0x', '4f-1a', '1.5'])("'%s' is none", (typed) => {
    expect(() => serialNumberText(typed)).toThrow('is not a serial number: expected hexadecimal digits');
  });
});

test('a time has whole seconds', () => expect(timeText(new Date('2030-01-02T03:04:05.678Z'))).toBe('2030-01-02T03:04:05Z'));

describe('a certificate', () => {
  test('is described as Node and the options say', async () => {
    const client = await ca.issueClient({
      subject: { OU: 'payments', CN: 'alice' },
      serialNumber: '0a0b',
      notBefore: new Date('2030-01-01T00:00:00Z'),
      notAfter: new Date('2051-01-01T00:00:00Z'),
      subjectAltName: {
        dns: ['a.example', 'b.example'],
        email: 'a@b',
        uri: 'spiffe://a/b',
        ip: ['192.0.2.1', '2001:db8::1'],
        upn: 'a@corp',
      },
      extendedKeyUsage: ['clientAuth', '1.2.3.4'],
    });
    expect(describeCertificate(client.der)).toEqual({
      serialNumber: '0a0b',
      subject: 'CN=alice,OU=payments',
      issuer: 'CN=CA,O=Example',
      notBefore: '2030-01-01T00:00:00Z',
      notAfter: '2051-01-01T00:00:00Z',
      fingerprint256: createHash('sha256').update(client.der).digest('hex'),
      key: 'ecdsa-p256',
      isAuthority: false,
      keyUsage: ['digitalSignature'],
      extendedKeyUsage: ['clientAuth', '1.2.3.4'],
      subjectAltName: {
        dns: ['a.example', 'b.example'],
        email: ['a@b'],
        uri: ['spiffe://a/b'],
        ip: ['192.0.2.1', '2001:db8::1'],
        upn: ['a@corp'],
      },
    });
  });

  test('of an authority says so', () => {
    expect(describeCertificate(ca.der)).toMatchObject({
      isAuthority: true,
      keyUsage: ['keyCertSign', 'cRLSign'],
      extendedKeyUsage: [],
      subjectAltName: {},
    });
  });

  test.each(['ecdsa-p384', 'ecdsa-p521', 'ed25519', 'rsa-2048'])('names its key as the option does: %s', async (key) => {
    expect(describeCertificate((await ca.issueClient({ subject: 'CN=a', key })).der).key).toBe(key);
  });

  test('of version 1 has no usage', async () => {
    const { der } = await ca.issueClient({ subject: 'CN=a', version: 1 });
    expect(describeCertificate(der)).toMatchObject({ keyUsage: [], extendedKeyUsage: [], isAuthority: false, subject: 'CN=a' });
  });

  test('that is none is refused', () => expect(() => describeCertificate(Uint8Array.of(0x30, 0x00))).toThrow());
});

describe('a revocation list', () => {
  test('is described with reasons and times, through 2049 and beyond', async () => {
    const { der } = await ca.issueCrl({
      thisUpdate: new Date('2030-01-01T00:00:00Z'),
      nextUpdate: new Date('2060-01-01T00:00:00Z'),
      number: 2n ** 70n,
      revoked: [
        { serialNumber: 'ff', date: new Date('2029-12-31T23:59:59Z'), reason: 'keyCompromise' },
        { serialNumber: '0a', date: new Date('1999-12-31T23:59:59Z') },
      ],
    });
    expect(describeCrl(der)).toEqual({
      issuer: 'CN=CA,O=Example',
      number: String(2n ** 70n),
      thisUpdate: '2030-01-01T00:00:00Z',
      nextUpdate: '2060-01-01T00:00:00Z',
      revoked: [
        { serialNumber: 'ff', at: '2029-12-31T23:59:59Z', reason: 'keyCompromise' },
        { serialNumber: '0a', at: '1999-12-31T23:59:59Z', reason: 'unspecified' },
      ],
    });
  });

  test('may have no entry, no number and no end', async () => {
    const { der } = await ca.issueCrl({ number: null, nextUpdate: null });
    expect(describeCrl(der)).toEqual({ issuer: 'CN=CA,O=Example', thisUpdate: expect.any(String), revoked: [] });
  });

  test('may be longer than the library reads', async () => {
    const revoked = Array.from({ length: 5000 }, (_, index) => ({ serialNumber: BigInt(index + 1) }));
    expect(describeCrl((await ca.issueCrl({ revoked })).der).revoked).toHaveLength(5000);
  });

  test.each([
    ['a certificate', new X509Certificate(ca.certificate).raw],
    ['an empty sequence', Uint8Array.of(0x30, 0x00)],
    ['text', Buffer.from('hello')],
    ['nothing', new Uint8Array()],
  ])('is not %s', (_title, der) => expect(() => describeCrl(der)).toThrow(TypeError));
});
