import { createPublicKey, type KeyObject } from 'node:crypto';
import type { TestKey, TestKeyKind } from '../../../packages/core/test/support/certificate-builder.js';
import { ecKey, ed25519Key, rsaKey, spkiOf } from '../../fuzz/keys.js';
import { Random } from '../../fuzz/random.js';

/** The keys of a run: they follow from its seed, and are few, since those of RSA take long to make. */
export interface KeyRing {
  readonly seed: number;
  /** Mostly of the kind that is quick. */
  readonly usual: readonly TestKey[];
  /** Below the floor. */
  readonly weak: TestKey;
}

export function keyRing(seed: number): KeyRing {
  const random = new Random(seed, 2 ** 40);
  const several = (count: number, kind: TestKeyKind, make: () => KeyObject) => Array.from({ length: count }, () => testKeyOf(kind, make()));
  return {
    seed,
    usual: [
      ...several(24, 'ec', () => ecKey(random, 'P-256')),
      ...several(3, 'ed25519', () => ed25519Key(random)),
      ...several(1, 'ec-p384', () => ecKey(random, 'P-384')),
      ...several(2, 'rsa', () => rsaKey(random, 2048)),
    ],
    weak: testKeyOf('rsa-1024', rsaKey(random, 1024)),
  };
}

function testKeyOf(kind: TestKeyKind, privateKey: KeyObject): TestKey {
  return { kind, privateKey, publicKey: createPublicKey(privateKey), spki: spkiOf(privateKey) };
}
