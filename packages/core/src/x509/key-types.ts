import { asBuffer, DerError, DerReader, readSequence } from '../asn1/index.js';
import { isNull } from './algorithm-identifier.js';
import { oids } from './oids.js';
import { type PssParameters, readPssParameters } from './pss-parameters.js';
import type { SubjectPublicKeyInfo } from './subject-public-key-info.js';

export type PublicKeyType = 'rsa' | 'rsa-pss' | 'ec' | 'ed25519' | 'ed448' | 'ml-dsa-44' | 'ml-dsa-65' | 'ml-dsa-87';

export interface KeyDescription {
  readonly type: PublicKeyType;
  /** Of an EC key: the named curve, as JWK writes it (RFC 7518, section 6.2.1.1). */
  readonly curve?: 'P-256' | 'P-384' | 'P-521';
  /** Of an RSA key. */
  readonly modulusBits?: number;
  /** The fast way into node:crypto, where there is one: Node.js 20 imports an RSA key 30 times faster, and a P-256 key twice as fast, from a JWK than from its SPKI. */
  readonly jwk?: () => { kty: string; crv?: string; n?: string; e?: string; x?: string; y?: string };
  readonly pssParameters?: PssParameters;
}

/**
 * The one table of public key algorithms: reads the key, and throws `DerError` for one that is malformed or below the floor; undefined
 * for an algorithm outside the table.
 */
export function describeKey({ algorithm, subjectPublicKey }: SubjectPublicKeyInfo): KeyDescription | undefined {
  return keyTypes.get(algorithm.oid)?.(subjectPublicKey, algorithm.parameters);
}

type DescribeKey = (key: Uint8Array, parameters: Uint8Array | undefined) => KeyDescription;

/** RFC 3279, section 2.3.1: the parameters are NULL. */
function describeRsa(key: Uint8Array, parameters: Uint8Array | undefined): KeyDescription {
  if (parameters === undefined || !isNull(parameters)) throw new DerError('rsaEncryption key whose parameters are not NULL');
  const { n, e, modulusBits } = readRsaPublicKey(key);
  return { type: 'rsa', modulusBits, jwk: () => ({ kty: 'RSA', n: base64url(n), e: base64url(e) }) };
}

/** RFC 4055, section 1.2: the parameters restrict what the key may be used for; absent, they do not. */
function describeRsassaPss(key: Uint8Array, parameters: Uint8Array | undefined): KeyDescription {
  const { modulusBits } = readRsaPublicKey(key);
  // A JWK knows no parameters, and node:crypto is to honour them too.
  return { type: 'rsa-pss', modulusBits, ...(parameters === undefined ? {} : { pssParameters: readPssParameters(parameters) }) };
}

const smallestModulusBits = 2048;
/** OpenSSL's limit. One check of such a signature takes 2 ms with exponent 65537, 10 ms with one of 64 bits. */
const largestModulusBits = 16384;
const largestExponentBits = 64;

/** RFC 8017, appendix A.1.1: `SEQUENCE { modulus INTEGER, publicExponent INTEGER }`, both positive. */
function readRsaPublicKey(key: Uint8Array): { n: Uint8Array; e: Uint8Array; modulusBits: number } {
  const fields = readSequence(key, 'RSAPublicKey');
  const n = magnitude(fields.integer('RSA modulus'), 'RSA modulus');
  const e = magnitude(fields.integer('RSA exponent'), 'RSA exponent');
  fields.finish('RSAPublicKey');
  const modulusBits = bitLength(n);
  if (modulusBits < smallestModulusBits) throw new DerError(`RSA key of ${modulusBits} bits; ${smallestModulusBits} is the least`);
  if (modulusBits > largestModulusBits) throw new DerError(`RSA key of ${modulusBits} bits; ${largestModulusBits} is the most`);
  if (isEven(n)) throw new DerError('RSA modulus is even');
  if (isEven(e) || (e.length === 1 && e[0] === 1)) throw new DerError('RSA exponent is even or 1');
  if (bitLength(e) > largestExponentBits) throw new DerError(`RSA exponent of more than ${largestExponentBits} bits`);
  return { n, e, modulusBits };
}

