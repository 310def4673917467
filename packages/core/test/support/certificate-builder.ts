import { bitString, explicit, integer, sequence, time } from './der-writer.js';
import { type TestKey, testKey } from './keys.js';
import { type NameOption, name } from './names.js';
import { defaultSignature, signatureAlgorithm, type TestSignatureAlgorithm, type TestSignatureName } from './signatures.js';

export interface CertificateOptions {
  /** Default: `test`. */
  readonly subject?: NameOption;
  /** Default: the subject. */
  readonly issuer?: NameOption;
  /** The key that the certificate is for; default: `testKey('ec')`. */
  readonly key?: TestKey;
  /** The key that signs; default: `key`, which makes the certificate self-signed. */
  readonly issuerKey?: TestKey;
  /** Default: what suits `issuerKey`, with SHA-256. */
  readonly signatureAlgorithm?: TestSignatureName | TestSignatureAlgorithm;
  /** Default: 3 with extensions, 1 without. */
  readonly version?: 1 | 2 | 3;
  /** Default: 1. */
  readonly serialNumber?: number | bigint;
  /** Default: 2020-01-01. */
  readonly notBefore?: Date | number | string;
  /** Default: 2040-01-01. */
  readonly notAfter?: Date | number | string;
  /** Encoded Extensions, in this order; see extensions.ts. Default: none. */
  readonly extensions?: readonly Uint8Array[];
  /** DER that takes the place of a field, an empty array to leave it out. The certificate is signed with it in place. */
  readonly fields?: Partial<TbsFields>;
  /** DER that takes the place of signatureAlgorithm outside of what is signed. */
  readonly outerAlgorithm?: Uint8Array;
  /** DER that takes the place of signatureValue. */
  readonly signatureValue?: Uint8Array;
}

/** The fields of a TBSCertificate, each with its header; an absent one is empty. */
export interface TbsFields {
  version: Uint8Array;
  serialNumber: Uint8Array;
  signature: Uint8Array;
  issuer: Uint8Array;
  validity: Uint8Array;
  subject: Uint8Array;
  subjectPublicKeyInfo: Uint8Array;
  issuerUniqueID: Uint8Array;
  subjectUniqueID: Uint8Array;
  extensions: Uint8Array;
  /** Whatever is to follow behind the last field. */
  trailing: Uint8Array;
}

/** Builds and signs a certificate; all options have defaults, and every byte of it can be had otherwise. */
export function buildCertificate(options: CertificateOptions = {}): Uint8Array {
  const { key = testKey('ec'), extensions = [], outerAlgorithm, signatureValue } = options;
  const { issuerKey = key, subject = 'test', issuer = subject, serialNumber = 1 } = options;
  const { version = extensions.length === 0 ? 1 : 3, notBefore = '2020-01-01', notAfter = '2040-01-01' } = options;
  const algorithm = algorithmOf(options.signatureAlgorithm ?? defaultSignature(issuerKey.kind));
  const fields: TbsFields = {
    version: version === 1 ? empty : explicit(0, integer(version - 1)),
    serialNumber: integer(serialNumber),
    signature: algorithm.der,
    issuer: name(issuer),
    validity: sequence(time(notBefore), time(notAfter)),
    subject: name(subject),
    subjectPublicKeyInfo: key.spki,
    issuerUniqueID: empty,
    subjectUniqueID: empty,
    extensions: extensions.length === 0 ? empty : explicit(3, sequence(...extensions)),
    trailing: empty,
    ...options.fields,
  };
  const tbsCertificate = sequence(...Object.values(fields));
  const signature = signatureValue ?? bitString(algorithm.sign(tbsCertificate, issuerKey.privateKey));
  return sequence(tbsCertificate, outerAlgorithm ?? algorithm.der, signature);
}

function algorithmOf(option: TestSignatureName | TestSignatureAlgorithm): TestSignatureAlgorithm {
  return typeof option === 'string' ? signatureAlgorithm(option) : option;
}

const empty = new Uint8Array(0);

export * from './extensions.js';
export { type TestKey, type TestKeyKind, testKey } from './keys.js';
export type { NameOption } from './names.js';
