import { X509Certificate } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createSecureContext } from 'node:tls';
import { describe, expect, test } from 'vitest';
import type { IssuedCertificate } from '../../src/authority-folder/index-file.js';
import type { CrlOnDisk } from '../../src/cli/crl-on-disk.js';
import type { CertificateDescription } from '../../src/describe/certificate.js';
import { temporaryFolder } from '../temporary-folder.js';
import { peercert, peercertJson } from './peercert.js';

const root = temporaryFolder();
let count = 0;
async function newAuthority(...argv: string[]): Promise<string> {
  const dir = join(root, String(count++));
  await peercertJson('ca', '--dir', dir, ...argv);
  return dir;
}

interface IssuedJson {
  readonly kind: string;
  readonly name: string;
  readonly certificate: CertificateDescription;
  readonly files: Readonly<Record<'certificate' | 'privateKey' | 'pkcs12', string>>;
  readonly earlier: readonly IssuedCertificate[];
  readonly pkcs12Password?: string;
  readonly curl?: string;
}

const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
const hex = expect.stringMatching(/^(?:[0-9a-f]{2})+$/);
const digits = expect.stringMatching(/^\d+$/);
const daysBetween = (from: string, to: string): number => Math.round((Date.parse(to) - Date.parse(from)) / 86_400_000);

describe('peercert ca', () => {
  test('prints this JSON', async () => {
    const dir = join(root, 'json');
    const printed = await peercertJson('ca', '--dir', dir, '--subject', 'CN=Example CA,O=Example', '--days', '90', '--key', 'ed25519');
    expect(printed).toEqual({
      directory: dir,
      certificate: {
        serialNumber: hex,
        subject: 'CN=Example CA,O=Example',
        issuer: 'CN=Example CA,O=Example',
        notBefore: time,
        notAfter: time,
        fingerprint256: hex,
        key: 'ed25519',
        isAuthority: true,
        keyUsage: ['keyCertSign', 'cRLSign'],
        extendedKeyUsage: [],
        subjectAltName: {},
      },
      files: { certificate: join(dir, 'ca.crt'), privateKey: join(dir, 'ca.key'), crl: join(dir, 'crl.pem') },
    });
    const { notBefore, notAfter } = (printed as { certificate: CertificateDescription }).certificate;
    expect(daysBetween(notBefore, notAfter)).toBe(90);
  });

  test('tells what it made, and what comes next', async () => {
    const dir = join(root, 'a folder');
    const { status, out, err } = await peercert(['ca', '--dir', dir]);
    expect({ status, err }).toEqual({ status: 0, err: '' });
    expect(out).toMatch(/^Made an authority: CN=Development CA [0-9a-f]{8}\n/);
    expect(out).toContain(`certificate  ${join(dir, 'ca.crt')} `);
    expect(out).toContain(`peercert issue client alice --p12 --dir '${dir}'\n`);
  });

  test('gives no two authorities the same name by default', async () => {
    const subjects = [await newAuthority(), await newAuthority()].map(
      (dir) => new X509Certificate(readFileSync(join(dir, 'ca.crt'))).subject,
    );
    expect(subjects[0]).not.toBe(subjects[1]);
  });

  test('replaces one by force', async () => {
    const dir = await newAuthority('--subject', 'CN=old');
    await peercertJson('ca', '--dir', dir, '--force', '--subject', 'CN=new');
    expect(new X509Certificate(readFileSync(join(dir, 'ca.crt'))).subject).toBe('CN=new');
  });

  test('makes an intermediate, whose certificates come with their chain', async () => {
    const above = await newAuthority('--subject', 'CN=Root');
    const below = await newAuthority('--subject', 'CN=Below', '--issuer', above);
    const { files, certificate } = await peercertJson<IssuedJson>('issue', 'client', 'alice', '--dir', below);
    expect(certificate.issuer).toBe('CN=Below');
    expect(readFileSync(files.certificate, 'utf8').split('BEGIN CERTIFICATE')).toHaveLength(3);
    const { revoked } = await peercertJson<{ revoked: object[] }>('revoke', 'CN=Below', '--reason', 'cACompromise', '--dir', above);
    expect(revoked).toMatchObject([{ kind: 'authority', name: 'CN=Below' }]);
  });
});

