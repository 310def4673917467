import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { type KeyChoice, type KeyName, privateKeyFrom } from '../src/keys.js';

describe('refusals', () => {
  test.each<[string, unknown, string]>([
    [
      'an unknown kind',
      'rsa',
      "unknown kind of key 'rsa'; known are ecdsa-p256, ecdsa-p384, ecdsa-p521, ed25519, rsa-2048, rsa-3072, rsa-4096",
    ],
    ['a word that objects have by nature', 'toString', "unknown kind of key 'toString'"],
    ['a public key', createPublicKey(generateKeyPairSync('ed25519').privateKey), 'key: expected a private key, got a public one'],
    ['an unknown option', { bits: 1024 }, "key: unknown option 'bits'; known are dangerouslyRsaBits"],
    ['bits that are no number', { dangerouslyRsaBits: '1024' }, 'key.dangerouslyRsaBits: expected a whole number of bits'],
    ['null', null, 'key: expected an object'],
  ])('%s', async (_title, choice, problem) => {
    await expect(privateKeyFrom(choice as KeyChoice)).rejects.toThrow(TypeError);
    await expect(privateKeyFrom(choice as KeyChoice)).rejects.toThrow(problem);
  });
});

describe('what comes out', () => {
  test.each<[KeyChoice | undefined, string, object]>([
    [undefined, 'ec', { namedCurve: 'prime256v1' }],
    ['ecdsa-p256', 'ec', { namedCurve: 'prime256v1' }],
    ['ecdsa-p384', 'ec', { namedCurve: 'secp384r1' }],
    ['ecdsa-p521', 'ec', { namedCurve: 'secp521r1' }],
    ['ed25519', 'ed25519', {}],
    ['rsa-2048', 'rsa', { modulusLength: 2048, publicExponent: 65_537n }],
    [{ dangerouslyRsaBits: 1024 }, 'rsa', { modulusLength: 1024 }],
  ])('%o', async (choice, type, details) => {
    const key = await privateKeyFrom(choice);
    expect(key.asymmetricKeyType).toBe(type);
    expect(key.asymmetricKeyDetails).toMatchObject(details);
  });

  test.each<KeyName>(['rsa-3072', 'rsa-4096'])('%s', { timeout: 60_000 }, async (name) => {
    expect((await privateKeyFrom(name)).asymmetricKeyDetails).toMatchObject({ modulusLength: Number(name.slice(4)) });
  });

  test('a key that exists already, in each of its forms', async () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const equals = async (choice: KeyChoice) => (await privateKeyFrom(choice)).equals(privateKey);
    expect(await equals(privateKey as KeyObject)).toBe(true);
    expect(await equals(privateKey.export({ type: 'pkcs8', format: 'pem' }) as string)).toBe(true);
    expect(await equals(privateKey.export({ type: 'sec1', format: 'pem' }) as string)).toBe(true);
  });
});
