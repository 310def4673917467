import { type DerReader, readEach, readSequence, tags } from '../../asn1/index.js';

/** An X.501 Attribute: a type, and one or more values as DER. */
export interface DirectoryAttribute {
  readonly type: string;
  readonly values: readonly Uint8Array[];
}

/** RFC 5280, section 4.2.1.8: one or more attributes. */
export function readSubjectDirectoryAttributes(value: Uint8Array): readonly DirectoryAttribute[] {
  return readEach(readSequence(value, 'subjectDirectoryAttributes'), 'subjectDirectoryAttributes', readAttribute);
}

function readAttribute(reader: DerReader): DirectoryAttribute {
  const what = 'subjectDirectoryAttributes: Attribute';
  const fields = reader.sequence(what);
  const type = fields.objectIdentifier(`${what} type`);
  const values = readEach(fields.enter(tags.set, `${what} values`), `${what} values`, (set) => set.element(`${what} value`));
  fields.finish(what);
  return Object.freeze({ type, values });
}
