import { DerReader } from '../../asn1/index.js';
import { type GeneralName, readGeneralNames } from '../general-name.js';

/** RFC 5280, section 4.2.1.6: one or more names. */
export function readSubjectAltName(value: Uint8Array): readonly GeneralName[] {
  return readAltName(value, 'subjectAltName');
}

/** RFC 5280, section 4.2.1.7: one or more names. */
export function readIssuerAltName(value: Uint8Array): readonly GeneralName[] {
  return readAltName(value, 'issuerAltName');
}

function readAltName(value: Uint8Array, what: string): readonly GeneralName[] {
  const reader = new DerReader(value);
  const names = readGeneralNames(reader, what);
  reader.finish(what);
  return names;
}
