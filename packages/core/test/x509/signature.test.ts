import { describe, expect, it } from 'vitest';
import { DerReader } from '../../src/asn1/index.js';
import { type AlgorithmIdentifier, readAlgorithmIdentifier } from '../../src/x509/algorithm-identifier.js';
import { Certificate } from '../../src/x509/certificate.js';
import { isMlDsaSupported } from '../../src/x509/ml-dsa-support.js';
import { type PublicKey, preparePublicKey } from '../../src/x509/public-key.js';
import { checkSignatureAlgorithm, checkSignatureFits, verifySignature } from '../../src/x509/signature.js';
import { buildCertificate, type TestKey, testKey } from '../support/certificate-builder.js';
import { ascii, concat, explicit, hex, integer, nullValue, oid, sequence } from '../support/der-writer.js';
import {
  hashOids,
  pssParameters,
  rsaPss,
  signatureAlgorithm,
  type TestSignatureAlgorithm,
  type TestSignatureName,
} from '../support/signatures.js';

const data = ascii('to be signed');
const identifier = (der: Uint8Array): AlgorithmIdentifier => readAlgorithmIdentifier(new DerReader(der), 'algorithm');

function prepare(key: TestKey): PublicKey {
  const certificate = new Certificate(buildCertificate({ key, issuerKey: testKey('ec') }));
  const outcome = preparePublicKey(certificate.subjectPublicKeyInfo);
  if (!outcome.ok) throw outcome.refusal.cause;
  return outcome.value;
}

/** Signs `data` with the key by the algorithm, and verifies as the algorithm's own identifier says. */
function signAndVerify(key: TestKey, algorithm: TestSignatureAlgorithm) {
  return verifySignature(prepare(key), identifier(algorithm.der), data, algorithm.sign(data, key.privateKey));
}

const notAllowed = [
  ['an unknown algorithm', sequence(oid('1.2.3')), 'signature algorithm 1.2.3'],
  ['RSA with MD2', sequence(oid('1.2.840.113549.1.1.2'), nullValue()), 'signature algorithm RSA with MD2'],
  ['RSA with MD5', sequence(oid('1.2.840.113549.1.1.4'), nullValue()), 'signature algorithm RSA with MD5'],
  ['RSA with SHA-1', sequence(oid('1.2.840.113549.1.1.5'), nullValue()), 'signature algorithm RSA with SHA-1'],
  ['RSA with SHA-224', sequence(oid('1.2.840.113549.1.1.14'), nullValue()), 'signature algorithm RSA with SHA-224'],
  ['ECDSA with SHA-1', sequence(oid('1.2.840.10045.4.1')), 'signature algorithm ECDSA with SHA-1'],
  ['ECDSA with SHA-224', sequence(oid('1.2.840.10045.4.3.1')), 'signature algorithm ECDSA with SHA-224'],
  ['DSA with SHA-1', sequence(oid('1.2.840.10040.4.3')), 'signature algorithm DSA with SHA-1'],
  ['DSA with SHA-256', sequence(oid('2.16.840.1.101.3.4.3.2')), 'signature algorithm DSA with SHA-256'],
  ['a key algorithm', sequence(oid('1.2.840.113549.1.1.1'), nullValue()), 'signature algorithm 1.2.840.113549.1.1.1'],
  ['RSA with other parameters', sequence(oid('1.2.840.113549.1.1.11'), integer(0)), 'RSA with SHA-256 with parameters other than NULL'],
  [
    'RSA with an empty octet string',
    sequence(oid('1.2.840.113549.1.1.11'), hex('04 00')),
    'RSA with SHA-256 with parameters other than NULL',
  ],
  [
    'RSA with a NULL that has content',
    sequence(oid('1.2.840.113549.1.1.12'), hex('05 01 00')),
    'RSA with SHA-384 with parameters other than NULL',
  ],
  ['ECDSA with parameters', sequence(oid('1.2.840.10045.4.3.2'), nullValue()), 'ECDSA with SHA-256 with parameters'],
  ['Ed25519 with parameters', sequence(oid('1.3.101.112'), nullValue()), 'Ed25519 with parameters'],
  ['Ed448 with parameters', sequence(oid('1.3.101.113'), nullValue()), 'Ed448 with parameters'],
  ['ML-DSA with parameters', sequence(oid('2.16.840.1.101.3.4.3.17'), nullValue()), 'ML-DSA-44 with parameters'],
  ['RSASSA-PSS without parameters', sequence(oid('1.2.840.113549.1.1.10')), 'RSASSA-PSS without parameters'],
  ['RSASSA-PSS with SHA-1', sequence(oid('1.2.840.113549.1.1.10'), sequence()), 'RSASSA-PSS-params: hashAlgorithm is missing'],
  [
    'RSASSA-PSS with another hash in MGF1',
    sequence(oid('1.2.840.113549.1.1.10'), pssParameters(hashOids.sha256, 32, hashOids.sha384)),
    'RSASSA-PSS-params: maskGenAlgorithm has another hash than the signature',
  ],
] as const;

