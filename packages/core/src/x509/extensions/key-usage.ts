import { DerError, DerReader, readEach, readSequence } from '../../asn1/index.js';

export interface KeyUsage {
  readonly digitalSignature: boolean;
  /** Called nonRepudiation before X.509 (2005). */
  readonly contentCommitment: boolean;
  readonly keyEncipherment: boolean;
  readonly dataEncipherment: boolean;
  readonly keyAgreement: boolean;
  readonly keyCertSign: boolean;
  readonly cRLSign: boolean;
  readonly encipherOnly: boolean;
  readonly decipherOnly: boolean;
}

/** RFC 5280, section 4.2.1.3. */
export function readKeyUsage(value: Uint8Array): KeyUsage {
  const what = 'keyUsage';
  const reader = new DerReader(value);
  const bits = reader.namedBits(what);
  reader.finish(what);
  // "When the keyUsage extension appears in a certificate, at least one of the bits MUST be set to 1."
  if ((bits & 0x1ff) === 0) throw new DerError(`${what}: no bit is set`);
  return Object.freeze({
    digitalSignature: (bits & 0x001) !== 0,
    contentCommitment: (bits & 0x002) !== 0,
    keyEncipherment: (bits & 0x004) !== 0,
    dataEncipherment: (bits & 0x008) !== 0,
    keyAgreement: (bits & 0x010) !== 0,
    keyCertSign: (bits & 0x020) !== 0,
    cRLSign: (bits & 0x040) !== 0,
    encipherOnly: (bits & 0x080) !== 0,
    decipherOnly: (bits & 0x100) !== 0,
  });
}

/** RFC 5280, section 4.2.1.12: the OIDs of key purposes, at least one. */
export function readExtendedKeyUsage(value: Uint8Array): readonly string[] {
  return readEach(readSequence(value, 'extendedKeyUsage'), 'extendedKeyUsage', (purposes) => purposes.objectIdentifier('extendedKeyUsage'));
}
