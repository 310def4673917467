/**
 * The little DER (X.690) that @peculiar/x509 has no words for, or writes differently from what was asked: names with a
 * chosen string type, otherName, certificates without extensions, entries of revocation lists. It writes, and takes apart
 * what was written here, by @peculiar/x509, or by whoever made an authority's files; nothing here reads what a peer sends.
 */

/** One element: the tag octet, the shortest length (X.690, section 10.1), the content. */
export function element(tag: number, ...content: readonly Uint8Array[]): Uint8Array {
  const size = content.reduce((sum, part) => sum + part.length, 0);
  const head = [tag, ...lengthOctets(size)];
  const whole = new Uint8Array(head.length + size);
  whole.set(head);
  let at = head.length;
  for (const part of content) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

export function sequence(...content: readonly Uint8Array[]): Uint8Array {
  return element(0x30, ...content);
}

/** OBJECT IDENTIFIER from its dotted form, which `checkOid` has looked at. */
export function objectIdentifier(oid: string, tag = 0x06): Uint8Array {
  const [first = 0n, second = 0n, ...others] = oid.split('.').map(BigInt);
  return element(tag, Uint8Array.from([first * 40n + second, ...others].flatMap(base128)));
}

/** UTCTime through the year 2049, GeneralizedTime from then on (RFC 5280, section 5.1.2.4). */
export function time(date: Date): Uint8Array {
  return date.getUTCFullYear() < 2050 ? element(0x17, Buffer.from(timeDigits(date).slice(2))) : generalizedTime(date);
}

export function generalizedTime(date: Date): Uint8Array {
  return element(0x18, Buffer.from(timeDigits(date)));
}

/** RFC 5280, section 4.1: `critical` is left out when it has its default, false. */
export function extension(oid: string, critical: boolean, value: Uint8Array): Uint8Array {
  return sequence(objectIdentifier(oid), ...(critical ? [element(0x01, Uint8Array.of(0xff))] : []), element(0x04, value));
}

/** The elements inside a constructed one, each with its tag and length, as sub-arrays. */
export function children(der: Uint8Array): Uint8Array[] {
  const outer = contentOf(der);
  const found: Uint8Array[] = [];
  for (let rest = outer; rest.length > 0; ) {
    const size = sizeOf(rest);
    found.push(rest.subarray(0, size.head + size.content));
    rest = rest.subarray(size.head + size.content);
  }
  return found;
}

/** What stands after an element's tag and length. */
export function contentOf(der: Uint8Array): Uint8Array {
  const { head, content } = sizeOf(der);
  return der.subarray(head, head + content);
}

function sizeOf(der: Uint8Array): { head: number; content: number } {
  const [, first = 0x80] = der;
  const octets = first < 0x80 ? 0 : first & 0x7f;
  const content = octets === 0 ? first : der.subarray(2, 2 + octets).reduce((sum, octet) => sum * 256 + octet, 0);
  if (first === 0x80 || 2 + octets + content > der.length) throw new TypeError('the DER is cut short');
  return { head: 2 + octets, content };
}

function lengthOctets(length: number): number[] {
  if (length < 0x80) return [length];
  const octets: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) octets.unshift(rest % 256);
  return [0x80 | octets.length, ...octets];
}

function base128(arc: bigint): number[] {
  const octets = [Number(arc & 0x7fn)];
  for (let rest = arc >> 7n; rest > 0n; rest >>= 7n) octets.unshift(Number(rest & 0x7fn) | 0x80);
  return octets;
}

function timeDigits(date: Date): string {
  return `${date.toISOString().slice(0, 19).replace(/[-:T]/g, '')}Z`;
}
