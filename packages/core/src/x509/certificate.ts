import { hash } from 'node:crypto';
import { asPlainBytes, DerError, DerLimitError, DerReader, toHex } from '../asn1/index.js';
import { type Outcome, type Refusal, refusal, refused } from '../errors/index.js';
import { type AlgorithmIdentifier, readAlgorithmIdentifier } from './algorithm-identifier.js';
import { type ExtensionName, type ExtensionValue, extensionDecoders, extensionName } from './extensions/index.js';
import type { Name } from './name.js';
import { oids } from './oids.js';
import type { SubjectPublicKeyInfo } from './subject-public-key-info.js';
import { checkSameAlgorithm, type Extension, readTbsCertificate, type TbsCertificate } from './tbs-certificate.js';

/** A certificate may have this many bytes. TLS carries at most 16 MB; real ones have 1 to 4 KB, with hundreds of names or ML-DSA keys 10 KB. */
const maxCertificateBytes = 64 * 1024;

/**
 * Reads an X.509 certificate, DER and nothing behind it.
 *
 * The result refers to `der`, which must not be changed afterwards; nothing is copied, since what comes out of a TLS handshake is nobody
 * else's. Extensions are delimited here and decoded when they are asked for; `checkExtensions` decodes all.
 *
 * Refusals: CERTIFICATE_MALFORMED, with the rule that is broken; BUDGET_EXHAUSTED for more than 64 KiB, 128 attributes in a name, or 128
 * octets in an OID. It does not throw.
 *
 * @see RFC 5280, section 4.1
 */
export function readCertificate(der: Uint8Array): Outcome<Certificate> {
  if (der.length > maxCertificateBytes) {
    return refused('PEERCERT_BUDGET_EXHAUSTED', { detail: `the certificate has ${der.length} bytes, ${maxCertificateBytes} are read` });
  }
  try {
    return { ok: true, value: new Certificate(der) };
  } catch (error) {
    return { ok: false, refusal: refuse(error) };
  }
}

/**
 * Decodes every extension that this library knows, so that their accessors cannot throw afterwards.
 *
 * Refusal: CERTIFICATE_MALFORMED for the first that breaks its syntax, BUDGET_EXHAUSTED for one beyond the limits of `readCertificate`. What an extension says, and whether a critical one is known, is the path's to judge.
 */
export function checkExtensions(certificate: Certificate): Refusal | undefined {
  try {
    for (const oid of certificate.extensions.keys()) {
      const name = extensionName(oid);
      if (name !== undefined) void certificate[name];
    }
    return undefined;
  } catch (error) {
    return refuse(error, certificate.subject);
  }
}

let forget: (certificate: Certificate) => void;

/**
 * An X.509 certificate, immutable. Sub-arrays of `der` are made when they are asked for.
 *
 * The accessors of extensions give undefined where there is none, and decode once. They throw `DerError` where the extension breaks
 * its syntax, which cannot happen once `checkExtensions` has passed.
 */
export class Certificate {
  /** The bytes that were read. */
  readonly der: Uint8Array;
  #contents: Contents | undefined;

  /** Internal: `readCertificate` is the way to one. */
  constructor(der: Uint8Array) {
    this.der = asPlainBytes(der);
    this.#contents = readContents(this.der);
    Object.freeze(this);
  }

  get version(): 1 | 2 | 3 {
    return this.#read.tbs.version;
  }

  /** The content octets of the INTEGER, at most 21; never negative. */
  get serialNumber(): Uint8Array {
    return this.#read.tbs.serialNumber;
  }

  /** Inside and outside of what is signed the same, byte for byte. */
  get signatureAlgorithm(): AlgorithmIdentifier {
    return this.#read.tbs.signature;
  }

  get issuer(): Name {
    return this.#read.tbs.issuer;
  }

  get subject(): Name {
    return this.#read.tbs.subject;
  }

  /** Milliseconds since the epoch; the certificate is valid from this moment on. */
  get notBefore(): number {
    return this.#read.tbs.notBefore;
  }

  /** Milliseconds since the epoch; the certificate is valid through this moment. */
  get notAfter(): number {
    return this.#read.tbs.notAfter;
  }

