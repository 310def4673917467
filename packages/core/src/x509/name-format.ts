import { toHex } from '../asn1/index.js';
import type { Attribute } from './name.js';

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
  return value
    .replace(/["+,;<>\\]/g, '\\$&')
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, escapeOctets)
    .replace(/^[ #]/, '\\$&')
    .replace(/ $/, (space, at: number) => (at === 0 ? space : `\\${space}`));
}

function escapeOctets(character: string): string {
  return toHex(Buffer.from(character, 'utf8')).replace(/../g, '\\$&');
}
