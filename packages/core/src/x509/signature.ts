import { constants, type KeyObject, verify } from 'node:crypto';
import { DerError } from '../asn1/index.js';
import { type AlgorithmIdentifier, isNull } from './algorithm-identifier.js';
import type { PublicKeyType } from './key-types.js';
import { isMlDsaSupported } from './ml-dsa-support.js';
import { oids } from './oids.js';
import { type HashName, type PssParameters, readPssParameters } from './pss-parameters.js';
import type { PublicKey } from './public-key.js';

export interface SignatureFault {
  readonly code: 'PEERCERT_ALGORITHM_NOT_ALLOWED' | 'PEERCERT_SIGNATURE_INVALID';
  readonly detail: string;
}

/**
 * Verifies `signature` over `data`. Undefined when it is good; otherwise ALGORITHM_NOT_ALLOWED for an algorithm outside of the table (MD5, SHA-1,
 * unknown, with parameters that do not belong to it), SIGNATURE_INVALID for the rest, a key of another type included. It does not throw.
 *
 * @see RFC 5280, section 4.1.1.3
 */
export function verifySignature(
  publicKey: PublicKey,
  algorithm: AlgorithmIdentifier,
  data: Uint8Array,
  signature: Uint8Array,
): SignatureFault | undefined {
  const verification = prepareVerification(publicKey, algorithm);
  if ('code' in verification) return verification;
  const { name, hash, key } = verification;
  try {
    // Node's types know hash names alone; Ed25519, Ed448 and ML-DSA hash by themselves and take null.
    if (verify(hash as HashName, data, key, signature)) return undefined;
  } catch {
    // OpenSSL raises an error, rather than say no, for a signature that it cannot even decode, or a salt that the key has no room for.
    return undecodable(name);
  }
  return doesNotVerify(name);
}

/**
 * The half of `verifySignature` that costs nothing: whether the key may have made the signature, by algorithm, by type, and by size. An RSA signature has the
 * length of the modulus; the two numbers of an ECDSA signature are as long as the curve's order, but for a few leading zeros, so that the sizes of the
 * three curves do not overlap but by a chance of less than 2^-100.
 */
export function checkSignatureFits(
  publicKey: PublicKey,
  algorithm: AlgorithmIdentifier,
  signature: Uint8Array,
): SignatureFault | undefined {
  const verification = prepareVerification(publicKey, algorithm);
  if ('code' in verification) return verification;
  const { modulusLength, namedCurve } = publicKey.keyObject.asymmetricKeyDetails ?? {};
  const [least, most] = modulusLength === undefined ? (signatureSizes.get(namedCurve ?? '') ?? anySize) : rsaSize(modulusLength);
  return signature.length >= least && signature.length <= most ? undefined : doesNotVerify(verification.name);
}

const anySize = [0, Number.POSITIVE_INFINITY] as const;

function rsaSize(modulusLength: number): readonly [number, number] {
  const octets = Math.ceil(modulusLength / 8);
  return [octets, octets];
}

/** Octets of an ECDSA-Sig-Value (RFC 3279, section 2.2.3), by curve. */
const signatureSizes: ReadonlyMap<string, readonly [least: number, most: number]> = new Map([
  ['prime256v1', [8, 72]],
  ['secp384r1', [73, 104]],
  ['secp521r1', [105, 139]],
]);

/** What node:crypto is to be told in order to verify signatures of one algorithm with one key. */
export interface Verification {
  /** The algorithm's, for messages. */
  readonly name: string;
  /** Null where the algorithm hashes by itself. */
  readonly hash: HashName | null;
  readonly key: KeyObject | { readonly key: KeyObject; readonly padding: number; readonly saltLength: number };
}

/** The half of `verifySignature` that comes before the data: the algorithm is in the table, and the key may have made such signatures. */
export function prepareVerification(publicKey: PublicKey, algorithm: AlgorithmIdentifier): Verification | SignatureFault {
  const found = findAlgorithm(algorithm);
  if ('code' in found) return found;
  const mismatch = checkKeyFits(publicKey, found);
  if (mismatch !== undefined) return invalid(mismatch);
  const { keyObject } = publicKey;
  const { name, hash, pss } = found;
  const key = pss === undefined ? keyObject : { key: keyObject, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: pss.saltLength };
  return { name, hash, key };
}

export function doesNotVerify(name: string): SignatureFault {
  return invalid(`the ${name} signature does not verify`);
}

export function undecodable(name: string): SignatureFault {
  return invalid(`the ${name} signature cannot be decoded`);
}

/** The half of `verifySignature` that needs no key: whether the algorithm is in the table, with parameters as its standard has them. */
export function checkSignatureAlgorithm(algorithm: AlgorithmIdentifier): SignatureFault | undefined {
  const found = findAlgorithm(algorithm);
  return 'code' in found ? found : undefined;
}

interface SignatureAlgorithm {
  readonly name: string;
  readonly keyTypes: readonly PublicKeyType[];
  /** Null where the algorithm hashes by itself. */
  readonly hash: HashName | null;
  readonly pss?: PssParameters;
}

interface TableRow extends SignatureAlgorithm {
  readonly parameters: 'absent' | 'null or absent' | 'pss';
}

