import { describe, expect, it } from 'vitest';
import { DerError } from '../../../src/asn1/index.js';
import { readExtendedKeyUsage, readKeyUsage } from '../../../src/x509/extensions/key-usage.js';
import { hex, namedBits, oid, sequence } from '../../support/der-writer.js';

describe('keyUsage', () => {
  it.each([
    ['without content', '03 00', 'keyUsage: BIT STRING without content'],
    ['with no bit at all', '03 01 00', 'keyUsage: no bit is set'],
    ['with zero bits only', '03 02 00 00', 'keyUsage: no bit is set'],
    ['with a bit that has no name only', '03 03 06 00 40', 'keyUsage: no bit is set'],
    ['with unused bits set', '03 02 05 b0', 'keyUsage: BIT STRING whose unused bits are not zero'],
    ['that is an octet string', '04 01 80', 'keyUsage: tag 04 where 03 is expected'],
    ['with data behind it', '03 02 05 a0 00', 'keyUsage: trailing data'],
  ])('is refused %s', (_, value, message) => {
    expect(() => readKeyUsage(hex(value))).toThrow(new DerError(message));
  });

  it.each([
    'digitalSignature',
    'contentCommitment',
    'keyEncipherment',
    'dataEncipherment',
    'keyAgreement',
    'keyCertSign',
    'cRLSign',
    'encipherOnly',
    'decipherOnly',
  ] as const)('has a bit for %s', (usage) => {
    const bit = Object.keys(readKeyUsage(namedBits(0))).indexOf(usage);
    const found = Object.entries(readKeyUsage(namedBits(bit))).filter(([, isSet]) => isSet);
    expect(found).toEqual([[usage, true]]);
  });

  it('takes bits in a fixed width, with trailing zeros', () => {
    expect(readKeyUsage(hex('03 02 00 06'))).toMatchObject({ keyCertSign: true, cRLSign: true, digitalSignature: false });
  });

  it('passes over bits without a name', () => {
    expect(readKeyUsage(hex('03 03 06 80 40'))).toMatchObject({ digitalSignature: true, decipherOnly: false });
  });
});

describe('extendedKeyUsage', () => {
  it.each([
    ['that is empty', sequence(), 'extendedKeyUsage is empty'],
    ['with something else than OIDs', sequence(hex('02 01 01')), 'extendedKeyUsage: tag 02 where 06 is expected'],
    ['with data behind it', hex('30 00 00'), 'extendedKeyUsage: trailing data'],
  ])('is refused %s', (_, value, message) => {
    expect(() => readExtendedKeyUsage(value)).toThrow(new DerError(message));
  });

  it('is read in its order, a purpose that stands twice too', () => {
    expect(readExtendedKeyUsage(sequence(oid('1.3.6.1.5.5.7.3.2'), oid('2.5.29.37.0'), oid('1.3.6.1.5.5.7.3.2')))).toEqual([
      '1.3.6.1.5.5.7.3.2',
      '2.5.29.37.0',
      '1.3.6.1.5.5.7.3.2',
    ]);
  });
});
