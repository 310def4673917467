import { createHash, type KeyObject } from 'node:crypto';
import { checkOid, checkOptions, listOf, lookUp } from './check-options.js';
import { children, contentOf } from './der.js';
import { encodeSubjectAltName, type SubjectAltNameInput } from './general-names.js';
import {
  AuthorityInfoAccessExtension,
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  CertificatePolicyExtension,
  CRLDistributionPointsExtension,
  ExtendedKeyUsageExtension,
  Extension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectKeyIdentifierExtension,
} from './peculiar.js';

/** The bits of keyUsage by their names in RFC 5280, section 4.2.1.3. */
export type KeyUsageName =
  | 'digitalSignature'
  | 'contentCommitment'
  | 'keyEncipherment'
  | 'dataEncipherment'
  | 'keyAgreement'
  | 'keyCertSign'
  | 'cRLSign'
  | 'encipherOnly'
  | 'decipherOnly';

/** The key purposes of RFC 5280, section 4.2.1.12, by name. */
export type KeyPurposeName =
  | 'serverAuth'
  | 'clientAuth'
  | 'codeSigning'
  | 'emailProtection'
  | 'timeStamping'
  | 'OCSPSigning'
  | 'anyExtendedKeyUsage';

/** An extension as it is: for what has no option here, and for tests that need a broken one. */
export interface RawExtension {
  /** Dotted form. */
  readonly oid: string;
  /** Default false. */
  readonly critical?: boolean;
  /** What the OCTET STRING holds: DER, in a certificate that is meant to be read. */
  readonly value: Uint8Array;
}

/** The extensions of a certificate. What is `undefined` gets the default of the kind that is issued, what is `null` is left out. */
export interface ExtensionOptions {
  /** RFC 5280, section 4.2.1.6. Critical if the subject is empty, as section 4.1.2.6 demands. */
  readonly subjectAltName?: SubjectAltNameInput | null;
  /** RFC 5280, section 4.2.1.9; `critical` is true by default. Default: `cA: true` for authorities, none for all others. */
  readonly basicConstraints?: { readonly cA: boolean; readonly pathLength?: number; readonly critical?: boolean } | null;
  /** Written as critical. Default: keyCertSign and cRLSign for authorities, digitalSignature (and keyEncipherment, for a server's RSA key) for others. */
  readonly keyUsage?: readonly KeyUsageName[] | null;
  /** Names or OIDs. Default: none for authorities, serverAuth for servers, clientAuth for clients. */
  readonly extendedKeyUsage?: readonly (KeyPurposeName | (string & {}))[] | null;
  /** Certificate policies by OID, without qualifiers; none by default. */
  readonly certificatePolicies?: readonly string[] | null;
  /** URLs of the full CRL; none by default. */
  readonly crlDistributionPoints?: readonly string[] | null;
  /** URLs; none by default. */
  readonly authorityInfoAccess?: { readonly ocsp?: string | readonly string[]; readonly caIssuers?: string | readonly string[] } | null;
  /** Written by default: the SHA-1 of the public key's bits (RFC 5280, section 4.2.1.2, method 1); `null` leaves it out. */
  readonly subjectKeyIdentifier?: null;
  /** Written by default: the issuer's subjectKeyIdentifier; `null` leaves it out. */
  readonly authorityKeyIdentifier?: null;
  /** Added after the others. One with the OID of another option stands instead of it; one that is listed twice is written twice. */
  readonly extensions?: readonly RawExtension[];
}

export const extensionOptions = [
  'subjectAltName',
  'basicConstraints',
  'keyUsage',
  'extendedKeyUsage',
  'certificatePolicies',
  'crlDistributionPoints',
  'authorityInfoAccess',
  'subjectKeyIdentifier',
  'authorityKeyIdentifier',
  'extensions',
] as const;

/** What the extensions depend on beside the options. */
export interface ExtensionContext {
  readonly publicKey: KeyObject;
  /** Hexadecimal. */
  readonly issuerKeyIdentifier: string;
  readonly subjectIsEmpty: boolean;
}

/** The extensions in the order in which they are written. Throws a `TypeError` for an unknown name or a malformed OID. */
export function encodeExtensions(options: ExtensionOptions, context: ExtensionContext): Extension[] {
  const raw = rawExtensions(options.extensions);
  const replaced = new Set(raw.map((extension) => extension.type));
  const generated = [
    basicConstraints(options.basicConstraints),
    keyUsage(options.keyUsage),
    extendedKeyUsage(options.extendedKeyUsage),
    options.subjectKeyIdentifier === null ? undefined : new SubjectKeyIdentifierExtension(keyIdentifier(context.publicKey)),
    options.authorityKeyIdentifier === null ? undefined : new AuthorityKeyIdentifierExtension(context.issuerKeyIdentifier),
    subjectAltName(options.subjectAltName, context.subjectIsEmpty),
    filled(
      options.certificatePolicies,
      (policies) => new CertificatePolicyExtension(policies.map((oid) => checkOid(oid, 'certificatePolicies'))),
    ),
    filled(options.crlDistributionPoints, (urls) => new CRLDistributionPointsExtension([...urls])),
    authorityInfoAccess(options.authorityInfoAccess),
  ];
  return [...generated.filter((extension) => extension !== undefined && !replaced.has(extension.type)), ...raw] as Extension[];
}

