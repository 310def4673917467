import { type Certificate, type Crl, errors, verifier, x509 } from './core.js';
import type { Outcome } from './verdict.js';

/** The certificate, or nothing where it cannot be read. */
export function readable(der: Uint8Array): readonly Certificate[] {
  const read = x509.readCertificate(der);
  return read.ok && x509.checkExtensions(read.value) === undefined ? [read.value] : [];
}

/** The list with its index, or why it counts for nothing. */
export function readCrl(der: Uint8Array): Outcome<Crl> {
  const read = verifier.run(verifier.readCrlContent(der, { mostEntries: 1_000_000, allowDenyingAuthorities: false }));
  if (read instanceof Promise) throw new TypeError('reading without a pause gave a promise');
  const detail = read.ok ? 'holds no CRL' : read.problem;
  const [crl] = read.ok ? read.value.crls : [];
  return crl === undefined ? errors.refused('PEERCERT_REVOCATION_UNKNOWN', { detail }) : { ok: true, value: crl };
}

/** Between slices of work on a long list. */
export function pause(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
