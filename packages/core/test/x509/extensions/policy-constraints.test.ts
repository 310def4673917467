import { describe, expect, it } from 'vitest';
import { DerError } from '../../../src/asn1/index.js';
import { readInhibitAnyPolicy, readPolicyConstraints } from '../../../src/x509/extensions/policy-constraints.js';
import { hex } from '../../support/der-writer.js';

describe('policyConstraints', () => {
  it.each([
    ['that is empty', '30 00', 'policyConstraints is empty'],
    ['with a negative number', '30 03 80 01 ff', 'policyConstraints: requireExplicitPolicy: INTEGER is negative'],
    ['with a padded number', '30 04 81 02 00 01', 'policyConstraints: inhibitPolicyMapping: INTEGER padded with a zero octet'],
    ['with its fields in another order', '30 06 81 01 00 80 01 00', 'policyConstraints: trailing data'],
    ['with an unknown field', '30 03 82 01 00', 'policyConstraints: trailing data'],
    ['with data behind it', '30 03 80 01 00 00', 'policyConstraints: trailing data'],
  ])('is refused %s', (_, value, message) => {
    expect(() => readPolicyConstraints(hex(value))).toThrow(new DerError(message));
  });

  it.each([
    ['30 03 80 01 00', { requireExplicitPolicy: 0 }],
    ['30 03 81 01 05', { inhibitPolicyMapping: 5 }],
    ['30 06 80 01 01 81 01 02', { requireExplicitPolicy: 1, inhibitPolicyMapping: 2 }],
  ])('reads %s', (value, constraints) => {
    expect(readPolicyConstraints(hex(value))).toEqual(constraints);
  });
});

describe('inhibitAnyPolicy', () => {
  it.each([
    ['that is negative', '02 01 ff', 'inhibitAnyPolicy: INTEGER is negative'],
    ['with data behind it', '02 01 00 00', 'inhibitAnyPolicy: trailing data'],
  ])('is refused %s', (_, value, message) => {
    expect(() => readInhibitAnyPolicy(hex(value))).toThrow(new DerError(message));
  });

  it('is read', () => {
    expect(readInhibitAnyPolicy(hex('02 01 03'))).toBe(3);
  });
});
