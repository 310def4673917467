import { describe, expect, test } from 'vitest';
import { cRLNumber, reasonCode } from '../../packages/core/test/support/crl-builder.js';
import { testKey } from '../../packages/core/test/support/keys.js';
import type { Revocation } from './conformance-case.js';
import { type CaseOptions, crl, endEntity, listFacts, madeFacts, parts, root } from './made.js';

const { byRoot, isAuthority, mayIssue, maySign } = parts;
const revocation = (crls: readonly Uint8Array[], exceptions: Revocation['exceptions'] = {}) => ({ revocation: { crls, exceptions } });
const codeOf = async (options: CaseOptions) => (await madeFacts(options)).verdict.refusal?.code;
const detailOf = async (options: CaseOptions) => (await madeFacts(options)).verdict.refusal?.trace[0]?.detail;

const intermediateKey = testKey('ec', 'intermediate');
const intermediate = (serialNumber: number) =>
  endEntity({ subject: 'intermediate', key: intermediateKey, serialNumber, extensions: [byRoot, isAuthority, mayIssue] });
const below = endEntity({ issuer: 'intermediate', issuerKey: intermediateKey, serialNumber: 9 });
const ofIntermediate = crl({ issuer: 'intermediate', issuerKey: intermediateKey });

describe('a case with CRLs', () => {
  test('is refused where the end entity is listed, or nothing is known of it', async () => {
    expect(await codeOf(revocation([crl({ entries: [2] })]))).toBe('PEERCERT_CERTIFICATE_REVOKED');
    expect(await codeOf(revocation([]))).toBe('PEERCERT_REVOCATION_UNKNOWN');
    expect(await codeOf(revocation([crl({ nextUpdate: '2029-12-31' })]))).toBe('PEERCERT_REVOCATION_UNKNOWN');
    expect(await codeOf(revocation([crl({ entries: [3] })]))).toBeUndefined();
    expect(await codeOf({})).toBeUndefined();
  });

  test('is refused where an authority is listed, or nothing is known of it', async () => {
    const path = { intermediates: [intermediate(5)], endEntity: below };
    expect(await codeOf({ ...path, ...revocation([crl({ entries: [5] }), ofIntermediate]) })).toBe('PEERCERT_CERTIFICATE_REVOKED');
    expect(await codeOf({ ...path, ...revocation([ofIntermediate]) })).toBe('PEERCERT_REVOCATION_UNKNOWN');
    expect(await codeOf({ ...path, ...revocation([ofIntermediate], { allowNoInformation: 'intermediates' }) })).toBeUndefined();
    expect(await codeOf({ ...path, ...revocation([crl(), ofIntermediate]) })).toBeUndefined();
  });

  test('tries another way up where one is revoked', async () => {
    const twice = { intermediates: [intermediate(5), intermediate(6)], endEntity: below };
    expect(await codeOf({ ...twice, ...revocation([crl({ entries: [5] }), ofIntermediate]) })).toBeUndefined();
    expect(await codeOf({ ...twice, ...revocation([crl({ entries: [6] }), ofIntermediate]) })).toBeUndefined();
    expect(await codeOf({ ...twice, ...revocation([crl({ entries: [5, 6] }), ofIntermediate]) })).toBe('PEERCERT_CERTIFICATE_REVOKED');
  });

  test('finds who signed a list among its certificates, below the same anchor', async () => {
    const signerKey = testKey('ec', 'signer');
    const signer = endEntity({ subject: 'root', key: signerKey, serialNumber: 7, extensions: [byRoot, mayIssue] });
    const lists = [crl({ issuerKey: signerKey, extensions: [cRLNumber(2)] }), crl({ nextUpdate: '2029-12-31' })];
    expect(await codeOf(revocation([lists[0] as Uint8Array]))).toBe('PEERCERT_REVOCATION_UNKNOWN');
    expect(await codeOf({ intermediates: [signer], ...revocation([crl(), ...lists]) })).toBeUndefined();
    const revoked = crl({ issuerKey: signerKey, entries: [2], extensions: [cRLNumber(2)] });
    expect(await codeOf({ intermediates: [signer], ...revocation([crl(), revoked]) })).toBe('PEERCERT_CERTIFICATE_REVOKED');
  });

  test('makes the exceptions that it is asked for', async () => {
    expect(await codeOf(revocation([], { allowNoInformation: 'all' }))).toBeUndefined();
    const expired = [crl({ nextUpdate: '2029-12-31' })];
    expect(await codeOf(revocation(expired, { acceptExpiredForSeconds: 86_401 }))).toBeUndefined();
    expect(await codeOf(revocation(expired, { allowNoInformation: 'all', acceptExpiredForSeconds: 86_399 }))).toBe(
      'PEERCERT_REVOCATION_UNKNOWN',
    );
  });

  test('takes a list that cannot be read for a source that is not available', async () => {
    const unreadable = crl({ fields: { nextUpdate: new Uint8Array(0) } });
    expect(await detailOf(revocation([unreadable], { allowNoInformation: 'all' }))).toBe(
      'holds a CRL that cannot be read: nextUpdate is missing',
    );
    expect(await codeOf(revocation([unreadable], { allowUnavailable: 'all' }))).toBeUndefined();
    expect(await codeOf(revocation([unreadable, crl()]))).toBeUndefined();
  });
});

