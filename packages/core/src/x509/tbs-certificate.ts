import { constructedTag, DerError, DerLimitError, type DerReader, equalBytes, primitiveTag, tags } from '../asn1/index.js';
import { type AlgorithmIdentifier, readAlgorithmIdentifier } from './algorithm-identifier.js';
import { type Name, readName } from './name.js';
import { readSubjectPublicKeyInfo, type SubjectPublicKeyInfo } from './subject-public-key-info.js';

export interface TbsCertificate {
  readonly version: 1 | 2 | 3;
  readonly serialNumber: Uint8Array;
  readonly signature: AlgorithmIdentifier;
  readonly issuer: Name;
  readonly notBefore: number;
  readonly notAfter: number;
  readonly subject: Name;
  readonly subjectPublicKeyInfo: SubjectPublicKeyInfo;
  readonly extensions: ReadonlyMap<string, Extension>;
}

/** RFC 5280, section 4.1.2.9. */
export class Extension {
  readonly oid: string;
  readonly critical: boolean;
  readonly #bytes: Uint8Array;
  readonly #start: number;
  readonly #end: number;

  constructor(oid: string, critical: boolean, bytes: Uint8Array, start: number, end: number) {
    this.oid = oid;
    this.critical = critical;
    this.#bytes = bytes;
    this.#start = start;
    this.#end = end;
  }

  /** What the OCTET STRING holds: the DER of the extension's own syntax. */
  get value(): Uint8Array {
    return this.#bytes.subarray(this.#start, this.#end);
  }
}

/** RFC 5280, section 4.1.2: the next element is a TBSCertificate. */
export function readTbsCertificate(reader: DerReader): TbsCertificate {
  const fields = reader.sequence('tbsCertificate');
  const version = readVersion(fields);
  const serialNumber = readSerialNumber(fields);
  const signature = readAlgorithmIdentifier(fields, 'tbsCertificate signature');
  const issuer = readName(fields, 'issuer');
  // Section 4.1.2.4: "The issuer field MUST contain a non-empty distinguished name (DN)."
  if (issuer.isEmpty) throw new DerError('issuer is empty');
  const validity = fields.sequence('validity');
  const notBefore = validity.time('notBefore');
  const notAfter = validity.time('notAfter');
  validity.finish('validity');
  const subject = readName(fields, 'subject');
  const subjectPublicKeyInfo = readSubjectPublicKeyInfo(fields);
  skipUniqueIdentifiers(fields, version);
  const extensions = fields.isAtEnd ? none : readExtensions(fields, version);
  fields.finish('tbsCertificate');
  return { version, serialNumber, signature, issuer, notBefore, notAfter, subject, subjectPublicKeyInfo, extensions };
}

/** Section 4.1.2.1: `[0] EXPLICIT INTEGER { v1(0), v2(1), v3(2) } DEFAULT v1`. */
function readVersion(fields: DerReader): 1 | 2 | 3 {
  if (fields.nextTag !== constructedTag(0)) return 1;
  const wrapper = fields.enter(constructedTag(0), 'version');
  const version = wrapper.natural('version');
  wrapper.finish('version');
  // X.690, section 11.5: a value that is the default is not encoded.
  if (version === 0) throw new DerError('version v1 is encoded');
  if (version > 2) throw new DerError(`version: there is no v${version + 1}`);
  return version === 1 ? 2 : 3;
}

/**
 * Section 4.1.2.2: at most 20 octets of a positive number. A twenty-first octet, zero, is there when the first bit would otherwise read as the
 * sign. Zero is no positive number, but the section has readers handle it, since old authorities begin with it.
 */
function readSerialNumber(fields: DerReader): Uint8Array {
  const serialNumber = fields.integer('serialNumber');
  const first = serialNumber[0] as number;
  if (first >= 0x80) throw new DerError('serialNumber is negative');
  if (serialNumber.length > (first === 0 ? 21 : 20)) throw new DerError('serialNumber of more than 20 octets');
  return serialNumber;
}

/** Section 4.1.2.8: in versions 2 and 3 only. */
function skipUniqueIdentifiers(fields: DerReader, version: number): void {
  for (const [number, what] of uniqueIdentifiers) {
    if (fields.nextTag !== primitiveTag(number)) continue;
    if (version === 1) throw new DerError(`${what} in a certificate of version 1`);
    fields.skipBitString(what, primitiveTag(number));
  }
}

const uniqueIdentifiers = [
  [1, 'issuerUniqueID'],
  [2, 'subjectUniqueID'],
] as const;

/** Section 4.1.2.9: in version 3 only, one or more; section 4.2: "A certificate MUST NOT include more than one instance of a particular extension." */
function readExtensions(fields: DerReader, version: number): ReadonlyMap<string, Extension> {
  const wrapper = fields.enter(constructedTag(3), 'extensions');
  if (version !== 3) throw new DerError(`extensions in a certificate of version ${version}`);
  const list = wrapper.sequence('extensions');
  wrapper.finish('extensions');
  return readExtensionList(list);
}

/** The content of an `Extensions`, one or more, each type once. */
export function readExtensionList(list: DerReader): ReadonlyMap<string, Extension> {
  const extensions = new Map<string, Extension>();
  do {
    if (extensions.size >= mostExtensions) throw new DerLimitError(`more than ${mostExtensions} extensions`);
    const extension = readExtension(list);
    if (extensions.has(extension.oid)) throw new DerError(`extension ${extension.oid} twice`);
    extensions.set(extension.oid, extension);
  } while (!list.isAtEnd);
  return extensions;
}

function readExtension(list: DerReader): Extension {
  const fields = list.sequence('extension');
  const oid = fields.objectIdentifier('extension extnID');
  const isCriticalEncoded = fields.nextTag === tags.boolean;
  const critical = isCriticalEncoded && fields.boolean(`extension ${oid} critical`);
  if (isCriticalEncoded && !critical) throw new DerError(`extension ${oid}: critical FALSE is encoded`);
  fields.skipTagged(tags.octetString, `extension ${oid} extnValue`);
  const valueStart = fields.contentStart;
  fields.finish(`extension ${oid}`);
  return new Extension(oid, critical, list.bytes, valueStart, fields.position);
}

/** Certificates have about ten. */
const mostExtensions = 64;

const none: ReadonlyMap<string, Extension> = new Map();

/** Section 4.1.1.2: the algorithm outside must be the one inside, which the signature covers. */
export function checkSameAlgorithm(inside: AlgorithmIdentifier, outside: AlgorithmIdentifier, where = 'tbsCertificate'): void {
  if (!equalBytes(inside.der, outside.der)) throw new DerError(`signatureAlgorithm differs from the one in ${where}`);
}
