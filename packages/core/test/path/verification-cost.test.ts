import { createPublicKey } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { verificationCost } from '../../src/path/verification-cost.js';
import type { PublicKey, PublicKeyType } from '../../src/x509/index.js';
import { type TestKeyKind, testKey } from '../support/certificate-builder.js';

describe('verificationCost', () => {
  it.each([
    ['rsa', 1],
    ['rsa-pss', 1],
    ['ec', 1],
    ['ec-p384', 8],
    ['ec-p521', 16],
    ['ed25519', 2],
    ['ed448', 3],
  ] as const satisfies readonly (readonly [TestKeyKind, number])[])('counts an %s key as %i', (kind, cost) => {
    const type = kind.startsWith('ec') ? 'ec' : kind;
    expect(verificationCost(publicKey(type as PublicKeyType, testKey(kind).publicKey))).toBe(cost);
  });

  it.each([
    [3072, 65_537n, 1],
    [4096, 65_537n, 1],
    [4096, 3n, 1],
    [8192, 65_537n, 4],
    [16_384, 65_537n, 16],
    [4096, 2n ** 17n - 1n, 2],
    [4096, 2n ** 23n - 1n, 3],
    [4096, 2n ** 24n - 1n, 2],
    [16_384, 2n ** 17n - 1n, 29],
    [16_384, 2n ** 64n - 1n, 61],
  ])('counts an RSA key of %i bits with the exponent %i as %i', (bits, exponent, cost) => {
    expect(verificationCost(publicKey('rsa', rsaKey(bits, exponent)))).toBe(cost);
  });

  it('counts ML-DSA as 2, and a curve that it does not know as the dearest', () => {
    const { publicKey: keyObject } = testKey('ec-p224');
    expect(verificationCost(publicKey('ml-dsa-65', keyObject))).toBe(2);
    expect(verificationCost(publicKey('ec', keyObject))).toBe(16);
  });
});

function publicKey(type: PublicKeyType, keyObject: PublicKey['keyObject']): PublicKey {
  return { type, keyObject } as PublicKey;
}

/** A public key whose modulus is no product of primes that anyone knows: it verifies nothing, as slowly as any other. */
function rsaKey(bits: number, exponent: bigint): PublicKey['keyObject'] {
  const modulus = Buffer.alloc(bits / 8, 0xff);
  const e = Buffer.from(exponent.toString(16).padStart(exponent.toString(16).length + (exponent.toString(16).length % 2), '0'), 'hex');
  return createPublicKey({ key: { kty: 'RSA', n: modulus.toString('base64url'), e: e.toString('base64url') }, format: 'jwk' });
}
