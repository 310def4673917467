import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Authority, type Credential, createAuthority } from '@peercert/pki';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { needs } from '../support/programs.js';

/** What is proved here is a layer that core's public entry does not export; it is the built package all the same. */
async function layer<Layer>(path: string): Promise<Layer> {
  return (await import(new URL(path, import.meta.resolve('@peercert/core')).href)) as Layer;
}
const { readCertificate } = await layer<typeof import('../../packages/core/dist/x509/index.js')>('./x509/index.js');
const { trustAnchor } = await layer<typeof import('../../packages/core/dist/path/index.js')>('./path/index.js');
const { evaluateOcsp, nonceLength, ocspRequest, readOcspResponse } =
  await layer<typeof import('../../packages/core/dist/revocation/ocsp/index.js')>('./revocation/ocsp/index.js');

type Certificate = import('../../packages/core/dist/x509/index.js').Certificate;
type OcspResult = import('../../packages/core/dist/revocation/ocsp/index.js').OcspResult;

/** `openssl ocsp` answers from files, without a socket: what would come over the network is the same, byte for byte. */
const folder = mkdtempSync(join(tmpdir(), 'peercert-ocsp-'));
const at = Date.now();

const clients = {
  alice: { serialNumber: '0a11ce', inIndex: 'V' },
  mallory: { serialNumber: 'f00d', inIndex: 'R', reason: 'keyCompromise' },
  henry: { serialNumber: '0bad', inIndex: 'R', reason: 'certificateHold' },
  quiet: { serialNumber: '0dad', inIndex: 'R' },
  nobody: { serialNumber: '0123', inIndex: undefined },
} as const;

const certificates = new Map<string, Certificate>();
let issuer: Parameters<typeof evaluateOcsp>[1]['issuer'];

