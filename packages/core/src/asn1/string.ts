import { isUtf8 } from 'node:buffer';
import { asBuffer } from './bytes.js';
import { DerError } from './der-error.js';
import { tags } from './tags.js';

/** Whether the tag is one of the string types of DirectoryString and its relatives, which the functions below read. */
export function isStringTag(tag: number): boolean {
  return names[tag] !== undefined;
}

/**
 * Checks that the content octets are what the string type allows: well-formed, and without the character NUL in any type, which
 * programs in C take for the end of the name.
 */
export function checkString(tag: number, bytes: Uint8Array, start: number, end: number, what: string): void {
  switch (tag) {
    // Issuers put * and @ and & into PrintableString, and every reader shows them; other characters than printable ASCII are refused.
    case tags.printableString:
    case tags.visibleString:
      return checkRange(bytes, start, end, 0x20, 0x7e, `${what}: ${names[tag]} with a character that is not printable ASCII`);
    case tags.numericString:
      return checkNumeric(bytes, start, end, what);
    case tags.ia5String:
      return checkRange(bytes, start, end, 0x01, 0x7f, `${what}: IA5String with NUL or a character that is not ASCII`);
    case tags.teletexString:
      return checkRange(bytes, start, end, 0x01, 0xff, `${what}: TeletexString with NUL`);
    case tags.utf8String:
      return checkUtf8(bytes, start, end, what);
    case tags.bmpString:
      return checkCodePoints(bytes, start, end, 2, `${what}: BMPString`);
    case tags.universalString:
      return checkCodePoints(bytes, start, end, 4, `${what}: UniversalString`);
    default:
      throw new DerError(`${what}: tag ${tag.toString(16).padStart(2, '0')} is no string type`);
  }
}

/** The string that checked content octets spell. TeletexString is read as Latin-1, as everybody writes it. */
export function decodeString(tag: number, bytes: Uint8Array, start: number, end: number): string {
  switch (tag) {
    case tags.utf8String:
      return isAscii(bytes, start, end) ? decodeLatin1(bytes, start, end) : asBuffer(bytes).toString('utf8', start, end);
    case tags.bmpString:
      return decodeCodePoints(bytes, start, end, 2);
    case tags.universalString:
      return decodeCodePoints(bytes, start, end, 4);
    default:
      return decodeLatin1(bytes, start, end);
  }
}

const names: { readonly [tag: number]: string } = Object.freeze({
  [tags.utf8String]: 'UTF8String',
  [tags.numericString]: 'NumericString',
  [tags.printableString]: 'PrintableString',
  [tags.teletexString]: 'TeletexString',
  [tags.ia5String]: 'IA5String',
  [tags.visibleString]: 'VisibleString',
  [tags.universalString]: 'UniversalString',
  [tags.bmpString]: 'BMPString',
});

function checkRange(bytes: Uint8Array, start: number, end: number, lowest: number, highest: number, problem: string): void {
  for (let i = start; i < end; i++) {
    const octet = bytes[i] as number;
    if (octet < lowest || octet > highest) throw new DerError(problem);
  }
}

function checkNumeric(bytes: Uint8Array, start: number, end: number, what: string): void {
  for (let i = start; i < end; i++) {
    const octet = bytes[i] as number;
    if (octet !== 0x20 && (octet < 0x30 || octet > 0x39))
      throw new DerError(`${what}: NumericString with something else than digits and spaces`);
  }
}

function checkUtf8(bytes: Uint8Array, start: number, end: number, what: string): void {
  for (let i = start; i < end; i++) if (bytes[i] === 0) throw new DerError(`${what}: UTF8String with NUL`);
  if (!isAscii(bytes, start, end) && !isUtf8(bytes.subarray(start, end))) throw new DerError(`${what}: UTF8String that is not UTF-8`);
}

/** Neither type has surrogates: X.680, section 41.15 takes BMPString's characters from the Basic Multilingual Plane, where none stands. */
function checkCodePoints(bytes: Uint8Array, start: number, end: number, width: 2 | 4, what: string): void {
  if ((end - start) % width !== 0) throw new DerError(`${what} whose length is not a multiple of ${width}`);
  for (let i = start; i < end; i += width) {
    const codePoint = codePointAt(bytes, i, width);
    if (codePoint === 0) throw new DerError(`${what} with NUL`);
    if (codePoint > 0x10ffff || (codePoint >= 0xd800 && codePoint <= 0xdfff))
      throw new DerError(`${what} with a number that is no character`);
  }
}

function decodeCodePoints(bytes: Uint8Array, start: number, end: number, width: 2 | 4): string {
  let text = '';
  for (let i = start; i < end; i += width) text += String.fromCodePoint(codePointAt(bytes, i, width));
  return text;
}

function codePointAt(bytes: Uint8Array, at: number, width: 2 | 4): number {
  let codePoint = 0;
  for (let i = at; i < at + width; i++) codePoint = codePoint * 256 + (bytes[i] as number);
  return codePoint;
}

function isAscii(bytes: Uint8Array, start: number, end: number): boolean {
  for (let i = start; i < end; i++) if ((bytes[i] as number) > 0x7f) return false;
  return true;
}

/** Buffer's decoder is native, but for a word or two the way there takes longer than the word. */
function decodeLatin1(bytes: Uint8Array, start: number, end: number): string {
  if (end - start > 16) return asBuffer(bytes).toString('latin1', start, end);
  let text = '';
  for (let i = start; i < end; i++) text += String.fromCharCode(bytes[i] as number);
  return text;
}
