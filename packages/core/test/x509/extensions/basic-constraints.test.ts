import { describe, expect, it } from 'vitest';
import { DerError } from '../../../src/asn1/index.js';
import { readBasicConstraints } from '../../../src/x509/extensions/basic-constraints.js';
import { hex } from '../../support/der-writer.js';

describe('basicConstraints', () => {
  it.each([
    ['with cA FALSE encoded', '30 03 01 01 00', 'basicConstraints: cA FALSE is encoded'],
    ['with cA FALSE encoded before a length', '30 06 01 01 00 02 01 00', 'basicConstraints: cA FALSE is encoded'],
    ['with a cA that BER would read as TRUE', '30 03 01 01 01', 'basicConstraints: cA: BOOLEAN is neither 00 nor FF'],
    ['with a negative length', '30 06 01 01 ff 02 01 ff', 'basicConstraints: pathLenConstraint: INTEGER is negative'],
    ['with a padded length', '30 07 01 01 ff 02 02 00 01', 'basicConstraints: pathLenConstraint: INTEGER padded with a zero octet'],
    ['with a third field', '30 08 01 01 ff 02 01 00 05 00', 'basicConstraints: trailing data'],
    ['with data behind it', '30 00 00', 'basicConstraints: trailing data'],
    ['that is no sequence', '01 01 ff', 'basicConstraints: tag 01 where 30 is expected'],
    ['that is empty', '', 'basicConstraints is missing'],
  ])('is refused %s', (_, value, message) => {
    expect(() => readBasicConstraints(hex(value))).toThrow(new DerError(message));
  });

  it.each([
    ['30 00', { cA: false, pathLenConstraint: undefined }],
    ['30 03 01 01 ff', { cA: true, pathLenConstraint: undefined }],
    ['30 06 01 01 ff 02 01 00', { cA: true, pathLenConstraint: 0 }],
    ['30 07 01 01 ff 02 02 00 80', { cA: true, pathLenConstraint: 128 }],
    ['30 03 02 01 00', { cA: false, pathLenConstraint: 0 }],
  ])('reads %s', (value, constraints) => {
    expect(readBasicConstraints(hex(value))).toEqual(constraints);
  });
});