export function rawExtensions(extensions: readonly RawExtension[] = []): Extension[] {
  return extensions.map((extension, index) => {
    checkOptions(extension, ['oid', 'critical', 'value'], `extensions[${index}]`);
    if (!(extension.value instanceof Uint8Array)) throw new TypeError(`extensions[${index}].value: expected a Uint8Array`);
    return new Extension(
      checkOid(extension.oid, `extensions[${index}].oid`),
      extension.critical ?? false,
      Uint8Array.from(extension.value),
    );
  });
}

/** RFC 5280, section 4.2.1.2, method (1): the SHA-1 of the BIT STRING's value, without tag, length and unused bits; hexadecimal. */
export function keyIdentifier(publicKey: KeyObject): string {
  const [, subjectPublicKey] = children(publicKey.export({ type: 'spki', format: 'der' }));
  return createHash('sha1')
    .update(contentOf(subjectPublicKey as Uint8Array).subarray(1))
    .digest('hex');
}

function basicConstraints(value: ExtensionOptions['basicConstraints']): Extension | undefined {
  if (value === undefined || value === null) return undefined;
  checkOptions(value, ['cA', 'pathLength', 'critical'], 'basicConstraints');
  if (value.pathLength !== undefined && !(Number.isSafeInteger(value.pathLength) && value.pathLength >= 0)) {
    throw new TypeError('pathLength: expected a whole number, zero or more');
  }
  return new BasicConstraintsExtension(value.cA, value.pathLength, value.critical ?? true);
}

export const keyUsageFlags: Readonly<Record<KeyUsageName, KeyUsageFlags>> = {
  digitalSignature: KeyUsageFlags.digitalSignature,
  contentCommitment: KeyUsageFlags.nonRepudiation,
  keyEncipherment: KeyUsageFlags.keyEncipherment,
  dataEncipherment: KeyUsageFlags.dataEncipherment,
  keyAgreement: KeyUsageFlags.keyAgreement,
  keyCertSign: KeyUsageFlags.keyCertSign,
  cRLSign: KeyUsageFlags.cRLSign,
  encipherOnly: KeyUsageFlags.encipherOnly,
  decipherOnly: KeyUsageFlags.decipherOnly,
};

function keyUsage(names: ExtensionOptions['keyUsage']): Extension | undefined {
  return filled(
    names,
    (list) =>
      new KeyUsagesExtension(
        list.reduce((bits, name) => bits | lookUp(keyUsageFlags, name, 'keyUsage'), 0),
        true,
      ),
  );
}

export const keyPurposes: Readonly<Record<KeyPurposeName, string>> = {
  serverAuth: '1.3.6.1.5.5.7.3.1',
  clientAuth: '1.3.6.1.5.5.7.3.2',
  codeSigning: '1.3.6.1.5.5.7.3.3',
  emailProtection: '1.3.6.1.5.5.7.3.4',
  timeStamping: '1.3.6.1.5.5.7.3.8',
  OCSPSigning: '1.3.6.1.5.5.7.3.9',
  anyExtendedKeyUsage: '2.5.29.37.0',
};

function extendedKeyUsage(purposes: ExtensionOptions['extendedKeyUsage']): Extension | undefined {
  const toOid = (purpose: string) =>
    /^\d/.test(purpose) ? checkOid(purpose, 'extendedKeyUsage') : lookUp(keyPurposes, purpose, 'extendedKeyUsage');
  return filled(purposes, (list) => new ExtendedKeyUsageExtension(list.map(toOid)));
}

function subjectAltName(input: ExtensionOptions['subjectAltName'], critical: boolean): Extension | undefined {
  const value = input === undefined || input === null ? undefined : encodeSubjectAltName(input);
  return value && new Extension('2.5.29.17', critical, Uint8Array.from(value));
}

function authorityInfoAccess(input: ExtensionOptions['authorityInfoAccess']): Extension | undefined {
  if (input === undefined || input === null) return undefined;
  checkOptions(input, ['ocsp', 'caIssuers'], 'authorityInfoAccess');
  const [ocsp, caIssuers] = [[...listOf<string>(input.ocsp)], [...listOf<string>(input.caIssuers)]];
  return ocsp.length + caIssuers.length === 0 ? undefined : new AuthorityInfoAccessExtension({ ocsp, caIssuers });
}

/** All these extensions are a SEQUENCE SIZE (1..MAX): an empty list means none. */
function filled<Item>(list: readonly Item[] | null | undefined, encode: (list: readonly Item[]) => Extension): Extension | undefined {
  return list === undefined || list === null || list.length === 0 ? undefined : encode(list);
}
