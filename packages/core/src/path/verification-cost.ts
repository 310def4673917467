import type { PublicKey } from '../x509/index.js';

/**
 * How long a check with this key takes, in checks with a P-256 key. Rounded up from measurements of node:crypto with OpenSSL 3.0, the
 * slowest that Node.js has; an RSA check grows with the square of the modulus and with the length of the exponent.
 *
 * | key                          | cost |
 * | ---------------------------- | ---- |
 * | RSA up to 4096 bits, P-256   | 1    |
 * | Ed25519, ML-DSA              | 2    |
 * | Ed448                        | 3    |
 * | RSA 8192                     | 4    |
 * | P-384                        | 8    |
 * | RSA 16384, P-521             | 16   |
 * | RSA 16384, exponent of 64 bits | 61 |
 */
export function verificationCost({ type, keyObject }: PublicKey): number {
  const { modulusLength = 0, publicExponent = 0n, namedCurve = '' } = keyObject.asymmetricKeyDetails ?? {};
  switch (type) {
    case 'rsa':
    case 'rsa-pss':
      return Math.ceil((modulusLength / 4096) ** 2 * exponentCost(publicExponent));
    case 'ec':
      return curveCosts.get(namedCurve) ?? 16;
    case 'ed448':
      return 3;
    default:
      return 2;
  }
}

/** In exponents of 65537: a squaring for each bit, and a multiplication for each that is set, which OpenSSL saves for longer exponents. */
function exponentCost(exponent: bigint): number {
  const bits = exponent.toString(2);
  return bits.length > 23 ? bits.length / 17 : (bits.length + bits.replaceAll('0', '').length) / 19;
}

const curveCosts: ReadonlyMap<string, number> = new Map([
  ['prime256v1', 1],
  ['secp384r1', 8],
  ['secp521r1', 16],
]);