describe('peercert issue server', () => {
  test('prints this JSON', async () => {
    const dir = await newAuthority('--subject', 'CN=CA');
    const printed = await peercertJson<IssuedJson>(
      'issue',
      'server',
      'localhost',
      '127.0.0.1',
      '*.example.com',
      '--dir',
      dir,
      '--key',
      'rsa-2048',
    );
    expect(printed).toEqual({
      kind: 'server',
      name: 'localhost',
      certificate: {
        serialNumber: hex,
        subject: 'CN=localhost',
        issuer: 'CN=CA',
        notBefore: time,
        notAfter: time,
        fingerprint256: hex,
        key: 'rsa-2048',
        isAuthority: false,
        keyUsage: ['digitalSignature', 'keyEncipherment'],
        extendedKeyUsage: ['serverAuth'],
        subjectAltName: { dns: ['localhost', '*.example.com'], ip: ['127.0.0.1'] },
      },
      files: { certificate: join(dir, 'servers', 'localhost.crt'), privateKey: join(dir, 'servers', 'localhost.key') },
      earlier: [],
    });
    const { x509, key } = {
      x509: new X509Certificate(readFileSync(printed.files.certificate)),
      key: readFileSync(printed.files.privateKey, 'utf8'),
    };
    expect(x509.checkHost('localhost')).toBe('localhost');
    expect(key).toMatch(/^-----BEGIN PRIVATE KEY-----\n/);
  });
});

