import { describe, expect, it } from 'vitest';
import type { OcspInputs } from '../../../src/revocation/ocsp/index.js';
import { oids } from '../../../src/x509/index.js';
import { anchor, authority, certificateOf, type Issued, type IssueOptions, issue } from '../../path/pki.js';
import {
  basicConstraints,
  extendedKeyUsage,
  extension,
  generalName,
  keyUsage,
  subjectAltName,
  testKey,
} from '../../support/certificate-builder.js';
import { bitString, hex, nullValue, sequence } from '../../support/der-writer.js';
import { byKey, byName, noCheck, type OcspResponseOptions } from '../../support/ocsp-builder.js';
import { aboutAlice, alice, at, evaluated, ocspSigning, responder, response, root, stranger } from './scene.js';

/** A response signed by `of`, whose certificate comes with it. */
function signedBy(of: Issued, options: Partial<OcspResponseOptions> = {}): Uint8Array {
  return response({ responderId: byName(of.name), key: of.key, certs: [of.certificate.der], ...options });
}

const unsigned = 'the ECDSA with SHA-256 signature does not verify';

describe('a response signed by the issuer', () => {
  it.each<[string, Partial<OcspResponseOptions>, string]>([
    ['by another key', { key: stranger.key }, `by the issuer: ${unsigned}`],
    [
      'with a signature that is none',
      { basicFields: { signature: bitString(hex('00')) } },
      'by the issuer: the ECDSA with SHA-256 signature',
    ],
    ['with no signature', { basicFields: { signature: bitString(new Uint8Array(0)) } }, 'by the issuer: the ECDSA with SHA-256 signature'],
    ['by SHA-1', { signatureAlgorithm: 'ecdsa-sha1' }, 'by the issuer: signature algorithm ECDSA with SHA-1'],
  ])('is refused when it is signed %s', (_, options, detail) => {
    const found = evaluated(response(options));
    expect(found).toMatchObject({ status: 'unknown', why: 'signature', detail: expect.stringContaining(detail) });
  });

  it('is refused when a byte of what is signed differs', () => {
    const der = response();
    const position = Buffer.from(der).indexOf('20300102000000Z');
    der[position + 3] = (der[position + 3] as number) + 1;
    expect(evaluated(der)).toMatchObject({ status: 'unknown', why: 'signature', detail: `by the issuer: ${unsigned}` });
  });

  it.each<[string, Uint8Array]>([
    ['another name', byName('other')],
    ['an empty name', byName(sequence())],
    ['another key', byKey(stranger.key)],
  ])('is refused when responderID is %s', (_, responderId) => {
    expect(evaluated(response({ responderId }))).toEqual({
      status: 'unknown',
      why: 'notAuthorized',
      detail: 'it names a responder that is neither the issuer, nor configured, nor among its own certificates',
    });
  });

  it.each<[string, Partial<OcspResponseOptions>]>([
    ['its name', {}],
    ['its name in other letters', { responderId: byName('ROOT') }],
    ['its key', { responderId: byKey(root.key) }],
    ['its name, along with its own certificate', { certs: [root.certificate.der] }],
  ])('counts by %s', (_, options) => {
    expect(evaluated(response(options))).toMatchObject({ status: 'good' });
    expect(evaluated(response(options))).not.toHaveProperty('responderNeedsCheck');
  });

  it('tells of its signature, and not of its own certificate among those that came along', () => {
    expect(evaluated(response({ key: stranger.key, certs: [root.certificate.der] }))).toMatchObject({ why: 'signature' });
  });
});

