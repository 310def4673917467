import { createPublicKey, generateKeyPairSync, type KeyObject, verify, webcrypto } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { createAuthority } from '../src/authority.js';
import { children, contentOf } from '../src/der.js';
import type { KeyName } from '../src/keys.js';
import { type SignatureOptions, signerFor } from '../src/signatures.js';

const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
const ed25519 = generateKeyPairSync('ed25519').privateKey;

describe('refusals', () => {
  test.each<[string, KeyObject, unknown, string]>([
    [
      'a curve without a place in the table',
      generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).privateKey,
      {},
      "unknown kind of signing key 'secp256k1'; known are rsa, prime256v1",
    ],
    ['a key that signs nothing', generateKeyPairSync('x25519').privateKey, {}, "unknown kind of signing key 'x25519'"],
    ['a hash that nobody knows', ec, { signatureHash: 'SHA-3' }, "unknown signatureHash 'SHA-3'; known are SHA-256, SHA-384, SHA-512"],
    ['SHA-1 without its ugly name', ec, { signatureHash: 'SHA-1' }, "unknown signatureHash 'SHA-1'"],
    [
      'a strong hash under the ugly name',
      ec,
      { dangerouslySignatureHash: 'SHA-256' },
      "unknown dangerouslySignatureHash 'SHA-256'; known are SHA-1",
    ],
    [
      'two hashes',
      ec,
      { signatureHash: 'SHA-256', dangerouslySignatureHash: 'SHA-1' },
      'signatureHash and dangerouslySignatureHash: choose one',
    ],
    ['a hash for Ed25519', ed25519, { signatureHash: 'SHA-512' }, 'signatureHash: Ed25519 has a hash of its own'],
    ['a padding for ECDSA', ec, { rsaPadding: 'pss' }, 'rsaPadding: the issuer has no RSA key'],
    ['an unknown padding', rsa, { rsaPadding: 'oaep' }, "unknown rsaPadding 'oaep'; known are pkcs1, pss"],
  ])('%s', async (_title, key, options, problem) => {
    await expect(signerFor(key, options as SignatureOptions)).rejects.toThrow(TypeError);
    await expect(signerFor(key, options as SignatureOptions)).rejects.toThrow(problem);
  });
});

describe('the algorithm in the certificate, and its signature', () => {
  const ecdsa = (last: string) => `300a06082a8648ce3d0403${last}`;
  test.each<[KeyName, SignatureOptions, string]>([
    ['ecdsa-p256', {}, ecdsa('02')],
    ['ecdsa-p384', {}, ecdsa('03')],
    ['ecdsa-p521', {}, ecdsa('04')],
    ['ecdsa-p256', { signatureHash: 'SHA-512' }, ecdsa('04')],
    ['ecdsa-p521', { signatureHash: 'SHA-256' }, ecdsa('02')],
    ['ecdsa-p256', { dangerouslySignatureHash: 'SHA-1' }, '300906072a8648ce3d0401'],
    ['ed25519', {}, '300506032b6570'],
    ['rsa-2048', {}, '300d06092a864886f70d01010b0500'],
    ['rsa-2048', { signatureHash: 'SHA-384', rsaPadding: 'pkcs1' }, '300d06092a864886f70d01010c0500'],
    ['rsa-2048', { dangerouslySignatureHash: 'SHA-1' }, '300d06092a864886f70d0101050500'],
  ])('%s %o', async (key, options, algorithm) => {
    // The first of a pair is as the generator signed it, the second mended and signed anew.
    const ca = await createAuthority({ subject: 'CN=CA', key });
    for (const version of [3, 1] as const) {
      const { der, x509 } = await ca.issue({ subject: 'CN=a', version, ...options });
      const [, signatureAlgorithm] = children(der) as [Uint8Array, Uint8Array];
      expect(Buffer.from(signatureAlgorithm).toString('hex')).toBe(algorithm);
      expect(x509.verify(createPublicKey(ca.keyObject))).toBe(true);
    }
  });

  test.each([
    ['SHA-256', 32],
    ['SHA-384', 48],
    ['SHA-512', 64],
  ] as const)('RSASSA-PSS with %s and a salt of %i octets', async (signatureHash, saltLength) => {
    const ca = await createAuthority({ subject: 'CN=CA', key: rsa, rsaPadding: 'pss', signatureHash });
    expect(ca.x509.verify(ca.x509.publicKey)).toBe(true);
    for (const version of [3, 1] as const) {
      const { der } = await ca.issue({ subject: 'CN=a', version, rsaPadding: 'pss', signatureHash });
      const [toBeSigned, algorithm, signature] = children(der) as [Uint8Array, Uint8Array, Uint8Array];
      expect(Buffer.from(algorithm).toString('hex')).toMatch(/^30..06092a864886f70d01010a30/);
      expect(
        Buffer.from(algorithm)
          .toString('hex')
          .endsWith(`a2030201${saltLength.toString(16)}`),
      ).toBe(true);
      const key = { key: createPublicKey(rsa), padding: 6, saltLength };
      expect(verify(signatureHash, toBeSigned, key, contentOf(signature).subarray(1))).toBe(true);
    }
  });

  test('a key is prepared for WebCrypto without being extractable', async () => {
    const { cryptoKey } = await signerFor(ec);
    expect(cryptoKey.extractable).toBe(false);
    await expect(webcrypto.subtle.exportKey('pkcs8', cryptoKey)).rejects.toThrow();
  });
});