describe('peercert issue client', () => {
  test('prints this JSON', async () => {
    const dir = await newAuthority('--subject', 'CN=CA');
    const argv = [
      '--o',
      'Example',
      '--ou',
      'payments',
      '--ou',
      'refunds',
      '--email',
      'a@b',
      '--uri',
      'spiffe://a/b',
      '--dns',
      'a.example',
      '--upn',
      'a@corp',
    ];
    const printed = await peercertJson<IssuedJson>('issue', 'client', 'alice', '--dir', dir, '--days', '7', '--p12', ...argv);
    const stem = join(dir, 'clients', 'alice');
    expect(printed).toEqual({
      kind: 'client',
      name: 'alice',
      certificate: {
        serialNumber: hex,
        subject: 'CN=alice,OU=refunds,OU=payments,O=Example',
        issuer: 'CN=CA',
        notBefore: time,
        notAfter: time,
        fingerprint256: hex,
        key: 'ecdsa-p256',
        isAuthority: false,
        keyUsage: ['digitalSignature'],
        extendedKeyUsage: ['clientAuth'],
        subjectAltName: { email: ['a@b'], uri: ['spiffe://a/b'], dns: ['a.example'], upn: ['a@corp'] },
      },
      files: { certificate: `${stem}.crt`, privateKey: `${stem}.key`, pkcs12: `${stem}.p12` },
      earlier: [],
      pkcs12Password: expect.stringMatching(/^\w{5}(-\w{5}){3}$/),
      curl: `curl --cacert ${join(dir, 'ca.crt')} --cert ${stem}.crt --key ${stem}.key https://localhost:8443/`,
    });
    createSecureContext({ pfx: readFileSync(printed.files.pkcs12), passphrase: printed.pkcs12Password as string });
    if (process.platform !== 'win32') {
      for (const file of [printed.files.privateKey, printed.files.pkcs12]) expect(statSync(file).mode & 0o777).toBe(0o600);
    }
  });

  test('tells the password that it made, once, and the curl line', async () => {
    const dir = await newAuthority();
    const { status, out } = await peercert(['issue', 'client', 'Ann Miller', '--dir', dir, '--p12']);
    expect(status).toBe(0);
    const [, password] = / {2}password {5}(\S+) {3}\(of the PKCS#12 file; it is not kept anywhere\)/.exec(out) as unknown as [
      string,
      string,
    ];
    createSecureContext({ pfx: readFileSync(join(dir, 'clients', 'Ann%20Miller.p12')), passphrase: password });
    expect(out.trimEnd().split('\n').at(-1)).toMatch(/^ {2}curl --cacert .+Ann%20Miller\.key https:\/\/localhost:8443\/$/);
  });

  test.each([
    ['by option', ['--p12-password', 'pass word'], {}, 'pass word'],
    ['by the environment', ['--p12'], { PEERCERT_P12_PASSWORD: 'unseen' }, 'unseen'],
    ['by both, and the option wins', ['--p12-password', 'seen'], { PEERCERT_P12_PASSWORD: 'unseen' }, 'seen'],
    ['for an old keychain', ['--p12-legacy', '--p12-password', 'old'], {}, 'old'],
  ])('takes a password %s, and does not repeat it', async (_title, argv, env, passphrase) => {
    const dir = await newAuthority();
    const { status, out, err } = await peercert(['issue', 'client', 'alice', '--dir', dir, ...argv], env);
    expect({ status, err }).toEqual({ status: 0, err: '' });
    expect(out).not.toContain('password');
    const pfx = readFileSync(join(dir, 'clients', 'alice.p12'));
    createSecureContext({ pfx, passphrase });
    expect(pfx.includes(Buffer.from('06052b0e03021a', 'hex'))).toBe(argv.includes('--p12-legacy'));
  });

  test('makes no PKCS#12 file because of the environment alone', async () => {
    const dir = await newAuthority();
    await peercert(['issue', 'client', 'alice', '--dir', dir], { PEERCERT_P12_PASSWORD: 'unseen' });
    expect(existsSync(join(dir, 'clients', 'alice.p12'))).toBe(false);
  });

  test('takes the whole name', async () => {
    const dir = await newAuthority();
    const { certificate } = await peercertJson<IssuedJson>(
      'issue',
      'client',
      'alice',
      '--dir',
      dir,
      '--subject',
      'UID=7+CN=Alice,DC=example,DC=com',
    );
    expect(certificate.subject).toBe('CN=Alice+UID=7,DC=example,DC=com');
  });

  test('makes one that has run out', async () => {
    const dir = await newAuthority();
    const { certificate } = await peercertJson<IssuedJson>('issue', 'client', 'late', '--dir', dir, '--days', '-1');
    expect(Date.parse(certificate.notAfter)).toBeLessThan(Date.now());
  });

  test('replaces by force, and tells how to end the one before', async () => {
    const dir = await newAuthority();
    const first = await peercertJson<IssuedJson>('issue', 'client', 'alice', '--dir', dir);
    const { out } = await peercert(['issue', 'client', 'alice', '--dir', dir, '--force']);
    expect(out).toContain(`to end it: peercert revoke --serial ${first.certificate.serialNumber} --dir ${dir}\n`);
    const { earlier } = await peercertJson<IssuedJson>('issue', 'client', 'alice', '--dir', dir, '--force');
    expect(earlier.map(({ serialNumber }) => serialNumber)).toContain(first.certificate.serialNumber);
    expect(earlier).toHaveLength(2);
  });

  test('keeps a name like ../x in the folder', async () => {
    const dir = await newAuthority();
    const { files, certificate } = await peercertJson<IssuedJson>('issue', 'client', '../x', '--dir', dir);
    expect(certificate.subject).toBe('CN=../x');
    expect(files.certificate).toBe(join(dir, 'clients', '%2E.%2Fx.crt'));
  });
});

interface RevokedJson {
  readonly revoked: readonly IssuedCertificate[];
  readonly alreadyRevoked: readonly IssuedCertificate[];
  readonly crl: CrlOnDisk;
}