describe('a list that is read', () => {
  const entry = { serialNumber: 2, extensions: [reasonCode(1)] };
  const answerTo = async (...asked: Parameters<typeof listFacts>) => {
    const { refusal } = (await listFacts(...asked)).verdict;
    return refusal && [refusal.code, refusal.trace[0]?.detail];
  };

  test('lists a serial number, or does not', async () => {
    const der = crl({ entries: [entry] });
    expect(await answerTo(der, { serialNumber: Uint8Array.of(2) })).toEqual([
      'PEERCERT_CERTIFICATE_REVOKED',
      'it is listed (keyCompromise)',
    ]);
    expect(await answerTo(der, { serialNumber: Uint8Array.of(3) })).toBeUndefined();
    expect(await answerTo(der.subarray(0, -1))).toEqual([
      'PEERCERT_REVOCATION_UNKNOWN',
      expect.stringMatching(/^holds a CRL that cannot be read: /),
    ]);
    expect(await answerTo(Uint8Array.of(0x31, 0))).toEqual(['PEERCERT_REVOCATION_UNKNOWN', 'holds neither a CRL nor a certificate']);
  });

  const described = {
    signers: [root()],
    thisUpdate: Date.parse('2029-12-01'),
    nextUpdate: Date.parse('2030-02-01'),
    cRLNumber: '1',
    entries: 1,
  };

  test('is what it is described as, and signed by each of its signers', async () => {
    const der = crl({ entries: [entry] });
    expect(await answerTo(der, { described })).toBeUndefined();
    expect((await answerTo(der, { described: { ...described, entries: 2 } }))?.[1]).toContain('"entries":1}, and should have');
    expect((await answerTo(der, { described: { ...described, signers: [root(), endEntity()] } }))?.[1]).toContain('does not verify');
    expect((await answerTo(der, { described: { ...described, signers: [Uint8Array.of(0)] } }))?.[0]).toBe('PEERCERT_CERTIFICATE_MALFORMED');
  });

  test('is verified although it is long', async () => {
    const entries = Array.from({ length: 4_000 }, (_, index) => index + 1_000);
    const long = crl({ entries });
    expect(long.length).toBeGreaterThan(64 * 1024);
    expect(await answerTo(long, { described: { ...described, entries: 4_000 } })).toBeUndefined();
    expect((await answerTo(long, { described: { ...described, entries: 4_000, signers: [endEntity()] } }))?.[1]).toContain(
      'does not verify',
    );
    expect(await codeOf(revocation([long]))).toBeUndefined();
  });

  test('may be a certificate', async () => {
    expect(await answerTo(endEntity(), { what: 'certificate' })).toBeUndefined();
    expect((await answerTo(endEntity({ serialNumber: -1, extensions: [maySign] }), { what: 'certificate' }))?.[0]).toBe(
      'PEERCERT_CERTIFICATE_MALFORMED',
    );
  });
});
