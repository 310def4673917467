import { DerError, type DerReader, readEach, readSequence } from '../../asn1/index.js';

export interface PolicyInformation {
  readonly policyIdentifier: string;
  readonly qualifiers: readonly PolicyQualifier[];
}

export interface PolicyQualifier {
  readonly policyQualifierId: string;
  /** The qualifier's DER, not decoded: it is for people to read (a URI, or a notice), and no check depends on it. */
  readonly qualifier: Uint8Array;
}

/** RFC 5280, section 4.2.1.4: one or more, no certificate policy twice. */
export function readCertificatePolicies(value: Uint8Array): readonly PolicyInformation[] {
  const what = 'certificatePolicies';
  const policies = readEach(readSequence(value, what), what, readPolicyInformation);
  if (new Set(policies.map(({ policyIdentifier }) => policyIdentifier)).size !== policies.length) {
    throw new DerError(`${what}: the same certificate policy twice`);
  }
  return policies;
}

function readPolicyInformation(reader: DerReader): PolicyInformation {
  const what = 'certificatePolicies: PolicyInformation';
  const fields = reader.sequence(what);
  const policyIdentifier = fields.objectIdentifier('certificatePolicies: policyIdentifier');
  const qualifiers = fields.isAtEnd ? none : readEach(fields.sequence(what), 'certificatePolicies: policyQualifiers', readPolicyQualifier);
  fields.finish(what);
  return Object.freeze({ policyIdentifier, qualifiers });
}

const none: readonly PolicyQualifier[] = Object.freeze([]);

function readPolicyQualifier(reader: DerReader): PolicyQualifier {
  const what = 'certificatePolicies: PolicyQualifierInfo';
  const fields = reader.sequence(what);
  const policyQualifierId = fields.objectIdentifier('certificatePolicies: policyQualifierId');
  const qualifier = fields.element(what);
  fields.finish(what);
  return Object.freeze({ policyQualifierId, qualifier });
}
