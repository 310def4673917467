import { extensionsOf, fieldsOf, hexOf, oidDigits } from '../fuzz/certificate-tree.js';
import { type Element, everyElement } from '../fuzz/tree.js';
import type { OtherReader, Reading } from './reading.js';

/** Where another reader reads a field of a certificate in its own way, and core's is the right one. */
interface KnownDifference {
  readonly name: OtherReader;
  readonly fields: readonly (keyof Reading)[];
  /** Asked of the certificate, not of what was read in it. */
  readonly applies: (certificate: Compared) => boolean;
  readonly reason: string;
}

interface Compared {
  readonly tree: Element;
  /** Whether core allows the certificate's key. */
  readonly isKeyAllowed: boolean;
}

const knownDifferences: readonly KnownDifference[] = [
  {
    name: '@peculiar/x509',
    fields: ['subject', 'issuer'],
    applies: ({ tree }) => attributeTags(tree).some((tag) => !peculiarsStrings.includes(tag)),
    reason: 'It knows neither NumericString nor VisibleString, and shows their DER; NULL and its like it shows as an empty string.',
  },
  {
    name: 'node:crypto',
    fields: ['subjectValues', 'issuerValues'],
    applies: ({ tree }) => attributeTags(tree).some((tag) => ![...peculiarsStrings, 0x12].includes(tag)),
    reason: 'A name with a value that is no string has no attributes there.',
  },
  {
    name: 'node:crypto',
    fields: ['subjectValues', 'issuerValues', 'subjectAltName', 'extendedKeyUsage'],
    applies: ({ tree }) => hasLongOid(tree),
    reason: 'It has room for about 80 characters of an OID, and shows no more of it.',
  },
  {
    name: '@peculiar/x509',
    fields: ['subjectAltName', 'issuerAltName', 'ocspResponders'],
    applies: ({ tree }) => extensionsOf(tree).some(({ value }) => everyElement(value).some(({ element }) => isForeignName(element))),
    reason:
      'It leaves out every otherName but user principal names and GUIDs, x400Address and ediPartyName; and of a principal name it tells the text alone.',
  },
  {
    name: 'node:crypto',
    fields: ['spki'],
    applies: ({ tree, isKeyAllowed }) => !isKeyAllowed || isPssKey(tree),
    reason: 'It writes the key anew as it understood it: with positive numbers, with the NULL of a hash, without octets that mean nothing.',
  },
  {
    name: '@peculiar/x509',
    fields: ['spki'],
    applies: ({ isKeyAllowed }) => !isKeyAllowed,
    reason: 'It writes the key anew as it understood it: with arcs that are not padded, without unused bits.',
  },
  {
    name: '@peculiar/x509',
    fields: ['notBefore', 'notAfter'],
    applies: ({ tree }) =>
      (fieldsOf(tree)?.validity.children ?? []).some(({ tag, content }) => tag === 0x18 && content[0] === 0x30 && content[1] === 0x30),
    reason: 'It takes the years from 0 to 99 for those of the twentieth century, as Date does.',
  },
];

/** OpenSSL's text of an OID is cut off here. */
const longestOidOfNode = 79;

function hasLongOid(tree: Element): boolean {
  return everyElement(tree).some(
    ({ element: { tag, children, content } }) => tag === 0x06 && children === undefined && textLength(content) > longestOidOfNode,
  );
}

/** Of the dotted form: the digits of each arc and a dot behind it, to the last. */
function textLength(oid: Uint8Array): number {
  let arc = 0n;
  let length = 1;
  for (const octet of oid) {
    arc = arc * 128n + BigInt(octet & 0x7f);
    if (octet >= 0x80) continue;
    length += 1 + arc.toString().length;
    arc = 0n;
  }
  return length;
}

function isPssKey(tree: Element): boolean {
  const algorithm = fieldsOf(tree)?.spki.children?.[0]?.children?.[0];
  return algorithm !== undefined && hexOf(algorithm.content) === oidDigits('1.2.840.113549.1.1.10');
}

/** The string types that a DirectoryString and its relatives have, but NumericString and VisibleString. */
const peculiarsStrings = [0x0c, 0x13, 0x14, 0x16, 0x1c, 0x1e];

export function isKnownDifference(name: OtherReader, field: keyof Reading, certificate: Compared): boolean {
  return knownDifferences.some((known) => known.name === name && known.fields.includes(field) && known.applies(certificate));
}

/** The types of all values in the names of subject and issuer. */
function attributeTags(tree: Element): readonly number[] {
  const fields = fieldsOf(tree);
  if (fields === undefined) return [];
  return [fields.subject, fields.issuer].flatMap((name) =>
    (name.children ?? []).flatMap((relativeName) => (relativeName.children ?? []).map((attribute) => attribute.children?.[1]?.tag ?? 0)),
  );
}

function isForeignName({ tag, children }: Element): boolean {
  if (tag === 0xa3 || tag === 0xa5) return true;
  const [typeId, value] = children ?? [];
  if (tag !== 0xa0 || typeId?.tag !== 0x06 || value?.tag !== 0xa0) return false;
  return hexOf(typeId.content) !== userPrincipalName || value.children?.[0]?.tag !== 0x0c;
}

const userPrincipalName = oidDigits('1.3.6.1.4.1.311.20.2.3');
