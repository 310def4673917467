import { createPrivateKey } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createAuthority } from '../../src/authority.js';
import { distance, statusOf } from '../../src/cli/show/status.js';
import { toPkcs12 } from '../../src/pkcs12/to-pkcs12.js';
import { temporaryFolder } from '../temporary-folder.js';
import { peercert, peercertJson } from './peercert.js';

const folder = temporaryFolder();
const ca = await createAuthority({ subject: 'CN=CA' });
const alice = await ca.issueClient({
  subject: { OU: 'payments', CN: 'alice\u001b[31m' },
  subjectAltName: { email: 'a@b' },
  serialNumber: '0a0b',
});
const crl = await ca.issueCrl({
  number: 7,
  revoked: [{ certificate: alice, reason: 'superseded', date: new Date('2030-01-01T00:00:00Z') }],
});

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

/** What is shown, item by item. */
async function itemsOf(...paths: string[]): Promise<Record<string, unknown>[]> {
  return (await peercertJson<{ items: Record<string, unknown>[] }>('show', ...paths)).items;
}

describe('what cannot be shown is refused', () => {
  const pem = (label: string, content: string) => `-----BEGIN ${label}-----\n${content}\n-----END ${label}-----\n`;

  test.each<[string, string | Uint8Array, string]>([
    ['nothing', '', 'holds neither a certificate nor a revocation list, in PEM or DER'],
    ['text', 'hello', 'holds neither a certificate nor a revocation list, in PEM or DER'],
    ['half a certificate', alice.der.subarray(0, 100), 'holds neither a certificate nor a revocation list, in PEM or DER'],
    ['another block', pem('PUBLIC KEY', 'AAAA'), 'holds neither certificate nor revocation list nor private key in PEM'],
    [
      'a block without an end',
      '-----BEGIN CERTIFICATE-----\nAAAA\n',
      'holds neither certificate nor revocation list nor private key in PEM',
    ],
    ['a certificate that is none', alice.certificate + pem('CERTIFICATE', 'AAAA'), 'the block CERTIFICATE cannot be read: '],
    ['a revocation list that is none', pem('X509 CRL', 'MAA='), 'the block X509 CRL cannot be read: no CRL'],
    ['a key that is none', pem('PRIVATE KEY', 'MAA='), 'the block PRIVATE KEY cannot be read: '],
  ])('%s', async (_title, content, problem) => {
    const path = file('refused', content);
    const answer = await peercert(['show', path]);
    expect(answer).toMatchObject({ status: 1, out: '' });
    expect(answer.err).toContain(`peercert: ${path}`);
    expect(answer.err).toContain(problem);
    expect(answer.err).toMatch(/^[^\n]+\n$/);
  });

  test('a PKCS#12 file, with the command that shows it', async () => {
    const path = file('alice.p12', await toPkcs12(alice, { password: 'a' }));
    const { err } = await peercert(['show', path]);
    expect(err).toBe(`peercert: ${path} is a PKCS#12 file, which needs its password: openssl pkcs12 -info -nokeys -in ${path}\n`);
  });
});

