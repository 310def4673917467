/**
 * Writes DER for tests, element by element. It checks nothing, so that broken encodings are as easy to write as good ones: `tlv` takes
 * any tag and any content, `hex` any octets.
 */
export function tlv(tag: number, ...contents: readonly Uint8Array[]): Uint8Array {
  const content = concat(...contents);
  return concat(Uint8Array.of(tag), lengthOctets(content.length), content);
}

/** White space between the digits is ignored. */
export function hex(digits: string): Uint8Array {
  return Uint8Array.from(Buffer.from(digits.replace(/\s+/g, ''), 'hex'));
}

export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(Buffer.concat(parts));
}

export function sequence(...elements: readonly Uint8Array[]): Uint8Array {
  return tlv(0x30, ...elements);
}

export function set(...elements: readonly Uint8Array[]): Uint8Array {
  return tlv(0x31, ...elements);
}

/** `[number]` EXPLICIT, or `[number]` IMPLICIT over the content of a constructed type. */
export function explicit(number: number, ...elements: readonly Uint8Array[]): Uint8Array {
  return tlv(0xa0 | number, ...elements);
}

/** `[number]` IMPLICIT over a primitive type, whose content octets are given. */
export function implicit(number: number, content: Uint8Array): Uint8Array {
  return tlv(0x80 | number, content);
}

export function boolean(value: boolean): Uint8Array {
  return tlv(0x01, Uint8Array.of(value ? 0xff : 0x00));
}

export function integer(value: number | bigint): Uint8Array {
  return tlv(0x02, integerContent(value));
}

/** The content octets of an INTEGER, in their shortest form. */
export function integerContent(value: number | bigint): Uint8Array {
  let rest = BigInt(value);
  const octets: number[] = [];
  do {
    octets.unshift(Number(BigInt.asUintN(8, rest)));
    rest >>= 8n;
  } while (rest !== 0n && rest !== -1n);
  const isFirstNegative = (octets[0] as number) >= 0x80;
  if (rest === 0n && isFirstNegative) octets.unshift(0x00);
  if (rest === -1n && !isFirstNegative) octets.unshift(0xff);
  return Uint8Array.from(octets);
}

export function bitString(bytes: Uint8Array, unusedBits = 0): Uint8Array {
  return tlv(0x03, Uint8Array.of(unusedBits), bytes);
}

/** The BIT STRING of a named bit list, without trailing zero bits. */
export function namedBits(...bits: readonly number[]): Uint8Array {
  return tlv(0x03, namedBitsContent(...bits));
}

export function namedBitsContent(...bits: readonly number[]): Uint8Array {
  const count = Math.max(-1, ...bits) + 1;
  const octets = new Uint8Array(Math.ceil(count / 8));
  for (const bit of bits) octets[bit >> 3] = (octets[bit >> 3] as number) | (0x80 >> (bit & 7));
  return concat(Uint8Array.of(octets.length * 8 - count), octets);
}

export function octetString(...contents: readonly Uint8Array[]): Uint8Array {
  return tlv(0x04, ...contents);
}

export function nullValue(): Uint8Array {
  return tlv(0x05);
}

export function oid(dotted: string): Uint8Array {
  return tlv(0x06, oidContent(dotted));
}

export function oidContent(dotted: string): Uint8Array {
  const [first = 0n, second = 0n, ...arcs] = dotted.split('.').map(BigInt);
  return concat(...[first * 40n + second, ...arcs].map(arcOctets));
}

export function utf8String(text: string): Uint8Array {
  return tlv(0x0c, ascii(text));
}

export function printableString(text: string): Uint8Array {
  return tlv(0x13, ascii(text));
}

export function ia5String(text: string): Uint8Array {
  return tlv(0x16, ascii(text));
}

/** The octets of a text, as UTF-8. */
export function ascii(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text, 'utf8'));
}

/** UTCTime for the years 1950 to 2049, GeneralizedTime for the others, as RFC 5280, section 4.1.2.5 has them. */
export function time(at: Date | number | string): Uint8Array {
  const date = new Date(at);
  const digits = date.toISOString().replace(/[-:T]|\.\d+/g, '');
  const year = date.getUTCFullYear();
  return year >= 1950 && year < 2050 ? tlv(0x17, ascii(digits.slice(2))) : tlv(0x18, ascii(digits));
}

function arcOctets(arc: bigint): Uint8Array {
  const octets = [Number(arc & 0x7fn)];
  for (let rest = arc >> 7n; rest > 0n; rest >>= 7n) octets.unshift(Number(rest & 0x7fn) | 0x80);
  return Uint8Array.from(octets);
}

function lengthOctets(length: number): Uint8Array {
  if (length < 0x80) return Uint8Array.of(length);
  const octets: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) octets.unshift(rest % 256);
  return Uint8Array.of(0x80 | octets.length, ...octets);
}
