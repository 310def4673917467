import { randomBytes } from 'node:crypto';
import { children, contentOf } from './der.js';

/**
 * A certificate's number: lower- or upper-case hexadecimal digits, a `bigint`, or the INTEGER's content octets, which are
 * written as they are, so that tests can have numbers that RFC 5280, section 4.1.2.2 forbids.
 */
export type SerialNumber = string | bigint | Uint8Array;

/**
 * The content octets of the INTEGER. By default 16 random ones, the first of them between 40 and 7F, which makes the
 * number positive and its encoding minimal, with 126 unpredictable bits (RFC 5280 allows 20 octets).
 */
export function serialNumberOctets(serialNumber?: SerialNumber): Uint8Array {
  if (serialNumber === undefined) return randomSerialNumber();
  if (serialNumber instanceof Uint8Array) return notEmpty(serialNumber);
  const number = typeof serialNumber === 'bigint' ? serialNumber : readHex(serialNumber);
  if (number <= 0n) throw new TypeError('serialNumber: must be positive; give the octets to write another');
  const octets = positiveIntegerOctets(number);
  if (octets.length > 20) throw new TypeError('serialNumber: longer than 20 octets; give the octets to write it all the same');
  return octets;
}

/** The content octets of a certificate's serial number, as they stand there: after the version, which version 1 leaves out. */
export function serialNumberOf(certificate: Uint8Array): Uint8Array {
  const [tbsCertificate] = children(certificate) as [Uint8Array];
  const serialNumber = children(tbsCertificate).find((field) => field[0] === 0x02);
  if (serialNumber === undefined) throw new TypeError('the certificate has no serial number');
  return contentOf(serialNumber);
}

/** A positive INTEGER's content: the shortest, with a zero octet before a first one whose top bit is set (X.690, section 8.3). */
export function positiveIntegerOctets(number: bigint): Uint8Array {
  const hex = number.toString(16);
  const octets = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex');
  return Uint8Array.from((octets[0] as number) > 0x7f ? [0, ...octets] : octets);
}

function randomSerialNumber(): Uint8Array {
  const octets = Uint8Array.from(randomBytes(16));
  octets[0] = ((octets[0] as number) & 0x3f) | 0x40;
  return octets;
}

function readHex(text: unknown): bigint {
  if (typeof text !== 'string' || !/^[0-9a-f]+$/i.test(text))
    throw new TypeError('serialNumber: expected hexadecimal digits without colons, a bigint or octets');
  return BigInt(`0x${text}`);
}

function notEmpty(octets: Uint8Array): Uint8Array {
  if (octets.length === 0) throw new TypeError('serialNumber: no octets');
  return octets;
}
