import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { type Authority, createAuthority } from '../src/authority.js';
import type { EndEntityOptions } from '../src/profiles.js';
import { extensionsOf, fieldsOf } from './certificate-parts.js';

let ca: Authority;
beforeAll(async () => {
  ca = await createAuthority({ subject: 'CN=CA' });
});

const issued = async (options: EndEntityOptions) => extensionsOf((await ca.issue({ subject: 'CN=a', ...options })).der);
/** Without what every certificate has. */
const bare = { keyUsage: null, subjectKeyIdentifier: null, authorityKeyIdentifier: null } as const;

describe('refusals', () => {
  test.each<[string, unknown, string]>([
    [
      'an unknown key usage',
      { keyUsage: ['signing'] },
      "unknown keyUsage 'signing'; known are digitalSignature, contentCommitment, keyEncipherment",
    ],
    ['an unknown key purpose', { extendedKeyUsage: ['client'] }, "unknown extendedKeyUsage 'client'; known are serverAuth, clientAuth"],
    ['a key purpose that is no OID', { extendedKeyUsage: ['1.3.'] }, "extendedKeyUsage: '1.3.' is not an object identifier"],
    ['a certificate policy that is no OID', { certificatePolicies: ['any'] }, "certificatePolicies: 'any' is not an object identifier"],
    ['a negative path length', { basicConstraints: { cA: true, pathLength: -1 } }, 'pathLength: expected a whole number, zero or more'],
    ['half a path length', { basicConstraints: { cA: true, pathLength: 0.5 } }, 'pathLength: expected a whole number'],
    [
      'a slip in basicConstraints',
      { basicConstraints: { ca: true } },
      "basicConstraints: unknown option 'ca'; known are cA, pathLength, critical",
    ],
    [
      'a slip in authorityInfoAccess',
      { authorityInfoAccess: { url: 'a' } },
      "authorityInfoAccess: unknown option 'url'; known are ocsp, caIssuers",
    ],
    [
      'a raw extension without OID',
      { extensions: [{ oid: 'a', value: new Uint8Array() }] },
      "extensions[0].oid: 'a' is not an object identifier",
    ],
    ['a raw extension with text', { extensions: [{ oid: '1.2.3', value: 'a' }] }, 'extensions[0].value: expected a Uint8Array'],
    [
      'a slip in a raw extension',
      { extensions: [{ oid: '1.2.3', value: new Uint8Array(), crit: true }] },
      "extensions[0]: unknown option 'crit'",
    ],
  ])('%s', async (_title, options, problem) => {
    await expect(issued(options as EndEntityOptions)).rejects.toThrow(TypeError);
    await expect(issued(options as EndEntityOptions)).rejects.toThrow(problem);
  });
});

