import { type ClientIdentity, createIdentity } from '../../src/identity/index.js';
import type { ValidatedPath } from '../../src/path/index.js';
import type { Certificate, GeneralName } from '../../src/x509/index.js';
import { type AttributeKeyword, attributeKeywords, oids } from '../../src/x509/index.js';
import { hex, integer, oid, sequence } from '../support/der-writer.js';

/** RDNs in the order of the certificate: an attribute, or a list of those that are one RDN. */
export type NameSpec = readonly (AttributeSpec | readonly AttributeSpec[])[];
/** `CN=value`, where the value is whatever follows; or a value that is no string, as DER. */
export type AttributeSpec =
  | `${AttributeKeyword | `${number}.${string}`}=${string}`
  | { readonly keyword: AttributeKeyword; readonly der: string };

export interface IdentitySpec {
  readonly subject?: NameSpec;
  readonly issuer?: NameSpec;
  readonly names?: readonly GeneralName[];
  readonly fingerprint256?: string;
  readonly spki256?: string;
  /** Lower-case digits; `0a1b` unless told. */
  readonly serialNumber?: string;
  /** A year unless told. */
  readonly notBefore?: string;
  readonly notAfter?: string;
  /** OIDs. */
  readonly extendedKeyUsage?: readonly string[];
  /** What the certificate states; OIDs. */
  readonly certificatePolicies?: readonly string[];
  /** What the whole path allows; OIDs. */
  readonly validPolicies?: readonly string[];
  /** P-256 unless told; a number is an RSA key of so many bits. */
  readonly key?: 'P-256' | 'P-384' | 'ed25519' | number;
  /** By OID, the DER in hexadecimal digits. */
  readonly extensions?: Readonly<Record<string, string>>;
  /** Whether the certificate itself may sign others. */
  readonly isAuthority?: boolean;
  /** The authorities of the path, the nearest first; the last is the trust anchor. One of the name Test CA unless told. */
  readonly authorities?: readonly AuthoritySpec[];
  readonly trustSet?: string;
}

export interface AuthoritySpec {
  readonly subject: NameSpec;
  readonly fingerprint256?: string;
  readonly spki256?: string;
}

export const fingerprint = 'ab'.repeat(32);
export const keyDigest = 'cd'.repeat(32);

/**
 * An identity without a certificate behind it: policies see nothing but the identity, and here its fields can hold what no issuer
 * would sign.
 */
export function identityOf(spec: IdentitySpec): ClientIdentity {
  const { subject = [], issuer = ['CN=Test CA'], authorities = [{ subject: ['CN=Test CA'] }] } = spec;
  const extensions = Object.entries(spec.extensions ?? {}).map(
    ([oid, value]) => [oid, { oid, critical: false, value: hex(value) }] as const,
  );
  const certificate = {
    subject: name(subject),
    issuer: name(issuer),
    subjectAltName: spec.names,
    fingerprint256: spec.fingerprint256 ?? fingerprint,
    spki256: spec.spki256 ?? keyDigest,
    serialNumberHex: spec.serialNumber ?? '0a1b',
    notBefore: Date.parse(spec.notBefore ?? '2030-01-01T00:00:00Z'),
    notAfter: Date.parse(spec.notAfter ?? '2031-01-01T00:00:00Z'),
    extendedKeyUsage: spec.extendedKeyUsage,
    certificatePolicies: spec.certificatePolicies?.map((policyIdentifier) => ({ policyIdentifier })),
    subjectPublicKeyInfo: keyInfo(spec.key ?? 'P-256'),
    extensions: new Map(extensions),
    basicConstraints: spec.isAuthority === true ? { cA: true } : undefined,
  } as unknown as Certificate;
  const [anchor, ...nearer] = authorities.map(authority).toReversed();
  const path = {
    endEntity: certificate,
    certificates: [certificate, ...nearer.toReversed()],
    trustAnchor: { certificate: anchor ?? certificate },
    trustSet: spec.trustSet ?? 'default',
    validPolicies: spec.validPolicies ?? spec.certificatePolicies ?? [],
  } as unknown as ValidatedPath;
  return createIdentity(path, { resumed: false, source: 'tls' });
}

function authority({ subject, fingerprint256 = '01'.repeat(32), spki256 = '02'.repeat(32) }: AuthoritySpec): Certificate {
  return { subject: name(subject), fingerprint256, spki256 } as unknown as Certificate;
}

function keyInfo(key: NonNullable<IdentitySpec['key']>): unknown {
  if (typeof key === 'number') {
    const subjectPublicKey = sequence(integer((1n << BigInt(key - 1)) | 1n), integer(65_537));
    return { algorithm: { oid: oids.publicKey.rsaEncryption, parameters: hex('0500') }, subjectPublicKey };
  }
  if (key === 'ed25519') return { algorithm: { oid: oids.publicKey.ed25519, parameters: undefined }, subjectPublicKey: new Uint8Array(32) };
  const [curve, octets] = key === 'P-256' ? ([oids.namedCurve.secp256r1, 32] as const) : ([oids.namedCurve.secp384r1, 48] as const);
  return {
    algorithm: { oid: oids.publicKey.ecPublicKey, parameters: oid(curve) },
    subjectPublicKey: Uint8Array.from([4, ...new Uint8Array(2 * octets)]),
  };
}

export const dns = (value: string): GeneralName => ({ type: 'dNSName', value });
export const uri = (value: string): GeneralName => ({ type: 'uniformResourceIdentifier', value });
export const email = (value: string): GeneralName => ({ type: 'rfc822Name', value });
export const ip = (...octets: number[]): GeneralName => ({ type: 'iPAddress', value: Uint8Array.from(octets) });

export const directoryName = (...rdns: NameSpec): GeneralName => ({ type: 'directoryName', value: name(rdns) as never });
export const otherName = (typeId: string, der: string): GeneralName => ({ type: 'otherName', typeId, value: hex(der) });

/** A user principal name: a UTF8String of less than 128 octets. */
export function upn(value: string): GeneralName {
  const octets = Buffer.from(value);
  return { type: 'otherName', typeId: '1.3.6.1.4.1.311.20.2.3', value: Uint8Array.from([0x0c, octets.length, ...octets]) };
}

function name(spec: NameSpec): unknown {
  const rdns = spec.map((rdn) => [rdn].flat().map(attribute));
  const text = () => rdns.map((rdn) => rdn.map(({ type, keyword, value }) => `${keyword ?? type}=${value}`).join('+')).reverse();
  return { rdns, toString: () => text().join(',') };
}

function attribute(spec: AttributeSpec) {
  if (typeof spec !== 'string')
    return { type: attributeKeywords[spec.keyword], keyword: spec.keyword, value: `#${spec.der}`, isString: false };
  const [, key = '', value] = /^(.*?)=(.*)$/s.exec(spec) ?? [];
  const type = Object.hasOwn(attributeKeywords, key) ? attributeKeywords[key as AttributeKeyword] : undefined;
  return { type: type ?? key, keyword: type === undefined ? undefined : key, value, isString: true };
}
