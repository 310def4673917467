import { type DerReader, readEach, readSequence } from '../../asn1/index.js';

export interface PolicyMapping {
  readonly issuerDomainPolicy: string;
  readonly subjectDomainPolicy: string;
}

/** RFC 5280, section 4.2.1.5: one or more. That anyPolicy is neither side of one is for section 6.1.4 (a) to check. */
export function readPolicyMappings(value: Uint8Array): readonly PolicyMapping[] {
  return readEach(readSequence(value, 'policyMappings'), 'policyMappings', readPolicyMapping);
}

function readPolicyMapping(reader: DerReader): PolicyMapping {
  const fields = reader.sequence('policyMappings');
  const issuerDomainPolicy = fields.objectIdentifier('policyMappings: issuerDomainPolicy');
  const subjectDomainPolicy = fields.objectIdentifier('policyMappings: subjectDomainPolicy');
  fields.finish('policyMappings');
  return Object.freeze({ issuerDomainPolicy, subjectDomainPolicy });
}
