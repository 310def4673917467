import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import { inspect } from 'node:util';
import { beforeAll, describe, expect, test } from 'vitest';
import { Authority, type AuthorityFiles, createAuthority, createSelfSigned, loadAuthority } from '../src/authority.js';
import type { Credential } from '../src/credential.js';
import { encodeName } from '../src/names.js';
import type { AuthorityOptions, EndEntityOptions } from '../src/profiles.js';
import { extensionsOf, fieldsOf } from './certificate-parts.js';

let root: Authority;
let intermediate: Authority;
beforeAll(async () => {
  root = await createAuthority({ subject: { C: 'DE', O: 'Example', CN: 'Example CA' } });
  intermediate = await root.issueAuthority({ subject: 'CN=Intermediate,O=Example', pathLength: 0 });
});

const day = 86_400_000;
const lifetime = ({ x509 }: Credential) => Date.parse(x509.validTo) - Date.parse(x509.validFrom);

describe('refusals', () => {
  test.each<[string, unknown, string]>([
    ['no options', undefined, 'createAuthority: expected an object, got undefined'],
    ['no subject', {}, 'createAuthority: subject is required'],
    ['a slip', { subject: 'CN=a', pathLenght: 1 }, "createAuthority: unknown option 'pathLenght'; known are subject, key, serialNumber"],
    ['an option of end entities', { subject: 'CN=a', dns: 'a' }, "createAuthority: unknown option 'dns'"],
    [
      'a path length beside basicConstraints',
      { subject: 'CN=a', pathLength: 1, basicConstraints: { cA: true } },
      'pathLength belongs into basicConstraints',
    ],
    ['an unknown version', { subject: 'CN=a', version: 2 }, 'createAuthority: version: expected 1 or 3'],
    [
      'extensions in version 1',
      { subject: 'CN=a', version: 1, keyUsage: ['cRLSign'] },
      'createAuthority: keyUsage: a certificate of version 1 has no extensions',
    ],
    [
      'a path length in version 1',
      { subject: 'CN=a', version: 1, pathLength: 0 },
      'createAuthority: pathLength: a certificate of version 1',
    ],
  ])('an authority from %s', async (_title, options, problem) => {
    await expect(createAuthority(options as AuthorityOptions)).rejects.toThrow(TypeError);
    await expect(createAuthority(options as AuthorityOptions)).rejects.toThrow(problem);
  });

  test.each<[string, unknown, string]>([
    ['no name', {}, 'give subject, subjectAltName, dns or ip'],
    ['an option of authorities', { subject: 'CN=a', pathLength: 1 }, "unknown option 'pathLength'; known are"],
    ['a name in version 1', { subject: 'CN=a', version: 1, dns: 'a' }, 'dns: a certificate of version 1 has no extensions'],
  ])('an end entity from %s', async (_title, options, problem) => {
    for (const issue of ['issueServer', 'issueClient', 'issue'] as const) {
      await expect(root[issue](options as EndEntityOptions)).rejects.toThrow(`${issue}: ${problem}`);
    }
    await expect(createSelfSigned(options as EndEntityOptions)).rejects.toThrow(`createSelfSigned: ${problem}`);
  });

  test.each<[string, (files: AuthorityFiles) => unknown, string | RegExp]>([
    [
      'the key of another',
      (files) => ({ ...files, privateKey: intermediate.privateKey }),
      'loadAuthority: privateKey does not belong to certificate',
    ],
    [
      'a file without certificate',
      (files) => ({ ...files, certificate: files.privateKey }),
      'loadAuthority: certificate holds no certificate in PEM',
    ],
    ['a slip', (files) => ({ ...files, key: 'a' }), "loadAuthority: unknown option 'key'; known are certificate, privateKey, passphrase"],
    ['DER that is no certificate', (files) => ({ ...files, certificate: Uint8Array.of(0x30, 0) }), /asn1|PEM/i],
  ])('to load an authority from %s', (_title, change, problem) => {
    const files = { certificate: root.certificate, privateKey: root.privateKey };
    expect(() => loadAuthority(change(files) as AuthorityFiles)).toThrow(problem);
  });
});

