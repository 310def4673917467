import { createHash, X509Certificate } from 'node:crypto';
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import {
  ClientIdentity,
  type ClientIdentityFields,
  createIdentity,
  type IdentityFacts,
  isClientIdentity,
} from '../../src/identity/index.js';
import {
  Budget,
  certificatePool,
  SignatureChecks,
  TrustSet,
  trustAnchor,
  type ValidatedPath,
  validatedPaths,
} from '../../src/path/index.js';
import { type Certificate, oids, readCertificate } from '../../src/x509/index.js';
import {
  basicConstraints,
  buildCertificate,
  type CertificateOptions,
  certificatePolicies,
  extendedKeyUsage,
  generalName,
  keyUsage,
  subjectAltName,
  testKey,
} from '../support/certificate-builder.js';

const at = Date.parse('2030-01-01T00:00:00Z');
const authority = [basicConstraints(true), keyUsage('keyCertSign')];
const root = buildCertificate({ subject: { O: 'Example', CN: 'Root' }, key: testKey('ec', 'root'), extensions: authority });
const intermediate = buildCertificate({
  subject: { O: 'Example', CN: 'Issuing' },
  issuer: { O: 'Example', CN: 'Root' },
  key: testKey('ec', 'issuing'),
  issuerKey: testKey('ec', 'root'),
  extensions: authority,
});

const leafOptions: CertificateOptions = {
  subject: { C: 'DE', O: 'Example', OU: 'payments', CN: 'api, CN=admin' },
  issuer: { O: 'Example', CN: 'Issuing' },
  key: testKey('ec', 'leaf'),
  issuerKey: testKey('ec', 'issuing'),
  serialNumber: 0x8badf00dn,
  notBefore: '2025-01-01T00:00:00Z',
  notAfter: '2055-12-31T23:59:59Z',
  extensions: [
    basicConstraints(false),
    keyUsage('digitalSignature'),
    extendedKeyUsage('clientAuth', '1.3.6.1.4.1.99999.7'),
    certificatePolicies('1.3.6.1.4.1.99999.1', '2.5.29.32.0'),
    subjectAltName(
      generalName.dNSName('API.example'),
      generalName.uniformResourceIdentifier('spiffe://prod.example/ns/payments/sa/api'),
      generalName.iPAddress(192, 0, 2, 1),
      generalName.directoryName({ O: 'Example', CN: 'alias' }),
    ),
  ],
};
const leaf = buildCertificate(leafOptions);
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest();

/** The identity that verifying the certificate proves. */
function identityOf(der: Uint8Array, facts: IdentityFacts = { resumed: false, source: 'tls' }): ClientIdentity {
  return createIdentity(pathOf(der), facts);
}

function pathOf(der: Uint8Array, anchor: Uint8Array = root): ValidatedPath {
  const trusted = trustAnchor(read(anchor));
  if (!trusted.ok) throw new Error('the anchor is not fit for one');
  const trustSet = new TrustSet('staff', [trusted.value], [read(intermediate)], { depth: 10, keyPurposes: [oids.keyPurpose.clientAuth] });
  const budget = new Budget();
  const paths = validatedPaths(read(der), { trustSet, pools: [certificatePool([])], at, budget, signatures: new SignatureChecks(budget) });
  const { done, value } = paths.next();
  if (done === true) throw new Error(JSON.stringify(value));
  return value;
}

function read(der: Uint8Array): Certificate {
  const certificate = readCertificate(der);
  if (!certificate.ok) throw new Error(JSON.stringify(certificate));
  return certificate.value;
}

describe('nothing but a validated path makes an identity:', () => {
  const genuine = identityOf(leaf);

  it.each<[string, unknown]>([
    ['its plain form', genuine.toJSON()],
    ['a copy of it', { ...genuine }],
    ['an object with its prototype', Object.create(ClientIdentity.prototype)],
    ['an object that inherits from it', Object.create(genuine)],
    ['a proxy for it', new Proxy(genuine, {})],
    ['null', null],
    ['undefined', undefined],
    ['a string', 'CN=api'],
  ])('%s is none', (_title, value) => {
    expect(isClientIdentity(value)).toBe(false);
  });

  it('the fields of an object with its prototype cannot be read', () => {
    const forged = Object.create(ClientIdentity.prototype) as ClientIdentity;
    expect(() => forged.subject).toThrow(TypeError);
    expect(() => forged.trustSet).toThrow(TypeError);
  });

  it('the real one is one', () => {
    expect(isClientIdentity(genuine)).toBe(true);
  });
});

