import { nearestName } from '../errors/index.js';
import { type AttributeKeyword, attributeKeywords } from '../x509/index.js';

/** Shown where a key is unknown; the whole table would hide the advice. */
const commonKeywords: readonly AttributeKeyword[] = ['CN', 'O', 'OU', 'C', 'ST', 'L', 'DC', 'UID', 'serialNumber', 'emailAddress'];

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
export function isObjectIdentifier(text: string): boolean {
  return /^(?:[01]\.[1-3]?\d|2\.(?:0|[1-9]\d*))(?:\.(?:0|[1-9]\d*))+$/.test(text) && text.length <= 128;
}
