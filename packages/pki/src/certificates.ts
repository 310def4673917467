import { createPublicKey, type KeyObject, webcrypto } from 'node:crypto';
import { checkOptions } from './check-options.js';
import { children, element, sequence } from './der.js';
import { type ExtensionOptions, encodeExtensions, extensionOptions } from './extensions.js';
import type { Issuer } from './issuer.js';
import type { KeyChoice } from './keys.js';
import type { NameInput } from './names.js';
import { Name, X509CertificateGenerator } from './peculiar.js';
import { type SerialNumber, serialNumberOctets } from './serial-number.js';
import { type SignatureOptions, signatureOptions } from './signatures.js';
import { type ValidityOptions, validityFrom, validityOptions } from './validity.js';

/** What every kind of certificate can be issued with. */
export interface CertificateOptions extends ValidityOptions, SignatureOptions, ExtensionOptions {
  /** Whom the certificate is for. */
  readonly subject?: NameInput;
  /** The certified key; default `'ecdsa-p256'`, generated. */
  readonly key?: KeyChoice;
  /** Default: 16 random octets. */
  readonly serialNumber?: SerialNumber;
  /** 1 writes no extension at all, as plain `openssl x509 -req` does, and takes no option for one. Default 3. */
  readonly version?: 1 | 3;
}

/** Throws a `TypeError` for an option that is neither of these nor `more` (which all end up in extensions), and for extensions in version 1. */
export function checkCertificateOptions(options: CertificateOptions, more: readonly string[], where: string): void {
  const forExtensions = [...extensionOptions, ...more];
  checkOptions(options, ['subject', 'key', 'serialNumber', 'version', ...validityOptions, ...signatureOptions, ...forExtensions], where);
  if (options.version === undefined || options.version === 3) return;
  if (options.version !== 1) throw new TypeError(`${where}: version: expected 1 or 3`);
  const given = Object.entries(options).find(([name, value]) => forExtensions.includes(name) && value !== undefined && value !== null);
  if (given !== undefined) throw new TypeError(`${where}: ${given[0]}: a certificate of version 1 has no extensions`);
}

export interface Subject {
  /** The subject field's DER. */
  readonly name: Uint8Array;
  readonly privateKey: KeyObject;
  readonly defaultDays: number;
}

/** The certificate's DER. */
export async function buildCertificate(options: CertificateOptions, subject: Subject, issuer: Issuer): Promise<Uint8Array> {
  const publicKey = createPublicKey(subject.privateKey);
  const serialNumber = serialNumberOctets(options.serialNumber);
  const emptySequence = 2;
  const extensions =
    options.version === 1
      ? []
      : encodeExtensions(options, {
          publicKey,
          issuerKeyIdentifier: issuer.keyIdentifier,
          subjectIsEmpty: subject.name.length === emptySequence,
        });

  const generated = await X509CertificateGenerator.create(
    {
      subject: new Name(Uint8Array.from(subject.name)),
      issuer: new Name(Uint8Array.from(issuer.name)),
      serialNumber: Buffer.from(serialNumber).toString('hex'),
      ...validityFrom(options, subject.defaultDays),
      publicKey: Uint8Array.from(publicKey.export({ type: 'spki', format: 'der' })),
      signingKey: issuer.signer.cryptoKey,
      signingAlgorithm: issuer.signer.algorithm,
      extensions,
    },
    webcrypto,
  );
  return asAsked(new Uint8Array(generated.rawData), options.version ?? 3, serialNumber, subject, issuer);
}

/**
 * The generator puts some things its own way: an empty sequence where there is no extension, which ASN.1 forbids; version 3
 * always; serial numbers made positive; names decoded and encoded again. Where that differs from what was asked the
 * to-be-signed part is put right and signed anew.
 */
function asAsked(generated: Uint8Array, version: 1 | 3, serialNumber: Uint8Array, subject: Subject, issuer: Issuer): Uint8Array {
  const [tbsCertificate, signatureAlgorithm] = children(generated) as [Uint8Array, Uint8Array];
  const [versionField, , signature, , validity, , subjectPublicKeyInfo, extensions] = children(tbsCertificate) as EightFields;
  const asked = sequence(
    ...(version === 1 ? [] : [versionField]),
    element(0x02, serialNumber),
    signature,
    issuer.name,
    validity,
    subject.name,
    subjectPublicKeyInfo,
    ...(Buffer.compare(extensions, noExtensions) === 0 ? [] : [extensions]),
  );
  return Buffer.compare(asked, tbsCertificate) === 0 ? generated : issuer.signer.signed(asked, signatureAlgorithm);
}

/** RFC 5280, section 4.1: those of a TBSCertificate that the generator always writes. */
type EightFields = [Uint8Array, Uint8Array, Uint8Array, Uint8Array, Uint8Array, Uint8Array, Uint8Array, Uint8Array];

const noExtensions = element(0xa3, sequence());