beforeAll(async () => {
  const ca = await createAuthority({ subject: { O: 'Example', CN: 'Example CA' } });
  const other = await createAuthority({ subject: 'CN=Other CA' });
  save('ca', ca);
  save('delegated', await responder(ca, { noCheck: true }));
  save('unchecked', await responder(ca, { noCheck: false }));
  save('purposeless', await ca.issueClient({ subject: 'CN=Purposeless' }));
  save('stranger', await responder(other, { noCheck: true }));
  for (const [name, { serialNumber }] of Object.entries(clients)) {
    certificates.set(name, read((await ca.issueClient({ subject: `CN=${name}`, serialNumber })).der));
  }
  const anchor = trustAnchor(read(ca.der));
  if (!anchor.ok) throw new Error(JSON.stringify(anchor.refusal));
  issuer = anchor.value;
  writeFileSync(file('index.txt'), index());
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function responder(authority: Authority, { noCheck }: { readonly noCheck: boolean }): Promise<Credential> {
  return await authority.issue({
    subject: noCheck ? 'CN=Responder' : 'CN=Responder to be checked',
    keyUsage: ['digitalSignature'],
    extendedKeyUsage: ['OCSPSigning'],
    extensions: noCheck ? [{ oid: '1.3.6.1.5.5.7.48.1.5', value: Uint8Array.of(0x05, 0x00) }] : [],
  });
}

/** OpenSSL's own database: status, end, revocation with its reason, serial number, file and subject, with tabs between them. */
function index(): string {
  return Object.entries(clients)
    .filter(([, { inIndex }]) => inIndex !== undefined)
    .map(([name, client]) => {
      const reason = 'reason' in client ? `,${client.reason}` : '';
      const revoked = client.inIndex === 'R' ? `240102030405Z${reason}` : '';
      return `${[client.inIndex, '400101000000Z', revoked, client.serialNumber.toUpperCase(), 'unknown', `/CN=${name}`].join('\t')}\n`;
    })
    .join('');
}

function file(name: string): string {
  return join(folder, name);
}

function save(name: string, credential: Pick<Credential, 'certificate' | 'privateKey'>): void {
  writeFileSync(file(`${name}.crt`), credential.certificate);
  writeFileSync(file(`${name}.key`), credential.privateKey);
}

function read(der: Uint8Array): Certificate {
  const certificate = readCertificate(der);
  if (!certificate.ok) throw new Error(JSON.stringify(certificate.refusal));
  return certificate.value;
}

function certificateOf(name: string): Certificate {
  return certificates.get(name) as Certificate;
}

interface Asked {
  readonly about: keyof typeof clients;
  readonly hash?: 'sha1' | 'sha256';
  readonly nonce?: Uint8Array;
  /** Whose certificate and key sign; default: the authority's. */
  readonly signer?: 'ca' | 'delegated' | 'unchecked' | 'purposeless' | 'stranger';
  /** Further options of `openssl ocsp`. */
  readonly options?: readonly string[];
}

/** Has OpenSSL answer a request of ours; gives its bytes, and what OpenSSL printed of the request. */
async function ask({ about, hash, nonce, signer = 'ca', options = ['-ndays', '1'] }: Asked): Promise<{ der: Uint8Array; printed: string }> {
  writeFileSync(file('request.der'), ocspRequest({ certificate: certificateOf(about), issuer: issuer.certificate, hash, nonce }));
  const files = ['-index', 'index.txt', '-CA', 'ca.crt', '-rsigner', `${signer}.crt`, '-rkey', `${signer}.key`];
  const argv = ['ocsp', ...files, '-reqin', 'request.der', '-respout', 'response.der', '-req_text', ...options];
  const { stdout } = await promisify(execFile)('openssl', argv, { cwd: folder });
  return { der: Uint8Array.from(readFileSync(file('response.der'))), printed: stdout };
}

function evaluated(der: Uint8Array, about: Asked['about'], inputs: Partial<Parameters<typeof evaluateOcsp>[1]> = {}): OcspResult {
  const response = readOcspResponse(der);
  if (!response.ok) throw new Error(response.detail);
  return evaluateOcsp(response.value, {
    certificate: certificateOf(about),
    issuer,
    at: Date.now(),
    noncePolicy: 'ifPresent',
    clockSkewSeconds: 300,
    ...inputs,
  });
}

needs('openssl')('openssl ocsp', () => {
  test.each(['sha1', 'sha256'] as const)('understands our request: %s', async (hash) => {
    const nonce = randomBytes(nonceLength);
    const { printed } = await ask({ about: 'alice', hash, nonce });
    expect(printed).toMatch(new RegExp(`Hash Algorithm: ${hash}$`, 'm'));
    expect(printed).toMatch(/Serial Number: 0A11CE$/m);
    expect(printed).toMatch(/OCSP Nonce:/);
    expect(printed.replaceAll(/\s/g, '')).toContain(`0420${nonce.toString('hex').toUpperCase()}`);
  });

  test.each([
    ['sha1', false],
    ['sha1', true],
    ['sha256', false],
    ['sha256', true],
  ] as const)('answers about good, revoked and unknown certificates, with %s and a nonce: %s', async (hash, hasNonce) => {
    const sent = hasNonce ? { nonce: randomBytes(nonceLength) } : {};
    const expected = { ...sent, noncePolicy: hasNonce ? 'require' : 'ifPresent' } as const;
    const result = async (about: Asked['about']) => evaluated((await ask({ about, hash, ...sent })).der, about, expected);
    const revocationDate = Date.parse('2024-01-02T03:04:05Z');

    const good = await result('alice');
    expect(good).toMatchObject({ status: 'good' });
    expect(good.status === 'good' && good.validUntil - good.thisUpdate).toBe((86_400 + 300) * 1_000);
    expect(await result('mallory')).toMatchObject({ status: 'revoked', reason: 'keyCompromise', revocationDate });
    expect(await result('henry')).toMatchObject({ status: 'revoked', reason: 'certificateHold', revocationDate });
    expect(await result('quiet')).toMatchObject({ status: 'revoked', reason: 'unspecified', revocationDate });
    expect(await result('nobody')).toMatchObject({ status: 'unknown', why: 'responder' });
  });

  test.each([
    ['the authority, by its name', 'ca', []],
    ['the authority, by its key', 'ca', ['-resp_key_id']],
    ['the authority, without its certificate', 'ca', ['-resp_no_certs']],
    ['a delegated responder, by its name', 'delegated', []],
    ['a delegated responder, by its key', 'delegated', ['-resp_key_id']],
    ['a delegated responder, with SHA-512', 'delegated', ['-rmd', 'sha512']],
  ] as const)('signs as %s', async (_, signer, options) => {
    for (const [about, status] of [
      ['alice', 'good'],
      ['mallory', 'revoked'],
    ] as const) {
      const found = evaluated((await ask({ about, signer, options: ['-ndays', '1', ...options] })).der, about);
      expect(found).toMatchObject({ status });
      expect(found).not.toHaveProperty('responderNeedsCheck');
    }
  });

  test('signs as a delegated responder that is to be checked itself', async () => {
    const { der } = await ask({ about: 'alice', signer: 'unchecked' });
    expect(evaluated(der, 'alice')).toMatchObject({ status: 'good', responderNeedsCheck: { der: expect.any(Uint8Array) } });
  });

  test.each([
    ['a certificate for another purpose', 'purposeless', [], 'notAuthorized'],
    ['a responder of another authority', 'stranger', [], 'notAuthorized'],
    ['a delegated responder that keeps its certificate', 'delegated', ['-resp_no_certs'], 'notAuthorized'],
    ['a delegated responder, with SHA-1', 'delegated', ['-rmd', 'sha1'], 'signature'],
    ['the authority, with a signature that it spoils', 'ca', ['-badsig'], 'signature'],
  ] as const)('is not believed when it signs as %s', async (_, signer, options, why) => {
    for (const about of ['alice', 'mallory'] as const) {
      const { der } = await ask({ about, signer, options: ['-ndays', '1', ...options] });
      expect(evaluated(der, about)).toMatchObject({ status: 'unknown', why });
    }
  });

  test('is believed by a configured certificate, where it keeps its own or was not delegated', async () => {
    for (const signer of ['delegated', 'purposeless', 'stranger'] as const) {
      const configured = read(Buffer.from(readFileSync(file(`${signer}.crt`), 'utf8').replaceAll(/-.*-|\s/g, ''), 'base64'));
      const { der } = await ask({ about: 'alice', signer, options: ['-ndays', '1', '-resp_no_certs'] });
      expect(evaluated(der, 'alice', { responders: [configured] })).toMatchObject({ status: 'good' });
    }
  });

  test('answers without nextUpdate, which counts for as long as it is told', async () => {
    const { der } = await ask({ about: 'alice', options: [] });
    const inputs = { maxAgeSeconds: 60, clockSkewSeconds: 10 };
    expect(evaluated(der, 'alice', inputs)).toMatchObject({ status: 'good' });
    expect(evaluated(der, 'alice', { ...inputs, at: at + 3_600_000 })).toMatchObject({ status: 'unknown', why: 'expired' });
  });

  test('answers that are a replay, of another certificate, or of another time are not believed', async () => {
    const { der } = await ask({ about: 'alice', nonce: randomBytes(nonceLength) });
    expect(evaluated(der, 'alice', { nonce: randomBytes(nonceLength) })).toMatchObject({ status: 'unknown', why: 'nonce' });
    expect(evaluated(der, 'mallory')).toMatchObject({ status: 'unknown', why: 'noInformation' });
    expect(evaluated(der, 'alice', { at: at + 2 * 86_400_000 })).toMatchObject({ status: 'unknown', why: 'expired' });
    expect(evaluated(der, 'alice', { at: at - 86_400_000 })).toMatchObject({ status: 'unknown', why: 'notYetValid' });
  });
});