/** The one table of signature algorithms. */
const table: ReadonlyMap<string, TableRow> = new Map([
  // RFC 4055, section 5: issuers write NULL, readers "MUST accept the parameters being absent as well as present".
  [oids.signature.sha256WithRSAEncryption, row('RSA with SHA-256', ['rsa'], 'sha256', 'null or absent')],
  [oids.signature.sha384WithRSAEncryption, row('RSA with SHA-384', ['rsa'], 'sha384', 'null or absent')],
  [oids.signature.sha512WithRSAEncryption, row('RSA with SHA-512', ['rsa'], 'sha512', 'null or absent')],
  // RFC 4055, section 3; the hash is in the parameters.
  [oids.signature.rsassaPss, row('RSASSA-PSS', ['rsa', 'rsa-pss'], null, 'pss')],
  // RFC 5758, section 3.2; any of the hashes goes with any of the curves.
  [oids.signature.ecdsaWithSHA256, row('ECDSA with SHA-256', ['ec'], 'sha256', 'absent')],
  [oids.signature.ecdsaWithSHA384, row('ECDSA with SHA-384', ['ec'], 'sha384', 'absent')],
  [oids.signature.ecdsaWithSHA512, row('ECDSA with SHA-512', ['ec'], 'sha512', 'absent')],
  // RFC 8410, section 3.
  [oids.signature.ed25519, row('Ed25519', ['ed25519'], null, 'absent')],
  [oids.signature.ed448, row('Ed448', ['ed448'], null, 'absent')],
  // RFC 9881, section 2.
  [oids.signature.mlDsa44, row('ML-DSA-44', ['ml-dsa-44'], null, 'absent')],
  [oids.signature.mlDsa65, row('ML-DSA-65', ['ml-dsa-65'], null, 'absent')],
  [oids.signature.mlDsa87, row('ML-DSA-87', ['ml-dsa-87'], null, 'absent')],
]);

function row(name: string, keyTypes: readonly PublicKeyType[], hash: HashName | null, parameters: TableRow['parameters']): TableRow {
  return Object.freeze({ name, keyTypes: Object.freeze(keyTypes), hash, parameters });
}

function findAlgorithm({ oid, parameters }: AlgorithmIdentifier): SignatureAlgorithm | SignatureFault {
  const found = table.get(oid);
  if (found === undefined) return algorithmNotAllowed(`signature algorithm ${forbiddenNames.get(oid) ?? oid}`);
  switch (found.parameters) {
    case 'pss':
      return findPss(found, parameters);
    case 'null or absent':
      if (parameters === undefined || isNull(parameters)) return found;
      return algorithmNotAllowed(`${found.name} with parameters other than NULL`);
    case 'absent':
      if (parameters !== undefined) return algorithmNotAllowed(`${found.name} with parameters`);
      if (found.keyTypes[0]?.startsWith('ml-dsa') && !isMlDsaSupported())
        return algorithmNotAllowed(`${found.name}, which this Node.js has not`);
      return found;
  }
}

function findPss(found: TableRow, parameters: Uint8Array | undefined): SignatureAlgorithm | SignatureFault {
  // RFC 4055, section 3.1: only a key's algorithm identifier may leave the parameters out.
  if (parameters === undefined) return algorithmNotAllowed(`${found.name} without parameters`);
  try {
    const pss = readPssParameters(parameters);
    return { ...found, hash: pss.hash, pss };
  } catch (error) {
    return algorithmNotAllowed(error instanceof DerError ? error.message : `${found.name} with parameters that cannot be read`);
  }
}

/** Says what keeps a key from having made a signature of this algorithm. */
function checkKeyFits({ type, pssParameters }: PublicKey, { name, keyTypes, pss }: SignatureAlgorithm): string | undefined {
  if (!keyTypes.includes(type)) return `a key of type ${type} makes no ${name} signature`;
  if (pssParameters === undefined || pss === undefined) return undefined;
  // RFC 4055, section 3.3: with the key's own parameters present, the signature's hashes are the same and its salt is at least as long.
  if (pss.hash !== pssParameters.hash) return `the key is restricted to ${pssParameters.hash}, the signature uses ${pss.hash}`;
  if (pss.saltLength < pssParameters.saltLength) return `the key is restricted to salts of at least ${pssParameters.saltLength} octets`;
  return undefined;
}

function invalid(detail: string): SignatureFault {
  return { code: 'PEERCERT_SIGNATURE_INVALID', detail };
}

function algorithmNotAllowed(detail: string): SignatureFault {
  return { code: 'PEERCERT_ALGORITHM_NOT_ALLOWED', detail };
}

/** For the message alone: those that people still meet. */
const forbiddenNames: ReadonlyMap<string, string> = new Map([
  ['1.2.840.113549.1.1.2', 'RSA with MD2'],
  ['1.2.840.113549.1.1.4', 'RSA with MD5'],
  ['1.2.840.113549.1.1.5', 'RSA with SHA-1'],
  ['1.2.840.113549.1.1.14', 'RSA with SHA-224'],
  ['1.2.840.10045.4.1', 'ECDSA with SHA-1'],
  ['1.2.840.10045.4.3.1', 'ECDSA with SHA-224'],
  ['1.2.840.10040.4.3', 'DSA with SHA-1'],
  ['2.16.840.1.101.3.4.3.2', 'DSA with SHA-256'],
]);
