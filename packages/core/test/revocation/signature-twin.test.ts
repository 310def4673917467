import { describe, expect, it } from 'vitest';
import { twinOf } from '../../src/revocation/signature-twin.js';
import { preparePublicKey, readCertificate, verifySignature } from '../../src/x509/index.js';
import { authority, client } from '../path/pki.js';
import { testKey } from '../support/certificate-builder.js';

describe('twinOf', () => {
  it.each(['ec', 'ec-p384', 'ec-p521'] as const)(
    'makes another certificate of one that an %s key signed, which verifies as well',
    (type) => {
      // The numbers of a signature are of several lengths, so one certificate would not tell.
      for (let round = 0; round < 20; round++) {
        const issuer = authority('root', { key: testKey(type) });
        const certificate = client(issuer, {}, `client ${round}`);
        const twin = twinOf(certificate, issuer.certificate);
        const read = readCertificate(twin as Uint8Array);
        const key = preparePublicKey(issuer.certificate.subjectPublicKeyInfo);
        if (!read.ok || !key.ok) throw new Error('cannot be read');
        const { signatureAlgorithm, tbsCertificate, signature, fingerprint256 } = read.value;
        expect(verifySignature(key.value, signatureAlgorithm, tbsCertificate, signature)).toBeUndefined();
        expect(tbsCertificate).toEqual(certificate.tbsCertificate);
        expect(fingerprint256).not.toBe(certificate.fingerprint256);
        expect(twinOf(read.value, issuer.certificate)).toEqual(Uint8Array.from(certificate.der));
      }
    },
  );

  it.each(['rsa', 'ed25519'] as const)('makes none of a certificate that an %s key signed', (type) => {
    const issuer = authority('root', { key: testKey(type) });
    expect(twinOf(client(issuer), issuer.certificate)).toBeUndefined();
  });

  it('makes none where the signature is not one of the issuer', () => {
    const rsa = authority('rsa', { key: testKey('rsa') });
    const large = authority('root', { key: testKey('ec-p384') });
    expect(twinOf(client(rsa), authority('root').certificate)).toBeUndefined();
    expect(twinOf(client(large), authority('root').certificate)).toBeUndefined();
  });
});
