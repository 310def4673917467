import { createPublicKey, type KeyObject } from 'node:crypto';
import { type AuthorityOptions, createAuthority, type EndEntityOptions, loadAuthority } from '@peercert/pki';
import {
  authorityKeyIdentifier,
  basicConstraints,
  buildCertificate,
  type CertificateOptions,
  certificatePolicies,
  extendedKeyUsage,
  generalName,
  inhibitAnyPolicy,
  keyUsage,
  nameConstraints,
  policyConstraints,
  policyMappings,
  subjectAltName,
  subjectKeyIdentifier,
  type TestKey,
} from '../../packages/core/test/support/certificate-builder.js';
import type { AuthorityData } from './authority.js';
import { ecKey, ed25519Key, rsaKey, rsaSpki, spkiOf } from './keys.js';
import type { Random } from './random.js';

/** A certificate, or a CRL, of which a seed is made: what it says matters, not who signed it. */
export interface Template {
  readonly origin: string;
  readonly kind: 'end entity' | 'authority' | 'CRL';
  readonly der: Uint8Array;
}

const validity = { notBefore: new Date('2020-01-01T00:00:00Z'), notAfter: new Date('2039-12-31T23:59:59Z') };

/** The trust anchors. Their names differ, since OpenSSL looks no further than the first issuer of a name. */
export async function authorityTemplates(random: Random): Promise<readonly AuthorityData[]> {
  const make = async (name: string, key: KeyObject, options: AuthorityOptions): Promise<AuthorityData> => {
    const authority = await createAuthority({ ...validity, serialNumber: 1n, key, ...options });
    return { name, der: authority.der, privateKey: key.export({ type: 'pkcs8', format: 'der' }) };
  };
  const unidentified = { subjectKeyIdentifier: null, authorityKeyIdentifier: null } as const;
  return [
    await make('a usual root', ecKey(random, 'P-256'), { subject: { C: 'DE', O: 'Fuzz', CN: 'Usual Root' } }),
    await make('a root of version 1', ecKey(random, 'P-256'), { subject: { O: 'Fuzz', CN: 'Old Root' }, version: 1 }),
    await make('a root with a name of many kinds of strings', ecKey(random, 'P-256'), {
      ...unidentified,
      subject: [
        { C: 'DE', DC: 'fuzz' },
        { O: { value: 'Bäckerei  Fuzz ', encoding: 'bmpString' } },
        { OU: { value: 'Straße', encoding: 'teletexString' }, L: 'Köln Ost' },
        { CN: { value: 'Many Strings', encoding: 'printableString' } },
      ],
    }),
    await make('an Ed25519 root', ed25519Key(random), { ...unidentified, keyUsage: null, subject: { CN: 'Edwards Root' } }),
    await make('an RSA root', rsaKey(random, 2048), { ...unidentified, subject: { CN: 'RSA Root' } }),
  ];
}

