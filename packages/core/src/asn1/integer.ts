import { DerError } from './der-error.js';

/** X.690, section 8.3.2: at least one octet, and the first nine bits are neither all zero nor all one. */
export function checkInteger(bytes: Uint8Array, start: number, end: number, what: string): void {
  if (start === end) throw new DerError(`${what}: INTEGER without content`);
  if (end - start === 1) return;
  const first = bytes[start];
  const isSecondNegative = (bytes[start + 1] as number) >= 0x80;
  if (first === 0x00 && !isSecondNegative) throw new DerError(`${what}: INTEGER padded with a zero octet`);
  if (first === 0xff && isSecondNegative) throw new DerError(`${what}: INTEGER padded with an FF octet`);
}

/**
 * The value of an INTEGER (0..MAX) as a number. Values beyond 2^53 - 1 become just that: where RFC 5280 counts certificates, both
 * mean "without limit".
 */
export function decodeNatural(bytes: Uint8Array, start: number, end: number, what: string): number {
  checkInteger(bytes, start, end, what);
  if ((bytes[start] as number) >= 0x80) throw new DerError(`${what}: INTEGER is negative`);
  let value = 0;
  for (let i = start; i < end && value <= Number.MAX_SAFE_INTEGER; i++) value = value * 256 + (bytes[i] as number);
  return Math.min(value, Number.MAX_SAFE_INTEGER);
}
