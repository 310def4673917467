import { describe, expect, it } from 'vitest';
import { DerError } from '../../../src/asn1/index.js';
import { readCRLDistributionPoints, readFreshestCRL, reasonFlag } from '../../../src/x509/extensions/crl-distribution-points.js';
import { concat, explicit, hex, implicit, namedBitsContent, sequence } from '../../support/der-writer.js';
import { generalName } from '../../support/extensions.js';
import { attribute } from '../../support/names.js';

const fullName = explicit(0, explicit(0, generalName.uniformResourceIdentifier('http://crl.example/1')));
const relativeName = explicit(0, explicit(1, attribute('CN', 'crl1')));
const reasons = (...bits: number[]) => implicit(1, namedBitsContent(...bits));
const issuer = explicit(2, generalName.directoryName('crl signer'));

describe.each([
  ['cRLDistributionPoints', readCRLDistributionPoints],
  ['freshestCRL', readFreshestCRL],
] as const)('%s', (extension, read) => {
  it.each([
    ['that is empty', sequence(), ' is empty'],
    ['with an empty point', sequence(sequence()), ': neither distributionPoint nor cRLIssuer'],
    ['with a point of reasons only', sequence(sequence(reasons(1))), ': neither distributionPoint nor cRLIssuer'],
    ['with an unknown field', sequence(sequence(fullName, explicit(3))), ': trailing data'],
    ['with its fields in another order', sequence(sequence(issuer, fullName)), ': trailing data'],
    ['with an unknown form of name', sequence(sequence(explicit(0, explicit(4)))), ': distributionPoint: tag a4 where a0 is expected'],
    ['with an empty full name', sequence(sequence(explicit(0, explicit(0)))), ': distributionPoint is empty'],
    ['with an empty relative name', sequence(sequence(explicit(0, explicit(1)))), ': distributionPoint attribute is missing'],
    [
      'with two forms of name',
      sequence(sequence(explicit(0, explicit(0, generalName.dNSName('a')), explicit(1)))),
      ': distributionPoint: trailing data',
    ],
    ['with an empty cRLIssuer', sequence(sequence(explicit(2))), ': cRLIssuer is empty'],
    [
      'with malformed reasons',
      sequence(sequence(fullName, implicit(1, hex('01 ff')))),
      ': reasons: BIT STRING whose unused bits are not zero',
    ],
    ['with data behind it', concat(sequence(sequence(fullName)), hex('00')), ': trailing data'],
  ])('is refused %s', (_, value, message) => {
    expect(() => read(value)).toThrow(new DerError(extension + message));
  });

  it('is read with all its fields', () => {
    const [first, second, third] = read(
      sequence(sequence(fullName), sequence(relativeName, reasons(1, 6), issuer), sequence(fullName, implicit(1, hex('00 ff ff')))),
    );
    expect(first).toEqual({
      distributionPoint: { type: 'fullName', value: [{ type: 'uniformResourceIdentifier', value: 'http://crl.example/1' }] },
    });
    expect(second?.distributionPoint).toMatchObject({ type: 'nameRelativeToCRLIssuer', value: [{ keyword: 'CN', value: 'crl1' }] });
    expect(second?.reasons).toBe(reasonFlag.keyCompromise | reasonFlag.certificateHold);
    expect(second?.cRLIssuer?.map(({ value }) => String(value))).toEqual(['CN=crl signer']);
    expect(third?.reasons).toBe(0x1ff);
  });
});
