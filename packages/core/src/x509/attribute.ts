/** An AttributeTypeAndValue (RFC 5280, section 4.1.2.4). */
export interface Attribute {
  /** The attribute type's OID. */
  readonly type: string;
  /** Its keyword, such as `CN`, `O`, `OU`, `C`, `ST`, `L`, `STREET`, `DC`, `UID`, `serialNumber`, `emailAddress`; undefined for a type without one. */
  readonly keyword: string | undefined;
  /** The value, as issued; `#` and the hexadecimal DER for a value that is no string. */
  readonly value: string;
  /** Whether the value is of a string type. */
  readonly isString: boolean;
  /** The value's DER, header included. */
  readonly der: Uint8Array;
}

/**
 * Attribute types by the keyword that stands for them in a distinguished name, and that policies name them by: those of RFC 4514,
 * section 3, first.
 *
 * @see RFC 4519; RFC 2985 for emailAddress and its neighbours; the CA/Browser Forum for the jurisdiction types
 */
export const attributeKeywords = {
  CN: '2.5.4.3',
  L: '2.5.4.7',
  ST: '2.5.4.8',
  O: '2.5.4.10',
  OU: '2.5.4.11',
  C: '2.5.4.6',
  STREET: '2.5.4.9',
  DC: '0.9.2342.19200300.100.1.25',
  UID: '0.9.2342.19200300.100.1.1',
  serialNumber: '2.5.4.5',
  emailAddress: '1.2.840.113549.1.9.1',
  SN: '2.5.4.4',
  givenName: '2.5.4.42',
  initials: '2.5.4.43',
  generationQualifier: '2.5.4.44',
  name: '2.5.4.41',
  pseudonym: '2.5.4.65',
  title: '2.5.4.12',
  description: '2.5.4.13',
  businessCategory: '2.5.4.15',
  organizationIdentifier: '2.5.4.97',
  postalAddress: '2.5.4.16',
  postalCode: '2.5.4.17',
  telephoneNumber: '2.5.4.20',
  mail: '0.9.2342.19200300.100.1.3',
  dnQualifier: '2.5.4.46',
  x500UniqueIdentifier: '2.5.4.45',
  unstructuredName: '1.2.840.113549.1.9.2',
  unstructuredAddress: '1.2.840.113549.1.9.8',
  jurisdictionL: '1.3.6.1.4.1.311.60.2.1.1',
  jurisdictionST: '1.3.6.1.4.1.311.60.2.1.2',
  jurisdictionC: '1.3.6.1.4.1.311.60.2.1.3',
} as const satisfies Record<string, string>;

export type AttributeKeyword = keyof typeof attributeKeywords;

/** The keyword of an attribute type, such as `CN` for 2.5.4.3; undefined for a type without one. */
export function attributeKeyword(type: string): AttributeKeyword | undefined {
  return keywords.get(type);
}

const keywords: ReadonlyMap<string, AttributeKeyword> = new Map(
  Object.entries(attributeKeywords).map(([keyword, type]) => [type, keyword as AttributeKeyword]),
);
