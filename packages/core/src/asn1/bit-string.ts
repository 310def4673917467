import { DerError } from './der-error.js';

/**
 * X.690, sections 8.6.2 and 11.2.1: the first octet counts the unused bits at the end (0 to 7, none if nothing follows), and those are zero.
 * Gives the count.
 */
export function checkBitString(bytes: Uint8Array, start: number, end: number, what: string): number {
  if (start === end) throw new DerError(`${what}: BIT STRING without content`);
  const unusedBits = bytes[start] as number;
  if (unusedBits > 7) throw new DerError(`${what}: BIT STRING with more than 7 unused bits`);
  if (unusedBits === 0) return 0;
  if (end - start === 1) throw new DerError(`${what}: empty BIT STRING with unused bits`);
  if (((bytes[end - 1] as number) & ((1 << unusedBits) - 1)) !== 0)
    throw new DerError(`${what}: BIT STRING whose unused bits are not zero`);
  return unusedBits;
}

/**
 * A named bit list as a number, bit 0 of the list as the lowest bit. Bits from 16 on have no name in X.509 and are left out.
 *
 * X.690, section 11.2.2 has trailing zero bits removed. Issuers that write a fixed width are common, nothing reads differently
 * for it, and every other verifier lets it pass; so does this one.
 */
export function decodeNamedBits(bytes: Uint8Array, start: number, end: number, what: string): number {
  checkBitString(bytes, start, end, what);
  let bits = 0;
  for (let i = start + 1; i < end && i <= start + 2; i++) {
    for (let bit = 0; bit < 8; bit++) {
      if (((bytes[i] as number) & (0x80 >> bit)) !== 0) bits |= 1 << ((i - start - 1) * 8 + bit);
    }
  }
  return bits;
}