describe('a certificate', () => {
  test('is shown as JSON, whether PEM or DER', async () => {
    const [pem, der] = await itemsOf(file('alice.crt', alice.certificate), file('alice.der', alice.der));
    expect(pem).toEqual({
      type: 'certificate',
      file: join(folder, 'alice.crt'),
      status: 'valid',
      serialNumber: '0a0b',
      subject: 'CN=alice\\1b[31m,OU=payments',
      issuer: 'CN=CA',
      notBefore: expect.any(String),
      notAfter: expect.any(String),
      fingerprint256: expect.stringMatching(/^[0-9a-f]{64}$/),
      key: 'ecdsa-p256',
      isAuthority: false,
      keyUsage: ['digitalSignature'],
      extendedKeyUsage: ['clientAuth'],
      subjectAltName: { email: ['a@b'] },
    });
    expect(der).toEqual({ ...pem, file: join(folder, 'alice.der') });
  });

  test('is shown to people, without orders to their terminal', async () => {
    const path = file('alice.crt', alice.certificate);
    const { out } = await peercert(['show', path]);
    expect(out.split('\n').slice(0, 5)).toEqual([
      `${path}: certificate`,
      '  subject  CN=alice\\1b[31m,OU=payments',
      '  for      email a@b',
      '  issuer   CN=CA',
      '  serial   0a0b',
    ]);
    expect(out).toMatch(
      / {2}valid {4}.+Z to .+Z \(ends in 36[45] days\)\n {2}key {6}ecdsa-p256\n {2}usage {4}digitalSignature, clientAuth\n/,
    );
    expect(out).not.toContain('\u001b');
  });

  test('of its own says so', async () => {
    const { out } = await peercert(['show', file('ca.crt', ca.certificate)]);
    expect(out).toContain('  issuer   itself\n');
    expect(out).toContain('  usage    authority, keyCertSign, cRLSign\n');
  });

  test('without limits says so', async () => {
    const { certificate } = await ca.issueClient({ subject: 'CN=a', version: 1 });
    expect((await peercert(['show', file('v1.crt', certificate)])).out).toContain('  usage    not limited\n');
  });
});

test('everything in a file is shown in its order, and of a key its kind alone', async () => {
  const encrypted = createPrivateKey(alice.privateKey).export({
    type: 'pkcs8',
    format: 'pem',
    cipher: 'aes-256-cbc',
    passphrase: 'a',
  }) as string;
  const path = file('bundle.pem', [alice.privateKey, 'some text', alice.certificate, crl.pem, ca.certificate, encrypted].join('\n'));
  const items = await itemsOf(path);
  expect(items.map(({ type, key }) => [type, key])).toEqual([
    ['privateKey', 'ecdsa-p256'],
    ['certificate', 'ecdsa-p256'],
    ['crl', undefined],
    ['certificate', 'ecdsa-p256'],
    ['privateKey', 'encrypted'],
  ]);
  const { out } = await peercert(['show', path]);
  expect(out).toContain(`${path}: private key (ecdsa-p256)\n\n${path}: certificate\n`);
  expect(out).toContain(`${path}: private key (encrypted)\n`);
  for (const secret of alice.privateKey.split('\n').slice(1, -2)) expect(out).not.toContain(secret);
});

describe('a revocation list', () => {
  test('is shown as JSON, whether PEM or DER', async () => {
    const [pem, der] = await itemsOf(file('crl.pem', crl.pem), file('crl.der', crl.der));
    expect(pem).toEqual({
      type: 'crl',
      file: join(folder, 'crl.pem'),
      issuer: 'CN=CA',
      number: '7',
      thisUpdate: expect.any(String),
      nextUpdate: expect.any(String),
      revoked: [{ serialNumber: '0a0b', at: '2030-01-01T00:00:00Z', reason: 'superseded' }],
    });
    expect(der).toEqual({ ...pem, file: join(folder, 'crl.der') });
  });

  test('is shown to people', async () => {
    const { out } = await peercert(['show', file('crl.pem', crl.pem)]);
    expect(out).toMatch(
      /: revocation list\n {2}issuer {3}CN=CA\n {2}number {3}7\n {2}valid {4}.+Z to .+Z \(ends in (?:29|30) days\)\n {2}revokes {2}1\n/,
    );
    expect(out).toContain('\n    0a0b  2030-01-01T00:00:00Z  superseded\n');
  });

  test('that is long is cut short for people, and that has no end says so', async () => {
    const revoked = Array.from({ length: 150 }, (_, index) => ({ serialNumber: BigInt(index + 1) }));
    const path = file('long.pem', (await ca.issueCrl({ revoked, nextUpdate: null, number: null })).pem);
    const { out } = await peercert(['show', path]);
    expect(out).toMatch(/ {2}number {3}none\n {2}valid {4}\S+Z\n/);
    expect(out).toMatch(/\n {4}64 {2}.+\n {4}and 50 more\n$/);
    expect((await itemsOf(path))[0]?.revoked).toHaveLength(150);
  });
});

