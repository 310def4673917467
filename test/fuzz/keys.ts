import { checkPrimeSync, createECDH, createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import type { Random } from './random.js';
import { holding, primitive, sequence, writeTree } from './tree.js';

/** Keys that follow from the seed, so that a run can be repeated: they guard nothing and are never written anywhere. */

export function ecKey(random: Random, curve: keyof typeof curves): KeyObject {
  const { name, octets } = curves[curve];
  const ecdh = createECDH(name);
  // The first octet is kept small, so that the number is below the order of each of the groups.
  ecdh.setPrivateKey(Buffer.from([0, 1, ...random.bytes(octets - 2)]));
  const point = ecdh.getPublicKey();
  const [x, y] = [point.subarray(1, 1 + octets), point.subarray(1 + octets)];
  const d = Buffer.alloc(octets);
  const scalar = ecdh.getPrivateKey();
  scalar.copy(d, octets - scalar.length);
  const jwk = { kty: 'EC', crv: curve, x: x.toString('base64url'), y: y.toString('base64url'), d: d.toString('base64url') };
  return createPrivateKey({ key: jwk, format: 'jwk' });
}

const curves = {
  'P-256': { name: 'prime256v1', octets: 32 },
  'P-384': { name: 'secp384r1', octets: 48 },
  'P-521': { name: 'secp521r1', octets: 66 },
} as const;

/** RFC 8410, section 7. */
export function ed25519Key(random: Random): KeyObject {
  const der = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), random.bytes(32)]);
  return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
}

/** RFC 8017, appendix A.1.2. */
export function rsaKey(random: Random, bits: number): KeyObject {
  const e = 65_537n;
  const [p, q] = [prime(random, bits / 2, e), prime(random, bits / 2, e)];
  const d = inverse(e, (p - 1n) * (q - 1n));
  const numbers = [0n, p * q, e, d, p, q, d % (p - 1n), d % (q - 1n), inverse(q, p)];
  const der = writeTree(sequence(...numbers.map((number) => primitive(0x02, naturalOctets(number)))));
  return createPrivateKey({ key: Buffer.from(der as Uint8Array), format: 'der', type: 'pkcs1' });
}

function prime(random: Random, bits: number, e: bigint): bigint {
  for (;;) {
    const octets = random.bytes(bits / 8);
    // With both upper bits set, the product of two has all its bits.
    octets[0] = (octets[0] as number) | 0xc0;
    octets[octets.length - 1] = (octets[octets.length - 1] as number) | 1;
    const candidate = BigInt(`0x${Buffer.from(octets).toString('hex')}`);
    if (!smallPrimes.some((small) => candidate % small === 0n) && (candidate - 1n) % e !== 0n && checkPrimeSync(candidate))
      return candidate;
  }
}

const smallPrimes = Array.from({ length: 1_000 }, (_, i) => i + 2)
  .filter((number) => Array.from({ length: 31 }, (_, i) => i + 2).every((divisor) => divisor >= number || number % divisor !== 0))
  .map(BigInt);

function inverse(of: bigint, modulus: bigint): bigint {
  let [r, nextR, t, nextT] = [modulus, of % modulus, 0n, 1n];
  while (nextR !== 0n) {
    const quotient = r / nextR;
    [r, nextR] = [nextR, r - quotient * nextR];
    [t, nextT] = [nextT, t - quotient * nextT];
  }
  return t < 0n ? t + modulus : t;
}

/** The content octets of a positive INTEGER. */
export function naturalOctets(number: bigint): Uint8Array {
  const digits = number.toString(16);
  const octets = Buffer.from(digits.length % 2 === 0 ? digits : `0${digits}`, 'hex');
  return (octets[0] as number) >= 0x80 ? Uint8Array.of(0, ...octets) : Uint8Array.from(octets);
}

/** SubjectPublicKeyInfo, DER. */
export function spkiOf(privateKey: KeyObject): Uint8Array {
  return Uint8Array.from(createPublicKey(privateKey).export({ type: 'spki', format: 'der' }));
}

/** A public key alone, of any modulus: nobody can tell that it has no prime factors, nor sign with it. */
export function rsaSpki(modulus: Uint8Array, exponent: Uint8Array, algorithm = '06092a864886f70d0101010500'): Uint8Array {
  const key = sequence(primitive(0x02, modulus), primitive(0x02, exponent));
  const parameters = { ...sequence(), raw: tlv(Buffer.from(algorithm, 'hex')) };
  return writeTree(sequence(parameters, holding(0x03, key))) as Uint8Array;
}

function tlv(content: Uint8Array): Uint8Array {
  return Uint8Array.of(0x30, content.length, ...content);
}