describe('checkSignatureAlgorithm', () => {
  it.each(notAllowed)('refuses %s', (_, der, detail) => {
    expect(checkSignatureAlgorithm(identifier(der))).toEqual({ code: 'PEERCERT_ALGORITHM_NOT_ALLOWED', detail });
  });

  it.each([
    'rsa-sha256',
    'rsa-sha384',
    'rsa-sha512',
    'rsa-pss-sha256',
    'ecdsa-sha256',
    'ecdsa-sha384',
    'ecdsa-sha512',
    'ed25519',
    'ed448',
  ] as const)('takes %s', (name) => {
    expect(checkSignatureAlgorithm(identifier(signatureAlgorithm(name).der))).toBeUndefined();
  });

  it.each([
    ['ML-DSA-44', '2.16.840.1.101.3.4.3.17'],
    ['ML-DSA-65', '2.16.840.1.101.3.4.3.18'],
    ['ML-DSA-87', '2.16.840.1.101.3.4.3.19'],
  ])('takes %s where Node.js has it, and refuses it elsewhere', (name, type) => {
    expect(checkSignatureAlgorithm(identifier(sequence(oid(type))))).toEqual(
      isMlDsaSupported() ? undefined : { code: 'PEERCERT_ALGORITHM_NOT_ALLOWED', detail: `${name}, which this Node.js has not` },
    );
  });
});

const pairs: readonly [TestKey['kind'], TestSignatureName][] = [
  ['rsa', 'rsa-sha256'],
  ['rsa', 'rsa-sha384'],
  ['rsa', 'rsa-sha512'],
  ['rsa', 'rsa-pss-sha256'],
  ['rsa', 'rsa-pss-sha384'],
  ['rsa', 'rsa-pss-sha512'],
  ['rsa-pss', 'rsa-pss-sha256'],
  ['rsa-pss', 'rsa-pss-sha512'],
  ['rsa-pss-sha256', 'rsa-pss-sha256'],
  ['ec', 'ecdsa-sha256'],
  ['ec', 'ecdsa-sha384'],
  ['ec', 'ecdsa-sha512'],
  ['ec-p384', 'ecdsa-sha384'],
  ['ec-p521', 'ecdsa-sha512'],
  ['ec-p521', 'ecdsa-sha256'],
  ['ed25519', 'ed25519'],
  ['ed448', 'ed448'],
];
const mlDsaPairs: typeof pairs = [
  ['ml-dsa-44', 'ml-dsa-44'],
  ['ml-dsa-65', 'ml-dsa-65'],
  ['ml-dsa-87', 'ml-dsa-87'],
];

