import { checkOid, checkOptions, listOf, lookUp } from './check-options.js';
import { element, objectIdentifier, sequence } from './der.js';
import { readDistinguishedName } from './distinguished-name.js';

/** The string types that a name's value can be written in, RFC 5280, section 4.1.2.4. */
export type StringEncoding = 'utf8String' | 'printableString' | 'ia5String' | 'bmpString' | 'teletexString' | 'universalString';

/**
 * One value of an attribute. A string is encoded as RFC 5280 asks for its type: PrintableString for C, serialNumber and
 * dnQualifier, IA5String for DC and emailAddress, UTF8String for all others. `{ value, encoding }` chooses the string type
 * and is written as it is, whether or not the type allows the characters; bytes are the DER of the whole value.
 */
export type NameValue = string | { readonly value: string; readonly encoding: StringEncoding } | Uint8Array;

/** Attributes by RFC 4514 keyword (CN, O, OU, C, …; any case) or dotted OID. */
export type NameAttributes = Readonly<Record<string, NameValue | readonly NameValue[]>>;

/**
 * A distinguished name, in one of three forms:
 * - a string as in RFC 4514, `'CN=alice,OU=payments,O=Example'`: the most specific attribute first, `+` joins the attributes of
 *   one relative name. By that RFC the encoding runs the other way round, so O comes first in the certificate;
 * - an object, `{ O: 'Example', OU: ['a', 'b'], CN: 'alice' }`: each value is a relative name of its own, encoded in the order written;
 * - a list of objects, one for each relative name, encoded in the order written: `[{ O: 'Example' }, { CN: 'alice', UID: 'a1' }]`
 *   ends in one relative name of two attributes.
 */
export type NameInput = string | NameAttributes | readonly NameAttributes[];

/** The name's DER. Throws a `TypeError` that lists the known keywords for one that is unknown. */
export function encodeName(input: NameInput): Uint8Array {
  return sequence(...relativeNames(input).map(encodeRelativeName));
}

const attributes: Readonly<Record<string, { readonly oid: string; readonly encoding?: StringEncoding }>> = {
  CN: { oid: '2.5.4.3' },
  SN: { oid: '2.5.4.4' },
  serialNumber: { oid: '2.5.4.5', encoding: 'printableString' },
  C: { oid: '2.5.4.6', encoding: 'printableString' },
  L: { oid: '2.5.4.7' },
  ST: { oid: '2.5.4.8' },
  STREET: { oid: '2.5.4.9' },
  O: { oid: '2.5.4.10' },
  OU: { oid: '2.5.4.11' },
  title: { oid: '2.5.4.12' },
  description: { oid: '2.5.4.13' },
  businessCategory: { oid: '2.5.4.15' },
  postalCode: { oid: '2.5.4.17' },
  name: { oid: '2.5.4.41' },
  GN: { oid: '2.5.4.42' },
  initials: { oid: '2.5.4.43' },
  generationQualifier: { oid: '2.5.4.44' },
  dnQualifier: { oid: '2.5.4.46', encoding: 'printableString' },
  pseudonym: { oid: '2.5.4.65' },
  organizationIdentifier: { oid: '2.5.4.97' },
  UID: { oid: '0.9.2342.19200300.100.1.1' },
  DC: { oid: '0.9.2342.19200300.100.1.25', encoding: 'ia5String' },
  emailAddress: { oid: '1.2.840.113549.1.9.1', encoding: 'ia5String' },
};

/** The OID of every keyword. */
export const attributeOids: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(attributes).map(([keyword, { oid }]) => [keyword, oid]),
);

const byLowerCase = new Map(Object.entries(attributes).map(([keyword, row]) => [keyword.toLowerCase(), row]));
const byOid = new Map(Object.values(attributes).map((row) => [row.oid, row]));

interface Pair {
  readonly type: string;
  readonly value: NameValue;
}