describe('authorities', () => {
  test('a root signs itself, for ten years', () => {
    expect(root).toBeInstanceOf(Authority);
    expect(root.x509.ca).toBe(true);
    expect(root.x509.checkIssued(root.x509)).toBe(true);
    expect(root.x509.verify(root.x509.publicKey)).toBe(true);
    expect(root.x509.subject).toBe('C=DE\nO=Example\nCN=Example CA');
    expect(root.chain).toBe(root.certificate);
    expect(lifetime(root)).toBe(3650 * day + 5 * 60_000);
    expect(extensionsOf(root.der).slice(0, 2)).toEqual([
      ['2.5.29.19', true, '30030101ff'],
      ['2.5.29.15', true, '03020106'],
    ]);
  });

  test('an intermediate is issued by the root and sends its own certificate alone', () => {
    expect(intermediate.x509.checkIssued(root.x509)).toBe(true);
    expect(intermediate.x509.verify(root.x509.publicKey)).toBe(true);
    expect(intermediate.x509.ca).toBe(true);
    expect(intermediate.chain).toBe(intermediate.certificate);
    expect(extensionsOf(intermediate.der)[0]).toEqual(['2.5.29.19', true, '30060101ff020100']);
  });

  test("the issuer's name is taken over byte for byte", async () => {
    const subject = [{ CN: { value: 'É😀', encoding: 'universalString' }, O: Uint8Array.of(0x12, 1, 0x31) }] as const;
    const odd = await createAuthority({ subject });
    const name = Buffer.from(encodeName(subject)).toString('hex');
    expect(fieldsOf(odd.der)[5]).toBe(name);
    expect(fieldsOf((await odd.issueClient({ subject: 'CN=a' })).der)[3]).toBe(name);
  });

  test('one that is no authority can be made, for tests', async () => {
    const impostor = await root.issueAuthority({ subject: 'CN=impostor', basicConstraints: null, keyUsage: ['digitalSignature'] });
    const client = await impostor.issueClient({ subject: 'CN=a' });
    expect(impostor.x509.ca).toBe(false);
    expect(client.x509.verify(impostor.x509.publicKey)).toBe(true);
  });
});

describe('end entities', () => {
  test('a server', async () => {
    const server = await intermediate.issueServer({ dns: ['localhost', 'a.test'], ip: ['127.0.0.1', '::1'] });
    expect(server.x509.subject).toBe('CN=localhost');
    expect(server.x509.subjectAltName).toBe('DNS:localhost, DNS:a.test, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1');
    expect(server.x509.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1']);
    expect(server.x509.ca).toBe(false);
    expect(server.x509.checkHost('a.test')).toBe('a.test');
    expect(extensionsOf(server.der)[0]).toEqual(['2.5.29.15', true, '03020780']);
    expect(lifetime(server)).toBe(365 * day + 5 * 60_000);
  });

  test('a server with an RSA key may encipher keys; its subject can be chosen', async () => {
    const server = await root.issueServer({ dns: 'localhost', subject: 'CN=other', key: 'rsa-2048' });
    expect(server.x509.subject).toBe('CN=other');
    expect(extensionsOf(server.der)[0]).toEqual(['2.5.29.15', true, '030205a0']);
  });

  test('a client, from an intermediate', async () => {
    const client = await intermediate.issueClient({ subject: { CN: 'alice', OU: ['payments', 'audit'] } });
    expect(client).not.toBeInstanceOf(Authority);
    expect(client.x509.subject).toBe('CN=alice\nOU=payments\nOU=audit');
    expect(client.x509.issuer).toBe('O=Example\nCN=Intermediate');
    expect(client.x509.keyUsage).toEqual(['1.3.6.1.5.5.7.3.2']);
    expect(client.x509.checkIssued(intermediate.x509)).toBe(true);
    expect(client.x509.verify(intermediate.x509.publicKey)).toBe(true);
    expect(client.x509.checkPrivateKey(client.keyObject)).toBe(true);
    expect(client.chain).toBe(client.certificate + intermediate.certificate);
  });

  test('anything else has no purpose unless it is given', async () => {
    const responder = await root.issue({ subject: 'CN=ocsp', extendedKeyUsage: ['OCSPSigning'] });
    expect(responder.x509.keyUsage).toEqual(['1.3.6.1.5.5.7.3.9']);
    expect((await root.issue({ subject: 'CN=a' })).x509.keyUsage).toBeUndefined();
  });

  test('one that vouches for itself', async () => {
    const { x509, chain, certificate } = await createSelfSigned({ subject: 'CN=self', extendedKeyUsage: ['clientAuth'] });
    expect(x509.verify(x509.publicKey)).toBe(true);
    expect(x509.issuer).toBe('CN=self');
    expect(x509.ca).toBe(false);
    expect(chain).toBe(certificate);
  });

  test('names by subjectAltName alone leave the subject empty', async () => {
    const { x509 } = await root.issueClient({ subjectAltName: { uri: 'spiffe://example.test/payments' } });
    expect(x509.subject).toBeUndefined();
    expect(x509.subjectAltName).toBe('URI:spiffe://example.test/payments');
  });

  test('an option that is undefined is none', async () => {
    const { x509 } = await root.issueClient({ subject: 'CN=a', extendedKeyUsage: undefined } as unknown as EndEntityOptions);
    expect(x509.keyUsage).toEqual(['1.3.6.1.5.5.7.3.2']);
  });

  test('a key that exists already is certified', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('ed448');
    const client = await root.issueClient({ subject: 'CN=a', key: privateKey });
    expect(client.x509.publicKey.equals(publicKey)).toBe(true);
    expect(client.keyObject).toBe(privateKey);
  });
});