describe('checkSignatureFits', () => {
  it.each([...pairs, ...(isMlDsaSupported() ? mlDsaPairs : [])])('takes what a key of type %s signs by %s', (kind, name) => {
    const key = testKey(kind);
    const { der, sign } = signatureAlgorithm(name);
    for (let round = 0; round < (kind.startsWith('rsa') ? 1 : 40); round++) {
      expect(checkSignatureFits(prepare(key), identifier(der), sign(concat(data, Uint8Array.of(round)), key.privateKey))).toBeUndefined();
    }
  });

  it.each<[TestKey['kind'], TestKey['kind'], TestSignatureName]>([
    ['ec', 'ec-p384', 'ecdsa-sha256'],
    ['ec', 'ec-p521', 'ecdsa-sha256'],
    ['ec-p384', 'ec', 'ecdsa-sha256'],
    ['ec-p384', 'ec-p521', 'ecdsa-sha256'],
    ['ec-p521', 'ec', 'ecdsa-sha256'],
    ['ec-p521', 'ec-p384', 'ecdsa-sha256'],
    ['ec', 'rsa', 'ecdsa-sha256'],
    ['rsa', 'ec', 'rsa-sha256'],
  ])('refuses what a key of type %s signed for one of type %s', (signer, kind, name) => {
    const { der, sign } = signatureAlgorithm(name);
    const signature = sign(data, testKey(signer).privateKey);
    expect(checkSignatureFits(prepare(testKey(kind)), identifier(der), signature)?.code).toBe('PEERCERT_SIGNATURE_INVALID');
  });

  it('refuses an RSA signature that is not as long as the modulus', () => {
    const key = testKey('rsa');
    const { der, sign } = signatureAlgorithm('rsa-sha256');
    const signature = sign(data, key.privateKey);
    for (const wrong of [signature.subarray(1), concat(hex('00'), signature)]) {
      expect(checkSignatureFits(prepare(key), identifier(der), wrong)?.detail).toBe('the RSA with SHA-256 signature does not verify');
    }
  });
});