describe('the folder of an authority', () => {
  test('is shown with everything it issued', async () => {
    const dir = join(folder, 'pki');
    await peercertJson('ca', '--dir', dir, '--subject', 'CN=CA');
    expect((await peercert(['show', dir])).out).toMatch(/\n\nNothing has been issued\.\n$/);
    await peercertJson('issue', 'server', 'localhost', '--dir', dir);
    await peercertJson('issue', 'client', 'alice', '--dir', dir);
    await peercertJson('issue', 'client', 'late', '--dir', dir, '--days', '-1');
    await peercertJson('revoke', 'alice', '--dir', dir);

    const [item] = await itemsOf(dir);
    const { certificates } = JSON.parse(readFileSync(join(dir, 'index.json'), 'utf8')) as { certificates: object[] };
    expect(item).toEqual({
      type: 'authority',
      file: dir,
      certificate: expect.objectContaining({ subject: 'CN=CA', isAuthority: true }),
      crl: expect.objectContaining({ file: join(dir, 'crl.pem'), entries: 1 }),
      issued: certificates.map((one, index) => ({ ...one, status: ['valid', 'revoked', 'expired'][index] })),
    });

    const { out } = await peercert(['show', dir]);
    expect(out).toMatch(/\n {2}CRL {6}number \d+, revokes 1, ends in (?:29|30) days\n/);
    const table = out.split('\n\n')[1]?.trimEnd().split('\n') as string[];
    expect(table[0]).toMatch(/^server {2}localhost {2}valid, until \d{4}-\d\d-\d\d {4}[0-9a-f]{32}$/);
    expect(table[1]).toMatch(/^client {2}alice {6}revoked on \d{4}-\d\d-\d\d {2,}[0-9a-f]{32}$/);
    expect(table[2]).toMatch(/^client {2}late {7}expired, until \d{4}-\d\d-\d\d {2}[0-9a-f]{32}$/);
  });

  test('of your own may have no CRL yet', async () => {
    const dir = join(folder, 'own');
    mkdirSync(dir);
    writeFileSync(join(dir, 'ca.crt'), ca.certificate);
    writeFileSync(join(dir, 'ca.key'), ca.privateKey);
    expect((await itemsOf(dir))[0]).toMatchObject({ crl: null, issued: [] });
    expect((await peercert(['show', dir])).out).toContain("no CRL; 'peercert crl' writes one");
  });
});

describe('time', () => {
  const now = Date.parse('2030-01-01T00:00:00Z');

  test.each([
    ['2030-01-01T01:59:59Z', 'in 119 minutes'],
    ['2030-01-02T12:00:00Z', 'in 36 hours'],
    ['2030-01-31T00:00:00Z', 'in 30 days'],
    ['2029-12-31T23:58:00Z', '2 minutes ago'],
    ['2029-12-01T00:00:00Z', '31 days ago'],
  ])('%s is %s', (time, text) => expect(distance(time, now)).toBe(text));

  const times = { notBefore: '2029-01-01T00:00:00Z', notAfter: '2031-01-01T00:00:00Z' };
  test.each([
    ['valid', times],
    ['valid', { ...times, notAfter: '2030-01-01T00:00:00Z' }],
    ['valid', { ...times, notBefore: '2030-01-01T00:00:00Z' }],
    ['expired', { ...times, notAfter: '2029-12-31T23:59:59Z' }],
    ['notYetValid', { ...times, notBefore: '2030-01-01T00:00:01Z' }],
    ['revoked', { ...times, notAfter: '2029-12-31T23:59:59Z', revoked: {} }],
  ])('%s is the status of %j', (status, lifetime) => expect(statusOf(lifetime, now)).toBe(status));
});
