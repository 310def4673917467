import { constructedTag, DerError, DerReader, primitiveTag, readSequence } from '../../asn1/index.js';
import { type GeneralName, readGeneralNames } from '../general-name.js';

export interface AuthorityKeyIdentifier {
  readonly keyIdentifier?: Uint8Array;
  readonly authorityCertIssuer?: readonly GeneralName[];
  /** INTEGER content octets. */
  readonly authorityCertSerialNumber?: Uint8Array;
}

/** RFC 5280, section 4.2.1.1. */
export function readAuthorityKeyIdentifier(value: Uint8Array): AuthorityKeyIdentifier {
  const what = 'authorityKeyIdentifier';
  const fields = readSequence(value, what);
  const identifier: { -readonly [field in keyof AuthorityKeyIdentifier]: AuthorityKeyIdentifier[field] } = {};
  if (fields.nextTag === primitiveTag(0)) identifier.keyIdentifier = fields.octetString(what, primitiveTag(0));
  if (fields.nextTag === constructedTag(1)) {
    identifier.authorityCertIssuer = readGeneralNames(fields, `${what}: authorityCertIssuer`, constructedTag(1));
  }
  if (fields.nextTag === primitiveTag(2)) {
    identifier.authorityCertSerialNumber = fields.integer(`${what}: authorityCertSerialNumber`, primitiveTag(2));
  }
  fields.finish(what);
  // Appendix A.2: both present or both absent; one alone names no certificate.
  if ((identifier.authorityCertIssuer === undefined) !== (identifier.authorityCertSerialNumber === undefined)) {
    throw new DerError(`${what}: authorityCertIssuer and authorityCertSerialNumber come together only`);
  }
  return Object.freeze(identifier);
}

/** RFC 5280, section 4.2.1.2. */
export function readSubjectKeyIdentifier(value: Uint8Array): Uint8Array {
  const what = 'subjectKeyIdentifier';
  const reader = new DerReader(value);
  const identifier = reader.octetString(what);
  reader.finish(what);
  return identifier;
}
