import { describe, expect, it } from 'vitest';
import { DerError } from '../../../src/asn1/index.js';
import {
  readCertificateIssuer,
  readInvalidityDate,
  readReasonCode,
  revocationReason,
} from '../../../src/x509/crl-extensions/entry-extensions.js';
import { ascii, concat, hex, integer, sequence, tlv } from '../../support/der-writer.js';
import { generalName } from '../../support/extensions.js';

describe('reasonCode', () => {
  it.each([
    ['that is no ENUMERATED', integer(1), 'reasonCode: tag 02 where 0a is expected'],
    ['without content', hex('0a 00'), 'reasonCode is not of one octet'],
    ['of two octets', hex('0a 02 01 00'), 'reasonCode is not of one octet'],
    ['with data behind it', hex('0a 01 01 00'), 'reasonCode: trailing data'],
  ])('is refused %s', (_, value, message) => {
    expect(() => readReasonCode(value)).toThrow(new DerError(message));
  });

  it.each([
    [0, 'unspecified'],
    [1, 'keyCompromise'],
    [2, 'cACompromise'],
    [3, 'affiliationChanged'],
    [4, 'superseded'],
    [5, 'cessationOfOperation'],
    [6, 'certificateHold'],
    [7, 'unspecified'],
    [8, 'removeFromCRL'],
    [9, 'privilegeWithdrawn'],
    [10, 'aACompromise'],
    [11, 'unspecified'],
    [255, 'unspecified'],
  ] as const)('reads %i as %s', (code, reason) => {
    expect(readReasonCode(Uint8Array.of(0x0a, 1, code))).toBe(reason);
    expect(revocationReason(code)).toBe(reason);
  });
});

describe('invalidityDate', () => {
  it.each([
    ['that is no time', integer(1), 'invalidityDate: tag 02 where 18 is expected'],
    ['with data behind it', concat(tlv(0x18, ascii('20290401000000Z')), hex('00')), 'invalidityDate: trailing data'],
  ])('is refused %s', (_, value, message) => {
    expect(() => readInvalidityDate(value)).toThrow(new DerError(message));
  });

  it.each([tlv(0x18, ascii('20290401123456Z')), tlv(0x17, ascii('290401123456Z'))])('reads both types of time', (value) => {
    expect(readInvalidityDate(value)).toBe(Date.parse('2029-04-01T12:34:56Z'));
  });
});

describe('certificateIssuer', () => {
  const { directoryName, dNSName } = generalName;

  it.each([
    ['that is empty', sequence(), 'certificateIssuer is empty'],
    ['without a directory name', sequence(dNSName('ca')), 'certificateIssuer without a directory name'],
    ['with two directory names', sequence(directoryName('a'), directoryName('b')), 'certificateIssuer with two directory names'],
    ['with data behind it', concat(sequence(directoryName('a')), hex('00')), 'certificateIssuer: trailing data'],
  ])('is refused %s', (_, value, message) => {
    expect(() => readCertificateIssuer(value)).toThrow(new DerError(message));
  });

  it('reads the one directory name', () => {
    expect(readCertificateIssuer(sequence(dNSName('ca'), directoryName('ca'))).toString()).toBe('CN=ca');
  });
});