/** RFC 5480, section 2.1.1: the parameters are the OID of a named curve; curves given by their equation are never taken. */
function describeEc(key: Uint8Array, parameters: Uint8Array | undefined): KeyDescription {
  if (parameters === undefined) throw new DerError('EC key without parameters');
  const oid = new DerReader(parameters).objectIdentifier('EC named curve');
  const curve = namedCurves.get(oid);
  if (curve === undefined) throw new DerError(`EC key on curve ${oid}`);
  const { crv, octets } = curve;
  // Section 2.2: "The public key MUST be rejected if any other value is included in the first octet."
  if (key[0] === 0x04 && key.length === 1 + 2 * octets) {
    // From a JWK OpenSSL multiplies the point by the order, which the larger curves make dear: 1.2 ms for P-521, seven times its SPKI.
    if (crv !== 'P-256') return { type: 'ec', curve: crv };
    const [x, y] = [key.subarray(1, 1 + octets), key.subarray(1 + octets)];
    return { type: 'ec', curve: crv, jwk: () => ({ kty: 'EC', crv, x: base64url(x), y: base64url(y) }) };
  }
  if ((key[0] === 0x02 || key[0] === 0x03) && key.length === 1 + octets) return { type: 'ec', curve: crv };
  throw new DerError(`EC key is no point of ${crv}`);
}

const namedCurves: ReadonlyMap<string, { readonly crv: 'P-256' | 'P-384' | 'P-521'; readonly octets: number }> = new Map([
  [oids.namedCurve.secp256r1, { crv: 'P-256', octets: 32 }],
  [oids.namedCurve.secp384r1, { crv: 'P-384', octets: 48 }],
  [oids.namedCurve.secp521r1, { crv: 'P-521', octets: 66 }],
]);

/** RFC 8410, sections 3 and 4. */
function describeEdwards(type: 'ed25519' | 'ed448', crv: string, octets: number): DescribeKey {
  return (key, parameters) => {
    checkRawKey(key, parameters, crv, octets);
    return { type, jwk: () => ({ kty: 'OKP', crv, x: base64url(key) }) };
  };
}

/** RFC 9881, sections 2 and 4. */
function describeMlDsa(type: 'ml-dsa-44' | 'ml-dsa-65' | 'ml-dsa-87', name: string, octets: number): DescribeKey {
  return (key, parameters) => {
    checkRawKey(key, parameters, name, octets);
    return { type };
  };
}

function checkRawKey(key: Uint8Array, parameters: Uint8Array | undefined, name: string, octets: number): void {
  if (parameters !== undefined) throw new DerError(`${name} key with parameters`);
  if (key.length !== octets) throw new DerError(`${name} key of ${key.length} octets; it has ${octets}`);
}

const keyTypes: ReadonlyMap<string, DescribeKey> = new Map([
  [oids.publicKey.rsaEncryption, describeRsa],
  [oids.publicKey.rsassaPss, describeRsassaPss],
  [oids.publicKey.ecPublicKey, describeEc],
  [oids.publicKey.ed25519, describeEdwards('ed25519', 'Ed25519', 32)],
  [oids.publicKey.ed448, describeEdwards('ed448', 'Ed448', 57)],
  [oids.publicKey.mlDsa44, describeMlDsa('ml-dsa-44', 'ML-DSA-44', 1312)],
  [oids.publicKey.mlDsa65, describeMlDsa('ml-dsa-65', 'ML-DSA-65', 1952)],
  [oids.publicKey.mlDsa87, describeMlDsa('ml-dsa-87', 'ML-DSA-87', 2592)],
]);

/** The octets of a positive INTEGER without the one that is there for the sign. */
function magnitude(integer: Uint8Array, what: string): Uint8Array {
  const first = integer[0] as number;
  if (first >= 0x80 || (first === 0 && integer.length === 1)) throw new DerError(`${what} is not positive`);
  return first === 0 ? integer.subarray(1) : integer;
}

function bitLength(positive: Uint8Array): number {
  return positive.length * 8 - Math.clz32(positive[0] as number) + 24;
}

function isEven(positive: Uint8Array): boolean {
  return ((positive[positive.length - 1] as number) & 1) === 0;
}

function base64url(bytes: Uint8Array): string {
  return asBuffer(bytes).toString('base64url');
}