describe('an identity cannot be changed:', () => {
  const identity = identityOf(leaf);

  it('every object in it is frozen', () => {
    const seen = new Set<unknown>();
    const visit = (value: unknown): void => {
      if (typeof value !== 'object' || value === null || seen.has(value)) return;
      seen.add(value);
      expect(Object.isFrozen(value), inspect(value)).toBe(true);
      for (const key of Reflect.ownKeys(value)) visit((value as Record<PropertyKey, unknown>)[key]);
    };
    visit(identity);
    visit(identity.toJSON());
    for (const name of Object.keys(identity.toJSON())) visit(identity[name as keyof ClientIdentityFields]);
    expect(seen.size).toBeGreaterThan(20);
  });

  it('assignments throw, and so do accessors put in the place of its own', () => {
    expect(() => Object.assign(identity, { trustSet: 'partners' })).toThrow(TypeError);
    expect(() => Object.defineProperty(identity, 'trustSet', { value: 'partners' })).toThrow(TypeError);
    expect(() => Object.defineProperty(ClientIdentity.prototype, 'trustSet', { value: 'partners' })).toThrow(TypeError);
    expect(() => (identity.subject.attributes.CN as string[]).push('admin')).toThrow(TypeError);
    expect(identity.trustSet).toBe('staff');
  });

  it('its DER is a copy each time', () => {
    identity.toDer().fill(0);
    expect(identity.toDer()).toEqual(Uint8Array.from(leaf));
    expect(identity.toDer().buffer.byteLength).toBe(leaf.length);
  });
});