/** Of every kind that @peercert/pki makes. */
export async function issuedTemplates(random: Random): Promise<readonly Template[]> {
  const key = ecKey(random, 'P-256');
  const root = await createAuthority({ ...validity, key, subject: { CN: 'Seeds' } });
  const authority = loadAuthority({ certificate: root.certificate, privateKey: key });
  const client = async (what: string, options: EndEntityOptions): Promise<Template> => {
    const issued = await authority.issueClient({ ...validity, key, serialNumber: 0x1234_5678n, ...options });
    return { origin: `pki: ${what}`, kind: 'end entity', der: issued.der };
  };
  const intermediate = async (what: string, options: AuthorityOptions): Promise<Template> => {
    const issued = await authority.issueAuthority({ ...validity, key, serialNumber: 0x9876n, ...options });
    return { origin: `pki: ${what}`, kind: 'authority', der: issued.der };
  };
  const server = await authority.issueServer({ ...validity, key, serialNumber: 5n, dns: ['localhost', '*.example.com'], ip: '127.0.0.1' });
  const crl = await authority.issueCrl({
    number: 1,
    thisUpdate: validity.notBefore,
    nextUpdate: validity.notAfter,
    revoked: [{ serialNumber: 1n, reason: 'keyCompromise' }, { serialNumber: 0x1234_5678n }],
  });
  const subject = { C: 'DE', O: 'Example', OU: ['payments', 'refunds'], CN: 'alice' };
  return [
    await client('a usual client', { subject }),
    await client('every kind of alternative name', {
      subject: { CN: 'names' },
      subjectAltName: {
        dns: ['a.example.com', '*.example.com'],
        email: 'alice@example.com',
        uri: ['spiffe://example.com/payments', 'https://example.com/'],
        ip: ['192.0.2.1', '2001:db8::1'],
        upn: 'alice@corp.example.com',
        directoryName: { O: 'Example', CN: 'alice' },
        otherName: { typeId: '1.3.6.1.5.5.7.8.9', value: Uint8Array.of(0x0c, 2, 0xc3, 0xa4) },
        registeredId: '1.2.3.4',
      },
    }),
    await client('no subject', { subjectAltName: { uri: 'spiffe://example.com/workload' } }),
    await client('a subject of many kinds of strings', {
      subject: [
        { C: 'DE', DC: 'example' },
        { O: { value: 'Größe', encoding: 'bmpString' }, OU: { value: 'Straße', encoding: 'teletexString' } },
        { CN: { value: '名前', encoding: 'universalString' }, UID: 'a1' },
        { emailAddress: 'a@example.com', serialNumber: '42', description: 'ä , + " \\ < > ; # ' },
      ],
    }),
    await client('policies and places', {
      subject,
      certificatePolicies: ['1.3.6.1.4.1.99999.1', '2.5.29.32.0'],
      crlDistributionPoints: ['http://crl.example.com/a.crl'],
      authorityInfoAccess: { ocsp: 'http://ocsp.example.com', caIssuers: 'http://ca.example.com/ca.crt' },
    }),
    await client('version 1', { subject, version: 1 }),
    await client('P-384', { subject, key: ecKey(random, 'P-384') }),
    await client('P-521', { subject, key: ecKey(random, 'P-521') }),
    await client('Ed25519', { subject, key: ed25519Key(random) }),
    await client('RSA', { subject, key: rsaKey(random, 2048) }),
    await client('no key identifiers', { subject, subjectKeyIdentifier: null, authorityKeyIdentifier: null }),
    await client('several purposes', { subject, extendedKeyUsage: ['clientAuth', 'emailProtection', 'anyExtendedKeyUsage', '1.2.3'] }),
    { origin: 'pki: a server', kind: 'end entity', der: server.der },
    await intermediate('an intermediate', { subject: { O: 'Example', CN: 'Intermediate' } }),
    await intermediate('an intermediate with limits', {
      subject: { CN: 'Limited' },
      pathLength: 0,
      extendedKeyUsage: ['clientAuth', 'serverAuth'],
      certificatePolicies: ['2.5.29.32.0'],
    }),
    await intermediate('an intermediate without keyUsage', { subject: { CN: 'Unlimited' }, keyUsage: null }),
    { origin: 'pki: a CRL', kind: 'CRL', der: crl.der },
  ];
}

