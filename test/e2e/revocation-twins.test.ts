import { createHash } from 'node:crypto';
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { ConnectionOptions } from 'node:tls';
import { createVerifier, type Verifier } from '@peercert/core';
import { serverTls } from '@peercert/express';
import { type Authority, type Credential, createAuthority } from '@peercert/pki';
import { createTestKit } from '@peercert/pki/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { KeepAliveLine } from '../support/line.js';
import { type LiveServer, startLive } from '../support/live-servers.js';

/**
 * Where (r, s) is an ECDSA signature, (r, n - s) is one of the same data by the same key, and takes nobody's key to make. So whoever holds a denied
 * certificate has a second one at once, with another fingerprint, that verifies like the first: to deny one is to deny both.
 */
const kit = await createTestKit();
const folder = mkdtempSync(join(tmpdir(), 'peercert-twins-'));
const silent = (): void => undefined;
const logger = { debug: silent, info: silent, warn: silent, error: silent };

/** n, the order of the base point (SEC 2, sections 2.4.2, 2.5.1 and 2.6.1). */
const orders = {
  'ecdsa-p256': 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n,
  'ecdsa-p384': 0xffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973n,
  'ecdsa-p521': BigInt(`0x01${'f'.repeat(65)}a51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409`),
} as const;
type Curve = keyof typeof orders;

interface Denial {
  readonly verifier: Verifier;
  readonly issuer: Authority;
  readonly client: Credential;
  readonly twin: Buffer;
  readonly crl: string;
  readonly denyList: string;
}

const fingerprint = (hex: string): string => hex.replaceAll(':', '').toLowerCase();
const issuerName = 'CN=Curved CA,O=Example';

/** Every way to deny the certificate, or, to deny the first, its twin. */
const denials: readonly [string, (denial: Denial) => unknown][] = [
  ['as PEM', ({ verifier, client }) => verifier.deny(client.certificate)],
  ['as an X509Certificate', ({ verifier, client }) => verifier.deny(client.x509)],
  ['by its fingerprint', ({ verifier, client }) => verifier.deny({ fingerprint256: fingerprint(client.x509.fingerprint256) })],
  ['by issuer and serial number', ({ verifier, client }) => verifier.deny({ issuer: issuerName, serialNumber: client.x509.serialNumber })],
  ['by its key', ({ verifier, client }) => verifier.deny({ spki256: spki256(client) })],
  ['in the form of its twin', ({ verifier, twin }) => verifier.deny(twin)],
  ['as PEM in a deny list', ({ denyList, client }) => appendFileSync(denyList, client.certificate)],
  [
    'by its fingerprint in a deny list',
    ({ denyList, client }) => appendFileSync(denyList, `fingerprint256 ${client.x509.fingerprint256}\n`),
  ],
  ['as PEM beside a CRL', ({ crl, client }) => appendFileSync(crl, client.certificate)],
  ['in a CRL', async ({ crl, client, issuer }) => writeFileSync(crl, (await issuer.issueCrl({ revoked: [{ certificate: client }] })).pem)],
];

