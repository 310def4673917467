import { describe, expect, it } from 'vitest';
import { readOcspResponse } from '../../../src/revocation/ocsp/index.js';
import type { BasicOcspResponse } from '../../../src/revocation/ocsp/response.js';
import { extension } from '../../support/certificate-builder.js';
import {
  ascii,
  bitString,
  boolean,
  explicit,
  hex,
  implicit,
  integer,
  nullValue,
  octetString,
  oid,
  sequence,
  tlv,
} from '../../support/der-writer.js';
import {
  buildBasicResponse,
  byKey,
  byName,
  certStatus,
  errorResponse,
  generalizedTime,
  nonceExtension,
  type OcspResponseOptions,
  responseStatus,
  type SingleResponseOptions,
  wrapBasicResponse,
} from '../../support/ocsp-builder.js';
import { aboutAlice, alice, response, root } from './scene.js';

const good = response();
const empty = new Uint8Array(0);

function basicOf(der: Uint8Array): BasicOcspResponse {
  const reading = readOcspResponse(der);
  if (!reading.ok || reading.value.responseStatus !== 'successful') throw new Error(JSON.stringify(reading));
  return reading.value.basic;
}

function single(options: Partial<SingleResponseOptions>): Uint8Array {
  return response({ responses: [aboutAlice(options)] });
}

const utcTime = tlv(0x17, ascii('300101000000Z'));
const private1 = extension('1.3.6.1.4.1.99999.1', nullValue());

