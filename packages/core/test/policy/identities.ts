import { type ClientIdentity, createIdentity } from '../../src/identity/index.js';
import type { ValidatedPath } from '../../src/path/index.js';
import type { Certificate, GeneralName } from '../../src/x509/index.js';
import { type AttributeKeyword, attributeKeywords } from '../../src/x509/index.js';

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
  readonly trustSet?: string;
}

export const fingerprint = 'ab'.repeat(32);

/**
 * An identity without a certificate behind it: policies see nothing but the identity, and here its fields can hold what no issuer
 * would sign.
 */
export function identityOf({
  subject = [],
  issuer = ['CN=Test CA'],
  names,
  fingerprint256 = fingerprint,
  trustSet = 'default',
}: IdentitySpec): ClientIdentity {
  const certificate = {
    subject: name(subject),
    issuer: name(issuer),
    subjectAltName: names,
    fingerprint256,
  } as unknown as Certificate;
  const path = { endEntity: certificate, certificates: [certificate], trustAnchor: { certificate }, trustSet } as unknown as ValidatedPath;
  return createIdentity(path, { resumed: false, source: 'tls' });
}

export const dns = (value: string): GeneralName => ({ type: 'dNSName', value });
export const uri = (value: string): GeneralName => ({ type: 'uniformResourceIdentifier', value });
export const email = (value: string): GeneralName => ({ type: 'rfc822Name', value });
export const ip = (...octets: number[]): GeneralName => ({ type: 'iPAddress', value: Uint8Array.from(octets) });

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
