import { checkOptions } from '../check-options.js';
import type { Credential } from '../credential.js';

export interface Pkcs12Options {
  /**
   * What the file is encrypted with; printable ASCII. Programs disagree on how other characters are encoded, and keychains do not
   * open a file without a password, so both are refused.
   */
  readonly password: string;
  /** What browsers and keychains list the certificate as. Default: its common name, or else its subject. */
  readonly friendlyName?: string;
  /**
   * Encrypts by triple DES and SHA-1 (RFC 7292, appendix C), for old keychains of macOS and Windows that open nothing else. Whoever gets
   * hold of such a file guesses passwords fast, so give it a long random one. Default false.
   */
  readonly legacy?: boolean;
}

/**
 * A credential as one PKCS#12 file (RFC 7292), usually called `.p12` or `.pfx`, for browsers, keychains and curl: the private key, the
 * certificate and the intermediates above it; never the root, which some keychains would offer to trust.
 *
 * The key and the certificates are encrypted by AES-256-CBC under PBKDF2 with HMAC-SHA-256, and the whole is sealed by HMAC-SHA-256 (RFC
 * 8018), 100,000 rounds each, which takes some 200 ms. OpenSSL 3, curl, NSS 3.87 and Node open it.
 *
 * Throws a `TypeError` for an unknown option, and for a password that is empty or not printable ASCII.
 */
export async function toPkcs12(credential: Credential, options: Pkcs12Options): Promise<Uint8Array> {
  checkOptions(options, ['password', 'friendlyName', 'legacy'], 'toPkcs12');
  const { password, friendlyName = nameOf(credential), legacy = false } = options;
  if (typeof password !== 'string' || !/^[\x20-\x7e]+$/.test(password)) {
    throw new TypeError('toPkcs12: password: expected printable ASCII characters, one at least');
  }
  if (typeof friendlyName !== 'string') throw new TypeError('toPkcs12: friendlyName: expected a string');
  if (typeof legacy !== 'boolean') throw new TypeError('toPkcs12: legacy: expected true or false');
  // Whoever makes no such file need not wait for the library to load.
  const { writePkcs12 } = await import('./write-pkcs12.js');
  return await writePkcs12(credential, { password, friendlyName, legacy });
}

/** Node writes a subject as one relative name a line, in the order in which it is encoded: the most specific last. */
function nameOf({ x509 }: Credential): string {
  const names = x509.subject.split('\n');
  return names.findLast((name) => name.startsWith('CN='))?.slice('CN='.length) ?? names.reverse().join(',');
}
