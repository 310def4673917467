/**
 * What a reader reads in a certificate, in a form that can be compared: plain data, octets as hexadecimal digits. A field that a reader
 * does not have is absent; one that it cannot read is an error.
 */
export interface Reading {
  /** Lower-case digits of the number, without the octet that is there for the sign. */
  serialNumber?: string;
  /** Milliseconds since the epoch. */
  notBefore?: number;
  notAfter?: number;
  subject?: readonly RelativeName[];
  issuer?: readonly RelativeName[];
  /** By attribute, in no particular order of the attributes, as node:crypto tells a name. */
  subjectValues?: ValuesByAttribute;
  issuerValues?: ValuesByAttribute;
  signatureAlgorithm?: string;
  signature?: string;
  spki?: string;
  fingerprint256?: string;
  extensions?: readonly (readonly [oid: string, critical: boolean, value: string])[];
  subjectAltName?: readonly (readonly [type: string, value: string])[] | undefined;
  issuerAltName?: readonly (readonly [type: string, value: string])[] | undefined;
  basicConstraints?: readonly [cA: boolean, pathLength: number | undefined] | undefined;
  /** RFC 5280's bits, bit 0 the lowest. */
  keyUsage?: number | undefined;
  extendedKeyUsage?: readonly string[] | undefined;
  subjectKeyIdentifier?: string | undefined;
  authorityKeyIdentifier?: string | undefined;
  certificatePolicies?: readonly string[] | undefined;
  cRLDistributionPoints?: readonly string[] | undefined;
  ocspResponders?: readonly string[] | undefined;
}

/** Those that core is compared with. */
export type OtherReader = '@peculiar/x509' | 'node:crypto';

/** The values of one relative name by attribute type. */
export type RelativeName = Readonly<Record<string, readonly string[]>>;
export type ValuesByAttribute = Readonly<Record<string, readonly string[]>>;

export type FieldReaders = { readonly [Field in keyof Reading]: () => Reading[Field] };

/** Each field that could be read, and why the others could not. */
export interface FieldsRead {
  readonly fields: Reading;
  readonly errors: ReadonlyMap<keyof Reading, Error>;
}

export function readFields(readers: FieldReaders): FieldsRead {
  const fields: Record<string, unknown> = {};
  const errors = new Map<keyof Reading, Error>();
  for (const [name, read] of Object.entries(readers)) {
    try {
      fields[name] = read();
    } catch (error) {
      errors.set(name as keyof Reading, error as Error);
    }
  }
  return { fields, errors };
}

export function hex(octets: ArrayBuffer | Uint8Array): string {
  return (octets instanceof ArrayBuffer ? Buffer.from(octets) : Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength)).toString(
    'hex',
  );
}
