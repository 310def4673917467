import { describe, expect, it } from 'vitest';
import { isClientIdentity } from '../../src/identity/index.js';
import { createVerifier } from '../../src/verifier/index.js';
import { atOnce } from '../support/at-once.js';
import { buildCertificate, extendedKeyUsage } from '../support/certificate-builder.js';
import { client, FakeClock, intermediate, requestWith, root } from './fakes.js';

const ca = root();
const other = root('Other');
const sub = intermediate(ca);
const leaf = client(sub);

describe('verifier.verify', () => {
  it.each([
    ['no certificate', [], 'PEERCERT_CERTIFICATE_MISSING'],
    ['an empty certificate', [new Uint8Array(0)], 'PEERCERT_CERTIFICATE_MALFORMED'],
    ['garbage', [Uint8Array.of(0x30, 0)], 'PEERCERT_CERTIFICATE_MALFORMED'],
    ['one byte too many', [Uint8Array.from([...leaf, 0])], 'PEERCERT_CERTIFICATE_MALFORMED'],
    ['one that is too large', [new Uint8Array(65_537)], 'PEERCERT_BUDGET_EXHAUSTED'],
    ['an unknown issuer', [client(other)], 'PEERCERT_ISSUER_UNKNOWN'],
    ['an intermediate that is missing', [leaf], 'PEERCERT_ISSUER_UNKNOWN'],
    ['the issuer’s name and another key', [client({ ...ca, key: other.key })], 'PEERCERT_SIGNATURE_INVALID'],
    ['a self-signed certificate', [buildCertificate({ subject: 'alice' })], 'PEERCERT_ISSUER_UNKNOWN'],
    ['a certificate for servers', [client(ca, 'alice', { extensions: [extendedKeyUsage('serverAuth')] })], 'PEERCERT_PURPOSE_MISMATCH'],
  ])('refuses %s', (_, certificates, code) => {
    expect(atOnce(createVerifier({ trust: ca.der }).verify(certificates))).toMatchObject({ ok: false, refusal: { code } });
  });

  it('locates what cannot be read at the end entity', () => {
    expect(atOnce(createVerifier({ trust: ca.der }).verify([Uint8Array.of(1)]))).toMatchObject({ refusal: { trace: [{ depth: 0 }] } });
  });

  it('refuses everything without configured trust, as there is no server to take it from', () => {
    expect(atOnce(createVerifier().verify([client(ca)]))).toMatchObject({ refusal: { code: 'PEERCERT_TRUST_NOT_CONFIGURED' } });
  });

  it('refuses trust sets that do not exist, and an empty list of them', () => {
    const verifier = createVerifier({ trust: ca.der });
    for (const sets of [['nowhere'], []]) {
      expect(atOnce(verifier.verify([client(ca)], sets))).toMatchObject({
        refusal: { code: 'PEERCERT_ISSUER_UNKNOWN', trace: [{ detail: 'no trust set was searched' }] },
      });
    }
  });

  it('passes over certificates beside the end entity that cannot be read', () => {
    expect(atOnce(createVerifier({ trust: ca.der }).verify([leaf, Uint8Array.of(1), sub.der]))).toMatchObject({ ok: true });
  });

  it('looks at sixteen certificates beside the end entity, not more', () => {
    const verifier = () => createVerifier({ trust: ca.der });
    const filling = Array.from({ length: 16 }, () => other.der);
    expect(atOnce(verifier().verify([leaf, ...filling.slice(1), sub.der])).ok).toBe(true);
    expect(atOnce(verifier().verify([leaf, ...filling, sub.der]))).toMatchObject({ refusal: { code: 'PEERCERT_ISSUER_UNKNOWN' } });
  });

  it('takes serverAuth for clientAuth only where that is allowed', () => {
    const forServers = client(ca, 'alice', { extensions: [extendedKeyUsage('serverAuth')] });
    expect(atOnce(createVerifier({ trust: ca.der, allowServerAuthPurpose: true }).verify([forServers])).ok).toBe(true);
    expect(atOnce(createVerifier({ trust: { ca: ca.der, allowServerAuthPurpose: true } }).verify([forServers])).ok).toBe(true);
    expect(
      atOnce(createVerifier({ trust: { ca: ca.der, allowServerAuthPurpose: false }, allowServerAuthPurpose: true }).verify([forServers]))
        .ok,
    ).toBe(false);
  });

  it('gives an identity, with the trust set that it was found in', () => {
    const verifier = createVerifier({ trust: other.der, trustSets: { staff: ca.der } });
    const outcome = atOnce(verifier.verify([leaf, sub.der]));
    expect(outcome).toMatchObject({ ok: true, value: { trustSet: 'staff', resumed: false, source: 'given' } });
    expect(outcome.ok && isClientIdentity(outcome.value)).toBe(true);
  });

  it('keeps what was given, whatever becomes of the buffers that it came in', () => {
    const verifier = createVerifier({ trust: Uint8Array.from(ca.der) });
    const issuer = Uint8Array.from(sub.der);
    expect(atOnce(verifier.verify([leaf, issuer])).ok).toBe(true);
    issuer.fill(0);
    expect(atOnce(verifier.verify([leaf])).ok).toBe(true);
    const trusted = Uint8Array.from(ca.der);
    const other = createVerifier({ trust: trusted });
    trusted.fill(0);
    expect(atOnce(other.verify([leaf, sub.der])).ok).toBe(true);
  });

  it('uses the clock, and refuses to go by one that tells no time', () => {
    const clock = new FakeClock();
    const verifier = createVerifier({ trust: ca.der, clock: clock.now });
    const certificate = client(ca, 'alice', { notBefore: '2029-01-01', notAfter: '2031-01-01' });
    expect(atOnce(verifier.verify([certificate])).ok).toBe(true);
    clock.set('2028-12-31');
    expect(atOnce(verifier.verify([certificate]))).toMatchObject({ refusal: { code: 'PEERCERT_CERTIFICATE_NOT_YET_VALID' } });
    clock.set('2032-01-01');
    expect(atOnce(verifier.verify([certificate]))).toMatchObject({ refusal: { code: 'PEERCERT_CERTIFICATE_EXPIRED' } });
    clock.at = Number.NaN;
    expect(() => atOnce(verifier.verify([certificate]))).toThrow('the clock returned NaN');
  });

  it('uses the time of this machine unless told', () => {
    const now = Date.now();
    const certificate = (from: number, to: number) => client(ca, 'alice', { notBefore: now + from, notAfter: now + to });
    const verifier = createVerifier({ trust: root('Root', { notBefore: '2000-01-01' }).der });
    expect(atOnce(verifier.verify([certificate(-60_000, 60_000)])).ok).toBe(true);
    expect(atOnce(verifier.verify([certificate(-60_000, -30_000)]))).toMatchObject({ refusal: { code: 'PEERCERT_CERTIFICATE_EXPIRED' } });
    expect(atOnce(verifier.verify([certificate(30_000, 60_000)]))).toMatchObject({
      refusal: { code: 'PEERCERT_CERTIFICATE_NOT_YET_VALID' },
    });
  });

  it('refuses everything once the verifier is closed', async () => {
    const verifier = createVerifier({ trust: ca.der });
    const request = requestWith([client(ca)]);
    expect(atOnce(verifier.authenticate(request)).ok).toBe(true);
    await verifier.ready;
    await verifier.close();
    const notReady = { ok: false, refusal: { code: 'PEERCERT_NOT_READY', status: 503 } };
    expect(atOnce(verifier.verify([client(ca)]))).toMatchObject(notReady);
    expect(atOnce(verifier.authenticate(request))).toMatchObject(notReady);
    expect(atOnce(verifier.authenticate(requestWith([client(ca)])))).toMatchObject(notReady);
  });
});
