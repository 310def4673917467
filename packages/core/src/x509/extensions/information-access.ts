import { type DerReader, readEach, readSequence } from '../../asn1/index.js';
import { type GeneralName, readGeneralName } from '../general-name.js';

export interface AccessDescription {
  readonly accessMethod: string;
  readonly accessLocation: GeneralName;
}

/** RFC 5280, section 4.2.2.1: one or more. */
export function readAuthorityInfoAccess(value: Uint8Array): readonly AccessDescription[] {
  return readAccessDescriptions(value, 'authorityInfoAccess');
}

/** RFC 5280, section 4.2.2.2: one or more. */
export function readSubjectInfoAccess(value: Uint8Array): readonly AccessDescription[] {
  return readAccessDescriptions(value, 'subjectInfoAccess');
}

function readAccessDescriptions(value: Uint8Array, what: string): readonly AccessDescription[] {
  return readEach(readSequence(value, what), what, (reader: DerReader) => {
    const fields = reader.sequence(what);
    const accessMethod = fields.objectIdentifier(`${what}: accessMethod`);
    const accessLocation = readGeneralName(fields, `${what}: accessLocation`);
    fields.finish(what);
    return Object.freeze({ accessMethod, accessLocation });
  });
}
