import { type KeyObject, X509Certificate } from 'node:crypto';
import { children } from '../der.js';
import { keyPurposes, keyUsageFlags } from '../extensions.js';
import {
  ExtendedKeyUsageExtension,
  KeyUsagesExtension,
  X509Certificate as Peculiar,
  SubjectAlternativeNameExtension,
} from '../peculiar.js';
import { describeName } from './name.js';
import { serialNumberText, timeText } from './values.js';

/** What a person wants to know of a certificate; all of it text, and fit for JSON. */
export interface CertificateDescription {
  readonly serialNumber: string;
  /** As in RFC 4514, like the issuer. */
  readonly subject: string;
  readonly issuer: string;
  readonly notBefore: string;
  readonly notAfter: string;
  /** SHA-256 of the DER, hexadecimal, lower case. */
  readonly fingerprint256: string;
  /** Such as `ecdsa-p256`, `rsa-2048`, `ed25519`. */
  readonly key: string;
  readonly isAuthority: boolean;
  readonly keyUsage: readonly string[];
  /** Key purposes by name, or by OID. */
  readonly extendedKeyUsage: readonly string[];
  /** By type, as the library takes them; a type that has no name is absent. */
  readonly subjectAltName: Readonly<Record<string, readonly string[]>>;
}

/** Throws what the libraries throw for a certificate that they cannot read. */
export function describeCertificate(der: Uint8Array): CertificateDescription {
  const x509 = new X509Certificate(der);
  const peculiar = new Peculiar(Uint8Array.from(der));
  const [toBeSigned] = children(x509.raw) as [Uint8Array];
  const [, , issuer, , subject] = children(toBeSigned).filter((field) => field[0] !== versionTag) as Uint8Array[];
  return {
    serialNumber: serialNumberText(x509.serialNumber),
    subject: describeName(subject as Uint8Array),
    issuer: describeName(issuer as Uint8Array),
    notBefore: timeText(new Date(x509.validFrom)),
    notAfter: timeText(new Date(x509.validTo)),
    fingerprint256: x509.fingerprint256.replaceAll(':', '').toLowerCase(),
    key: describeKey(x509.publicKey),
    isAuthority: x509.ca,
    keyUsage: keyUsage(peculiar),
    extendedKeyUsage:
      peculiar.getExtension(ExtendedKeyUsageExtension)?.usages.map((oid) => purposeNames.get(String(oid)) ?? String(oid)) ?? [],
    subjectAltName: subjectAltName(peculiar),
  };
}

const versionTag = 0xa0;

/** The kind of a key as the library names it, or as Node does where it has no such name. */
export function describeKey(key: KeyObject): string {
  const { modulusLength, namedCurve } = key.asymmetricKeyDetails ?? {};
  if (key.asymmetricKeyType === 'ec') return curveNames.get(String(namedCurve)) ?? `ec-${namedCurve}`;
  return modulusLength === undefined ? String(key.asymmetricKeyType) : `${key.asymmetricKeyType}-${modulusLength}`;
}

const curveNames = new Map([
  ['prime256v1', 'ecdsa-p256'],
  ['secp384r1', 'ecdsa-p384'],
  ['secp521r1', 'ecdsa-p521'],
]);

const purposeNames = new Map<string, string>(Object.entries(keyPurposes).map(([name, oid]) => [oid, name]));

function keyUsage(certificate: Peculiar): string[] {
  const usages = certificate.getExtension(KeyUsagesExtension)?.usages ?? 0;
  return Object.entries(keyUsageFlags).flatMap(([name, flag]) => ((usages & flag) === 0 ? [] : [name]));
}

function subjectAltName(certificate: Peculiar): Record<string, string[]> {
  const byType: Record<string, string[]> = {};
  for (const { type, value } of certificate.getExtension(SubjectAlternativeNameExtension)?.names.toJSON() ?? []) {
    const key = nameTypes.get(type) ?? type;
    byType[key] = [...(byType[key] ?? []), value];
  }
  return byType;
}

/** The library's words, where they differ from ours. */
const nameTypes = new Map<string, string>([
  ['url', 'uri'],
  ['dn', 'directoryName'],
  ['id', 'registeredId'],
]);