  get subjectPublicKeyInfo(): SubjectPublicKeyInfo {
    return this.#read.tbs.subjectPublicKeyInfo;
  }

  /** By OID, in their encoded order. */
  get extensions(): ReadonlyMap<string, Extension> {
    return this.#read.tbs.extensions;
  }

  /** What is signed: the TBSCertificate, header included. */
  get tbsCertificate(): Uint8Array {
    const { tbsStart, tbsEnd } = this.#read;
    return this.der.subarray(tbsStart, tbsEnd);
  }

  get signature(): Uint8Array {
    const { signatureStart, signatureEnd } = this.#read;
    return this.der.subarray(signatureStart, signatureEnd);
  }

  /** Lower-case hexadecimal without separators, and without a zero octet that is there for the sign only. */
  get serialNumberHex(): string {
    const { serialNumber } = this;
    return toHex(serialNumber.length > 1 && serialNumber[0] === 0 ? serialNumber.subarray(1) : serialNumber);
  }

  /** Whether subject and issuer are the same name (RFC 5280, section 3.2); it says nothing about who signed. */
  get isSelfIssued(): boolean {
    const contents = this.#read;
    contents.isSelfIssued ??= contents.tbs.subject.equals(contents.tbs.issuer);
    return contents.isSelfIssued;
  }

  /** The SHA-256 of `der`, 64 lower-case hexadecimal digits. */
  get fingerprint256(): string {
    const contents = this.#read;
    contents.fingerprint256 ??= hash('sha256', this.der, 'hex');
    return contents.fingerprint256;
  }

  /** The SHA-256 of subjectPublicKeyInfo, 64 lower-case hexadecimal digits. */
  get spki256(): string {
    const contents = this.#read;
    contents.spki256 ??= hash('sha256', contents.tbs.subjectPublicKeyInfo.der, 'hex');
    return contents.spki256;
  }

  /** RFC 5280, section 4.2.1.1. */
  get authorityKeyIdentifier(): ExtensionValue<'authorityKeyIdentifier'> | undefined {
    return this.#extension('authorityKeyIdentifier');
  }

  /** RFC 5280, section 4.2.1.2. */
  get subjectKeyIdentifier(): ExtensionValue<'subjectKeyIdentifier'> | undefined {
    return this.#extension('subjectKeyIdentifier');
  }

  /** RFC 5280, section 4.2.1.3. */
  get keyUsage(): ExtensionValue<'keyUsage'> | undefined {
    return this.#extension('keyUsage');
  }

  /** RFC 5280, section 4.2.1.4. */
  get certificatePolicies(): ExtensionValue<'certificatePolicies'> | undefined {
    return this.#extension('certificatePolicies');
  }

  /** RFC 5280, section 4.2.1.5. */
  get policyMappings(): ExtensionValue<'policyMappings'> | undefined {
    return this.#extension('policyMappings');
  }

  /** RFC 5280, section 4.2.1.6. */
  get subjectAltName(): ExtensionValue<'subjectAltName'> | undefined {
    return this.#extension('subjectAltName');
  }

  /** RFC 5280, section 4.2.1.7. */
  get issuerAltName(): ExtensionValue<'issuerAltName'> | undefined {
    return this.#extension('issuerAltName');
  }

  /** RFC 5280, section 4.2.1.8. */
  get subjectDirectoryAttributes(): ExtensionValue<'subjectDirectoryAttributes'> | undefined {
    return this.#extension('subjectDirectoryAttributes');
  }

  /** RFC 5280, section 4.2.1.9. */
  get basicConstraints(): ExtensionValue<'basicConstraints'> | undefined {
    return this.#extension('basicConstraints');
  }

  /** RFC 5280, section 4.2.1.10. */
  get nameConstraints(): ExtensionValue<'nameConstraints'> | undefined {
    return this.#extension('nameConstraints');
  }

  /** RFC 5280, section 4.2.1.11. */
  get policyConstraints(): ExtensionValue<'policyConstraints'> | undefined {
    return this.#extension('policyConstraints');
  }

