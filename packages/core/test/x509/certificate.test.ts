import { createHash, X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { DerError } from '../../src/asn1/index.js';
import type { RefusalCode } from '../../src/errors/index.js';
import { Certificate, readCertificate } from '../../src/x509/certificate.js';
import {
  buildCertificate,
  type CertificateOptions,
  extension,
  keyUsage,
  subjectKeyIdentifier,
  testKey,
} from '../support/certificate-builder.js';
import {
  ascii,
  bitString,
  boolean,
  concat,
  explicit,
  hex,
  implicit,
  integer,
  nullValue,
  octetString,
  oid,
  sequence,
  set,
  time,
  tlv,
} from '../support/der-writer.js';
import { attribute } from '../support/names.js';

const empty = new Uint8Array(0);
const subjectKeyId = subjectKeyIdentifier(hex('aabb'));

function read(options: CertificateOptions = {}): Certificate {
  const outcome = readCertificate(buildCertificate(options));
  if (!outcome.ok) throw outcome.refusal.cause;
  return outcome.value;
}

function expectRefused(der: Uint8Array, code: RefusalCode, detail: string): void {
  const outcome = readCertificate(der);
  expect(outcome.ok ? outcome : { code: outcome.refusal.code, detail: outcome.refusal.trace[0]?.detail }).toEqual({ code, detail });
}

describe('readCertificate refuses', () => {
  it.each<[string, CertificateOptions, string]>([
    ['version v1 encoded', { fields: { version: explicit(0, integer(0)) } }, 'version v1 is encoded'],
    ['version v4', { fields: { version: explicit(0, integer(3)) } }, 'version: there is no v4'],
    ['a negative version', { fields: { version: explicit(0, integer(-1)) } }, 'version: INTEGER is negative'],
    ['two versions', { fields: { version: explicit(0, integer(2), integer(2)) } }, 'version: trailing data'],
    ['a negative serial number', { serialNumber: -1 }, 'serialNumber is negative'],
    ['a negative serial number of 20 octets', { serialNumber: -(2n ** 159n) }, 'serialNumber is negative'],
    ['a serial number of 21 octets', { serialNumber: 2n ** 160n }, 'serialNumber of more than 20 octets'],
    ['a padded serial number', { fields: { serialNumber: hex('02 02 00 01') } }, 'serialNumber: INTEGER padded with a zero octet'],
    ['an empty serial number', { fields: { serialNumber: hex('02 00') } }, 'serialNumber: INTEGER without content'],
    ['no serial number', { fields: { serialNumber: empty } }, 'serialNumber: tag 30 where 02 is expected'],
    ['an empty issuer', { issuer: sequence() }, 'issuer is empty'],
    ['an issuer with an empty relative name', { issuer: sequence(set()) }, 'issuer attribute is missing'],
    ['NUL in the subject', { subject: 'alice\0', issuer: 'ca' }, 'subject attribute value: UTF8String with NUL'],
    ['one time for two', { fields: { validity: sequence(time(0)) } }, 'notAfter is missing'],
    ['three times', { fields: { validity: sequence(time(0), time(0), time(0)) } }, 'validity: trailing data'],
    [
      'a time without seconds',
      { fields: { validity: sequence(time(0), tlv(0x17, ascii('2401010000Z'))) } },
      'notAfter: UTCTime is not YYMMDDhhmmssZ',
    ],
    [
      'a date that does not exist',
      { fields: { validity: sequence(tlv(0x17, ascii('230229000000Z')), time(0)) } },
      'notBefore: there is no day 29 in 2023-2',
    ],
    [
      'a key without an algorithm',
      { fields: { subjectPublicKeyInfo: sequence(bitString(empty)) } },
      'subjectPublicKeyInfo algorithm: tag 03 where 30 is expected',
    ],
    [
      'a key of a part of an octet',
      { fields: { subjectPublicKeyInfo: sequence(sequence(oid('1.2.3')), bitString(hex('80'), 7)) } },
      'subjectPublicKeyInfo subjectPublicKey: BIT STRING is not of whole octets',
    ],
    [
      'a key algorithm with two parameters',
      { fields: { subjectPublicKeyInfo: sequence(sequence(oid('1.2.3'), nullValue(), nullValue()), bitString(empty)) } },
      'subjectPublicKeyInfo algorithm: trailing data',
    ],
    [
      'data behind the key',
      { fields: { subjectPublicKeyInfo: sequence(sequence(oid('1.2.3')), bitString(empty), nullValue()) } },
      'subjectPublicKeyInfo: trailing data',
    ],
    [
      'an issuer id in version 1',
      { fields: { issuerUniqueID: implicit(1, hex('00 01')) } },
      'issuerUniqueID in a certificate of version 1',
    ],
    [
      'a subject id in version 1',
      { fields: { subjectUniqueID: implicit(2, hex('00 01')) } },
      'subjectUniqueID in a certificate of version 1',
    ],
    [
      'a malformed issuer id',
      { version: 2, fields: { issuerUniqueID: implicit(1, hex('01 01')) } },
      'issuerUniqueID: BIT STRING whose unused bits are not zero',
    ],
    [
      'the ids in another order',
      { version: 2, fields: { issuerUniqueID: implicit(2, hex('00')), subjectUniqueID: implicit(1, hex('00')) } },
      'extensions: tag 81 where a3 is expected',
    ],
    ['extensions in version 1', { version: 1, extensions: [subjectKeyId] }, 'extensions in a certificate of version 1'],
    ['extensions in version 2', { version: 2, extensions: [subjectKeyId] }, 'extensions in a certificate of version 2'],
    ['an empty list of extensions', { version: 3, fields: { extensions: explicit(3, sequence()) } }, 'extension is missing'],
    [
      'two lists of extensions',
      { version: 3, fields: { extensions: explicit(3, sequence(subjectKeyId), sequence()) } },
      'extensions: trailing data',
    ],
    ['an extension twice', { extensions: [subjectKeyId, keyUsage('cRLSign'), subjectKeyId] }, 'extension 2.5.29.14 twice'],
    [
      'an unknown extension twice',
      { extensions: [extension('1.2.3', nullValue()), extension('1.2.3', integer(1), true)] },
      'extension 1.2.3 twice',
    ],
    [
      'critical FALSE encoded',
      { extensions: [sequence(oid('1.2.3'), boolean(false), octetString())] },
      'extension 1.2.3: critical FALSE is encoded',
    ],
    [
      'critical as BER would have it',
      { extensions: [sequence(oid('1.2.3'), tlv(0x01, hex('01')), octetString())] },
      'extension 1.2.3 critical: BOOLEAN is neither 00 nor FF',
    ],
    ['an extension without a value', { extensions: [sequence(oid('1.2.3'))] }, 'extension 1.2.3 extnValue is missing'],
    [
      'an extension with its value twice',
      { extensions: [sequence(oid('1.2.3'), octetString(), octetString())] },
      'extension 1.2.3: trailing data',
    ],
    ['an extension without an OID', { extensions: [sequence(octetString())] }, 'extension extnID: tag 04 where 06 is expected'],
    ['data behind the extensions', { extensions: [subjectKeyId], fields: { trailing: nullValue() } }, 'tbsCertificate: trailing data'],
    ['data where extensions would be', { version: 3, fields: { trailing: nullValue() } }, 'extensions: tag 05 where a3 is expected'],
    [
      'another algorithm outside',
      { outerAlgorithm: sequence(oid('1.2.840.10045.4.3.3')) },
      'signatureAlgorithm differs from the one in tbsCertificate',
    ],
    [
      'the same algorithm outside with other parameters',
      { outerAlgorithm: sequence(oid('1.2.840.10045.4.3.2'), nullValue()) },
      'signatureAlgorithm differs from the one in tbsCertificate',
    ],
    [
      'an algorithm with two parameters',
      { fields: { signature: sequence(oid('1.2.3'), nullValue(), nullValue()) } },
      'tbsCertificate signature: trailing data',
    ],
    ['a signature of a part of an octet', { signatureValue: bitString(hex('80'), 7) }, 'signatureValue: BIT STRING is not of whole octets'],
    ['a signature that is an octet string', { signatureValue: octetString(hex('80')) }, 'signatureValue: tag 04 where 03 is expected'],
    ['data behind the signature', { signatureValue: concat(bitString(hex('80')), nullValue()) }, 'Certificate: trailing data'],
    ['no signature', { signatureValue: empty }, 'signatureValue is missing'],
  ])('%s', (_, options, detail) => {
    expectRefused(buildCertificate(options), 'PEERCERT_CERTIFICATE_MALFORMED', detail);
  });

  it.each([
    ['nothing', empty, 'Certificate is missing'],
    ['data behind the certificate', concat(buildCertificate(), hex('00')), 'Certificate: trailing data'],
    ['a certificate that is cut off', buildCertificate().subarray(0, -1), 'Certificate: runs past the end of what holds it'],
    ['PEM', ascii('-----BEGIN CERTIFICATE-----'), 'Certificate: tag 2d where 30 is expected'],
    ['an indefinite length', concat(hex('30 80'), buildCertificate().subarray(4), hex('00 00')), 'Certificate: indefinite length'],
    ['a padded length', concat(hex('30 83 00'), buildCertificate().subarray(2)), 'Certificate: length is not in its shortest form'],
  ])('%s', (_, der, detail) => {
    expectRefused(der, 'PEERCERT_CERTIFICATE_MALFORMED', detail);
  });

  it('more than 64 KiB, before reading a byte of it', () => {
    expectRefused(new Uint8Array(65537), 'PEERCERT_BUDGET_EXHAUSTED', 'the certificate has 65537 bytes, 65536 are read');
    expectRefused(new Uint8Array(65536), 'PEERCERT_CERTIFICATE_MALFORMED', 'Certificate: tag 00 where 30 is expected');
  });

  it('a name of more than 128 attributes, and an OID of more than 128 octets', () => {
    const attributes = Array.from({ length: 129 }, () => attribute('CN', 'a'));
    const subject = sequence(set(...attributes));
    expectRefused(buildCertificate({ subject, issuer: 'ca' }), 'PEERCERT_BUDGET_EXHAUSTED', 'subject has more than 128 attributes');
    const signature = sequence(tlv(0x06, new Uint8Array(129)));
    const detail = 'tbsCertificate signature algorithm: OBJECT IDENTIFIER of more than 128 octets';
    expectRefused(buildCertificate({ fields: { signature } }), 'PEERCERT_BUDGET_EXHAUSTED', detail);
  });

  it('each of its own beginnings', () => {
    const der = buildCertificate({ extensions: [subjectKeyId] });
    for (let length = 0; length < der.length; length++) {
      const outcome = readCertificate(der.subarray(0, length));
      if (outcome.ok || outcome.refusal.code !== 'PEERCERT_CERTIFICATE_MALFORMED') expect.fail(`${length} octets`);
    }
  });

  it('with the error as its cause', () => {
    const outcome = readCertificate(empty);
    expect(outcome.ok ? undefined : outcome.refusal.cause).toEqual(new DerError('Certificate is missing'));
  });

  it('what no certificate reader can throw at as INTERNAL, rather than throw', () => {
    const detached = buildCertificate();
    structuredClone(detached.buffer, { transfer: [detached.buffer as ArrayBuffer] });
    expect(readCertificate(detached).ok).toBe(false);
    const broken = { length: 3, constructor: Uint8Array } as unknown as Uint8Array;
    expectRefused(
      Object.defineProperty(broken, '0', { get: () => expect.fail('read') }),
      'PEERCERT_INTERNAL',
      'reading the certificate threw',
    );
  });
});

describe('readCertificate', () => {
  it('takes a certificate of each version', () => {
    expect(read().version).toBe(1);
    expect(read({ version: 2 }).version).toBe(2);
    expect(
      read({ version: 2, fields: { issuerUniqueID: implicit(1, hex('00 01')), subjectUniqueID: implicit(2, hex('04 10')) } }).version,
    ).toBe(2);
    expect(read({ version: 3 }).version).toBe(3);
    expect(read({ version: 3, fields: { subjectUniqueID: implicit(2, hex('00 01')) }, extensions: [subjectKeyId] }).extensions.size).toBe(
      1,
    );
  });

  it.each([
    [0, '00'],
    [1, '01'],
    [128, '80'],
    [0x1234, '1234'],
    [2n ** 159n - 1n, `7f${'ff'.repeat(19)}`],
    [2n ** 160n - 1n, 'ff'.repeat(20)],
  ])('takes the serial number %s', (serialNumber, digits) => {
    expect(read({ serialNumber }).serialNumberHex).toBe(digits);
  });

  it('keeps the sign octet in serialNumber alone', () => {
    expect(read({ serialNumber: 128 }).serialNumber).toEqual(hex('00 80'));
  });

  it('takes an empty subject', () => {
    expect(read({ subject: sequence(), issuer: 'ca' }).subject.isEmpty).toBe(true);
  });

  it('reads what is there', () => {
    const key = testKey('ec', 'end entity');
    const der = buildCertificate({
      subject: { O: 'Example', CN: 'alice' },
      issuer: { O: 'Example', CN: 'ca' },
      key,
      issuerKey: testKey('ec'),
      serialNumber: 0xabcdef,
      notBefore: '2024-02-29T12:34:56Z',
      notAfter: '2050-01-01T00:00:00Z',
      extensions: [subjectKeyId, extension('1.2.3', nullValue(), true)],
    });
    const certificate = new Certificate(der);
    const node = new X509Certificate(der);
    expect(certificate.subject.toString()).toBe('CN=alice,O=Example');
    expect(certificate.issuer.toString()).toBe('CN=ca,O=Example');
    expect(certificate.isSelfIssued).toBe(false);
    expect(certificate.notBefore).toBe(Date.UTC(2024, 1, 29, 12, 34, 56));
    expect(certificate.notAfter).toBe(Date.UTC(2050, 0, 1));
    expect(certificate.serialNumberHex).toBe(node.serialNumber.toLowerCase());
    expect(certificate.subjectPublicKeyInfo.der).toEqual(key.spki);
    expect(certificate.subjectPublicKeyInfo.algorithm).toMatchObject({ oid: '1.2.840.10045.2.1', parameters: oid('1.2.840.10045.3.1.7') });
    expect(certificate.subjectPublicKeyInfo.subjectPublicKey).toEqual(key.spki.subarray(-65));
    expect(certificate.signatureAlgorithm).toMatchObject({
      oid: '1.2.840.10045.4.3.2',
      parameters: undefined,
      der: sequence(oid('1.2.840.10045.4.3.2')),
    });
    expect([...certificate.extensions.keys()]).toEqual(['2.5.29.14', '1.2.3']);
    expect(certificate.extensions.get('2.5.29.14')).toMatchObject({ oid: '2.5.29.14', critical: false, value: hex('04 02 aa bb') });
    expect(certificate.extensions.get('1.2.3')).toMatchObject({ oid: '1.2.3', critical: true, value: nullValue() });
    expect(certificate.fingerprint256).toBe(node.fingerprint256.replaceAll(':', '').toLowerCase());
    expect(certificate.spki256).toBe(createHash('sha256').update(key.spki).digest('hex'));
  });

  it('finds what is signed, and the signature', () => {
    const der = buildCertificate();
    const certificate = new Certificate(der);
    expect(sequence(certificate.tbsCertificate, certificate.signatureAlgorithm.der, bitString(certificate.signature))).toEqual(der);
  });

  it('refers to the bytes it was given, as a plain Uint8Array, a Buffer inside of a larger one included', () => {
    const der = buildCertificate();
    const larger = Buffer.concat([Buffer.alloc(7), der, Buffer.alloc(7)]);
    const certificate = new Certificate(larger.subarray(7, -7));
    expect(certificate.der).toEqual(der);
    expect(certificate.der.buffer).toBe(larger.buffer);
    expect(certificate.signature.buffer).toBe(larger.buffer);
    expect(Buffer.isBuffer(certificate.der)).toBe(false);
    expect(certificate.tbsCertificate).toEqual(new Certificate(der).tbsCertificate);
  });

  it('is frozen', () => {
    expect(Object.isFrozen(read())).toBe(true);
  });
});

describe('isSelfIssued', () => {
  it('compares names, not bytes', () => {
    const printable = sequence(set(sequence(oid('2.5.4.3'), tlv(0x13, ascii('Example  CA')))));
    expect(read({ subject: printable, issuer: 'example ca' }).isSelfIssued).toBe(true);
    expect(read({ subject: printable, issuer: 'example cb' }).isSelfIssued).toBe(false);
  });
});