function relativeNames(input: NameInput): Pair[][] {
  if (typeof input === 'string') return readDistinguishedName(input).reverse();
  if (Array.isArray(input)) return (input as readonly NameAttributes[]).map(pairs).filter((rdn) => rdn.length > 0);
  if (typeof input !== 'object' || input === null)
    throw new TypeError(`a name is a string, an object or a list of objects, not ${typeof input}`);
  return pairs(input as NameAttributes).map((pair) => [pair]);
}

function pairs(input: NameAttributes): Pair[] {
  return Object.entries(input).flatMap(([type, values]) => listOf<NameValue>(values).map((value) => ({ type, value })));
}

/** X.690, section 11.6: the members of a SET OF stand in the order of their encodings. */
function encodeRelativeName(rdn: readonly Pair[]): Uint8Array {
  return element(0x31, ...rdn.map(encodeAttribute).sort(Buffer.compare));
}

function encodeAttribute({ type, value }: Pair): Uint8Array {
  const { oid, encoding } = attributeType(type);
  return sequence(objectIdentifier(oid), value instanceof Uint8Array ? value : encodeString(value, type, encoding ?? 'utf8String'));
}

function attributeType(type: string): { readonly oid: string; readonly encoding?: StringEncoding } {
  if (/^\d/.test(type)) return byOid.get(type) ?? { oid: checkOid(type, 'subject attribute') };
  const row = byLowerCase.get(type.toLowerCase());
  if (row === undefined)
    throw new TypeError(`unknown name attribute '${type}'; known are ${Object.keys(attributes).join(', ')}, or an OID`);
  return row;
}

function encodeString(value: Exclude<NameValue, Uint8Array>, type: string, encoding: StringEncoding): Uint8Array {
  if (typeof value === 'object' && value !== null) {
    checkOptions(value, ['value', 'encoding'], type);
    const { tag, octets } = lookUp(stringTypes, value.encoding, 'encoding');
    return element(tag, octets(value.value));
  }
  if (typeof value !== 'string') throw new TypeError(`${type}: expected a string, got ${value === null ? 'null' : typeof value}`);
  if (encoding === 'printableString' && !/^[A-Za-z0-9 '()+,\-./:=?]*$/.test(value)) {
    throw new TypeError(`${type}: '${value}' has characters that a PrintableString cannot hold; choose the type with { value, encoding }`);
  }
  if (encoding === 'ia5String' && !isAscii(value))
    throw new TypeError(`${type}: '${value}' is not ASCII; choose the type with { value, encoding }`);
  return element(stringTypes[encoding].tag, stringTypes[encoding].octets(value));
}

const stringTypes: Readonly<Record<StringEncoding, { readonly tag: number; readonly octets: (text: string) => Uint8Array }>> = {
  utf8String: { tag: 0x0c, octets: (text) => Buffer.from(text, 'utf8') },
  printableString: { tag: 0x13, octets: singleOctets },
  teletexString: { tag: 0x14, octets: singleOctets },
  ia5String: { tag: 0x16, octets: singleOctets },
  universalString: {
    tag: 0x1c,
    octets: (text) => Uint8Array.from([...text].flatMap((character) => bigEndian(character.codePointAt(0) as number, 4))),
  },
  bmpString: { tag: 0x1e, octets: (text) => Uint8Array.from(text.split('').flatMap((unit) => bigEndian(unit.charCodeAt(0), 2))) },
};

/** TeletexString is taken for Latin-1, as every reader does. */
function singleOctets(text: string): Uint8Array {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: every octet is meant.
  if (!/^[\u0000-\u00ff]*$/.test(text)) throw new TypeError(`'${text}' has characters beyond one octet`);
  return Buffer.from(text, 'latin1');
}

function bigEndian(number: number, length: number): number[] {
  return Array.from({ length }, (_, index) => (number >>> (8 * (length - 1 - index))) & 0xff);
}

/** IA5String is ASCII, control characters included. */
export function isAscii(text: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are part of IA5String.
  return /^[\u0000-\u007f]*$/.test(text);
}