describe('a response signed by a delegated responder', () => {
  it.each<[string, IssueOptions, string]>([
    ['that another authority issued', { issuer: stranger }, 'was not issued by the authority that issued the certificate in question'],
    ['that signed itself', { issuer: root, signedWith: testKey('ec', 'any') }, `was not signed by the issuer: ${unsigned}`],
    [
      'that was signed by SHA-1',
      { signatureAlgorithm: 'ecdsa-sha1' },
      'was not signed by the issuer: signature algorithm ECDSA with SHA-1',
    ],
    ['without key purposes', { extensions: [keyUsage('digitalSignature'), noCheck()] }, 'lacks the key purpose OCSPSigning'],
    ['for another purpose', { extensions: [extendedKeyUsage('clientAuth'), noCheck()] }, 'lacks the key purpose OCSPSigning'],
    ['for any purpose', { extensions: [extendedKeyUsage('anyExtendedKeyUsage'), noCheck()] }, 'lacks the key purpose OCSPSigning'],
    ['of X.509 version 1', { extensions: [] }, 'lacks the key purpose OCSPSigning'],
    ['that is an authority', { extensions: [basicConstraints(true), ocspSigning, noCheck()] }, "is an authority's"],
    ['that may not sign', { extensions: [keyUsage('keyCertSign', 'cRLSign'), ocspSigning] }, 'lacks digitalSignature in its keyUsage'],
    [
      'with a critical extension that nobody knows',
      { extensions: [ocspSigning, extension('1.2.3', nullValue(), true)] },
      'has the critical extension 1.2.3, which is not supported',
    ],
    [
      'with a critical extension that is not looked at',
      { extensions: [ocspSigning, extension(oids.extension.inhibitAnyPolicy, hex('020100'), true)] },
      'has the critical extension 2.5.29.54, which is not supported',
    ],
    [
      'with a malformed extension',
      { extensions: [extension(oids.extension.keyUsage, nullValue()), ocspSigning] },
      'cannot be read: keyUsage: tag 05 where 03 is expected',
    ],
    ['that is not valid yet', { notBefore: '2030-01-01T01:00:01Z' }, 'is not valid yet'],
    ['that has expired', { notAfter: '2030-01-01T00:59:59Z' }, 'has expired'],
  ])('is refused from one %s', (_, options, detail) => {
    expect(evaluated(signedBy(responder(options)))).toEqual({
      status: 'unknown',
      why: 'notAuthorized',
      detail: `the responder's certificate ${detail}`,
    });
  });

  it('is refused from one below an authority that the issuer issued', () => {
    const below = authority('below', { issuer: root });
    const found = evaluated(
      signedBy(responder({ issuer: below }), { certs: [responder({ issuer: below }).certificate.der, below.certificate.der] }),
    );
    expect(found).toMatchObject({ why: 'notAuthorized', detail: expect.stringContaining('was not issued by the authority') });
  });

  it('is refused by a clock that is no number', () => {
    expect(evaluated(signedBy(responder()), { at: Number.NaN })).toMatchObject({
      why: 'notAuthorized',
      detail: expect.stringContaining('is not valid yet'),
    });
  });

  it('is refused about the responder itself, by any certificate of its key', () => {
    const own = responder();
    const renewed = responder();
    for (const { certificate } of [own, renewed]) {
      const der = signedBy(own, { responses: [aboutAlice({ certificate })] });
      expect(evaluated(der, { certificate })).toMatchObject({
        why: 'notAuthorized',
        detail: "the responder's certificate is the one in question",
      });
    }
  });

  it.each<[string, Partial<OcspResponseOptions>, string]>([
    ['the key of another', { key: stranger.key }, unsigned],
    ['SHA-1', { signatureAlgorithm: 'ecdsa-sha1' }, 'signature algorithm ECDSA with SHA-1'],
  ])('is refused when it is signed by %s', (_, options, detail) => {
    expect(evaluated(signedBy(responder(), options))).toEqual({
      status: 'unknown',
      why: 'signature',
      detail: `by the delegated responder: ${detail}`,
    });
  });

  it('is refused from one with a key below the floor', () => {
    const weak = responder({ key: testKey('rsa-1024') });
    expect(evaluated(signedBy(weak))).toMatchObject({
      why: 'signature',
      detail: expect.stringMatching(/^by the delegated responder: its key is not allowed: .*1024/),
    });
  });

  it('is refused when responderID names somebody else', () => {
    for (const responderId of [byName('other'), byKey(stranger.key)]) {
      expect(evaluated(signedBy(responder(), { responderId }))).toMatchObject({
        why: 'notAuthorized',
        detail: expect.stringContaining('it names a responder that is neither'),
      });
    }
  });

  it.each<[string, readonly Uint8Array[]]>([
    ['does not come along', []],
    ['comes as something else', [sequence(), nullValue()]],
  ])('is refused when its certificate %s', (_, certs) => {
    expect(evaluated(signedBy(responder(), { certs }))).toMatchObject({ why: 'notAuthorized' });
  });

  it.each<[string, IssueOptions, Partial<OcspResponseOptions>]>([
    ['with all that it should have', {}, {}],
    ['that is named by its key', {}, { responderId: byKey(testKey('ec', '"responder"')) }],
    ['without keyUsage', { extensions: [ocspSigning, noCheck()] }, {}],
    ['that says that it is no authority', { extensions: [basicConstraints(false), ocspSigning, noCheck()] }, {}],
    ['for several purposes', { extensions: [extendedKeyUsage('clientAuth', oids.keyPurpose.OCSPSigning), noCheck()] }, {}],
    [
      'with critical extensions that are looked at, or say nothing',
      {
        extensions: [
          extension(oids.extension.extendedKeyUsage, hex('300a06082b06010505070309'), true),
          extension(oids.ocsp.noCheck, nullValue(), true),
          subjectAltName(generalName.dNSName('ocsp.example')),
        ],
      },
      {},
    ],
    ['of another kind of key', { key: testKey('ed25519') }, { responderId: byName('responder') }],
    ['whose first second it is', { notBefore: '2030-01-01T01:00:00Z' }, {}],
    ['whose last second it is', { notAfter: '2030-01-01T01:00:00Z' }, {}],
  ])('counts from one %s', (_, issueOptions, options) => {
    const found = evaluated(signedBy(responder(issueOptions), options));
    expect(found).toMatchObject({ status: 'good' });
    expect(found).not.toHaveProperty('responderNeedsCheck');
  });

  it('counts until its certificate ends, if that is earlier', () => {
    const short = responder({ notAfter: '2030-01-01T06:00:00Z' });
    expect(evaluated(signedBy(short))).toMatchObject({ validUntil: Date.parse('2030-01-01T06:00:01Z') });
    expect(evaluated(signedBy(responder()))).toMatchObject({ validUntil: Date.parse('2030-01-02T00:05:00Z') });
  });

  it.each<[string, readonly Uint8Array[]]>([
    ['there is no id-pkix-ocsp-nocheck', []],
    ['it is not NULL', [noCheck(hex('0101ff'))]],
    ['it is empty', [noCheck(new Uint8Array(0))]],
    ['it is NULL with something behind', [noCheck(hex('050000'))]],
  ])('has its responder checked when %s', (_, extensions) => {
    const asked = responder({ extensions: [ocspSigning, ...extensions] });
    expect(evaluated(signedBy(asked))).toMatchObject({
      status: 'good',
      responderNeedsCheck: { serialNumberHex: asked.certificate.serialNumberHex },
    });
  });

  it('is found behind certificates that do not fit', () => {
    const own = responder();
    const purposeless = responder({ extensions: [extendedKeyUsage('clientAuth')], key: testKey('ec', 'older') });
    const certs = [sequence(), root.certificate.der, alice.der, purposeless.certificate.der, own.certificate.der];
    expect(evaluated(signedBy(own, { certs })).status).toBe('good');
  });

  it('is found though the issuer bears the same name', () => {
    const own = responder({}, 'root');
    expect(evaluated(signedBy(own)).status).toBe('good');
  });

  it('has three certificates of its name checked at most', () => {
    const own = responder();
    const decoys = ['a', 'b', 'c'].map((key) => responder({ key: testKey('ec', key) }).certificate.der);
    expect(evaluated(signedBy(own, { certs: [...decoys.slice(1), own.certificate.der] })).status).toBe('good');
    expect(evaluated(signedBy(own, { certs: [...decoys, own.certificate.der] }))).toEqual({
      status: 'unknown',
      why: 'notAuthorized',
      detail: "more than 3 of its certificates bear the responder's name",
    });
  });
});

