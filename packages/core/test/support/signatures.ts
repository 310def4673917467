import { constants, type KeyObject, sign } from 'node:crypto';
import { explicit, integer, nullValue, oid, sequence } from './der-writer.js';
import type { TestKeyKind } from './keys.js';

/** How a test certificate is signed: the AlgorithmIdentifier that it tells, and what really makes the signature. */
export interface TestSignatureAlgorithm {
  readonly der: Uint8Array;
  readonly sign: (data: Uint8Array, privateKey: KeyObject) => Uint8Array;
}

export type TestSignatureName = keyof typeof testSignatures;

/** Signs as `name` does, but tells another AlgorithmIdentifier. */
export function signatureAlgorithm(name: TestSignatureName, der: Uint8Array = testSignatures[name].der): TestSignatureAlgorithm {
  return { der, sign: testSignatures[name].sign };
}

/** What `buildCertificate` uses for a key when it is not told. */
export function defaultSignature(kind: TestKeyKind): TestSignatureName {
  if (kind.startsWith('ec')) return 'ecdsa-sha256';
  if (kind.startsWith('rsa-pss')) return 'rsa-pss-sha256';
  if (kind.startsWith('rsa')) return 'rsa-sha256';
  return kind as TestSignatureName;
}

/** RSASSA-PSS-params; `saltLength` undefined leaves the field out. */
export function pssParameters(hashOid: string, saltLength: number | undefined, mgfHashOid = hashOid): Uint8Array {
  return sequence(
    explicit(0, sequence(oid(hashOid), nullValue())),
    explicit(1, sequence(oid('1.2.840.113549.1.1.8'), sequence(oid(mgfHashOid), nullValue()))),
    ...(saltLength === undefined ? [] : [explicit(2, integer(saltLength))]),
  );
}

export const hashOids = {
  sha1: '1.3.14.3.2.26',
  sha256: '2.16.840.1.101.3.4.2.1',
  sha384: '2.16.840.1.101.3.4.2.2',
  sha512: '2.16.840.1.101.3.4.2.3',
} as const;

const testSignatures = {
  'rsa-sha1': rsa('1.2.840.113549.1.1.5', 'sha1'),
  'rsa-sha256': rsa('1.2.840.113549.1.1.11', 'sha256'),
  'rsa-sha384': rsa('1.2.840.113549.1.1.12', 'sha384'),
  'rsa-sha512': rsa('1.2.840.113549.1.1.13', 'sha512'),
  'rsa-pss-sha256': rsaPss('sha256', 32),
  'rsa-pss-sha384': rsaPss('sha384', 48),
  'rsa-pss-sha512': rsaPss('sha512', 64),
  'ecdsa-sha1': plain('1.2.840.10045.4.1', 'sha1'),
  'ecdsa-sha256': plain('1.2.840.10045.4.3.2', 'sha256'),
  'ecdsa-sha384': plain('1.2.840.10045.4.3.3', 'sha384'),
  'ecdsa-sha512': plain('1.2.840.10045.4.3.4', 'sha512'),
  ed25519: plain('1.3.101.112', null),
  ed448: plain('1.3.101.113', null),
  'ml-dsa-44': plain('2.16.840.1.101.3.4.3.17', null),
  'ml-dsa-65': plain('2.16.840.1.101.3.4.3.18', null),
  'ml-dsa-87': plain('2.16.840.1.101.3.4.3.19', null),
} as const satisfies Record<string, TestSignatureAlgorithm>;

function rsa(algorithm: string, hash: string): TestSignatureAlgorithm {
  return { der: sequence(oid(algorithm), nullValue()), sign: (data, key) => Uint8Array.from(sign(hash, data, key)) };
}

function plain(algorithm: string, hash: string | null): TestSignatureAlgorithm {
  return { der: sequence(oid(algorithm)), sign: (data, key) => Uint8Array.from(sign(hash, data, key)) };
}

/** Also made for tests of other salts: `rsaPss('sha256', 222)`. */
export function rsaPss(hash: 'sha256' | 'sha384' | 'sha512', saltLength: number): TestSignatureAlgorithm {
  return {
    der: sequence(oid('1.2.840.113549.1.1.10'), pssParameters(hashOids[hash], saltLength)),
    sign: (data, key) => Uint8Array.from(sign(hash, data, { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength })),
  };
}
