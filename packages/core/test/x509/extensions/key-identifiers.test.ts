import { describe, expect, it } from 'vitest';
import { DerError } from '../../../src/asn1/index.js';
import { readAuthorityKeyIdentifier, readSubjectKeyIdentifier } from '../../../src/x509/extensions/key-identifiers.js';
import { concat, explicit, hex, implicit, octetString, sequence } from '../../support/der-writer.js';
import { generalName } from '../../support/extensions.js';

const issuer = explicit(1, generalName.directoryName('ca'));
const serial = implicit(2, hex('05'));

describe('authorityKeyIdentifier', () => {
  it.each([
    ['that is no sequence', octetString(), 'authorityKeyIdentifier: tag 04 where 30 is expected'],
    ['with data behind it', concat(sequence(), hex('00')), 'authorityKeyIdentifier: trailing data'],
    ['with an unknown field', sequence(implicit(3, hex('01'))), 'authorityKeyIdentifier: trailing data'],
    ['with its fields in another order', sequence(serial, issuer), 'authorityKeyIdentifier: trailing data'],
    [
      'with an issuer and no serial number',
      sequence(issuer),
      'authorityKeyIdentifier: authorityCertIssuer and authorityCertSerialNumber come together only',
    ],
    [
      'with a serial number and no issuer',
      sequence(serial),
      'authorityKeyIdentifier: authorityCertIssuer and authorityCertSerialNumber come together only',
    ],
    ['with an empty issuer', sequence(explicit(1), serial), 'authorityKeyIdentifier: authorityCertIssuer is empty'],
    [
      'with a padded serial number',
      sequence(issuer, implicit(2, hex('0005'))),
      'authorityKeyIdentifier: authorityCertSerialNumber: INTEGER padded with a zero octet',
    ],
  ])('is refused %s', (_, value, message) => {
    expect(() => readAuthorityKeyIdentifier(value)).toThrow(new DerError(message));
  });

  it('may be empty', () => {
    expect(readAuthorityKeyIdentifier(sequence())).toEqual({});
  });

  it('is read with all its fields', () => {
    const identifier = readAuthorityKeyIdentifier(sequence(implicit(0, hex('aabb')), issuer, serial));
    expect(identifier.keyIdentifier).toEqual(hex('aabb'));
    expect(identifier.authorityCertIssuer?.map(({ value }) => String(value))).toEqual(['CN=ca']);
    expect(identifier.authorityCertSerialNumber).toEqual(hex('05'));
    expect(Object.isFrozen(identifier)).toBe(true);
  });
});

describe('subjectKeyIdentifier', () => {
  it.each([
    ['that is no octet string', sequence(), 'subjectKeyIdentifier: tag 30 where 04 is expected'],
    ['with data behind it', concat(octetString(hex('01')), hex('00')), 'subjectKeyIdentifier: trailing data'],
  ])('is refused %s', (_, value, message) => {
    expect(() => readSubjectKeyIdentifier(value)).toThrow(new DerError(message));
  });

  it('is read', () => {
    expect(readSubjectKeyIdentifier(octetString(hex('aabb')))).toEqual(hex('aabb'));
  });
});
