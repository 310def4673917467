import { isUtf8 } from 'node:buffer';

/**
 * Reads the string form of a distinguished name, RFC 4514: `CN=alice,OU=payments,O=Example`. White space around `,`, `+`
 * and `=` is allowed, as everybody writes it; apart from that the grammar is the RFC's. Each attribute's value comes out
 * unescaped, or, after `#`, as the bytes of its DER.
 */
export interface WrittenAttribute {
  /** The keyword or dotted OID as written. */
  readonly type: string;
  readonly value: string | Uint8Array;
}

/** The relative names in the order written, which is the most specific first; throws a `TypeError` with the position. */
export function readDistinguishedName(text: string): WrittenAttribute[][] {
  if (text.trim() === '') return [];
  const scanner = { text, at: 0 };
  const names: WrittenAttribute[][] = [[]];
  for (;;) {
    (names.at(-1) as WrittenAttribute[]).push(readAttribute(scanner));
    if (scanner.at === text.length) return names;
    if (text[scanner.at] === ',') names.push([]);
    scanner.at += 1;
  }
}

interface Scanner {
  readonly text: string;
  at: number;
}

function readAttribute(scanner: Scanner): WrittenAttribute {
  const head = /\s*([A-Za-z][A-Za-z0-9-]*|[0-9]+(?:\.[0-9]+)+)\s*=\s*/y;
  head.lastIndex = scanner.at;
  const match = head.exec(scanner.text);
  if (match === null) throw fault(scanner, "expected an attribute such as 'CN=alice'");
  scanner.at = head.lastIndex;
  const value = scanner.text[scanner.at] === '#' ? readHexString(scanner) : readString(scanner);
  return { type: match[1] as string, value };
}

function readHexString(scanner: Scanner): Uint8Array {
  const body = /#((?:[0-9A-Fa-f]{2})+)\s*(?=[,+]|$)/y;
  body.lastIndex = scanner.at;
  const match = body.exec(scanner.text);
  if (match === null) throw fault(scanner, "expected pairs of hexadecimal digits after '#'");
  scanner.at = body.lastIndex;
  return Uint8Array.from(Buffer.from(match[1] as string, 'hex'));
}

/** Escaped pairs are octets of UTF-8 (RFC 4514, section 2.4), so the value is gathered as octets. */
function readString(scanner: Scanner): string {
  const { text } = scanner;
  const octets: Buffer[] = [];
  /** How many pieces are to be kept: unescaped white space at the end is none of the value. */
  let kept = 0;
  while (scanner.at < text.length && text[scanner.at] !== ',' && text[scanner.at] !== '+') {
    const character = String.fromCodePoint(text.codePointAt(scanner.at) as number);
    if (character === '\\') {
      octets.push(readEscape(scanner));
      kept = octets.length;
      continue;
    }
    if ('";<>'.includes(character)) throw fault(scanner, `'${character}' must be escaped as '\\${character}'`);
    octets.push(Buffer.from(character));
    if (!/\s/.test(character)) kept = octets.length;
    scanner.at += character.length;
  }
  const value = Buffer.concat(octets.slice(0, kept));
  if (!isUtf8(value)) throw fault(scanner, 'the escaped octets before it are not UTF-8');
  return value.toString('utf8');
}

function readEscape(scanner: Scanner): Buffer {
  const pair = /\\(?:([0-9A-Fa-f]{2})|([ "#+,;<=>\\]))/y;
  pair.lastIndex = scanner.at;
  const match = pair.exec(scanner.text);
  if (match === null) throw fault(scanner, "'\\' must be followed by two hexadecimal digits or by one of \" # + , ; < = > \\ or a space");
  scanner.at = pair.lastIndex;
  return match[1] === undefined ? Buffer.from(match[2] as string) : Buffer.from(match[1], 'hex');
}

function fault(scanner: Scanner, problem: string): TypeError {
  return new TypeError(`distinguished name '${scanner.text}', position ${scanner.at}: ${problem}`);
}
