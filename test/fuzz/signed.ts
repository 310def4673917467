import { constants, createPublicKey, type KeyObject, type VerifyKeyObjectInput, verify } from 'node:crypto';
import { fieldsOf } from './certificate-tree.js';
import { type Element, readTree, writeTree } from './tree.js';

/**
 * The path on which signatures lead from the end entity, the first of `certificates`, to one of the anchors: the end entity alone, or with
 * one of the others; undefined where there is none.
 *
 * It uses nothing of core, and asks nothing else of the certificates: OpenSSL asks about signatures last, so where it refused for another
 * reason, somebody must have looked.
 */
export function signedPath(certificates: readonly Uint8Array[], anchors: readonly Uint8Array[]): readonly Element[] | undefined {
  const [endEntity, ...others] = certificates.flatMap((der) => readTree(der, true) ?? []);
  if (endEntity === undefined) return undefined;
  const anchorKeys = anchors.flatMap((der) => keysOf(readTree(der)));
  const isAnchored = (tree: Element): boolean => anchorKeys.some((key) => isSignedWith(tree, key));
  if (isAnchored(endEntity)) return [endEntity];
  const issuer = others.find((other) => isAnchored(other) && keysOf(other).some((key) => isSignedWith(endEntity, key)));
  return issuer && [endEntity, issuer];
}

function keysOf(tree: Element | undefined): KeyObject[] {
  const spki = tree && fieldsOf(tree)?.spki;
  const der = spki && writeTree(spki);
  if (der === undefined) return [];
  try {
    return [createPublicKey({ key: Buffer.from(der), format: 'der', type: 'spki' })];
  } catch {
    return [];
  }
}

/** By any of the hashes; which one is told by the algorithm is not what is asked here. */
function isSignedWith(tree: Element, key: KeyObject): boolean {
  const [tbs, , signatureValue] = tree.children ?? [];
  const data = tbs && writeTree(tbs);
  const bits = signatureValue && writeTree({ ...signatureValue, tag: 0x04 });
  if (data === undefined || bits === undefined) return false;
  // The content of the BIT STRING, behind its header and the count of unused bits.
  const signature = bits.subarray((bits[1] as number) < 0x80 ? 3 : 3 + (bits[1] as number) - 0x80);
  const hashes = key.asymmetricKeyType === 'ed25519' || key.asymmetricKeyType === 'ed448' ? [null] : ['sha256', 'sha384', 'sha512'];
  const pss = { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_AUTO };
  return hashes.some(
    (hash) => verifies(hash, data, key, signature) || (key.asymmetricKeyType === 'rsa' && verifies(hash, data, pss, signature)),
  );
}

function verifies(hash: string | null, data: Uint8Array, key: KeyObject | VerifyKeyObjectInput, signature: Uint8Array): boolean {
  try {
    return verify(hash, data, key as KeyObject, signature);
  } catch {
    return false;
  }
}
