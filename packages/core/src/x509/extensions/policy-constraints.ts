import { DerError, DerReader, primitiveTag, readSequence } from '../../asn1/index.js';

/** Both count certificates. */
export interface PolicyConstraints {
  readonly requireExplicitPolicy?: number;
  readonly inhibitPolicyMapping?: number;
}

/** RFC 5280, section 4.2.1.11. */
export function readPolicyConstraints(value: Uint8Array): PolicyConstraints {
  const what = 'policyConstraints';
  const fields = readSequence(value, what);
  // "Conforming CAs MUST NOT issue certificates where policy constraints is an empty sequence."
  if (fields.isAtEnd) throw new DerError(`${what} is empty`);
  const constraints: { -readonly [field in keyof PolicyConstraints]: PolicyConstraints[field] } = {};
  if (fields.nextTag === primitiveTag(0)) {
    constraints.requireExplicitPolicy = fields.natural(`${what}: requireExplicitPolicy`, primitiveTag(0));
  }
  if (fields.nextTag === primitiveTag(1)) {
    constraints.inhibitPolicyMapping = fields.natural(`${what}: inhibitPolicyMapping`, primitiveTag(1));
  }
  fields.finish(what);
  return Object.freeze(constraints);
}

/** RFC 5280, section 4.2.1.14: a number of certificates. */
export function readInhibitAnyPolicy(value: Uint8Array): number {
  const reader = new DerReader(value);
  const skipCerts = reader.natural('inhibitAnyPolicy');
  reader.finish('inhibitAnyPolicy');
  return skipCerts;
}
