import { createVerify, verify } from 'node:crypto';
import type { AlgorithmIdentifier } from './algorithm-identifier.js';
import type { PublicKey } from './public-key.js';
import { doesNotVerify, prepareVerification, type SignatureFault, undecodable, type Verification } from './signature.js';

/** SHA-256 over it takes 0.2 to 0.7 ms, with and without the processor's help. */
const sliceBytes = 256 * 1024;

/**
 * `verifySignature` for data that is too long to be hashed in one go: the hash is taken in slices, and `pause` is awaited between them, so
 * that its caller decides when the event loop turns. Algorithms that hash by themselves need all at once, and copy it: they run
 * on the thread pool.
 *
 * The data must not be changed until the promise is settled. It does not reject, unless `pause` does.
 */
export async function verifySignatureInSlices(
  publicKey: PublicKey,
  algorithm: AlgorithmIdentifier,
  data: Uint8Array,
  signature: Uint8Array,
  pause: () => Promise<void>,
): Promise<SignatureFault | undefined> {
  const verification = prepareVerification(publicKey, algorithm);
  if ('code' in verification) return verification;
  const isGood = verification.hash === null ? onThreadPool(verification, data, signature) : hashed(verification, data, signature, pause);
  const outcome = await isGood;
  if (outcome === 'undecodable') return undecodable(verification.name);
  return outcome ? undefined : doesNotVerify(verification.name);
}

type VerificationOutcome = boolean | 'undecodable';

async function hashed(
  { hash, key }: Verification,
  data: Uint8Array,
  signature: Uint8Array,
  pause: () => Promise<void>,
): Promise<VerificationOutcome> {
  const verifier = createVerify(hash as string);
  for (let at = 0; at < data.length; at += sliceBytes) {
    if (at > 0) await pause();
    verifier.update(data.subarray(at, at + sliceBytes));
  }
  try {
    return verifier.verify(key, signature);
  } catch {
    return 'undecodable';
  }
}

function onThreadPool({ key }: Verification, data: Uint8Array, signature: Uint8Array): Promise<VerificationOutcome> {
  return new Promise((resolve) => {
    try {
      verify(null, data, key, signature, (error, isGood) => resolve(error === null ? isGood : 'undecodable'));
    } catch {
      resolve('undecodable');
    }
  });
}