describe('peercert revoke', () => {
  test('prints this JSON', async () => {
    const dir = await newAuthority();
    const { certificate } = await peercertJson<IssuedJson>('issue', 'client', 'alice', '--dir', dir);
    const { serialNumber, subject, notBefore, notAfter, fingerprint256 } = certificate;
    const entry = {
      serialNumber,
      kind: 'client',
      name: 'alice',
      subject,
      notBefore,
      notAfter,
      fingerprint256,
      revoked: { at: time, reason: 'keyCompromise' },
    };
    const crl = { file: join(dir, 'crl.pem'), number: digits, thisUpdate: time, nextUpdate: time, entries: 1 };
    const argv = ['revoke', 'alice', '--dir', dir, '--reason', 'keyCompromise'];
    expect(await peercertJson(...argv)).toEqual({ revoked: [entry], alreadyRevoked: [], crl });
    expect(await peercertJson(...argv)).toEqual({ revoked: [], alreadyRevoked: [entry], crl });
  });

  test('takes everything under a name, and leaves the others', async () => {
    const dir = await newAuthority();
    for (const name of ['alice', 'bob', 'alice', 'carol']) await peercertJson('issue', 'client', name, '--dir', dir, '--force');
    const { revoked } = await peercertJson<RevokedJson>('revoke', 'alice', 'carol', '--dir', dir);
    expect(revoked.map(({ name }) => name)).toEqual(['alice', 'alice', 'carol']);
  });

  test('takes single ones by number, however it is written', async () => {
    const dir = await newAuthority();
    const numbers: string[] = [];
    for (const kind of ['client', 'server', 'client']) {
      const { certificate } = await peercertJson<IssuedJson>('issue', kind, 'alice', '--dir', dir, '--force');
      numbers.push(certificate.serialNumber);
    }
    const [first = '', second = ''] = numbers;
    const colons = (first.match(/../g) ?? []).join(':').toUpperCase();
    const { revoked } = await peercertJson<RevokedJson>(
      'revoke',
      '--serial',
      colons,
      '--serial',
      `0x${second}`,
      '--serial',
      first,
      '--dir',
      dir,
    );
    expect(revoked.map(({ serialNumber }) => serialNumber)).toEqual([first, second]);
  });

  test('revokes nobody if one of several is unknown', async () => {
    const dir = await newAuthority();
    await peercertJson('issue', 'client', 'alice', '--dir', dir);
    expect((await peercert(['revoke', 'alice', 'bbo', '--dir', dir])).status).toBe(1);
    expect(await peercertJson('show', dir)).toMatchObject({ items: [{ crl: { entries: 0 }, issued: [{ status: 'valid' }] }] });
  });

  test('tells what it did', async () => {
    const dir = await newAuthority();
    const { certificate } = await peercertJson<IssuedJson>('issue', 'client', 'alice', '--dir', dir);
    const day = certificate.notAfter.slice(0, 10);
    const alice = `client alice (serial ${certificate.serialNumber}, valid until ${day})`;
    const first = await peercert(['revoke', 'alice', '--dir', dir]);
    expect(first.out).toMatch(/^Revoked (.+)\nWrote .+crl\.pem: 1 revoked, valid until \d{4}-\d\d-\d\d\n$/);
    expect(first.out).toContain(alice);
    const second = await peercert(['revoke', 'alice', '--dir', dir]);
    expect(second.out.replace(/\d{4}-\d\d-\d\d/, 'DAY')).toBe(`Was revoked already, on DAY: ${alice}\n`);
  });
});

describe('peercert crl', () => {
  test('prints this JSON, and a higher number each time', async () => {
    const dir = await newAuthority();
    const first = await peercertJson<{ crl: CrlOnDisk }>('crl', '--dir', dir);
    expect(first).toEqual({ crl: { file: join(dir, 'crl.pem'), number: digits, thisUpdate: time, nextUpdate: time, entries: 0 } });
    const second = await peercertJson<{ crl: CrlOnDisk }>('crl', '--dir', dir, '--days', '7');
    expect(BigInt(second.crl.number as string)).toBeGreaterThan(BigInt(first.crl.number as string));
    expect(daysBetween(second.crl.thisUpdate, second.crl.nextUpdate as string)).toBe(7);
  });

  test('tells what it wrote', async () => {
    const dir = await newAuthority();
    expect((await peercert(['crl', '--dir', dir])).out).toMatch(/^Wrote .+crl\.pem: 0 revoked, valid until \d{4}-\d\d-\d\d\n$/);
  });
});
