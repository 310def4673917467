import { hash } from 'node:crypto';
import type { Certificate, Name } from '../x509/index.js';
import { twinOf } from './signature-twin.js';

/** What a deny list names: certificates by issuer and serial number, by what they say, by their key, or by their fingerprint. */
export type DenyEntry =
  | { readonly kind: 'issuerAndSerialNumber'; readonly issuer: Name; readonly serialNumber: string }
  /** SHA-256 of tbsCertificate: what the issuer signed, whatever the signature looks like. */
  | { readonly kind: 'tbsCertificate'; readonly sha256: string }
  /** SHA-256 of subjectPublicKeyInfo: every certificate for the key, whoever issued it. */
  | { readonly kind: 'publicKey'; readonly sha256: string }
  /** SHA-256 of the certificate. */
  | { readonly kind: 'fingerprint'; readonly sha256: string };

/** Both entries that a certificate is stored as: an ECDSA signature can be written in another way, and with it the fingerprint. */
export function denyEntriesOf(certificate: Certificate): readonly DenyEntry[] {
  return [
    { kind: 'issuerAndSerialNumber', issuer: certificate.issuer, serialNumber: serialNumberText(certificate.serialNumber) },
    { kind: 'tbsCertificate', sha256: hash('sha256', certificate.tbsCertificate) },
  ];
}

/** Lower-case hexadecimal digits without zeros in front, `0` for zero: as a serial number is compared, however it was written. */
export function serialNumberText(serialNumber: Uint8Array | string): string {
  const digits =
    typeof serialNumber === 'string' ? serialNumber.toLowerCase().replaceAll(':', '') : Buffer.from(serialNumber).toString('hex');
  return digits.replace(/^0+(?=.)/, '');
}

/** Certificates that are refused, whatever any authority says of them. A set: what is added twice is there once, and gone once deleted. */
export class DenyList {
  readonly #entries = new Map<string, DenyEntry>();
  #counts: Record<DenyEntry['kind'], number> = { issuerAndSerialNumber: 0, tbsCertificate: 0, publicKey: 0, fingerprint: 0 };

  constructor(entries: Iterable<DenyEntry> = []) {
    for (const entry of entries) this.add(entry);
  }

  get size(): number {
    return this.#entries.size;
  }

  /** Whether the entry is new. */
  add(entry: DenyEntry): boolean {
    const key = denyEntryKey(entry);
    if (this.#entries.has(key)) return false;
    this.#entries.set(key, entry);
    this.#counts[entry.kind] += 1;
    return true;
  }

  /** Whether the entry was there. */
  delete(entry: DenyEntry): boolean {
    if (!this.#entries.delete(denyEntryKey(entry))) return false;
    this.#counts[entry.kind] -= 1;
    return true;
  }

  has(entry: DenyEntry): boolean {
    return this.#entries.has(denyEntryKey(entry));
  }

  /** The entry that names the certificate, which `issuer` issued. Hashes that no entry could match are not computed. */
  find(certificate: Certificate, issuer: Certificate): DenyEntry | undefined {
    const { issuerAndSerialNumber, tbsCertificate, publicKey, fingerprint } = this.#counts;
    const entry = (wanted: DenyEntry): DenyEntry | undefined => this.#entries.get(denyEntryKey(wanted));
    const [byName, byContent] = issuerAndSerialNumber + tbsCertificate > 0 ? denyEntriesOf(certificate) : [];
    return (
      (byName && entry(byName)) ??
      (byContent && entry(byContent)) ??
      (publicKey > 0 ? entry({ kind: 'publicKey', sha256: certificate.spki256 }) : undefined) ??
      (fingerprint > 0 ? this.#byFingerprint(certificate, issuer) : undefined)
    );
  }

  #byFingerprint(certificate: Certificate, issuer: Certificate): DenyEntry | undefined {
    const itself = this.#entries.get(denyEntryKey({ kind: 'fingerprint', sha256: certificate.fingerprint256 }));
    if (itself !== undefined) return itself;
    const twin = twinOf(certificate, issuer);
    return twin && this.#entries.get(denyEntryKey({ kind: 'fingerprint', sha256: hash('sha256', twin) }));
  }
}

/** The same text for entries that name the same, however their serial number was written. */
export function denyEntryKey(entry: DenyEntry): string {
  if (entry.kind === 'issuerAndSerialNumber') return `${entry.kind} ${serialNumberText(entry.serialNumber)} ${entry.issuer.key}`;
  return `${entry.kind} ${entry.sha256}`;
}
