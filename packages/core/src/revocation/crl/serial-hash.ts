import { randomBytes } from 'node:crypto';

/** New in every process, so that nobody can choose serial numbers that meet in one place of the index. */
const seed = randomBytes(8);
const key0 = seed.readInt32LE(0);
const key1 = seed.readInt32LE(4);

/**
 * HalfSipHash-1-3, a keyed hash of 32 bits that Linux has for its hash tables, over the octets of a serial number; the number of its issuer
 * is mixed into the key. A signed number: V8 makes an object of what needs the 32nd bit otherwise. Four octets are read at once, which
 * takes half the time of reading each.
 *
 * @see Aumasson and Bernstein, "SipHash: a fast short-input PRF", and its reference implementation
 */
export function hashSerial(view: DataView, start: number, end: number, issuer: number): number {
  let v0 = key0 ^ issuer;
  let v1 = key1;
  let v2 = 0x6c796765 ^ key0;
  let v3 = 0x74656462 ^ key1;
  const length = end - start;
  const last = end - (length & 3);
  for (let at = start; at <= last; at += 4) {
    const word = at < last ? view.getInt32(at, true) : lastWord(view, at, end, length);
    v3 ^= word;
    v0 = (v0 + v1) | 0;
    v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0;
    v0 = (v0 << 16) | (v0 >>> 16);
    v2 = (v2 + v3) | 0;
    v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2;
    v0 = (v0 + v3) | 0;
    v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0;
    v2 = (v2 + v1) | 0;
    v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2;
    v2 = (v2 << 16) | (v2 >>> 16);
    v0 ^= word;
  }
  v2 ^= 0xff;
  // The same round, written again: as a function of four values that change it would have to make an object of them.
  for (let round = 0; round < 3; round++) {
    v0 = (v0 + v1) | 0;
    v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0;
    v0 = (v0 << 16) | (v0 >>> 16);
    v2 = (v2 + v3) | 0;
    v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2;
    v0 = (v0 + v3) | 0;
    v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0;
    v2 = (v2 + v1) | 0;
    v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2;
    v2 = (v2 << 16) | (v2 >>> 16);
  }
  return v1 ^ v3;
}

/** The octets that fill no word, below the length. */
function lastWord(view: DataView, start: number, end: number, length: number): number {
  let word = length << 24;
  for (let at = start, shift = 0; at < end; at++, shift += 8) word |= view.getUint8(at) << shift;
  return word;
}
