import { describe, expect, it } from 'vitest';
import { CertificateList, readCertificateList, readingFault } from '../../src/x509/certificate-list.js';
import { authorityKeyIdentifier, extension, testKey } from '../support/certificate-builder.js';
import {
  buildCrl,
  type CrlOptions,
  cRLNumber,
  deltaCRLIndicator,
  issuingDistributionPoint,
  issuingDistributionPointValue,
  readList,
} from '../support/crl-builder.js';
import { ascii, bitString, concat, explicit, hex, integer, nullValue, oid, sequence, tlv } from '../support/der-writer.js';
import { generalName } from '../support/extensions.js';

const empty = new Uint8Array(0);
const generalizedTime = (digits: string) => tlv(0x18, ascii(digits));

function expectRefused(der: Uint8Array, detail: string): void {
  expect(readCertificateList(der)).toEqual({ ok: false, detail });
}

describe('readCertificateList refuses', () => {
  it.each<[string, CrlOptions, string]>([
    ['version v1 encoded', { fields: { version: integer(0) } }, 'version v1 is encoded'],
    ['version v3', { fields: { version: integer(2) } }, 'version: there is no v3'],
    ['an empty issuer', { issuer: sequence() }, 'issuer is empty'],
    ['no thisUpdate', { fields: { thisUpdate: empty, nextUpdate: empty } }, 'thisUpdate is missing'],
    ['a thisUpdate that is no time', { fields: { thisUpdate: integer(1) } }, 'thisUpdate: tag 02 where 18 is expected'],
    ['no nextUpdate', { fields: { nextUpdate: empty } }, 'nextUpdate is missing'],
    ['no nextUpdate before entries', { entries: [1], fields: { nextUpdate: empty } }, 'nextUpdate is missing'],
    [
      'a GeneralizedTime before 2050 as thisUpdate',
      { fields: { thisUpdate: generalizedTime('20491231235959Z') } },
      'thisUpdate: GeneralizedTime before 2050',
    ],
    [
      'a GeneralizedTime before 2050 as nextUpdate',
      { fields: { nextUpdate: generalizedTime('20300101000000Z') } },
      'nextUpdate: GeneralizedTime before 2050',
    ],
    ['a day that is none', { fields: { nextUpdate: tlv(0x17, ascii('300231000000Z')) } }, 'nextUpdate: there is no day 31 in 2030-2'],
    ['extensions in version 1', { version: 1, extensions: [cRLNumber(1)] }, 'crlExtensions in a list of version 1'],
    ['empty extensions', { fields: { crlExtensions: explicit(0, sequence()) } }, 'extension is missing'],
    ['two lists of extensions', { fields: { crlExtensions: explicit(0, sequence(), sequence()) } }, 'crlExtensions: trailing data'],
    ['an extension twice', { extensions: [cRLNumber(1), cRLNumber(1)] }, 'extension 2.5.29.20 twice'],
    ['an unknown critical extension', { extensions: [extension('1.2.3', empty, true)] }, 'the critical extension 1.2.3 is not supported'],
    ['a malformed cRLNumber', { extensions: [extension('2.5.29.20', nullValue())] }, 'cRLNumber: tag 05 where 02 is expected'],
    [
      'a malformed deltaCRLIndicator',
      { extensions: [extension('2.5.29.27', nullValue())] },
      'deltaCRLIndicator: tag 05 where 02 is expected',
    ],
    ['a malformed distribution point', { extensions: [extension('2.5.29.28', sequence())] }, 'issuingDistributionPoint is empty'],
    [
      'a malformed authorityKeyIdentifier',
      { extensions: [extension('2.5.29.35', integer(1))] },
      'authorityKeyIdentifier: tag 02 where 30 is expected',
    ],
    ['a malformed freshestCRL', { extensions: [extension('2.5.29.46', sequence())] }, 'freshestCRL is empty'],
    ['a delta CRL without a number', { extensions: [deltaCRLIndicator(1)] }, 'delta CRL without cRLNumber'],
    ['a field behind the last', { fields: { trailing: nullValue() } }, 'crlExtensions: tag 05 where a0 is expected'],
    ['data behind the extensions', { extensions: [cRLNumber(1)], fields: { trailing: nullValue() } }, 'tbsCertList: trailing data'],
    ['another algorithm outside', { outerAlgorithm: sequence(oid('1.2.3')) }, 'signatureAlgorithm differs from the one in tbsCertList'],
    [
      'a signature that is not of whole octets',
      { signatureValue: bitString(hex('f0'), 4) },
      'signatureValue: BIT STRING is not of whole octets',
    ],
    ['no signature', { signatureValue: empty }, 'signatureValue is missing'],
    ['two signatures', { signatureValue: concat(bitString(hex('00')), bitString(hex('00'))) }, 'CertificateList: trailing data'],
  ])('%s', (_, options, detail) => {
    expectRefused(buildCrl(options), detail);
  });

  it('bytes behind the list', () => {
    expectRefused(concat(buildCrl(), hex('00')), 'CertificateList: trailing data');
  });

  it('a list that is cut off', () => {
    expectRefused(buildCrl().subarray(0, -1), 'CertificateList: runs past the end of what holds it');
  });

  it('more bytes than are allowed', () => {
    const der = buildCrl();
    expect(readCertificateList(der, { maxBytes: der.length }).ok).toBe(true);
    const detail = `the list has ${der.length} bytes, ${der.length - 1} are read`;
    expect(readCertificateList(der, { maxBytes: der.length - 1 })).toEqual({ ok: false, detail });
  });

  it('everything under a limit that is not a number', () => {
    expect(readCertificateList(buildCrl(), { maxBytes: Number.NaN }).ok).toBe(false);
  });
});