describe.each(Object.keys(orders) as Curve[])('a certificate signed with %s', (curve) => {
  let issuer: Authority;
  beforeAll(async () => {
    issuer = await createAuthority({ subject: { O: 'Example', CN: 'Curved CA' }, key: curve });
  });

  // What depends on the curve is the twin, so that the other curves are tried with few of the ways.
  const ways = curve === 'ecdsa-p256' ? denials : denials.filter(([way]) => /^as PEM$|^by its fingerprint$/.test(way));
  test.each(ways)('and denied %s is refused with its other signature too', async (_way, deny) => {
    const [crl, denyList] = [join(folder, `${curve}.crl.pem`), join(folder, `${curve}.deny.pem`)];
    writeFileSync(crl, (await issuer.issueCrl()).pem);
    writeFileSync(denyList, '');
    const verifier = createVerifier({ trust: issuer.certificate, logger, revocation: { crl, denyList } });
    await verifier.ready;
    const server = await startLive('Express', verifier, serverTls(verifier, { key: kit.https.key, cert: kit.https.cert }).options);
    const client = await issuer.issueClient({ subject: { CN: 'mallory' } });
    const twin = twinOf(client.der, orders[curve]);
    expect(twin.equals(client.der)).toBe(false);
    const bystander = await issuer.issueClient({ subject: { CN: 'alice' } });
    const withTwin = { key: client.tls.key, cert: pem(twin) };

    const open = new KeepAliveLine(server.port, withTwin);
    expect(await open.ask()).toMatchObject({ status: 200 });
    expect(await once(server, client.tls)).toMatchObject({ status: 200 });
    await deny({ verifier, issuer, client, twin, crl, denyList });
    await expect.poll(() => open.ask(), { interval: 5 }).toMatchObject({ status: 403, code: 'PEERCERT_CERTIFICATE_REVOKED' });
    expect(open.connections).toBe(1);
    expect(await once(server, withTwin)).toMatchObject({ status: 403, code: 'PEERCERT_CERTIFICATE_REVOKED' });
    expect(await once(server, client.tls)).toMatchObject({ status: 403, code: 'PEERCERT_CERTIFICATE_REVOKED' });
    expect(await once(server, bystander.tls)).toMatchObject({ status: 200 });

    open.close();
    await server.close();
    await verifier.close();
  });
});

afterAll(async () => {
  // What is being read when the folder goes is no test's concern.
  await setTimeout(10);
  rmSync(folder, { recursive: true, force: true });
});

async function once({ port }: LiveServer, tls: ConnectionOptions): Promise<object> {
  const line = new KeepAliveLine(port, tls);
  const heard = await line.ask();
  line.close();
  return heard;
}

function spki256({ x509 }: Credential): string {
  return createHash('sha256')
    .update(x509.publicKey.export({ type: 'spki', format: 'der' }))
    .digest('hex');
}

function pem(der: Uint8Array): string {
  return `-----BEGIN CERTIFICATE-----\n${Buffer.from(der).toString('base64').replace(/.{64}/g, '$&\n')}\n-----END CERTIFICATE-----\n`;
}

/** The certificate with the other signature: SEQUENCE { tbsCertificate, signatureAlgorithm, BIT STRING { SEQUENCE { r, s } } }. */
function twinOf(certificate: Uint8Array, order: bigint): Buffer {
  const [tbsCertificate, signatureAlgorithm, bits] = elements(content(certificate)) as [Buffer, Buffer, Buffer];
  const [r, s] = elements(content(content(bits).subarray(1))) as [Buffer, Buffer];
  const other = order - BigInt(`0x${content(s).toString('hex')}`);
  const digits = other.toString(16);
  const octets = Buffer.from(digits.length % 2 === 0 ? digits : `0${digits}`, 'hex');
  const positive = (octets[0] as number) < 0x80 ? octets : Buffer.concat([Buffer.of(0), octets]);
  const signature = element(0x30, r, element(0x02, positive));
  return element(0x30, tbsCertificate, signatureAlgorithm, element(0x03, Buffer.of(0), signature));
}

function element(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(parts);
  if (body.length < 0x80) return Buffer.concat([Buffer.of(tag, body.length), body]);
  const length = Buffer.from(body.length.toString(16).padStart(body.length < 0x100 ? 2 : 4, '0'), 'hex');
  return Buffer.concat([Buffer.of(tag, 0x80 | length.length), length, body]);
}

function sizes(der: Uint8Array): [header: number, body: number] {
  const first = der[1] as number;
  if (first < 0x80) return [2, first];
  const octets = first & 0x7f;
  return [2 + octets, Number(`0x${Buffer.from(der.subarray(2, 2 + octets)).toString('hex')}`)];
}

function content(der: Uint8Array): Buffer {
  const [header, body] = sizes(der);
  return Buffer.from(der.subarray(header, header + body));
}

function elements(der: Buffer): Buffer[] {
  const found: Buffer[] = [];
  for (let at = 0; at < der.length; ) {
    const [header, body] = sizes(der.subarray(at));
    found.push(der.subarray(at, at + header + body));
    at += header + body;
  }
  return found;
}