describe('what comes out', () => {
  test.each<[string, EndEntityOptions, [string, boolean, string]]>([
    [
      'each key usage in its bit',
      { keyUsage: ['digitalSignature', 'contentCommitment', 'decipherOnly'] },
      ['2.5.29.15', true, '030307c080'],
    ],
    ['no more octets of key usage than needed', { keyUsage: ['keyCertSign', 'cRLSign'] }, ['2.5.29.15', true, '03020106']],
    [
      'key purposes by name and OID',
      { extendedKeyUsage: ['anyExtendedKeyUsage', '1.2.3'] },
      ['2.5.29.37', false, '300a0604551d250006022a03'],
    ],
    ['cA false as the default that is left out', { basicConstraints: { cA: false } }, ['2.5.29.19', true, '3000']],
    ['cA, not critical', { basicConstraints: { cA: true, critical: false } }, ['2.5.29.19', false, '30030101ff']],
    ['a path length of zero', { basicConstraints: { cA: true, pathLength: 0 } }, ['2.5.29.19', true, '30060101ff020100']],
    ['certificate policies', { certificatePolicies: ['1.2.3'] }, ['2.5.29.32', false, '3006300406022a03']],
    ['distribution points', { crlDistributionPoints: ['a:b'] }, ['2.5.29.31', false, '300b3009a007a0058603613a62']],
    ['an OCSP responder', { authorityInfoAccess: { ocsp: 'a:b' } }, ['1.3.6.1.5.5.7.1.1', false, '3011300f06082b060105050730018603613a62']],
    ['a raw extension', { extensions: [{ oid: '1.2.3', value: Uint8Array.of(1, 2) }] }, ['1.2.3', false, '0102']],
    ['a critical raw extension', { extensions: [{ oid: '1.2.3', critical: true, value: new Uint8Array() }] }, ['1.2.3', true, '']],
  ])('%s', async (_title, options, expected) => {
    expect(await issued({ ...bare, ...options })).toEqual([expected]);
  });

  test('empty lists mean no extension, as SIZE (1..MAX) wants', async () => {
    const empty = {
      keyUsage: [],
      extendedKeyUsage: [],
      certificatePolicies: [],
      crlDistributionPoints: [],
      authorityInfoAccess: {},
      subjectAltName: {},
    };
    expect(await issued({ ...bare, ...empty })).toEqual([]);
  });

  test("key identifiers: the SHA-1 of the key's bits, and the issuer's", async () => {
    const client = await ca.issue({ subject: 'CN=a' });
    const identifier = (pem: string) => {
      const point = Buffer.from(pem.replace(/-----.*?-----|\s/g, ''), 'base64').subarray(-65);
      return createHash('sha1').update(point).digest('hex');
    };
    const publicKey = (credential: typeof client) => credential.x509.publicKey.export({ type: 'spki', format: 'pem' }) as string;
    expect(extensionsOf(client.der).slice(1)).toEqual([
      ['2.5.29.14', false, `0414${identifier(publicKey(client))}`],
      ['2.5.29.35', false, `30168014${identifier(publicKey(ca))}`],
    ]);
  });

  test("the authority's own identifier is referred to, however it was made", async () => {
    const odd = await ca.issueAuthority({ subject: 'CN=odd', extensions: [{ oid: '2.5.29.14', value: Uint8Array.of(4, 2, 0xab, 0xcd) }] });
    const none = await ca.issueAuthority({ subject: 'CN=none', subjectKeyIdentifier: null });
    const authorityKeyIdentifier = async (issuer: Authority) =>
      extensionsOf((await issuer.issue({ subject: 'CN=a' })).der).find(([oid]) => oid === '2.5.29.35')?.[2];
    expect(await authorityKeyIdentifier(odd)).toBe('30048002abcd');
    expect(await authorityKeyIdentifier(none)).toMatch(/^30168014[0-9a-f]{40}$/);
  });

  test('a subjectAltName is critical when the subject is empty (RFC 5280, section 4.1.2.6)', async () => {
    const { der } = await ca.issue({ ...bare, subject: {}, dns: 'a', ip: '1.2.3.4', subjectAltName: { dns: 'b', uri: 'a:b' } });
    expect(extensionsOf(der)).toEqual([['2.5.29.17', true, '30118201618201628603613a62870401020304']]);
    expect(await issued({ ...bare, dns: 'a' })).toEqual([['2.5.29.17', false, '3003820161']]);
    expect(await issued({ ...bare, dns: 'a', subjectAltName: null })).toEqual([]);
  });

  test('a raw extension stands instead of the generated one, and twice if listed twice', async () => {
    const twice = { oid: '2.5.29.15', value: Uint8Array.of(3, 2, 7, 128) };
    const made = await issued({ keyUsage: ['keyAgreement'], extensions: [twice, { oid: '1.2.3', value: Uint8Array.of(5, 0) }, twice] });
    expect(made.map(([oid]) => oid)).toEqual(['2.5.29.14', '2.5.29.35', '2.5.29.15', '1.2.3', '2.5.29.15']);
    expect(made[2]).toEqual(['2.5.29.15', false, '03020780']);
  });

  test('raw extensions may be broken, known ones too', async () => {
    const oids = [
      '2.5.29.14',
      '2.5.29.15',
      '2.5.29.17',
      '2.5.29.19',
      '2.5.29.30',
      '2.5.29.31',
      '2.5.29.32',
      '2.5.29.35',
      '2.5.29.37',
      '1.3.6.1.5.5.7.1.1',
    ];
    const broken = await ca.issue({
      subject: 'CN=a',
      extensions: oids.map((oid) => ({ oid, critical: true, value: Uint8Array.of(0x30) })),
    });
    const written = fieldsOf(broken.der).at(-1) as string;
    expect(written.match(/0101ff040130/g)).toHaveLength(oids.length);
  });
});