describe('readCertificateList', () => {
  it('reads a list of version 1, without entries and extensions', () => {
    const list = readList({ version: 1, thisUpdate: '2030-01-02T03:04:05Z', nextUpdate: '2050-01-01' });
    expect(list).toBeInstanceOf(CertificateList);
    expect(list.version).toBe(1);
    expect(list.issuer.toString()).toBe('CN=ca');
    expect(list.thisUpdate).toBe(Date.parse('2030-01-02T03:04:05Z'));
    expect(list.nextUpdate).toBe(Date.parse('2050-01-01'));
    expect([list.entriesStart, list.entriesEnd]).toEqual([0, 0]);
    expect(list.extensions.size).toBe(0);
    expect(list.cRLNumber).toBeUndefined();
    expect(list.issuingDistributionPoint).toBeUndefined();
  });

  it('reads what extensions say, critical or not', () => {
    const list = readList({
      extensions: [
        authorityKeyIdentifier(hex('aabb')),
        cRLNumber(2n ** 80n),
        deltaCRLIndicator(7),
        issuingDistributionPoint({ onlyContainsCACerts: true }),
        extension('2.5.29.46', sequence(sequence(explicit(0, explicit(0, generalName.dNSName('delta')))))),
      ],
    });
    expect(list.version).toBe(2);
    expect(list.authorityKeyIdentifier?.keyIdentifier).toEqual(hex('aabb'));
    expect(list.cRLNumber).toBe(2n ** 80n);
    expect(list.deltaCRLIndicator).toBe(7n);
    expect(list.issuingDistributionPoint).toMatchObject({ onlyContainsCACerts: true, onlyContainsUserCerts: false });
    expect(list.freshestCRL).toMatchObject([{ distributionPoint: { type: 'fullName' } }]);
    const notCritical = readList({ extensions: [extension('2.5.29.28', issuingDistributionPointValue({ indirectCRL: true }))] });
    expect(notCritical.issuingDistributionPoint?.indirectCRL).toBe(true);
  });

  it('lets an unknown extension pass that is not critical', () => {
    expect(readList({ extensions: [extension('1.2.3', empty)] }).extensions.get('1.2.3')?.critical).toBe(false);
  });

  it('takes an empty revokedCertificates for none', () => {
    const list = readList({ fields: { revokedCertificates: sequence() }, extensions: [cRLNumber(3)] });
    expect(list.entriesStart).toBe(list.entriesEnd);
    expect(list.cRLNumber).toBe(3n);
  });

  it('delimits the entries without looking at them', () => {
    const list = readList({ entries: [hex('05 00'), hex('05 00')] });
    expect(list.der.subarray(list.entriesStart, list.entriesEnd)).toEqual(hex('05 00 05 00'));
  });

  it('refers to the bytes that it was given, and gives those that are signed', () => {
    const der = buildCrl({ issuerKey: testKey('ed25519') });
    const read = readCertificateList(Buffer.from(der));
    if (!read.ok) throw new Error(read.detail);
    const { tbsCertList, signature, signatureAlgorithm } = read.value;
    expect(concat(tbsCertList, signatureAlgorithm.der, bitString(signature))).toEqual(der.subarray(der.length - tbsCertList.length - 74));
    expect(tbsCertList.constructor).toBe(Uint8Array);
    expect(Object.isFrozen(read.value)).toBe(true);
  });
});

it('tells of an error that is none of the readers that reading threw', () => {
  expect(readingFault(new TypeError('no such thing'))).toBe('reading the list threw no such thing');
  expect(readingFault('nonsense')).toBe('reading the list threw nonsense');
});