describe('verifySignature', () => {
  it.each(notAllowed)('refuses %s before it looks at the key', (_, der, detail) => {
    const unused = {
      get type(): never {
        return expect.fail('looked at the key');
      },
    } as unknown as PublicKey;
    expect(verifySignature(unused, identifier(der), data, hex('00'))).toEqual({ code: 'PEERCERT_ALGORITHM_NOT_ALLOWED', detail });
  });

  it.each([...pairs, ...(isMlDsaSupported() ? mlDsaPairs : [])])(
    'takes what a key of type %s signs by %s, and refuses it for other data, cut off, extended, or empty',
    (kind, name) => {
      const key = testKey(kind);
      const { der, sign } = signatureAlgorithm(name);
      const signature = sign(data, key.privateKey);
      const publicKey = prepare(key);
      expect(verifySignature(publicKey, identifier(der), data, signature)).toBeUndefined();
      const flipped = Uint8Array.from(signature, (octet, i) => (i === signature.length - 1 ? octet ^ 1 : octet));
      for (const wrong of [flipped, signature.subarray(0, -1), concat(signature, hex('00')), hex(''), new Uint8Array(signature.length)]) {
        expect(verifySignature(publicKey, identifier(der), data, wrong)?.code).toBe('PEERCERT_SIGNATURE_INVALID');
      }
      expect(verifySignature(publicKey, identifier(der), concat(data, hex('00')), signature)?.code).toBe('PEERCERT_SIGNATURE_INVALID');
      const other = testKey(kind.startsWith('rsa') ? 'rsa' : kind, 'other');
      expect(verifySignature(prepare(other), identifier(der), data, signature)?.code).toBe('PEERCERT_SIGNATURE_INVALID');
    },
  );

  it.each<[TestKey['kind'], TestSignatureName, TestSignatureName, string]>([
    ['ec', 'ecdsa-sha256', 'rsa-sha256', 'a key of type ec makes no RSA with SHA-256 signature'],
    ['rsa', 'rsa-sha256', 'ecdsa-sha256', 'a key of type rsa makes no ECDSA with SHA-256 signature'],
    ['rsa-pss', 'rsa-pss-sha256', 'rsa-sha256', 'a key of type rsa-pss makes no RSA with SHA-256 signature'],
    ['ed25519', 'ed25519', 'ed448', 'a key of type ed25519 makes no Ed448 signature'],
    ['ec', 'ecdsa-sha256', 'ed25519', 'a key of type ec makes no Ed25519 signature'],
    ['rsa', 'rsa-sha256', 'rsa-sha384', 'the RSA with SHA-384 signature does not verify'],
    ['rsa', 'rsa-sha256', 'rsa-pss-sha256', 'the RSASSA-PSS signature does not verify'],
    ['rsa', 'rsa-pss-sha256', 'rsa-sha256', 'the RSA with SHA-256 signature does not verify'],
    ['rsa', 'rsa-pss-sha256', 'rsa-pss-sha384', 'the RSASSA-PSS signature does not verify'],
    ['ec', 'ecdsa-sha256', 'ecdsa-sha512', 'the ECDSA with SHA-512 signature does not verify'],
  ])('refuses what a key of type %s signed by %s when it is told as %s', (kind, signed, told, detail) => {
    const key = testKey(kind);
    const signature = signatureAlgorithm(signed).sign(data, key.privateKey);
    expect(verifySignature(prepare(key), identifier(signatureAlgorithm(told).der), data, signature)).toEqual({
      code: 'PEERCERT_SIGNATURE_INVALID',
      detail,
    });
  });

  it('takes RSA without parameters', () => {
    const { sign } = signatureAlgorithm('rsa-sha256');
    expect(signAndVerify(testKey('rsa'), { der: sequence(oid('1.2.840.113549.1.1.11')), sign })).toBeUndefined();
  });

  it.each([0, 1, 20, 222])('takes a salt of %d octets, where the algorithm says so', (saltLength) => {
    // 20 is the default, which is not encoded.
    const { sign, der } = rsaPss('sha256', saltLength);
    const told = saltLength === 20 ? sequence(oid('1.2.840.113549.1.1.10'), pssParameters(hashOids.sha256, undefined)) : der;
    expect(signAndVerify(testKey('rsa'), { der: told, sign })).toBeUndefined();
  });

  it('refuses a salt of another length than the algorithm says', () => {
    const { sign } = rsaPss('sha256', 33);
    expect(signAndVerify(testKey('rsa'), { der: rsaPss('sha256', 32).der, sign })).toEqual({
      code: 'PEERCERT_SIGNATURE_INVALID',
      detail: 'the RSASSA-PSS signature does not verify',
    });
  });

  it('refuses a salt that the key has no room for', () => {
    const { sign } = rsaPss('sha256', 32);
    expect(signAndVerify(testKey('rsa'), { der: rsaPss('sha256', 2014).der, sign })?.code).toBe('PEERCERT_SIGNATURE_INVALID');
  });

  it('takes a trailer field of 1', () => {
    const { sign } = rsaPss('sha256', 32);
    const hash = sequence(oid(hashOids.sha256));
    const fields = [
      explicit(0, hash),
      explicit(1, sequence(oid('1.2.840.113549.1.1.8'), hash)),
      explicit(2, integer(32)),
      explicit(3, integer(1)),
    ];
    expect(signAndVerify(testKey('rsa'), { der: sequence(oid('1.2.840.113549.1.1.10'), sequence(...fields)), sign })).toBeUndefined();
  });

  it.each([
    ['another hash', rsaPss('sha384', 48), 'the key is restricted to sha256, the signature uses sha384'],
    ['a shorter salt', rsaPss('sha256', 31), 'the key is restricted to salts of at least 32 octets'],
  ])('refuses %s than a RSASSA-PSS key is restricted to', (_, { der }, detail) => {
    // Whatever the signature is worth: node:crypto would not even make one.
    expect(verifySignature(prepare(testKey('rsa-pss-sha256')), identifier(der), data, new Uint8Array(256))).toEqual({
      code: 'PEERCERT_SIGNATURE_INVALID',
      detail,
    });
  });

  it('takes a longer salt than a RSASSA-PSS key is restricted to', () => {
    expect(signAndVerify(testKey('rsa-pss-sha256'), rsaPss('sha256', 40))).toBeUndefined();
  });

  it('refuses, rather than throws, where node:crypto throws', () => {
    const broken = { ...prepare(testKey('ec')), keyObject: undefined } as unknown as PublicKey;
    expect(verifySignature(broken, identifier(signatureAlgorithm('ecdsa-sha256').der), data, hex('00'))).toEqual({
      code: 'PEERCERT_SIGNATURE_INVALID',
      detail: 'the ECDSA with SHA-256 signature cannot be decoded',
    });
  });
});
