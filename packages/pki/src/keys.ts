import { createPrivateKey, generateKeyPair, KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import { checkOptions, lookUp } from './check-options.js';

/** The kinds of key that a development PKI needs; `ecdsa-p256` is the default everywhere. */
export type KeyName = 'ecdsa-p256' | 'ecdsa-p384' | 'ecdsa-p521' | 'ed25519' | 'rsa-2048' | 'rsa-3072' | 'rsa-4096';

/**
 * What to certify: a kind of key to generate, or a private key that exists already, as PEM (PKCS#8, PKCS#1 or SEC 1,
 * unencrypted) or as `KeyObject`. `dangerouslyRsaBits` generates an RSA key of any length, 512 for instance, for tests of
 * refusals: nothing that checks certificates accepts less than 2048.
 */
export type KeyChoice = KeyName | KeyObject | { readonly dangerouslyRsaBits: number } | (string & {});

/** The private key; its public half is `createPublicKey(key)`. Throws a `TypeError` for an unknown kind. */
export async function privateKeyFrom(choice: KeyChoice = 'ecdsa-p256'): Promise<KeyObject> {
  if (choice instanceof KeyObject) return checkPrivate(choice);
  if (typeof choice === 'string') {
    if (choice.includes('-----BEGIN')) return createPrivateKey(choice);
    return await lookUp(generators, choice, 'kind of key')();
  }
  checkOptions(choice, ['dangerouslyRsaBits'], 'key');
  if (!Number.isInteger(choice.dangerouslyRsaBits)) throw new TypeError('key.dangerouslyRsaBits: expected a whole number of bits');
  return await generateRsa(choice.dangerouslyRsaBits);
}

const generate = promisify(generateKeyPair);

const generators: Readonly<Record<KeyName, () => Promise<KeyObject>>> = {
  'ecdsa-p256': () => generateEc('P-256'),
  'ecdsa-p384': () => generateEc('P-384'),
  'ecdsa-p521': () => generateEc('P-521'),
  ed25519: async () => (await generate('ed25519')).privateKey,
  'rsa-2048': () => generateRsa(2048),
  'rsa-3072': () => generateRsa(3072),
  'rsa-4096': () => generateRsa(4096),
};

export const keyNames = Object.keys(generators) as readonly KeyName[];

async function generateEc(namedCurve: string): Promise<KeyObject> {
  return (await generate('ec', { namedCurve })).privateKey;
}

async function generateRsa(modulusLength: number): Promise<KeyObject> {
  return (await generate('rsa', { modulusLength })).privateKey;
}

function checkPrivate(key: KeyObject): KeyObject {
  if (key.type !== 'private') throw new TypeError(`key: expected a private key, got a ${key.type} one`);
  return key;
}
