import { describe, expect, it } from 'vitest';
import { DerError } from '../../../src/asn1/index.js';
import { readAuthorityInfoAccess, readSubjectInfoAccess } from '../../../src/x509/extensions/information-access.js';
import { concat, hex, oid, sequence } from '../../support/der-writer.js';
import { generalName } from '../../support/extensions.js';

const ocsp = oid('1.3.6.1.5.5.7.48.1');
const location = generalName.uniformResourceIdentifier('http://ocsp.example');

describe.each([
  ['authorityInfoAccess', readAuthorityInfoAccess],
  ['subjectInfoAccess', readSubjectInfoAccess],
] as const)('%s', (extension, read) => {
  it.each([
    ['that is empty', sequence(), ' is empty'],
    ['that holds text rather than DER', hex('6d 61'), ': tag 6d where 30 is expected'],
    ['with a method that has no location', sequence(sequence(ocsp)), ': accessLocation: no form of GeneralName has this tag'],
    ['with two locations', sequence(sequence(ocsp, location, location)), ': trailing data'],
    [
      'with an empty location',
      sequence(sequence(ocsp, generalName.uniformResourceIdentifier(''))),
      ': accessLocation: uniformResourceIdentifier is empty',
    ],
    ['with data behind it', concat(sequence(sequence(ocsp, location)), hex('00')), ': trailing data'],
  ])('is refused %s', (_, value, message) => {
    expect(() => read(value)).toThrow(new DerError(extension + message));
  });

  it('is read in its order', () => {
    expect(read(sequence(sequence(ocsp, location), sequence(oid('1.2.3'), generalName.dNSName('a'))))).toEqual([
      { accessMethod: '1.3.6.1.5.5.7.48.1', accessLocation: { type: 'uniformResourceIdentifier', value: 'http://ocsp.example' } },
      { accessMethod: '1.2.3', accessLocation: { type: 'dNSName', value: 'a' } },
    ]);
  });
});