describe('an identity', () => {
  it('tells everything in its plain form, which survives JSON', () => {
    const identity = identityOf(leaf, { resumed: true, source: 'forwarded' });
    const fingerprint = sha256(leaf);
    const attribute = (keyword: string, type: string, value: string) => [{ type, keyword, value, isString: true }];
    expect(JSON.parse(JSON.stringify(identity))).toEqual({
      subject: {
        dn: 'CN=api\\, CN=admin,OU=payments,O=Example,C=DE',
        attributes: { C: ['DE'], O: ['Example'], OU: ['payments'], CN: ['api, CN=admin'] },
        rdns: [
          attribute('C', '2.5.4.6', 'DE'),
          attribute('O', '2.5.4.10', 'Example'),
          attribute('OU', '2.5.4.11', 'payments'),
          attribute('CN', '2.5.4.3', 'api, CN=admin'),
        ],
      },
      issuer: {
        dn: 'CN=Issuing,O=Example',
        attributes: { O: ['Example'], CN: ['Issuing'] },
        rdns: [attribute('O', '2.5.4.10', 'Example'), attribute('CN', '2.5.4.3', 'Issuing')],
      },
      serialNumber: '8badf00d',
      fingerprint256: fingerprint.toString('hex'),
      spki256: sha256(testKey('ec', 'leaf').spki).toString('hex'),
      'x5t#S256': fingerprint.toString('base64url'),
      subjectAltName: {
        dns: ['API.example'],
        uri: ['spiffe://prod.example/ns/payments/sa/api'],
        email: [],
        ip: ['192.0.2.1'],
        upn: [],
        directoryName: [
          {
            dn: 'CN=alias,O=Example',
            attributes: { O: ['Example'], CN: ['alias'] },
            rdns: [attribute('O', '2.5.4.10', 'Example'), attribute('CN', '2.5.4.3', 'alias')],
          },
        ],
        otherName: [],
      },
      spiffeId: 'spiffe://prod.example/ns/payments/sa/api',
      notBefore: '2025-01-01T00:00:00.000Z',
      notAfter: '2055-12-31T23:59:59.000Z',
      extendedKeyUsage: ['clientAuth', '1.3.6.1.4.1.99999.7'],
      certificatePolicies: ['1.3.6.1.4.1.99999.1', '2.5.29.32.0'],
      validPolicies: [],
      publicKey: { type: 'ec', curve: 'P-256' },
      chain: [
        { subject: 'CN=api\\, CN=admin,OU=payments,O=Example,C=DE', fingerprint256: fingerprint.toString('hex') },
        { subject: 'CN=Issuing,O=Example', fingerprint256: sha256(intermediate).toString('hex') },
      ],
      trustAnchor: { subject: 'CN=Root,O=Example', fingerprint256: sha256(root).toString('hex') },
      trustSet: 'staff',
      resumed: true,
      source: 'forwarded',
      revocation: 'notConfigured',
    });
  });

  it('has the same under each property as in its plain form', () => {
    const identity = identityOf(leaf);
    const fields = identity.toJSON();
    for (const name of Object.keys(fields) as (keyof ClientIdentityFields)[]) {
      expect(JSON.stringify(identity[name]), name).toBe(JSON.stringify(fields[name]));
    }
  });

  it('has plain objects only in its plain form, so that schemas take it', () => {
    const visit = (value: unknown): void => {
      if (typeof value !== 'object' || value === null) return;
      expect([Object.prototype, Array.prototype, null]).toContain(Object.getPrototypeOf(value));
      for (const part of Object.values(value)) visit(part);
    };
    visit(identityOf(leaf).toJSON());
  });

  it('derives what costs something once', () => {
    const identity = identityOf(leaf);
    expect(identity.subject).toBe(identity.subject);
    expect(identity.issuer).toBe(identity.issuer);
    expect(identity.subjectAltName).toBe(identity.subjectAltName);
    expect(identity.chain).toBe(identity.chain);
  });

  it('agrees with what node:crypto reads', () => {
    const identity = identityOf(leaf);
    const certificate = new X509Certificate(leaf);
    expect(identity.serialNumber).toBe(certificate.serialNumber.toLowerCase());
    expect(identity.fingerprint256).toBe(certificate.fingerprint256.replaceAll(':', '').toLowerCase());
    expect(new X509Certificate(identity.toPem()).raw).toEqual(certificate.raw);
    expect(identity.toX509Certificate().raw).toEqual(certificate.raw);
    expect(identity.toX509Certificate()).not.toBe(identity.toX509Certificate());
    expect(Date.parse(identity.notAfter)).toBe(Date.parse(certificate.validTo));
  });

  it('of a certificate without extensions and names has empty lists', () => {
    const bare = identityOf(
      buildCertificate({
        subject: {},
        issuer: { O: 'Example', CN: 'Issuing' },
        key: testKey('ec', 'leaf'),
        issuerKey: testKey('ec', 'issuing'),
      }),
    );
    expect(bare.subject.dn).toBe('');
    expect({ ...bare.subject.attributes }).toEqual({});
    expect(bare.subjectAltName).toEqual({ dns: [], uri: [], email: [], ip: [], upn: [], directoryName: [], otherName: [] });
    expect(bare.spiffeId).toBeUndefined();
    expect(bare.extendedKeyUsage).toEqual([]);
    expect(bare.certificatePolicies).toEqual([]);
    expect(bare.chain[0]?.subject).toBe('');
    expect(`${bare}`).toBe(`SHA256:${bare.fingerprint256}`);
  });

  it('of a certificate that is its own anchor names it as both', () => {
    const pinned = buildCertificate({ subject: 'pinned', key: testKey('ec', 'leaf') });
    const identity = createIdentity(pathOf(pinned, pinned), { resumed: false, source: 'tls' });
    expect(identity.chain).toEqual([identity.trustAnchor]);
    expect(identity.trustAnchor).toEqual({ subject: 'CN=pinned', fingerprint256: sha256(pinned).toString('hex') });
  });

  it('has no SPIFFE ID with two URI names', () => {
    const names = subjectAltName(
      generalName.uniformResourceIdentifier('spiffe://a/b'),
      generalName.uniformResourceIdentifier('spiffe://a/c'),
    );
    expect(identityOf(buildCertificate({ ...leafOptions, extensions: [names] })).spiffeId).toBeUndefined();
  });

  it('shows itself in logs', () => {
    const identity = identityOf(leaf);
    expect(`${identity}`).toBe('CN=api\\, CN=admin,OU=payments,O=Example,C=DE');
    expect(inspect(identity)).toContain("serialNumber: '8badf00d'");
  });
});
