import { generateKeyPairSync, type KeyObject } from 'node:crypto';

export interface TestKey {
  readonly kind: TestKeyKind;
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
  /** SubjectPublicKeyInfo, DER. */
  readonly spki: Uint8Array;
}

export type TestKeyKind = keyof typeof makers;

/**
 * A key pair, generated when first asked for and the same one for the same kind and name ever after (in one test file), since RSA keys
 * take long to generate. Give another name for another key.
 */
export function testKey(kind: TestKeyKind = 'ec', name = ''): TestKey {
  const id = `${kind} ${name}`;
  let key = made.get(id);
  if (key === undefined) {
    const { publicKey, privateKey } = makers[kind]();
    key = { kind, publicKey, privateKey, spki: Uint8Array.from(publicKey.export({ format: 'der', type: 'spki' })) };
    made.set(id, key);
  }
  return key;
}

/** A number, whatever the types say. */
const saltLength = 32 as unknown as string;

const makers = {
  ec: () => generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  'ec-p384': () => generateKeyPairSync('ec', { namedCurve: 'P-384' }),
  'ec-p521': () => generateKeyPairSync('ec', { namedCurve: 'P-521' }),
  'ec-p224': () => generateKeyPairSync('ec', { namedCurve: 'secp224r1' }),
  rsa: () => generateKeyPairSync('rsa', { modulusLength: 2048 }),
  'rsa-1024': () => generateKeyPairSync('rsa', { modulusLength: 1024 }),
  'rsa-pss': () => generateKeyPairSync('rsa-pss', { modulusLength: 2048 }),
  /** Restricted to SHA-256 and salts of at least 32 octets. */
  'rsa-pss-sha256': () =>
    generateKeyPairSync('rsa-pss', { modulusLength: 2048, hashAlgorithm: 'sha256', mgf1HashAlgorithm: 'sha256', saltLength }),
  ed25519: () => generateKeyPairSync('ed25519'),
  ed448: () => generateKeyPairSync('ed448'),
  // Node.js 24 and newer; the types are those of Node.js 20.
  'ml-dsa-44': () => generateKeyPairSync('ml-dsa-44' as 'ed25519'),
  'ml-dsa-65': () => generateKeyPairSync('ml-dsa-65' as 'ed25519'),
  'ml-dsa-87': () => generateKeyPairSync('ml-dsa-87' as 'ed25519'),
} as const satisfies Record<string, () => { publicKey: KeyObject; privateKey: KeyObject }>;

const made = new Map<string, TestKey>();
