import { nearestName } from '../errors/index.js';

/**
 * Attribute types by the keyword that a policy names them by: those of RFC 4514, section 3, first. The table in x509 goes the other way,
 * and a test holds the two together.
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

/** Shown where a key is unknown; the whole table would hide the advice. */
const commonKeywords: readonly AttributeKeyword[] = ['CN', 'O', 'OU', 'C', 'ST', 'L', 'DC', 'UID', 'serialNumber', 'emailAddress'];

export type AttributeKeyword = keyof typeof attributeKeywords;

/** The OID that a key of a policy names: a keyword as it is written in RFC 4514, or the dotted OID itself. */
export function attributeType(key: string): string | undefined {
  if (Object.hasOwn(attributeKeywords, key)) return attributeKeywords[key as AttributeKeyword];
  return isObjectIdentifier(key) ? key : undefined;
}

/** What other libraries and tools call the common attributes, in lower case; named in advice alone, since a rule has one way of writing. */
const otherNames: ReadonlyMap<string, AttributeKeyword> = new Map([
  ['commonname', 'CN'],
  ['localityname', 'L'],
  ['locality', 'L'],
  ['stateorprovincename', 'ST'],
  ['state', 'ST'],
  ['s', 'ST'],
  ['organizationname', 'O'],
  ['organization', 'O'],
  ['organizationalunitname', 'OU'],
  ['organizationalunit', 'OU'],
  ['countryname', 'C'],
  ['country', 'C'],
  ['streetaddress', 'STREET'],
  ['domaincomponent', 'DC'],
  ['userid', 'UID'],
  ['e', 'emailAddress'],
  ['email', 'emailAddress'],
  ['surname', 'SN'],
  ['g', 'givenName'],
  ['gn', 'givenName'],
]);

/** What is wrong with a key that names no attribute, for the operator. */
export function unknownAttribute(key: string): string {
  const near = otherNames.get(key.toLowerCase()) ?? nearestName(key, Object.keys(attributeKeywords));
  const hint = near === undefined ? '' : ` (did you mean '${near}'?)`;
  return `unknown attribute '${key}'${hint}: name it as RFC 4514 does (${commonKeywords.join(', ')}, …), or by its dotted OID`;
}

/** X.660: three roots, of which the first two have arcs below 40; no leading zeros. */
function isObjectIdentifier(text: string): boolean {
  return /^(?:[01]\.[1-3]?\d|2\.(?:0|[1-9]\d*))(?:\.(?:0|[1-9]\d*))+$/.test(text) && text.length <= 128;
}
