import { describe, expect, it } from 'vitest';
import { DerError } from '../../../src/asn1/index.js';
import { readPolicyMappings } from '../../../src/x509/extensions/policy-mappings.js';
import { oid, sequence } from '../../support/der-writer.js';

describe('policyMappings', () => {
  it.each([
    ['that is empty', sequence(), 'policyMappings is empty'],
    ['with half a mapping', sequence(sequence(oid('1.2.3'))), 'policyMappings: subjectDomainPolicy is missing'],
    ['with a mapping of three', sequence(sequence(oid('1.2.3'), oid('1.2.4'), oid('1.2.5'))), 'policyMappings: trailing data'],
  ])('is refused %s', (_, value, message) => {
    expect(() => readPolicyMappings(value)).toThrow(new DerError(message));
  });

  it('is read, anyPolicy on either side too, which the path judges', () => {
    const value = sequence(sequence(oid('1.2.3'), oid('1.2.4')), sequence(oid('2.5.29.32.0'), oid('1.2.5')));
    expect(readPolicyMappings(value)).toEqual([
      { issuerDomainPolicy: '1.2.3', subjectDomainPolicy: '1.2.4' },
      { issuerDomainPolicy: '2.5.29.32.0', subjectDomainPolicy: '1.2.5' },
    ]);
  });
});