describe('a response signed by a configured responder', () => {
  const own = issue('configured', { extensions: [] });
  const inputs = (...responders: readonly Issued[]): Partial<OcspInputs> => ({ responders: responders.map(certificateOf) });
  const der = signedBy(own, { certs: [] });

  it.each<[string, Uint8Array, Partial<OcspInputs>, string, string]>([
    ['that is not configured', der, inputs(stranger), 'notAuthorized', 'it names a responder that is neither'],
    ['of another key', der, inputs(issue('configured', { key: stranger.key })), 'signature', `by the configured responder: ${unsigned}`],
    ['of another name', der, inputs(issue('other', { key: own.key })), 'notAuthorized', 'it names a responder that is neither'],
    [
      'that has expired',
      der,
      inputs(issue('configured', { key: own.key, notAfter: '2029-12-31' })),
      'notAuthorized',
      'the certificate of the configured responder has expired',
    ],
    [
      'that is not valid yet',
      der,
      inputs(issue('configured', { key: own.key, notBefore: '2031-01-01' })),
      'notAuthorized',
      'the certificate of the configured responder is not valid yet',
    ],
  ])('is refused from one %s', (_, response, given, why, detail) => {
    expect(evaluated(response, given)).toMatchObject({ status: 'unknown', why, detail: expect.stringContaining(detail) });
  });

  it('is refused from one with a key below the floor', () => {
    const weak = issue('weak', { key: testKey('rsa-1024') });
    const detail = expect.stringMatching(/^by the configured responder: its key is not allowed/);
    expect(evaluated(signedBy(weak), inputs(weak))).toMatchObject({ why: 'signature', detail });
  });

  it('tells of the configured one, and not of the same certificate, which came along', () => {
    const expired = issue('configured', { key: own.key, notAfter: '2029-12-31' });
    expect(evaluated(signedBy(expired), inputs(expired))).toMatchObject({
      why: 'notAuthorized',
      detail: 'the certificate of the configured responder has expired',
    });
  });

  it('counts, until its certificate ends, and without a check of its own', () => {
    const short = issue('configured', { key: own.key, notAfter: '2030-01-01T06:00:00Z' });
    for (const responderId of [byName('configured'), byKey(own.key)]) {
      const found = evaluated(signedBy(own, { certs: [], responderId }), inputs(stranger, short));
      expect(found).toMatchObject({ status: 'good', validUntil: Date.parse('2030-01-01T06:00:01Z') });
      expect(found).not.toHaveProperty('responderNeedsCheck');
    }
  });

  it('counts about its own certificate, since the operator says so', () => {
    const configured = responder();
    const about = signedBy(configured, { responses: [aboutAlice({ certificate: configured.certificate })] });
    expect(evaluated(about, { ...inputs(configured), certificate: configured.certificate }).status).toBe('good');
  });

  it('leaves the issuer, and those whom it delegated, their right to answer', () => {
    expect(evaluated(response(), inputs(own)).status).toBe('good');
    expect(evaluated(signedBy(responder()), inputs(own)).status).toBe('good');
  });
});

describe('the issuer', () => {
  it('is known by its key: another authority of the same name answers nothing', () => {
    const namesake = authority('root', { key: stranger.key });
    const der = response({ responses: [aboutAlice({ issuer: namesake.certificate })], key: stranger.key });
    expect(evaluated(der)).toMatchObject({ why: 'noInformation' });
    expect(evaluated(response({ key: stranger.key }), { issuer: anchor(root), at })).toMatchObject({ why: 'signature' });
  });
});