  /** RFC 5280, section 4.2.1.12. */
  get extendedKeyUsage(): ExtensionValue<'extendedKeyUsage'> | undefined {
    return this.#extension('extendedKeyUsage');
  }

  /** RFC 5280, section 4.2.1.13. */
  get cRLDistributionPoints(): ExtensionValue<'cRLDistributionPoints'> | undefined {
    return this.#extension('cRLDistributionPoints');
  }

  /** RFC 5280, section 4.2.1.14. */
  get inhibitAnyPolicy(): ExtensionValue<'inhibitAnyPolicy'> | undefined {
    return this.#extension('inhibitAnyPolicy');
  }

  /** RFC 5280, section 4.2.1.15. */
  get freshestCRL(): ExtensionValue<'freshestCRL'> | undefined {
    return this.#extension('freshestCRL');
  }

  /** RFC 5280, section 4.2.2.1. */
  get authorityInfoAccess(): ExtensionValue<'authorityInfoAccess'> | undefined {
    return this.#extension('authorityInfoAccess');
  }

  /** RFC 5280, section 4.2.2.2. */
  get subjectInfoAccess(): ExtensionValue<'subjectInfoAccess'> | undefined {
    return this.#extension('subjectInfoAccess');
  }

  get #read(): Contents {
    this.#contents ??= readContents(this.der);
    return this.#contents;
  }

  #extension<N extends ExtensionName>(name: N): ExtensionValue<N> | undefined {
    const contents = this.#read;
    const known = contents.decoded?.get(name);
    if (known !== undefined) return known as ExtensionValue<N>;
    const extension = contents.tbs.extensions.get(oids.extension[name]);
    if (extension === undefined) return undefined;
    const value = extensionDecoders[name](extension.value) as ExtensionValue<N>;
    contents.decoded ??= new Map();
    contents.decoded.set(name, value);
    return value;
  }

  static {
    forget = (certificate) => {
      certificate.#contents = undefined;
    };
  }
}

/**
 * Lets go of everything but the bytes, which are read anew when they are asked. What was read takes 4 KB beside half a KB of bytes, and of a connection that
 * is open for long it is seldom asked for again. Only for certificates whose bytes nobody else can write to.
 */
export function forgetContents(certificate: Certificate): void {
  forget(certificate);
}

/** What was read of a certificate, and derived from it. */
interface Contents {
  readonly tbs: TbsCertificate;
  readonly tbsStart: number;
  readonly tbsEnd: number;
  readonly signatureStart: number;
  readonly signatureEnd: number;
  decoded: Map<ExtensionName, unknown> | undefined;
  isSelfIssued: boolean | undefined;
  fingerprint256: string | undefined;
  spki256: string | undefined;
}

function readContents(der: Uint8Array): Contents {
  const outer = new DerReader(der);
  const fields = outer.sequence('Certificate');
  outer.finish('Certificate');
  const tbsStart = fields.position;
  const tbs = readTbsCertificate(fields);
  const tbsEnd = fields.position;
  checkSameAlgorithm(tbs.signature, readAlgorithmIdentifier(fields, 'signatureAlgorithm'));
  fields.octetAlignedBitString('signatureValue');
  const signatureStart = fields.contentStart + 1;
  const signatureEnd = fields.position;
  fields.finish('Certificate');
  const derived = { decoded: undefined, isSelfIssued: undefined, fingerprint256: undefined, spki256: undefined };
  return { tbs, tbsStart, tbsEnd, signatureStart, signatureEnd, ...derived };
}

function refuse(error: unknown, subject?: Name): Refusal {
  const named = subject === undefined ? {} : { subject: subject.toString() };
  if (error instanceof DerLimitError) return refusal('PEERCERT_BUDGET_EXHAUSTED', { detail: error.message, ...named }, error);
  if (error instanceof DerError) return refusal('PEERCERT_CERTIFICATE_MALFORMED', { detail: error.message, ...named }, error);
  // A fault of this library, which refuses all the same.
  return refusal('PEERCERT_INTERNAL', { detail: 'reading the certificate threw', ...named }, error);
}
