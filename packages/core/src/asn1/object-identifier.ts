import { DerError, DerLimitError } from './der-error.js';

/** Content octets of an OBJECT IDENTIFIER may be this many; the longest in use (UUIDs, enterprise templates) take about 40. */
const maxLength = 128;

/**
 * Decodes the content octets of an OBJECT IDENTIFIER to its dotted-decimal form (X.690, section 8.19).
 *
 * A certificate repeats a few dozen identifiers, and so does the next one: short ones are remembered in a table of fixed size,
 * where a newcomer evicts whoever has its slot. A peer that fills it with its own costs others a decoding, nothing else.
 */
export function decodeObjectIdentifier(bytes: Uint8Array, start: number, end: number, what: string): string {
  const length = end - start;
  const isShort = length <= longestRemembered;
  const slot = isShort ? slotOf(bytes, start, end) : 0;
  const entry = remembered[slot];
  if (entry !== undefined && isSame(entry.octets, bytes, start, length)) return entry.oid;
  checkObjectIdentifier(bytes, start, end, what);
  const oid = decode(bytes, start, end);
  if (isShort) remembered[slot] = { octets: bytes.slice(start, end), oid };
  return oid;
}

/** X.690, section 8.19.2: whole arcs, each in as few octets as it takes. */
export function checkObjectIdentifier(bytes: Uint8Array, start: number, end: number, what: string): void {
  if (start === end) throw new DerError(`${what}: OBJECT IDENTIFIER without content`);
  if (end - start > maxLength) throw new DerLimitError(`${what}: OBJECT IDENTIFIER of more than ${maxLength} octets`);
  if ((bytes[end - 1] as number) >= 0x80) throw new DerError(`${what}: OBJECT IDENTIFIER ends inside an arc`);
  for (let i = start; i < end; i++) {
    if (bytes[i] === 0x80 && (i === start || (bytes[i - 1] as number) < 0x80))
      throw new DerError(`${what}: OBJECT IDENTIFIER with a padded arc`);
  }
}

const longestRemembered = 16;
const slots = 512;
const remembered: ({ readonly octets: Uint8Array; readonly oid: string } | undefined)[] = new Array(slots).fill(undefined);

/** FNV-1a, folded. */
function slotOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = 0x811c9dc5;
  for (let i = start; i < end; i++) hash = Math.imul(hash ^ (bytes[i] as number), 0x01000193);
  return (hash ^ (hash >>> 16)) & (slots - 1);
}

function isSame(octets: Uint8Array, bytes: Uint8Array, start: number, length: number): boolean {
  if (octets.length !== length) return false;
  for (let i = 0; i < length; i++) if (octets[i] !== bytes[start + i]) return false;
  return true;
}

function decode(bytes: Uint8Array, start: number, end: number): string {
  let oid = '';
  let position = start;
  while (position < end) {
    const first = position;
    while ((bytes[position] as number) >= 0x80) position++;
    position++;
    const arc = position - first > longestSafeArc ? bigArc(bytes, first, position) : smallArc(bytes, first, position);
    oid += first === start ? firstArcs(arc) : `.${arc}`;
  }
  return oid;
}

/** Seven octets of seven bits stay below 2^53. */
const longestSafeArc = 7;

function smallArc(bytes: Uint8Array, start: number, end: number): number {
  let arc = 0;
  for (let i = start; i < end; i++) arc = arc * 128 + ((bytes[i] as number) & 0x7f);
  return arc;
}

/** Seven octets at a time, since each step of a BigInt makes a new one. */
function bigArc(bytes: Uint8Array, start: number, end: number): bigint {
  let arc = 0n;
  for (let from = start; from < end; from += longestSafeArc) {
    const to = Math.min(from + longestSafeArc, end);
    arc = (arc << BigInt(7 * (to - from))) | BigInt(smallArc(bytes, from, to));
  }
  return arc;
}

/** X.690, section 8.19.4: the first two arcs are one number, 40 x + y, where x is at most 2. */
function firstArcs(joined: number | bigint): string {
  if (joined < 40) return `0.${joined}`;
  if (joined < 80) return `1.${Number(joined) - 40}`;
  return typeof joined === 'bigint' ? `2.${joined - 80n}` : `2.${joined - 80}`;
}
