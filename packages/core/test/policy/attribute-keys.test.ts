import { describe, expect, it } from 'vitest';
import { attributeType, unknownAttribute } from '../../src/policy/attribute-keys.js';
import { attributeKeyword } from '../../src/x509/attribute.js';
import { attributeKeywords } from '../../src/x509/index.js';

describe('the keywords of policies', () => {
  it.each(Object.entries(attributeKeywords))('%s is what certificates show for %s', (keyword, type) => {
    expect(attributeKeyword(type)).toBe(keyword);
  });

  it.each(['cn', 'Cn', ' CN', '__proto__', 'constructor', '2.5', '2.5.', '.2.5.4', '2..4', '1.40.3', '2.5.4.3\n'])(
    '%j names no attribute',
    (key) => {
      expect(attributeType(key)).toBeUndefined();
    },
  );

  it.each([
    ['2.5.4.3', '2.5.4.3'],
    ['1.39.3', '1.39.3'],
    ['2.999.3', '2.999.3'],
    ['OU', '2.5.4.11'],
  ])('%s names %s', (key, type) => {
    expect(attributeType(key)).toBe(type);
  });

  it.each([
    ['commonName', 'CN'],
    ['E', 'emailAddress'],
    ['GN', 'givenName'],
    ['ou', 'OU'],
    ['organizationlUnit', undefined],
    ['serialnumber', 'serialNumber'],
  ])('%s is answered with %s', (key, near) => {
    expect(unknownAttribute(key)).toContain(near === undefined ? `'${key}': name it` : `did you mean '${near}'?`);
  });
});
