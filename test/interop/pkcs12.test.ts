import { execFile, execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { createVerifier, serverTls } from '@peercert/fastify';
import { createAuthority, toPkcs12 } from '@peercert/pki';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { needs } from '../support/programs.js';
import { type Running, startFastify } from '../support/servers.js';

/** What the command line makes is taken by the programs that people have: openssl, curl, and the NSS library of Firefox and Chromium. */
const folder = mkdtempSync(join(tmpdir(), 'peercert-pkcs12-'));
const password = 'correct horse ~';
let running: Running;

beforeAll(async () => {
  peercert('ca', '--subject', 'CN=Example CA,O=Example');
  peercert('issue', 'server', 'localhost', '127.0.0.1');
  peercert('issue', 'client', 'alice', '--ou', 'payments', '--p12-password', password);
  peercert('issue', 'client', 'rsa', '--key', 'rsa-2048', '--p12-password', password);
  peercert('issue', 'client', 'old', '--p12-legacy', '--p12-password', password);
  peercert('issue', 'client', 'mallory');
  peercert('revoke', 'mallory', '--reason', 'keyCompromise');
  peercert('ca', '--dir', 'below', '--issuer', 'pki', '--subject', 'CN=Below');
  peercert('issue', 'client', 'carol', '--dir', 'below', '--p12-password', password);
  const tls = serverTls(createVerifier({ trust: file('pki/ca.crt') }), {
    caHints: 'none',
    key: file('pki/servers/localhost.key'),
    cert: file('pki/servers/localhost.crt'),
  });
  running = await startFastify({ mtls: { tls }, tls: tls.options });
});

afterAll(async () => {
  await running.close();
  rmSync(folder, { recursive: true, force: true });
});

function peercert(...argv: string[]): string {
  const manifest = createRequire(import.meta.url).resolve('@peercert/pki/package.json');
  const { bin } = JSON.parse(readFileSync(manifest, 'utf8')) as { bin: { peercert: string } };
  return execFileSync(process.execPath, [join(dirname(manifest), bin.peercert), ...argv], { cwd: folder, encoding: 'utf8' });
}

function file(name: string): string {
  return join(folder, name);
}

/** Standard output and standard error of a program, in this folder; throws when it fails. */
async function output(program: string, ...argv: string[]): Promise<string> {
  const { stdout, stderr } = await promisify(execFile)(program, argv, { cwd: folder });
  return stdout + stderr;
}

const openssl = (...argv: string[]): Promise<string> => output('openssl', ...argv);

needs('openssl')('openssl', () => {
  test('opens a PKCS#12 file, and finds modern ciphers, names and the chain', async () => {
    const info = await openssl('pkcs12', '-in', 'below/clients/carol.p12', '-info', '-nodes', '-passin', `pass:${password}`);
    expect(info).toMatch(/^MAC: sha256, Iteration 100000$/m);
    expect(info.match(/PBES2, PBKDF2, AES-256-CBC, Iteration 100000, PRF hmacWithSHA256/g)).toHaveLength(2);
    expect(info.match(/friendlyName: carol$/gm)).toHaveLength(2);
    const ids = [...info.matchAll(/localKeyID: ([0-9A-F ]+)$/gm)].map(([, id]) => id);
    expect(ids).toHaveLength(2);
    expect(ids[0]).toBe(ids[1]);
    expect([...info.matchAll(/^subject=(.+)$/gm)].map(([, subject]) => subject?.replaceAll(' ', ''))).toEqual(['CN=carol', 'CN=Below']);
    const keyOf = (text: string) => /-----BEGIN PRIVATE KEY-----[^-]+/.exec(text)?.[0];
    expect(keyOf(info)).toBe(keyOf(readFileSync(file('below/clients/carol.key'), 'utf8')));
  });

  test('opens a legacy file, and finds triple DES and SHA-1, without its legacy provider', async () => {
    const info = await openssl('pkcs12', '-in', 'pki/clients/old.p12', '-info', '-nodes', '-passin', `pass:${password}`);
    expect(info).toMatch(/^MAC: sha1, Iteration 2048$/m);
    expect(info.match(/pbeWithSHA1And3-KeyTripleDES-CBC, Iteration 2048/g)).toHaveLength(2);
    expect(info).toMatch(/friendlyName: old$/m);
    expect(info).toMatch(/-----BEGIN PRIVATE KEY-----/);
  });

  test('does not open one with another password', async () => {
    for (const name of ['alice', 'old']) {
      const opened = openssl('pkcs12', '-in', `pki/clients/${name}.p12`, '-nodes', '-passin', 'pass:wrong');
      await expect(opened).rejects.toThrow('Mac verify error: invalid password?');
    }
  });

  test.each(['ecdsa-p256', 'ecdsa-p384', 'ecdsa-p521', 'ed25519', 'rsa-2048'])(
    'gets the same key out of both kinds of file: %s',
    async (key) => {
      const client = await (await createAuthority({ subject: 'CN=CA' })).issueClient({ subject: 'CN=a', key });
      for (const legacy of [false, true]) {
        writeFileSync(file('one.p12'), await toPkcs12(client, { password, legacy, friendlyName: 'Alïce 🙂' }));
        await openssl('pkcs12', '-in', 'one.p12', '-nocerts', '-nodes', '-passin', `pass:${password}`, '-out', 'one.key');
        expect(await openssl('pkey', '-in', 'one.key')).toBe(client.privateKey);
      }
    },
  );

  test('verifies what was issued, below an intermediate too', async () => {
    expect(
      await openssl(
        'verify',
        '-purpose',
        'sslserver',
        '-verify_hostname',
        'localhost',
        '-CAfile',
        'pki/ca.crt',
        'pki/servers/localhost.crt',
      ),
    ).toMatch(/OK$/m);
    expect(
      await openssl('verify', '-purpose', 'sslserver', '-verify_ip', '127.0.0.1', '-CAfile', 'pki/ca.crt', 'pki/servers/localhost.crt'),
    ).toMatch(/OK$/m);
    expect(await openssl('verify', '-x509_strict', '-purpose', 'sslclient', '-CAfile', 'pki/ca.crt', 'pki/clients/alice.crt')).toMatch(
      /OK$/m,
    );
    const carol = 'below/clients/carol.crt';
    expect(await openssl('verify', '-x509_strict', '-purpose', 'sslclient', '-CAfile', 'pki/ca.crt', '-untrusted', carol, carol)).toMatch(
      /OK$/m,
    );
    expect(await openssl('verify', '-purpose', 'sslclient', '-CAfile', 'below/ca.crt', carol)).toMatch(/OK$/m);
  });

  test('reads the CRL, verifies its signature, and refuses whom it revokes', async () => {
    const text = await openssl('crl', '-in', 'pki/crl.pem', '-CAfile', 'pki/ca.crt', '-noout', '-text');
    expect(text).toMatch(/verify OK/);
    expect(text).toMatch(/X509v3 CRL Number:/);
    expect(text).toMatch(/Key Compromise/);
    const verify = (name: string) =>
      openssl('verify', '-crl_check', '-CAfile', 'pki/ca.crt', '-CRLfile', 'pki/crl.pem', `pki/clients/${name}.crt`);
    expect(await verify('alice')).toMatch(/OK$/m);
    await expect(verify('mallory')).rejects.toThrow('certificate revoked');
  });
});

needs('curl')('curl', () => {
  const status = async (...client: string[]): Promise<string> =>
    (
      await output(
        'curl',
        '--silent',
        '--max-time',
        '10',
        '--cacert',
        'pki/ca.crt',
        '--write-out',
        '\n%{http_code}',
        ...client,
        `https://localhost:${running.port}/`,
      )
    ).replace('\n', ' ');

  test.each(['pki/clients/alice', 'pki/clients/rsa', 'pki/clients/old', 'below/clients/carol'])(
    'shows %s.p12 to a server',
    async (name) => {
      expect(await status('--cert-type', 'P12', '--cert', `${name}.p12:${password}`)).toBe(`{"CN":["${name.split('/').at(-1)}"]} 200`);
    },
  );

  test('shows the PEM files by the line that peercert prints', async () => {
    const { curl } = JSON.parse(peercert('issue', 'client', 'dave', '--json')) as { curl: string };
    const [program, ...argv] = curl.replace('8443', String(running.port)).split(' ');
    expect(program).toBe('curl');
    expect(await output('curl', '--silent', ...argv)).toBe('{"CN":["dave"]}');
  });

  test('is refused without', async () => {
    expect(await status()).toMatch(/PEERCERT_CERTIFICATE_MISSING.+ 403$/);
  });
});

needs('pk12util', 'certutil')('NSS', () => {
  describe.each([
    ['alice', 'pki', 'ec'],
    ['rsa', 'pki', 'rsa'],
    ['old', 'pki', 'ec'],
    ['carol', 'below', 'ec'],
  ])('imports %s.p12', (name, dir, key) => {
    const database = file(`nss-${name}`);

    test('with its name, its key and its chain', async () => {
      mkdirSync(database);
      await output('certutil', '-N', '-d', `sql:${database}`, '--empty-password');
      const imported = await output('pk12util', '-i', `${dir}/clients/${name}.p12`, '-d', `sql:${database}`, '-W', password);
      expect(imported).toMatch(/IMPORT SUCCESSFUL/);
      const certificates = await output('certutil', '-L', '-d', `sql:${database}`);
      expect(certificates).toMatch(new RegExp(`^${name} +u,u,u$`, 'm'));
      expect(certificates.includes('Below')).toBe(dir === 'below');
      expect(await output('certutil', '-K', '-d', `sql:${database}`)).toMatch(new RegExp(`< 0> ${key} +[0-9a-f]{40} +.*${name}`));
    });

    test('but not with another password', async () => {
      await expect(output('pk12util', '-l', `${dir}/clients/${name}.p12`, '-W', 'wrong')).rejects.toThrow(/password|bad/i);
    });
  });
});
