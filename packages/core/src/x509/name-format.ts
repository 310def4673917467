import { toHex } from '../asn1/index.js';
import type { Attribute } from './attribute.js';

/**
 * Writes relative distinguished names as RFC 4514 does: the last first, joined by commas; attributes of one joined by plus signs.
 *
 * Beyond what section 2.4 has escaped, control and format characters and line separators are escaped, so that a name is one line in a
 * log and reads as what it is.
 */
export function formatName(rdns: readonly (readonly Attribute[])[]): string {
  return rdns.map(formatRdn).reverse().join(',');
}

function formatRdn(rdn: readonly Attribute[]): string {
  return rdn.map(formatAttribute).join('+');
}

/** Section 2.4: a type without a keyword has its value in hexadecimal, since a reader could not know its syntax. */
function formatAttribute({ type, keyword, value, isString, der }: Attribute): string {
  return keyword === undefined || !isString ? `${keyword ?? type}=#${toHex(der)}` : `${keyword}=${escapeValue(value)}`;
}

function escapeValue(value: string): string {
  if (plain.test(value)) return value;
  return value
    .replace(/["+,;<>\\]/g, '\\$&')
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, escapeOctets)
    .replace(/^[ #]|(?!^) $/g, '\\$&');
}

/** Printable ASCII that needs no escape: nearly every value there is. */
const plain = /^(?![ #])[ !#-*\-.-:=?-[\]-~]*(?<! )$/;

function escapeOctets(characters: string): string {
  const code = characters.charCodeAt(0);
  if (characters.length === 1 && code < 0x80) return `\\${code.toString(16).padStart(2, '0')}`;
  return toHex(Buffer.from(characters, 'utf8')).replace(/../g, '\\$&');
}
