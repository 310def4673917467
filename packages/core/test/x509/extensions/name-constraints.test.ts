import { describe, expect, it } from 'vitest';
import { DerError } from '../../../src/asn1/index.js';
import { readNameConstraints } from '../../../src/x509/extensions/name-constraints.js';
import { explicit, hex, implicit, sequence } from '../../support/der-writer.js';
import { generalName } from '../../support/extensions.js';

const { dNSName, iPAddress, rfc822Name } = generalName;
const permitted = (...bases: Uint8Array[]) => sequence(explicit(0, ...bases.map((base) => sequence(base))));

describe('nameConstraints', () => {
  it.each([
    ['that is empty', sequence(), 'nameConstraints is empty'],
    ['with empty permitted subtrees', sequence(explicit(0)), 'nameConstraints: permittedSubtrees is empty'],
    ['with empty excluded subtrees', sequence(explicit(1)), 'nameConstraints: excludedSubtrees is empty'],
    ['with NULL for subtrees', hex('30 04 05 00 05 00'), 'nameConstraints: trailing data'],
    [
      'with its fields in another order',
      sequence(explicit(1, sequence(dNSName('a'))), explicit(0, sequence(dNSName('a')))),
      'nameConstraints: trailing data',
    ],
    [
      'with a minimum, even the default',
      sequence(explicit(0, sequence(dNSName('a'), implicit(0, hex('00'))))),
      'nameConstraints: permittedSubtrees: a subtree with minimum or maximum',
    ],
    [
      'with a maximum',
      sequence(explicit(1, sequence(dNSName('a'), implicit(1, hex('05'))))),
      'nameConstraints: excludedSubtrees: a subtree with minimum or maximum',
    ],
    [
      'with an address without a mask',
      permitted(iPAddress(192, 0, 2, 0)),
      'nameConstraints: permittedSubtrees: iPAddress is not of 8 or 32 octets',
    ],
    [
      'with a mask that has a hole between octets',
      permitted(iPAddress(10, 0, 0, 0, 255, 0, 255, 0)),
      'nameConstraints: permittedSubtrees: iPAddress with a mask that is no prefix',
    ],
    [
      'with a mask that has a hole inside of an octet',
      permitted(iPAddress(10, 0, 0, 0, 255, 0xfa, 0, 0)),
      'nameConstraints: permittedSubtrees: iPAddress with a mask that is no prefix',
    ],
    [
      'with a mask that begins with a zero bit',
      permitted(iPAddress(10, 0, 0, 0, 0x7f, 0, 0, 0)),
      'nameConstraints: permittedSubtrees: iPAddress with a mask that is no prefix',
    ],
    [
      'with a second subtree that is malformed',
      permitted(dNSName('a'), implicit(2, hex('00'))),
      'nameConstraints: permittedSubtrees: dNSName: VisibleString with a character that is not printable ASCII',
    ],
  ])('is refused %s', (_, value, message) => {
    expect(() => readNameConstraints(value)).toThrow(new DerError(message));
  });

  it.each([
    [0, 0, 0, 0],
    [128, 0, 0, 0],
    [255, 0, 0, 0],
    [255, 255, 254, 0],
    [255, 255, 255, 255],
  ])('takes the mask %d.%d.%d.%d', (...mask) => {
    expect(readNameConstraints(permitted(iPAddress(10, 0, 0, 0, ...mask)))).toEqual({
      permittedSubtrees: [{ base: { type: 'iPAddress', value: Uint8Array.of(10, 0, 0, 0, ...mask) } }],
    });
  });

  it('takes an IPv6 network', () => {
    const octets = [...hex('20010db8000000000000000000000000'), ...hex('ffffffff000000000000000000000000')];
    expect(readNameConstraints(permitted(iPAddress(...octets))).permittedSubtrees).toHaveLength(1);
  });

  it('is read, with empty strings, which stand for every name of their form', () => {
    const value = sequence(explicit(0, sequence(dNSName('')), sequence(rfc822Name('.example'))), explicit(1, sequence(dNSName('b'))));
    expect(readNameConstraints(value)).toEqual({
      permittedSubtrees: [{ base: { type: 'dNSName', value: '' } }, { base: { type: 'rfc822Name', value: '.example' } }],
      excludedSubtrees: [{ base: { type: 'dNSName', value: 'b' } }],
    });
  });

  it('tells absent subtrees from present ones', () => {
    expect(Object.keys(readNameConstraints(sequence(explicit(1, sequence(dNSName('b'))))))).toEqual(['excludedSubtrees']);
  });
});
