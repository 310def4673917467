import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { createVerifier, type Verifier } from '@peercert/core';
import { type Authority, type Credential, createAuthority } from '@peercert/pki';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { freePort } from '../examples/child.js';
import { needs } from '../support/programs.js';

/** `openssl ocsp` as a responder on a port, asked by a verifier over HTTP. */
const folder = mkdtempSync(join(tmpdir(), 'peercert-responder-'));
const file = (name: string): string => join(folder, name);

let ca: Authority;
let good: Credential;
let revoked: Credential;
let elsewhere: Credential;
let port: number;
let responder: ChildProcess | undefined;
const verifiers: Verifier[] = [];

beforeAll(async () => {
  port = await freePort();
  ca = await createAuthority({ subject: { O: 'Example', CN: 'Example CA' } });
  const authorityInfoAccess = { ocsp: `http://127.0.0.1:${port}/` };
  good = await ca.issueClient({ subject: { CN: 'alice' }, serialNumber: '0a11ce', authorityInfoAccess });
  revoked = await ca.issueClient({ subject: { CN: 'mallory' }, serialNumber: 'f00d', authorityInfoAccess });
  elsewhere = await ca.issueClient({ subject: { CN: 'nobody' }, serialNumber: '0bad', authorityInfoAccess });
  writeFileSync(file('ca.crt'), ca.certificate);
  writeFileSync(file('ca.key'), ca.privateKey);
  const row = (status: string, date: string, serial: string) =>
    `${[status, '400101000000Z', date, serial, 'unknown', '/CN=x'].join('\t')}\n`;
  writeFileSync(file('index.txt'), row('V', '', '0A11CE') + row('R', '240102030405Z,keyCompromise', 'F00D'));
});

afterAll(async () => {
  responder?.kill('SIGKILL');
  for (const verifier of verifiers) await verifier.close();
  rmSync(folder, { recursive: true, force: true });
});

async function start(): Promise<void> {
  responder = spawn(
    'openssl',
    [
      'ocsp',
      '-port',
      String(port),
      '-index',
      'index.txt',
      '-CA',
      'ca.crt',
      '-rsigner',
      'ca.crt',
      '-rkey',
      'ca.key',
      '-ndays',
      '1',
      '-ignore_err',
    ],
    { cwd: folder, stdio: 'ignore' },
  );
  for (let tries = 0; tries < 100; tries++) {
    const answers = await fetch(`http://127.0.0.1:${port}/`, { signal: AbortSignal.timeout(1_000) }).then(
      () => true,
      () => false,
    );
    if (answers) return;
    await wait(50);
  }
  throw new Error('the responder did not start');
}

function asking(ocsp: object): Verifier {
  const logger = { debug() {}, info() {}, warn() {}, error() {} };
  const verifier = createVerifier({ trust: { ca: ca.certificate }, revocation: { ocsp: { timeoutSeconds: 30, ...ocsp } }, logger });
  verifiers.push(verifier);
  return verifier;
}

const bounds = { allowHosts: ['127.0.0.1'], allowPrivateAddresses: true };

needs('openssl')('openssl ocsp, asked over HTTP', () => {
  test('while it is down, nothing is known', async () => {
    const verifier = asking({ responder: `http://127.0.0.1:${port}/` });
    expect(await verifier.verify([good.der])).toMatchObject({
      refusal: { code: 'PEERCERT_REVOCATION_UNKNOWN', trace: [{ detail: expect.stringContaining('ECONNREFUSED') }] },
    });
  });

  test('says who is good, who is revoked, and whom it does not know', async () => {
    await start();
    for (const nonce of ['ifPresent', 'require', 'none'] as const) {
      for (const hash of ['sha1', 'sha256'] as const) {
        const verifier = asking({ responder: `http://127.0.0.1:${port}/`, nonce, hash });
        expect(await verifier.verify([good.der])).toMatchObject({ ok: true, value: { revocation: 'good' } });
        expect(await verifier.verify([revoked.der])).toMatchObject({
          refusal: { code: 'PEERCERT_CERTIFICATE_REVOKED', trace: [{ detail: expect.stringContaining('keyCompromise') }] },
        });
        expect(await verifier.verify([elsewhere.der])).toMatchObject({ refusal: { code: 'PEERCERT_REVOCATION_UNKNOWN' } });
      }
    }
  });

  test('is found through the certificate, where its host is allowed', async () => {
    const allowed = asking({ fromCertificates: { ...bounds, allowPorts: [port] } });
    expect(await allowed.verify([good.der])).toMatchObject({ ok: true, value: { revocation: 'good' } });
    for (const refused of [
      { ...bounds },
      { allowHosts: ['ocsp.example.com'], allowPorts: [port] },
      { allowHosts: ['127.0.0.1'], allowPorts: [port] },
    ]) {
      expect(await asking({ fromCertificates: refused }).verify([good.der])).toMatchObject({
        refusal: { code: 'PEERCERT_REVOCATION_UNKNOWN' },
      });
    }
  });

  test('is asked once, and what it said is known afterwards without waiting', async () => {
    const verifier = asking({ responder: `http://127.0.0.1:${port}/` });
    const first = verifier.verify([good.der]);
    expect(first).toBeInstanceOf(Promise);
    await first;
    expect(verifier.verify([good.der])).toMatchObject({ ok: true, value: { revocation: 'good' } });
  });
});
