import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { nonceLength, ocspGetPath, ocspGetUrl, ocspRequest } from '../../../src/revocation/ocsp/index.js';
import { client } from '../../path/pki.js';
import { hex, integer, nullValue, octetString, oid, sequence, tlv } from '../../support/der-writer.js';
import { hashOids } from '../../support/signatures.js';
import { alice, root } from './scene.js';

const issuer = root.certificate;

describe('ocspRequest', () => {
  it.each([0, 129, 4096])('refuses a nonce of %i octets', (length) => {
    expect(() => ocspRequest({ certificate: alice, issuer, nonce: new Uint8Array(length) })).toThrow(
      new RangeError(`a nonce has 1 to 128 octets, not ${length}`),
    );
  });

  it.each([
    ['sha1', undefined],
    ['sha1', 'sha1'],
    ['sha256', 'sha256'],
  ] as const)('tells the issuer by %s when asked for %s', (expected, hash) => {
    const digest = (bytes: Uint8Array) => octetString(createHash(expected).update(bytes).digest());
    const certId = sequence(
      sequence(oid(hashOids[expected]), nullValue()),
      digest(issuer.subject.der),
      digest(issuer.subjectPublicKeyInfo.subjectPublicKey),
      tlv(0x02, alice.serialNumber),
    );
    expect(ocspRequest({ certificate: alice, issuer, hash })).toEqual(sequence(sequence(sequence(sequence(certId)))));
  });

  it('hashes the name as the certificate has it, and not as the issuer has it', () => {
    const certificate = client({ ...root, name: 'ROOT' });
    const nameHash = createHash('sha1').update(certificate.issuer.der).digest('hex');
    expect(certificate.issuer.equals(issuer.subject)).toBe(true);
    expect(Buffer.from(ocspRequest({ certificate, issuer })).toString('hex')).toContain(nameHash);
  });

  it.each([1, nonceLength, 128])('carries a nonce of %i octets, in an OCTET STRING of its own', (length) => {
    const nonce = new Uint8Array(length).fill(0xab);
    const plain = ocspRequest({ certificate: alice, issuer });
    const request = ocspRequest({ certificate: alice, issuer, nonce });
    const extension = tlv(0xa2, sequence(sequence(hex('06092b0601050507300102'), octetString(octetString(nonce)))));
    expect(request).toEqual(sequence(sequence(plain.subarray(4), extension)));
  });

  it('keeps the octets of a serial number that begins with the sign octet', () => {
    const certificate = client(root, { serialNumber: 0xf0 });
    expect(Buffer.from(ocspRequest({ certificate, issuer })).toString('hex')).toMatch(/020200f0$/);
    expect(integer(0xf0)).toEqual(hex('020200f0'));
  });
});

describe('ocspGetPath', () => {
  it('escapes the three characters of base64 that mean something in a path', () => {
    expect(ocspGetPath(hex('fbefbefff0'))).toBe('%2B%2B%2B%2B%2F%2FA%3D');
  });

  it('holds the very request, and nothing around it in the same memory', () => {
    const request = ocspRequest({ certificate: alice, issuer });
    expect(Buffer.from(decodeURIComponent(ocspGetPath(request)), 'base64')).toEqual(Buffer.from(request));
    expect(ocspGetPath(hex('00fbefbefff000').subarray(1, 6))).toBe('%2B%2B%2B%2B%2F%2FA%3D');
  });
});

describe('ocspGetUrl', () => {
  it.each(['http://ocsp.example/?ca=1', 'http://ocsp.example/#top'])('has none for %s, behind which there is no path', (responder) => {
    expect(ocspGetUrl(responder, hex('00'))).toBeUndefined();
  });

  it('has none of 255 octets and more', () => {
    // Three octets are four characters, which a slash goes before.
    const responder = (length: number) => `http://ocsp.example/${'a'.repeat(length - 20 - 5)}`;
    expect(ocspGetUrl(responder(255), hex('000000'))).toBeUndefined();
    expect(ocspGetUrl(responder(254), hex('000000'))).toHaveLength(254);
  });

  it.each(['http://ocsp.example/ca', 'http://ocsp.example/ca/'])('puts one slash behind %s', (responder) => {
    expect(ocspGetUrl(responder, hex('fbefbefff0'))).toBe('http://ocsp.example/ca/%2B%2B%2B%2B%2F%2FA%3D');
  });
});
