import type { Outcome } from '../errors/index.js';
import { type Certificate, type PublicKey, preparePublicKey } from '../x509/index.js';

const prepared = new WeakMap<Certificate, Outcome<PublicKey>>();

/** A certificate's key, prepared once for as long as the certificate is held: configured intermediates verify many. */
export function publicKeyOf(certificate: Certificate): Outcome<PublicKey> {
  let key = prepared.get(certificate);
  if (key === undefined) {
    key = preparePublicKey(certificate.subjectPublicKeyInfo);
    prepared.set(certificate, key);
  }
  return key;
}
