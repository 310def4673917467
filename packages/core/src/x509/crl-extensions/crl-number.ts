import { DerError, DerReader } from '../../asn1/index.js';

/** RFC 5280, section 5.2.3: where lists of one authority and scope stand in their sequence. */
export function readCRLNumber(value: Uint8Array): bigint {
  return readNumber(value, 'cRLNumber');
}

/** RFC 5280, section 5.2.4: the BaseCRLNumber, from which on the delta CRL tells the changes. */
export function readDeltaCRLIndicator(value: Uint8Array): bigint {
  return readNumber(value, 'deltaCRLIndicator');
}

/** INTEGER (0..MAX), of which RFC 5280 has readers handle 20 octets and issuers write no more; one octet may be there for the sign. */
function readNumber(value: Uint8Array, what: string): bigint {
  const reader = new DerReader(value);
  const octets = reader.integer(what);
  reader.finish(what);
  if ((octets[0] as number) >= 0x80) throw new DerError(`${what} is negative`);
  if (octets.length > (octets[0] === 0 ? 21 : 20)) throw new DerError(`${what} of more than 20 octets`);
  let number = 0n;
  for (const octet of octets) number = (number << 8n) | BigInt(octet);
  return number;
}