describe('what the generator of @peculiar/x509 writes its own way', () => {
  const bare = { keyUsage: null, extendedKeyUsage: null, subjectKeyIdentifier: null, authorityKeyIdentifier: null } as const;
  const isSignedBy = (credential: Credential, issuer: Credential) => credential.x509.verify(issuer.x509.publicKey);

  test('version 1: neither version nor extensions', async () => {
    const client = await root.issueClient({ subject: 'CN=a', version: 1 });
    expect(fieldsOf(client.der)).toHaveLength(6);
    expect(fieldsOf(client.der)[0]).toMatch(/^0210/);
    expect(isSignedBy(client, root)).toBe(true);
  });

  test('version 3 without extensions: no empty sequence', async () => {
    const client = await root.issueClient({ subject: 'CN=a', ...bare });
    expect(fieldsOf(client.der)).toHaveLength(7);
    expect(fieldsOf(client.der)[0]).toBe('a003020102');
    expect(isSignedBy(client, root)).toBe(true);
  });

  test.each([
    ['zero', Uint8Array.of(0), '020100'],
    ['negative', Uint8Array.of(0xff), '0201ff'],
    ['not minimal', Uint8Array.of(0, 0, 1), '0203000001'],
    ['30 octets', new Uint8Array(30).fill(1), `021e${'01'.repeat(30)}`],
  ])('a serial number as octets: %s', async (_title, serialNumber, field) => {
    const client = await root.issueClient({ subject: 'CN=a', serialNumber });
    expect(fieldsOf(client.der)[1]).toBe(field);
    if (field !== '0203000001') expect(isSignedBy(client, root)).toBe(true);
  });

  test('a serial number that is positive needs no mending', async () => {
    const { x509 } = await root.issueClient({ subject: 'CN=a', serialNumber: 'fe01' });
    expect(x509.serialNumber).toBe('FE01');
  });

  test('dates change from UTCTime to GeneralizedTime with the year 2050 (RFC 5280, section 4.1.2.5)', async () => {
    const { der } = await root.issueClient({
      subject: 'CN=a',
      notBefore: new Date('2049-12-31T23:59:59.999Z'),
      notAfter: new Date('2050-01-01T00:00:00Z'),
    });
    const text = (digits: string) => Buffer.from(digits).toString('hex');
    expect(fieldsOf(der)[4]).toBe(`3020170d${text('491231235959Z')}180f${text('20500101000000Z')}`);
  });
});

describe('a credential', () => {
  test('in every form', async () => {
    const client = await intermediate.issueClient({ subject: 'CN=a' });
    expect(new X509Certificate(client.certificate).raw).toEqual(Buffer.from(client.der));
    expect(client.certificate).toMatch(
      /^-----BEGIN CERTIFICATE-----\n(?:[A-Za-z0-9+/]{64}\n)+[A-Za-z0-9+/=]{1,64}\n-----END CERTIFICATE-----\n$/,
    );
    expect(client.privateKey).toMatch(/^-----BEGIN PRIVATE KEY-----\n/);
    expect(client.tls).toEqual({ key: client.privateKey, cert: client.chain });
    expect(client.intermediates).toEqual([intermediate.der]);
  });

  test('shows nothing secret when it is logged', () => {
    expect(inspect(root, { depth: 9, showHidden: true })).not.toMatch(/PRIVATE|KeyObject/);
    expect(JSON.stringify(root)).toBe('{}');
  });
});

describe('an authority from files', () => {
  test('issues as the one that was saved', async () => {
    const loaded = loadAuthority({ certificate: intermediate.certificate + root.certificate, privateKey: intermediate.privateKey });
    const client = await loaded.issueClient({ subject: 'CN=a' });
    expect(client.x509.verify(intermediate.x509.publicKey)).toBe(true);
    expect(client.chain).toBe(client.certificate + intermediate.certificate);
  });

  test('keeps the intermediates above it, and leaves the root out', async () => {
    const lower = await intermediate.issueAuthority({ subject: 'CN=lower' });
    const loaded = loadAuthority({ certificate: lower.chain + root.certificate, privateKey: lower.keyObject });
    expect((await loaded.issueClient({ subject: 'CN=a' })).intermediates.map((der) => Buffer.from(der))).toEqual(
      [lower.der, intermediate.der].map((der) => Buffer.from(der)),
    );
  });

  test('takes DER, and a key with a passphrase', async () => {
    const privateKey = root.keyObject.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'secret' }) as string;
    expect(() => loadAuthority({ certificate: root.der, privateKey })).toThrow();
    expect(loadAuthority({ certificate: root.der, privateKey, passphrase: 'secret' }).certificate).toBe(root.certificate);
  });

  test('may be an end entity, for tests', async () => {
    const client = await root.issueClient({ subject: 'CN=a' });
    const below = await loadAuthority({ certificate: client.certificate, privateKey: client.privateKey }).issueClient({ subject: 'CN=b' });
    expect(below.x509.issuer).toBe('CN=a');
    expect(below.x509.verify(client.x509.publicKey)).toBe(true);
  });
});
