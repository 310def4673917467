import { describe, expect, it } from 'vitest';
import { attributeKeyword } from '../../src/x509/attribute.js';

describe('attributeKeyword', () => {
  it.each([
    ['2.5.4.3', 'CN'],
    ['2.5.4.5', 'serialNumber'],
    ['2.5.4.6', 'C'],
    ['2.5.4.7', 'L'],
    ['2.5.4.8', 'ST'],
    ['2.5.4.9', 'STREET'],
    ['2.5.4.10', 'O'],
    ['2.5.4.11', 'OU'],
    ['0.9.2342.19200300.100.1.1', 'UID'],
    ['0.9.2342.19200300.100.1.25', 'DC'],
    ['1.2.840.113549.1.9.1', 'emailAddress'],
  ])('of %s is %s', (type, keyword) => {
    expect(attributeKeyword(type)).toBe(keyword);
  });

  it('is undefined for other types', () => {
    expect(attributeKeyword('1.2.3')).toBeUndefined();
    expect(attributeKeyword('constructor')).toBeUndefined();
  });
});
