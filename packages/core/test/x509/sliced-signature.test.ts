import { expect, it, vi } from 'vitest';
import { DerReader } from '../../src/asn1/index.js';
import { readAlgorithmIdentifier } from '../../src/x509/algorithm-identifier.js';
import { Certificate } from '../../src/x509/certificate.js';
import { type PublicKey, preparePublicKey } from '../../src/x509/public-key.js';
import { verifySignatureInSlices } from '../../src/x509/sliced-signature.js';
import { buildCertificate, type TestKey, testKey } from '../support/certificate-builder.js';
import { hex, oid, sequence } from '../support/der-writer.js';
import { signatureAlgorithm, type TestSignatureName } from '../support/signatures.js';

/** Two whole slices and a part of one. */
const data = new Uint8Array(600_000).fill(7);

function prepare(key: TestKey): PublicKey {
  const outcome = preparePublicKey(new Certificate(buildCertificate({ key, issuerKey: testKey('ec') })).subjectPublicKeyInfo);
  if (!outcome.ok) throw outcome.refusal.cause;
  return outcome.value;
}

function verify(key: TestKey, name: TestSignatureName, over: { signature?: Uint8Array; data?: Uint8Array; der?: Uint8Array } = {}) {
  const algorithm = signatureAlgorithm(name);
  const signature = over.signature ?? algorithm.sign(data, key.privateKey);
  const identifier = readAlgorithmIdentifier(new DerReader(over.der ?? algorithm.der), 'algorithm');
  const pause = vi.fn(async () => {});
  return { pause, fault: verifySignatureInSlices(prepare(key), identifier, over.data ?? data, signature, pause) };
}

const algorithms = [
  ['rsa', 'rsa-sha256', 'RSA with SHA-256'],
  ['rsa', 'rsa-pss-sha256', 'RSASSA-PSS'],
  ['ec', 'ecdsa-sha256', 'ECDSA with SHA-256'],
  ['ec-p384', 'ecdsa-sha384', 'ECDSA with SHA-384'],
  ['ed25519', 'ed25519', 'Ed25519'],
  ['ed448', 'ed448', 'Ed448'],
] as const;

it.each(algorithms)('refuses other data under a key of type %s (%s)', async (kind, name, text) => {
  const other = data.slice();
  other[599_999] = 8;
  const fault = { code: 'PEERCERT_SIGNATURE_INVALID', detail: `the ${text} signature does not verify` };
  expect(await verify(testKey(kind), name, { data: other }).fault).toEqual(fault);
});

it('refuses an algorithm outside of the table', async () => {
  const found = await verify(testKey('ec'), 'ecdsa-sha256', { der: sequence(oid('1.2.3')) }).fault;
  expect(found).toEqual({ code: 'PEERCERT_ALGORITHM_NOT_ALLOWED', detail: 'signature algorithm 1.2.3' });
});

it('refuses a key of another type', async () => {
  const found = await verify(testKey('ec'), 'ed25519', { signature: hex('00') }).fault;
  expect(found).toEqual({ code: 'PEERCERT_SIGNATURE_INVALID', detail: 'a key of type ec makes no Ed25519 signature' });
});

it('refuses what is no signature at all', async () => {
  expect(await verify(testKey('ec'), 'ecdsa-sha256', { signature: hex('00') }).fault).toMatchObject({ code: 'PEERCERT_SIGNATURE_INVALID' });
  expect(await verify(testKey('ed25519'), 'ed25519', { signature: hex('00') }).fault).toMatchObject({ code: 'PEERCERT_SIGNATURE_INVALID' });
});

it.each(algorithms)('accepts a signature with a key of type %s (%s)', async (kind, name) => {
  expect(await verify(testKey(kind), name).fault).toBeUndefined();
});

it('pauses between slices, and not before the first or behind the last', async () => {
  const { pause, fault } = verify(testKey('ec'), 'ecdsa-sha256');
  await fault;
  expect(pause).toHaveBeenCalledTimes(2);
});
