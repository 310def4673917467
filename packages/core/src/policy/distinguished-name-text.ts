import { attributeType, unknownAttribute } from './attribute-keys.js';
import type { ComparedAttribute, ComparedName } from './name-comparison.js';

/** Either the relative distinguished names, the most specific first as RFC 4514 writes them, or what is wrong with the text. */
export type DistinguishedNameText = { readonly ok: true; readonly rdns: ComparedName } | { readonly ok: false; readonly problem: string };

/**
 * Reads a distinguished name by the grammar of RFC 4514, section 3, and by nothing looser: what tools print otherwise
 * (`C = DE, O = Example`, `/C=DE/O=Example`) is in another order, and would name somebody else. Values as hexadecimal BER (`#0401…`) are
 * refused.
 */
export function readDistinguishedNameText(text: string): DistinguishedNameText {
  const rdns: ComparedAttribute[][] = [[]];
  let rest = text;
  for (;;) {
    const attribute = readAttribute(rest);
    if (!attribute.ok) return attribute;
    rdns.at(-1)?.push(attribute.attribute);
    rest = attribute.rest;
    if (rest === '') return { ok: true, rdns };
    if (rest.startsWith(',')) rdns.push([]);
    rest = rest.slice(1);
  }
}

type AttributeText =
  | { readonly ok: true; readonly attribute: ComparedAttribute; readonly rest: string }
  | { readonly ok: false; readonly problem: string };

/** attributeTypeAndValue = attributeType EQUALS attributeValue */
function readAttribute(text: string): AttributeText {
  const [, key] = /^([A-Za-z0-9.-]+)=/.exec(text) ?? [];
  if (key === undefined) return wrong(text, "an attribute such as 'CN=' must stand");
  const type = attributeType(key);
  if (type === undefined) return { ok: false, problem: unknownAttribute(key) };
  const [escaped = ''] = valueText.exec(text.slice(key.length + 1)) ?? [];
  const rest = text.slice(key.length + 1 + escaped.length);
  if (rest !== '' && !rest.startsWith(',') && !rest.startsWith('+')) return wrong(rest, "a ',' or '+' must stand, or an escape with '\\'");
  if (escaped.startsWith('#')) return wrong(escaped, 'a value must stand as text, not as hexadecimal BER');
  if (escaped === '' || /^ |(?<!\\)(?:\\\\)* $/.test(escaped))
    return wrong(`${escaped}${rest}`, 'a value must stand, without unescaped spaces around it');
  const value = unescaped(escaped);
  if (value === undefined) return wrong(escaped, 'a value must stand whose escaped octets are UTF-8');
  return { ok: true, attribute: { type, value, isString: true }, rest };
}

/** string = pairs and characters; `" + , ; < > \` and NUL stand only in pairs. */
const valueText = /^(?:[^"+,;<>\\\0]|\\(?:[ "#+,;<=>\\]|[0-9A-Fa-f]{2}))*/u;

/** A pair of hexadecimal digits is one octet of UTF-8, so that one character may take several pairs. */
function unescaped(text: string): string | undefined {
  const octets: Buffer[] = [];
  for (const [token] of text.matchAll(/\\[0-9A-Fa-f]{2}|\\.|[^\\]+/gsu)) {
    if (!token.startsWith('\\')) octets.push(Buffer.from(token));
    else octets.push(token.length === 3 ? Buffer.from(token.slice(1), 'hex') : Buffer.from(token.slice(1)));
  }
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.concat(octets));
  } catch {
    return undefined;
  }
}

function wrong(at: string, need: string): { readonly ok: false; readonly problem: string } {
  const where = at === '' ? 'at its end' : `at '${at.slice(0, 40)}'`;
  const advice =
    "Write the most specific part first, and no spaces around = , +: 'CN=api,OU=payments,O=Example' " +
    '(openssl x509 -noout -subject -nameopt RFC2253 prints it so)';
  return { ok: false, problem: `is no distinguished name of RFC 4514: ${where}, ${need}. ${advice}` };
}
