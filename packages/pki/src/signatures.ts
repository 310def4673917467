import { constants, type KeyObject, sign, webcrypto } from 'node:crypto';
import { lookUp } from './check-options.js';
import { element, sequence } from './der.js';

/** How an issuer signs. */
export interface SignatureOptions {
  /**
   * The hash under the signature. The default goes with the issuer's key: SHA-384 for P-384, SHA-512 for P-521, else SHA-256.
   * Ed25519 brings its own (RFC 8410, section 3), so that the option is refused there.
   */
  readonly signatureHash?: 'SHA-256' | 'SHA-384' | 'SHA-512' | undefined;
  /** Signs with SHA-1, which no verifier should accept; for tests of just that. */
  readonly dangerouslySignatureHash?: 'SHA-1' | undefined;
  /** `pss` signs by RSASSA-PSS (RFC 4055, section 3.1) with a salt as long as the hash; for RSA keys only. Default `pkcs1`. */
  readonly rsaPadding?: 'pkcs1' | 'pss' | undefined;
}

export const signatureOptions = ['signatureHash', 'dangerouslySignatureHash', 'rsaPadding'] as const;

/** An issuer's key together with the way it signs, in the two forms that we need. */
export interface Signer {
  /** For the generators of @peculiar/x509, which sign by WebCrypto … */
  readonly cryptoKey: webcrypto.CryptoKey;
  readonly algorithm: { readonly name: string; readonly hash?: string; readonly saltLength?: number };
  /** … and for what they wrote and we mended: the to-be-signed part with the algorithm's identifier and a signature, by node:crypto. */
  signed(toBeSigned: Uint8Array, signatureAlgorithm: Uint8Array): Uint8Array;
}

/** Throws a `TypeError` for a key that cannot sign certificates here, or an option that does not go with the key. */
export async function signerFor(key: KeyObject, options: SignatureOptions = {}): Promise<Signer> {
  const kind = lookUp(kinds, kindOf(key), 'kind of signing key');
  const hash = chooseHash(kind, options);
  if (options.rsaPadding !== undefined && kind.name !== 'RSA') throw new TypeError('rsaPadding: the issuer has no RSA key');
  const pss = options.rsaPadding !== undefined && lookUp({ pkcs1: false, pss: true }, options.rsaPadding, 'rsaPadding');
  const saltLength = pss ? hashLengths[hash as string] : undefined;

  const name = kind.name === 'RSA' ? (pss ? 'RSA-PSS' : 'RSASSA-PKCS1-v1_5') : kind.name;
  const algorithm = { name, ...(hash === undefined ? {} : { hash }), ...(saltLength === undefined ? {} : { saltLength }) };
  const imported = {
    name,
    ...(kind.name === 'RSA' ? { hash: hash as string } : {}),
    ...(kind.namedCurve === undefined ? {} : { namedCurve: kind.namedCurve }),
  };
  const cryptoKey = await webcrypto.subtle.importKey('pkcs8', key.export({ type: 'pkcs8', format: 'der' }), imported, false, ['sign']);

  const nodeKey = saltLength === undefined ? { key } : { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength };
  return {
    cryptoKey,
    algorithm,
    signed: (toBeSigned, signatureAlgorithm) => {
      const wholeOctets = Uint8Array.of(0);
      return sequence(toBeSigned, signatureAlgorithm, element(0x03, wholeOctets, sign(hash, toBeSigned, nodeKey)));
    },
  };
}

interface Kind {
  readonly name: 'ECDSA' | 'RSA' | 'Ed25519';
  readonly namedCurve?: string;
  readonly hash?: string;
}

const kinds: Readonly<Record<string, Kind>> = {
  rsa: { name: 'RSA', hash: 'SHA-256' },
  prime256v1: { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' },
  secp384r1: { name: 'ECDSA', namedCurve: 'P-384', hash: 'SHA-384' },
  secp521r1: { name: 'ECDSA', namedCurve: 'P-521', hash: 'SHA-512' },
  ed25519: { name: 'Ed25519' },
};

const hashLengths: Readonly<Record<string, number>> = { 'SHA-1': 20, 'SHA-256': 32, 'SHA-384': 48, 'SHA-512': 64 };

function kindOf(key: KeyObject): string {
  return key.asymmetricKeyType === 'ec' ? String(key.asymmetricKeyDetails?.namedCurve) : String(key.asymmetricKeyType);
}

function chooseHash(kind: Kind, options: SignatureOptions): string | undefined {
  const { signatureHash, dangerouslySignatureHash } = options;
  if (signatureHash !== undefined && dangerouslySignatureHash !== undefined)
    throw new TypeError('signatureHash and dangerouslySignatureHash: choose one');
  const chosen = signatureHash ?? dangerouslySignatureHash;
  if (chosen === undefined) return kind.hash;
  if (kind.hash === undefined) throw new TypeError(`signatureHash: ${kind.name} has a hash of its own`);
  if (signatureHash !== undefined)
    return lookUp({ 'SHA-256': signatureHash, 'SHA-384': signatureHash, 'SHA-512': signatureHash }, signatureHash, 'signatureHash');
  return lookUp({ 'SHA-1': 'SHA-1' }, chosen, 'dangerouslySignatureHash');
}