describe('readOcspResponse', () => {
  it.each<[string, Uint8Array, string]>([
    ['nothing', empty, 'OCSPResponse is missing'],
    ['another type', hex('0500'), 'OCSPResponse: tag 05 where 30 is expected'],
    ['an indefinite length', hex('30800a01010000'), 'OCSPResponse: indefinite length'],
    ['a length with a zero in front', hex('3081030a0101'), 'OCSPResponse: length is not in its shortest form'],
    ['bytes behind it', Uint8Array.of(...good, 0), 'OCSPResponse: trailing data'],
    ['an end too early', good.subarray(0, good.length - 1), 'OCSPResponse: runs past the end of what holds it'],
    ['no status', sequence(), 'responseStatus is missing'],
    ['a status that is an INTEGER', sequence(integer(1)), 'responseStatus: tag 02 where 0a is expected'],
    ['status 4', errorResponse(4), 'responseStatus: there is no status 4'],
    ['status 7', errorResponse(7), 'responseStatus: there is no status 7'],
    ['a negative status', errorResponse(0xff), 'responseStatus: INTEGER is negative'],
    [
      'bytes with an error status',
      sequence(responseStatus(3), explicit(0, sequence(oid('1.3.6.1.5.5.7.48.1.1'), octetString()))),
      'OCSPResponse with an error status: trailing data',
    ],
    ['success without bytes', errorResponse(0), 'responseBytes is missing'],
    ['something behind its bytes', sequence(responseStatus(0), explicit(0, sequence()), nullValue()), 'OCSPResponse: trailing data'],
    ['two responseBytes', sequence(responseStatus(0), explicit(0, sequence(), sequence())), 'responseBytes: trailing data'],
    [
      'another response type',
      wrapBasicResponse(empty, '1.3.6.1.5.5.7.48.1.7'),
      'responseType is 1.3.6.1.5.5.7.48.1.7, and not id-pkix-ocsp-basic',
    ],
    [
      'three elements in responseBytes',
      sequence(responseStatus(0), explicit(0, sequence(oid('1.3.6.1.5.5.7.48.1.1'), octetString(), nullValue()))),
      'responseBytes: trailing data',
    ],
    ['an empty response', wrapBasicResponse(empty), 'BasicOCSPResponse is missing'],
    [
      'bytes behind the BasicOCSPResponse',
      wrapBasicResponse(Uint8Array.of(...buildBasicResponse(options()), 5, 0)),
      'BasicOCSPResponse: trailing data',
    ],
    ['a fifth element', response({ basicFields: { trailing: nullValue() } }), 'BasicOCSPResponse: trailing data'],
    [
      'a signature of odd bits',
      response({ basicFields: { signature: bitString(hex('10'), 4) } }),
      'signature: BIT STRING is not of whole octets',
    ],
    ['two lists of certificates in one', response({ basicFields: { certs: explicit(0, sequence(), sequence()) } }), 'certs: trailing data'],
    ['17 certificates', response({ certs: new Array(17).fill(alice.der) }), 'certs: more than 16'],
    ['a certificate that is cut off', response({ certs: [alice.der.subarray(0, 40)] }), 'certs: runs past the end of what holds it'],
  ])('refuses %s', (_, der, detail) => {
    expect(readOcspResponse(der)).toEqual({ ok: false, detail });
  });

  it.each<[string, OcspResponseOptions['fields'], string]>([
    ['version 1, written out', { version: explicit(0, integer(0)) }, 'version is encoded, and it can be v1 alone, which is not to be'],
    ['version 2', { version: explicit(0, integer(1)) }, 'version is encoded, and it can be v1 alone, which is not to be'],
    ['no responder', { responderId: empty }, 'responderID: tag 18 where a2 is expected'],
    ['a third kind of responder', { responderId: explicit(3, octetString()) }, 'responderID: tag a3 where a2 is expected'],
    ['a name that is none', { responderId: explicit(1, nullValue()) }, 'responderID byName: tag 05 where 30 is expected'],
    ['a key that is no OCTET STRING', { responderId: explicit(2, nullValue()) }, 'responderID byKey: tag 05 where 04 is expected'],
    ['two names', { responderId: explicit(1, sequence(), sequence()) }, 'responderID: trailing data'],
    ['UTCTime', { producedAt: utcTime }, 'producedAt is no GeneralizedTime'],
    ['fractions of seconds', { producedAt: tlv(0x18, ascii('20300101000000.5Z')) }, 'producedAt: GeneralizedTime is not YYYYMMDDhhmmssZ'],
    ['no list of responses', { responses: empty }, 'responses is missing'],
    ['a response that is none', { responses: sequence(nullValue()) }, 'singleResponse: tag 05 where 30 is expected'],
    ['something behind the extensions', { trailing: nullValue() }, 'tbsResponseData: trailing data'],
    ['extensions without one', { extensions: explicit(1, sequence()) }, 'responseExtensions is missing'],
    ['two lists of extensions', { extensions: explicit(1, sequence(private1), sequence(private1)) }, 'responseExtensions: trailing data'],
    ['an extension twice', { extensions: explicit(1, sequence(private1, private1)) }, 'responseExtensions: 1.3.6.1.4.1.99999.1 twice'],
    [
      'critical FALSE',
      { extensions: explicit(1, sequence(sequence(oid('1.2.3'), boolean(false), octetString()))) },
      'responseExtensions: 1.2.3: critical FALSE is encoded',
    ],
    [
      'an extension with a fourth element',
      { extensions: explicit(1, sequence(sequence(oid('1.2.3'), octetString(), nullValue()))) },
      'responseExtensions: 1.2.3: trailing data',
    ],
    [
      '17 extensions',
      { extensions: explicit(1, sequence(...Array.from({ length: 17 }, (_, number) => extension(`1.2.3.${number}`, nullValue())))) },
      'responseExtensions: more than 16',
    ],
  ])('refuses response data with %s', (_, fields, detail) => {
    expect(readOcspResponse(response({ fields: fields ?? {} }))).toEqual({ ok: false, detail });
  });

  it.each<[string, Uint8Array, string]>([
    ['of no octets', octetString(), 'nonce of 0 octets'],
    ['of 129 octets', octetString(new Uint8Array(129)), 'nonce of 129 octets'],
    ['without an OCTET STRING of its own', hex('abcd'), 'nonce: tag ab where 04 is expected'],
    ['with something behind it', Uint8Array.of(...octetString(hex('ab')), 0), 'nonce: trailing data'],
  ])('refuses a nonce %s', (_, value, detail) => {
    const der = response({ extensions: [extension('1.3.6.1.5.5.7.48.1.2', value)] });
    expect(readOcspResponse(der)).toEqual({ ok: false, detail });
  });

  it.each<[string, Partial<SingleResponseOptions>, string]>([
    ['no certID', { fields: { certId: empty } }, 'certID: tag 80 where 30 is expected'],
    ['a certID with five fields', { certIdFields: { trailing: nullValue() } }, 'certID: trailing data'],
    [
      'a serial number with padding',
      { certIdFields: { serialNumber: hex('02020001') } },
      'certID serialNumber: INTEGER padded with a zero octet',
    ],
    ['no status', { fields: { status: empty } }, 'certStatus is none of good, revoked and unknown'],
    ['a fourth status', { status: implicit(3, empty) }, 'certStatus is none of good, revoked and unknown'],
    ['an explicit good', { status: explicit(0, nullValue()) }, 'certStatus is none of good, revoked and unknown'],
    ['good with content', { status: implicit(0, hex('00')) }, 'certStatus good: NULL with content'],
    ['unknown with content', { status: implicit(2, hex('00')) }, 'certStatus unknown: NULL with content'],
    ['revoked without a date', { status: explicit(1) }, 'revocationTime is missing'],
    ['revoked by UTCTime', { status: explicit(1, utcTime) }, 'revocationTime is no GeneralizedTime'],
    ['a negative reason', { status: certStatus.revoked(0x80) }, 'revocationReason: INTEGER is negative'],
    [
      'two reasons',
      { status: explicit(1, generalizedTime('2029-01-01'), explicit(0, tlv(0x0a, hex('01')), tlv(0x0a, hex('01')))) },
      'revocationReason: trailing data',
    ],
    [
      'something behind the reason',
      { status: explicit(1, generalizedTime('2029-01-01'), explicit(0, tlv(0x0a, hex('01'))), nullValue()) },
      'revokedInfo: trailing data',
    ],
    ['no thisUpdate', { fields: { thisUpdate: empty } }, 'thisUpdate: tag a0 where 18 is expected'],
    ['thisUpdate as UTCTime', { fields: { thisUpdate: utcTime } }, 'thisUpdate is no GeneralizedTime'],
    ['nextUpdate as UTCTime', { fields: { nextUpdate: explicit(0, utcTime) } }, 'nextUpdate is no GeneralizedTime'],
    ['two nextUpdates', { fields: { nextUpdate: explicit(0, generalizedTime('2030-01-02'), utcTime) } }, 'nextUpdate: trailing data'],
    ['something behind the extensions', { fields: { trailing: nullValue() } }, 'singleResponse: trailing data'],
    ['an extension twice', { extensions: [private1, private1] }, 'singleExtensions: 1.3.6.1.4.1.99999.1 twice'],
  ])('refuses a single response with %s', (_, options, detail) => {
    expect(readOcspResponse(single(options))).toEqual({ ok: false, detail });
  });

  it('refuses more than 64 single responses', () => {
    expect(readOcspResponse(response({ responses: new Array(65).fill(aboutAlice()) }))).toEqual({
      ok: false,
      detail: 'responses: more than 64',
    });
    expect(basicOf(response({ responses: new Array(64).fill(aboutAlice()) })).responses).toHaveLength(64);
  });

  it('refuses more than 64 KiB, or than it is told, before it reads', () => {
    expect(readOcspResponse(new Uint8Array(65_537))).toEqual({ ok: false, detail: 'the response has 65537 bytes, 65536 are read' });
    expect(readOcspResponse(good, { maxBytes: good.length - 1 })).toEqual({
      ok: false,
      detail: `the response has ${good.length} bytes, ${good.length - 1} are read`,
    });
    expect(readOcspResponse(good, { maxBytes: Number.NaN }).ok).toBe(false);
    expect(readOcspResponse(good, { maxBytes: good.length }).ok).toBe(true);
  });

  it('refuses every response that is cut short, and never throws', () => {
    for (let length = 0; length < good.length; length++) expect(readOcspResponse(good.subarray(0, length)).ok).toBe(false);
  });

  it.each([
    [1, 'malformedRequest'],
    [2, 'internalError'],
    [3, 'tryLater'],
    [5, 'sigRequired'],
    [6, 'unauthorized'],
  ] as const)('reads status %i', (number, responseStatus) => {
    expect(readOcspResponse(errorResponse(number))).toEqual({ ok: true, value: { responseStatus } });
  });

  it('reads everything that a response has', () => {
    const basic = basicOf(
      response({
        responses: [aboutAlice({ status: certStatus.revoked(1), hash: 'sha256', extensions: [private1] })],
        producedAt: '2030-01-01T00:00:07Z',
        nonce: hex('0102'),
        extensions: [extension('1.2.3', nullValue(), true)],
        certs: [alice.der, root.certificate.der],
      }),
    );
    expect(basic).toMatchObject({
      responderId: { type: 'byName', name: { der: root.certificate.subject.der } },
      producedAt: Date.parse('2030-01-01T00:00:07Z'),
      nonce: hex('0102'),
      certs: [alice.der, root.certificate.der],
      signatureAlgorithm: { oid: '1.2.840.10045.4.3.2' },
      responses: [
        {
          certId: { hash: 'sha256', serialNumber: alice.serialNumber },
          certStatus: { type: 'revoked', reason: 'keyCompromise', revocationDate: Date.parse('2029-06-01') },
          thisUpdate: Date.parse('2030-01-01'),
          nextUpdate: Date.parse('2030-01-02'),
        },
      ],
    });
    expect([...basic.extensions.keys()]).toEqual(['1.3.6.1.5.5.7.48.1.2', '1.2.3']);
    expect(basic.extensions.get('1.2.3')).toEqual({ critical: true, value: nullValue() });
    expect(basic.responses[0]?.extensions.get('1.3.6.1.4.1.99999.1')).toEqual({ critical: false, value: nullValue() });
  });

  it('reads what a response may leave out', () => {
    const basic = basicOf(response({ responses: [aboutAlice({ nextUpdate: null })], responderId: byKey(root.key) }));
    expect(basic).toMatchObject({ nonce: undefined, certs: [], responderId: { type: 'byKey', keyHash: { length: 20 } } });
    expect(basic.responses[0]).toMatchObject({ nextUpdate: undefined, certStatus: { type: 'good' } });
    expect(basicOf(response({ responses: [] })).responses).toEqual([]);
    expect(basicOf(response({ responses: [aboutAlice({ status: certStatus.unknown() })] })).responses[0]?.certStatus).toEqual({
      type: 'unknown',
    });
  });

  it('takes a nonce of 128 octets', () => {
    expect(basicOf(response({ extensions: [nonceExtension(new Uint8Array(128), true)] })).nonce).toHaveLength(128);
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
  ])('reads reason %i, %s', (number, reason) => {
    expect(basicOf(single({ status: certStatus.revoked(number) })).responses[0]?.certStatus).toMatchObject({ reason });
  });

  it('takes a missing reason for an unspecified one', () => {
    expect(basicOf(single({ status: certStatus.revoked() })).responses[0]?.certStatus).toMatchObject({ reason: 'unspecified' });
  });

  it('copies nothing', () => {
    const basic = basicOf(good);
    expect(basic.tbsResponseData.buffer).toBe(good.buffer);
    expect(basic.signature.buffer).toBe(good.buffer);
  });
});

function options(): OcspResponseOptions {
  return { responses: [aboutAlice()], responderId: byName('root'), key: root.key };
}
