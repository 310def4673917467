import { tags } from './tags.js';

/** One element in DER: what is written here is the operator's or our own, a few hundred octets. */
export function element(tag: number, ...contents: readonly Uint8Array[]): Uint8Array {
  const length = contents.reduce((sum, content) => sum + content.length, 0);
  const header = [tag, ...lengthOctets(length)];
  const encoded = new Uint8Array(header.length + length);
  encoded.set(header);
  let position = header.length;
  for (const content of contents) {
    encoded.set(content, position);
    position += content.length;
  }
  return encoded;
}

export function sequence(...elements: readonly Uint8Array[]): Uint8Array {
  return element(tags.sequence, ...elements);
}

export function octetString(content: Uint8Array): Uint8Array {
  return element(tags.octetString, content);
}

/** X.690, section 8.19. */
export function objectIdentifier(dotted: string): Uint8Array {
  const [first = 0, second = 0, ...arcs] = dotted.split('.').map(Number);
  return element(tags.objectIdentifier, Uint8Array.from([first * 40 + second, ...arcs].flatMap(arcOctets)));
}

/** Seven bits an octet, the eighth says that more follow. */
function arcOctets(arc: number): number[] {
  const octets = [arc % 128];
  for (let rest = Math.floor(arc / 128); rest > 0; rest = Math.floor(rest / 128)) octets.unshift((rest % 128) | 0x80);
  return octets;
}

/** X.690, section 10.1: the shortest form. */
function lengthOctets(length: number): number[] {
  if (length < 0x80) return [length];
  const octets: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) octets.unshift(rest % 256);
  return [0x80 | octets.length, ...octets];
}
