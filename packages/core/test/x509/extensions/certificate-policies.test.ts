import { describe, expect, it } from 'vitest';
import { DerError } from '../../../src/asn1/index.js';
import { readCertificatePolicies } from '../../../src/x509/extensions/certificate-policies.js';
import { concat, hex, ia5String, oid, sequence } from '../../support/der-writer.js';

const policy = (dotted: string, ...rest: Uint8Array[]) => sequence(oid(dotted), ...rest);
const cps = sequence(oid('1.3.6.1.5.5.7.2.1'), ia5String('https://ca.example/cps'));

describe('certificatePolicies', () => {
  it.each([
    ['that is empty', sequence(), 'certificatePolicies is empty'],
    [
      'with a certificate policy twice',
      sequence(policy('1.2.3'), policy('1.2.4'), policy('1.2.3')),
      'certificatePolicies: the same certificate policy twice',
    ],
    ['without an identifier', sequence(sequence()), 'certificatePolicies: policyIdentifier is missing'],
    ['with empty qualifiers', sequence(policy('1.2.3', sequence())), 'certificatePolicies: policyQualifiers is empty'],
    [
      'with a qualifier that has no value',
      sequence(policy('1.2.3', sequence(sequence(oid('1.2'))))),
      'certificatePolicies: PolicyQualifierInfo is missing',
    ],
    [
      'with a qualifier of two values',
      sequence(policy('1.2.3', sequence(sequence(oid('1.2'), hex('0500'), hex('0500'))))),
      'certificatePolicies: PolicyQualifierInfo: trailing data',
    ],
    [
      'with data behind the qualifiers',
      sequence(policy('1.2.3', sequence(cps), hex('0500'))),
      'certificatePolicies: PolicyInformation: trailing data',
    ],
    ['with data behind it', concat(sequence(policy('1.2.3')), hex('00')), 'certificatePolicies: trailing data'],
  ])('is refused %s', (_, value, message) => {
    expect(() => readCertificatePolicies(value)).toThrow(new DerError(message));
  });

  it('is read in its order', () => {
    const policies = readCertificatePolicies(sequence(policy('2.5.29.32.0'), policy('1.2.3', sequence(cps))));
    expect(policies).toEqual([
      { policyIdentifier: '2.5.29.32.0', qualifiers: [] },
      {
        policyIdentifier: '1.2.3',
        qualifiers: [{ policyQualifierId: '1.3.6.1.5.5.7.2.1', qualifier: ia5String('https://ca.example/cps') }],
      },
    ]);
  });
});
