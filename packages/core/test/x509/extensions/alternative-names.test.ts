import { describe, expect, it } from 'vitest';
import { DerError } from '../../../src/asn1/index.js';
import { readIssuerAltName, readSubjectAltName } from '../../../src/x509/extensions/alternative-names.js';
import { concat, hex, sequence } from '../../support/der-writer.js';
import { generalName } from '../../support/extensions.js';

describe.each([
  ['subjectAltName', readSubjectAltName],
  ['issuerAltName', readIssuerAltName],
] as const)('%s', (extension, read) => {
  it.each([
    ['that is empty', sequence(), ' is empty'],
    ['that holds text rather than DER', hex('65 78 61 6d'), ': tag 65 where 30 is expected'],
    ['with data behind it', concat(sequence(generalName.dNSName('a')), hex('00')), ': trailing data'],
    ['with an empty name among others', sequence(generalName.dNSName('a'), generalName.dNSName('')), ': dNSName is empty'],
    [
      'with a network for an address',
      sequence(generalName.iPAddress(192, 0, 2, 0, 255, 255, 255, 0)),
      ': iPAddress is not of 4 or 16 octets',
    ],
  ])('is refused %s', (_, value, message) => {
    expect(() => read(value)).toThrow(new DerError(extension + message));
  });

  it('is read in its order', () => {
    expect(read(sequence(generalName.dNSName('b.example'), generalName.dNSName('a.example')))).toEqual([
      { type: 'dNSName', value: 'b.example' },
      { type: 'dNSName', value: 'a.example' },
    ]);
  });
});
