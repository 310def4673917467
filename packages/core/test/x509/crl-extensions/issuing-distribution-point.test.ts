import { expect, it } from 'vitest';
import { DerError } from '../../../src/asn1/index.js';
import { readIssuingDistributionPoint } from '../../../src/x509/crl-extensions/issuing-distribution-point.js';
import { reasonFlag } from '../../../src/x509/extensions/crl-distribution-points.js';
import { type IssuingDistributionPointOptions, issuingDistributionPointValue } from '../../support/crl-builder.js';
import { concat, explicit, hex, implicit, sequence } from '../../support/der-writer.js';
import { generalName } from '../../support/extensions.js';
import { attribute } from '../../support/names.js';

const value = (options: IssuingDistributionPointOptions) => issuingDistributionPointValue(options);
const oneKind = ': more than one of onlyContainsUserCerts, onlyContainsCACerts and onlyContainsAttributeCerts';

it.each([
  ['that is empty', sequence(), ' is empty'],
  ['with an encoded FALSE', sequence(implicit(1, hex('00'))), ': onlyContainsUserCerts FALSE is encoded'],
  ['with another encoded FALSE', sequence(implicit(4, hex('00'))), ': indirectCRL FALSE is encoded'],
  ['with a BOOLEAN that is neither', sequence(implicit(2, hex('01'))), ': onlyContainsCACerts: BOOLEAN is neither 00 nor FF'],
  ['with an unknown field', sequence(implicit(6, hex('ff'))), ': trailing data'],
  ['with its fields in another order', sequence(implicit(5, hex('ff')), implicit(4, hex('ff'))), ': trailing data'],
  ['with an unknown form of name', sequence(explicit(0, explicit(2))), ': distributionPoint: tag a2 where a0 is expected'],
  ['with malformed reasons', sequence(implicit(3, hex('01 ff'))), ': onlySomeReasons: BIT STRING whose unused bits are not zero'],
  ['with data behind it', concat(value({ indirectCRL: true }), hex('00')), ': trailing data'],
  ['for users and authorities', value({ onlyContainsUserCerts: true, onlyContainsCACerts: true }), oneKind],
  ['for users and attributes', value({ onlyContainsUserCerts: true, onlyContainsAttributeCerts: true }), oneKind],
  ['for authorities and attributes', value({ onlyContainsCACerts: true, onlyContainsAttributeCerts: true }), oneKind],
])('issuingDistributionPoint is refused %s', (_, encoded, message) => {
  expect(() => readIssuingDistributionPoint(encoded)).toThrow(new DerError(`issuingDistributionPoint${message}`));
});

const nothing = { onlyContainsUserCerts: false, onlyContainsCACerts: false, indirectCRL: false, onlyContainsAttributeCerts: false };

it.each<[string, IssuingDistributionPointOptions, object]>([
  ['onlyContainsUserCerts', { onlyContainsUserCerts: true }, { onlyContainsUserCerts: true }],
  ['onlyContainsCACerts', { onlyContainsCACerts: true }, { onlyContainsCACerts: true }],
  ['onlyContainsAttributeCerts', { onlyContainsAttributeCerts: true }, { onlyContainsAttributeCerts: true }],
  ['indirectCRL', { indirectCRL: true }, { indirectCRL: true }],
  ['onlySomeReasons', { onlySomeReasons: [1, 8] }, { onlySomeReasons: reasonFlag.keyCompromise | reasonFlag.aACompromise }],
])('issuingDistributionPoint reads %s', (_, options, expected) => {
  expect(readIssuingDistributionPoint(value(options))).toEqual({ ...nothing, ...expected });
});

it('issuingDistributionPoint reads both forms of a name', () => {
  const full = readIssuingDistributionPoint(value({ fullName: [generalName.dNSName('a'), generalName.dNSName('b')] }));
  expect(full.distributionPoint).toEqual({
    type: 'fullName',
    value: [
      { type: 'dNSName', value: 'a' },
      { type: 'dNSName', value: 'b' },
    ],
  });
  const relative = readIssuingDistributionPoint(value({ nameRelativeToCRLIssuer: [attribute('CN', 'crl1')] }));
  expect(relative.distributionPoint).toMatchObject({ type: 'nameRelativeToCRLIssuer', value: [{ keyword: 'CN', value: 'crl1' }] });
});
