import { createPublicKey } from 'node:crypto';

let supported: boolean | undefined;

/**
 * Whether the running Node.js has ML-DSA (24 and newer, with OpenSSL 3.5). It is asked by importing a key, once; versions and their
 * OpenSSL can be combined in more ways than a table would know.
 */
export function isMlDsaSupported(): boolean {
  supported ??= canImport();
  return supported;
}

function canImport(): boolean {
  try {
    // SubjectPublicKeyInfo of ML-DSA-44. Any 1312 octets are a public key (FIPS 204, algorithm 23), zeros too.
    const header = Buffer.from('30820532300b06096086480165030403110382052100', 'hex');
    createPublicKey({ key: Buffer.concat([header, Buffer.alloc(1312)]), format: 'der', type: 'spki' });
    return true;
  } catch {
    return false;
  }
}