/** What @peercert/pki does not make: versions, keys and extensions out of the ordinary. */
export function builtTemplates(random: Random): readonly Template[] {
  const key = testKeyOf(ecKey(random, 'P-256'));
  const build = (origin: string, options: CertificateOptions, kind: Template['kind'] = 'end entity'): Template => ({
    origin: `builder: ${origin}`,
    kind,
    der: buildCertificate({ key, subject: { O: 'Example', CN: origin }, ...options }),
  });
  const clientAuth = extendedKeyUsage('clientAuth');
  const withKey = (origin: string, spki: Uint8Array): Template =>
    build(origin, { fields: { subjectPublicKeyInfo: spki }, extensions: [clientAuth] });
  const { dNSName, rfc822Name, directoryName, uniformResourceIdentifier, iPAddress } = generalName;
  const caExtensions = [basicConstraints(true), keyUsage('keyCertSign', 'cRLSign'), subjectKeyIdentifier(random.bytes(20))];
  return [
    build('version 2 with unique identifiers', {
      version: 2,
      fields: { issuerUniqueID: Uint8Array.of(0x81, 2, 0, 0xaa), subjectUniqueID: Uint8Array.of(0x82, 2, 4, 0xb0) },
    }),
    build('a large serial number', { serialNumber: 2n ** 159n - 1n, extensions: [clientAuth] }),
    build('GeneralizedTime', { notBefore: '1949-12-31', notAfter: '2070-01-01', extensions: [clientAuth] }),
    build('an end entity that says so', {
      extensions: [
        basicConstraints(false),
        keyUsage('digitalSignature', 'keyAgreement'),
        clientAuth,
        authorityKeyIdentifier(random.bytes(20)),
      ],
    }),
    build('constrained names in its own certificate', {
      extensions: [clientAuth, nameConstraints({ permitted: [dNSName('example.com')] })],
    }),
    build('mappings', { extensions: [clientAuth, policyMappings(['1.2.3', '1.2.4']), certificatePolicies('1.2.3')] }),
    build('directory names', { extensions: [clientAuth, subjectAltName(directoryName({ C: 'DE', O: 'x' }), rfc822Name('a@b.example'))] }),
    withKey('RSA-3072', rsaSpki(modulus(random, 3072), Uint8Array.of(1, 0, 1))),
    withKey('RSA-1024', rsaSpki(modulus(random, 1024), Uint8Array.of(1, 0, 1))),
    withKey('RSASSA-PSS', rsaSpki(modulus(random, 2048), Uint8Array.of(3), '06092a864886f70d01010a')),
    withKey('Ed448', spki('06032b6571', random.bytes(57))),
    withKey('ML-DSA-44', spki('0609608648016503040311', random.bytes(1312))),
    build('an authority', { extensions: caExtensions }, 'authority'),
    build('an authority of one below', { extensions: [basicConstraints(true, 1), keyUsage('keyCertSign')] }, 'authority'),
    build(
      'an authority with constrained names',
      {
        extensions: [
          ...caExtensions,
          nameConstraints({
            permitted: [directoryName({ C: 'DE' }), iPAddress(10, 0, 0, 0, 255, 0, 0, 0)],
            excluded: [uniformResourceIdentifier('.example.com'), rfc822Name('example.com')],
          }),
        ],
      },
      'authority',
    ),
    build(
      'an authority with policies',
      {
        extensions: [
          ...caExtensions,
          certificatePolicies('1.2.3', '1.2.4'),
          policyMappings(['1.2.3', '1.2.5']),
          policyConstraints({ requireExplicitPolicy: 0, inhibitPolicyMapping: 2 }),
          inhibitAnyPolicy(1),
        ],
      },
      'authority',
    ),
  ];
}

function testKeyOf(privateKey: KeyObject): TestKey {
  return { kind: 'ec', privateKey, publicKey: createPublicKey(privateKey), spki: spkiOf(privateKey) };
}

function modulus(random: Random, bits: number): Uint8Array {
  const octets = random.bytes(bits / 8);
  octets[0] = (octets[0] as number) | 0x80;
  octets[octets.length - 1] = (octets[octets.length - 1] as number) | 1;
  return Uint8Array.of(0, ...octets);
}

function spki(algorithm: string, key: Uint8Array): Uint8Array {
  const oid = Buffer.from(algorithm, 'hex');
  const algorithmIdentifier = Buffer.concat([Uint8Array.of(0x30, oid.length), oid]);
  const bits = Buffer.concat([header(0x03, key.length + 1), Uint8Array.of(0), key]);
  return Uint8Array.from(Buffer.concat([header(0x30, algorithmIdentifier.length + bits.length), algorithmIdentifier, bits]));
}

function header(tag: number, length: number): Uint8Array {
  if (length < 0x80) return Uint8Array.of(tag, length);
  return length < 0x100 ? Uint8Array.of(tag, 0x81, length) : Uint8Array.of(tag, 0x82, length >> 8, length & 0xff);
}
