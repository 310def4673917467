import { constructedTag, DerError, type DerReader, readEach, readSequence } from '../../asn1/index.js';
import { type GeneralName, readConstraintName } from '../general-name.js';

export interface NameConstraints {
  readonly permittedSubtrees?: readonly GeneralSubtree[];
  readonly excludedSubtrees?: readonly GeneralSubtree[];
}

export interface GeneralSubtree {
  /** An `iPAddress` holds address and mask, 8 or 32 octets; strings may be empty. */
  readonly base: GeneralName;
}

/** RFC 5280, section 4.2.1.10. */
export function readNameConstraints(value: Uint8Array): NameConstraints {
  const what = 'nameConstraints';
  const fields = readSequence(value, what);
  // "Conforming CAs MUST NOT issue certificates where name constraints is an empty sequence."
  if (fields.isAtEnd) throw new DerError(`${what} is empty`);
  const constraints: { -readonly [field in keyof NameConstraints]: NameConstraints[field] } = {};
  if (fields.nextTag === constructedTag(0))
    constraints.permittedSubtrees = readSubtrees(fields, constructedTag(0), `${what}: permittedSubtrees`);
  if (fields.nextTag === constructedTag(1))
    constraints.excludedSubtrees = readSubtrees(fields, constructedTag(1), `${what}: excludedSubtrees`);
  fields.finish(what);
  return Object.freeze(constraints);
}

function readSubtrees(reader: DerReader, tag: number, what: string): readonly GeneralSubtree[] {
  return readEach(reader.enter(tag, what), what, (subtrees) => {
    const subtree = subtrees.sequence(what);
    const base = readConstraintName(subtree, what);
    // "Within this profile, the minimum and maximum fields are not used with any name forms, thus, the minimum MUST be zero, and
    // maximum MUST be absent"; zero is the default, so that neither is ever encoded.
    if (!subtree.isAtEnd) throw new DerError(`${what}: a subtree with minimum or maximum`);
    return Object.freeze({ base });
  });
}
