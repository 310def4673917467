import { describe, expect, it } from 'vitest';
import type { Outcome } from '../../src/errors/index.js';
import type { ClientIdentity } from '../../src/identity/index.js';
import { createVerifier, type Verifier } from '../../src/verifier/index.js';
import { atOnce } from '../support/at-once.js';
import { basicConstraints, extendedKeyUsage, extension, keyUsage, testKey } from '../support/certificate-builder.js';
import { nullValue } from '../support/der-writer.js';
import { client, FakeSocket, type Issuer, intermediate, requestOver, root } from './fakes.js';

const ca = root();
const sub = intermediate(ca);
const alice = client(sub);

const result = (outcome: Outcome<ClientIdentity>): string => (outcome.ok ? outcome.value.toString() : outcome.refusal.code);
const decide = (verifier: Verifier, socket: object): string => result(atOnce(verifier.authenticate(requestOver(socket))));

describe('the presented chain', () => {
  it('is read when the issuer is not known', () => {
    const socket = new FakeSocket([alice, sub.der, ca.der]);
    expect(decide(createVerifier({ trust: ca.der }), socket)).toBe('CN=alice');
    expect([socket.reads, socket.chainReads]).toEqual([1, 1]);
  });

  it.each([
    ['configured', { trust: { ca: ca.der, intermediates: sub.der } }],
    ['beside the root in ca', { trust: [ca.der, sub.der] }],
  ])('is not read when the issuer is %s', (_, options) => {
    const socket = new FakeSocket([alice, sub.der]);
    expect(decide(createVerifier(options), socket)).toBe('CN=alice');
    expect([socket.reads, socket.chainReads]).toEqual([1, 0]);
  });

  it.each([
    ['expired', { notAfter: '2021-01-01' }, 'PEERCERT_CERTIFICATE_EXPIRED'],
    ['not valid yet', { notBefore: '2039-01-01' }, 'PEERCERT_CERTIFICATE_NOT_YET_VALID'],
    ['not for signatures', { extensions: [keyUsage('keyEncipherment')] }, 'PEERCERT_KEY_USAGE_MISMATCH'],
    ['with a key below the floor', { key: testKey('rsa-1024') }, 'PEERCERT_KEY_NOT_ALLOWED'],
    [
      'with an unknown critical extension',
      { extensions: [extension('1.2.3.4', nullValue(), true)] },
      'PEERCERT_CRITICAL_EXTENSION_UNRECOGNIZED',
    ],
    ['with an extension that cannot be decoded', { extensions: [extension('2.5.29.37', nullValue())] }, 'PEERCERT_CERTIFICATE_MALFORMED'],
  ])('is not read when the fault is the end entity’s own: %s', (_, options, code) => {
    const socket = new FakeSocket([client(ca, 'alice', options), sub.der]);
    expect(decide(createVerifier({ trust: ca.der }), socket)).toBe(code);
    expect(socket.chainReads).toBe(0);
  });

  it('is not read when the end entity cannot be', () => {
    const socket = new FakeSocket([Uint8Array.of(0x30, 0), sub.der]);
    expect(decide(createVerifier({ trust: ca.der }), socket)).toBe('PEERCERT_CERTIFICATE_MALFORMED');
    expect(socket.chainReads).toBe(0);
  });

  it('is read when a known issuer has a fault that a presented one may not have', () => {
    const expired = intermediate(ca, 'Intermediate', { notAfter: '2021-01-01' });
    const verifier = createVerifier({ trust: { ca: ca.der, intermediates: expired.der } });
    expect(decide(verifier, new FakeSocket([alice]))).toBe('PEERCERT_CERTIFICATE_EXPIRED');
    expect(decide(verifier, new FakeSocket([alice, sub.der]))).toBe('CN=alice');
  });

  it('is not trusted: a root in it vouches for nobody', () => {
    const stranger = root('Stranger');
    expect(decide(createVerifier({ trust: ca.der }), new FakeSocket([client(stranger), stranger.der]))).toBe('PEERCERT_ISSUER_UNKNOWN');
  });

  it('is not trusted: one end entity issues no other', () => {
    const bob: Issuer = { subject: 'bob', key: testKey('ec', 'client'), der: client(ca, 'bob') };
    expect(decide(createVerifier({ trust: ca.der }), new FakeSocket([client(bob), bob.der]))).toBe('PEERCERT_ISSUER_NOT_CA');
  });

  it('holds nothing where the socket throws when asked for it', () => {
    const socket = Object.assign(new FakeSocket([alice, sub.der]), {
      getPeerCertificate: (detailed = false) => {
        if (detailed) throw new Error('the handle is gone');
        return { raw: alice };
      },
    });
    expect(decide(createVerifier({ trust: ca.der }), socket)).toBe('PEERCERT_ISSUER_UNKNOWN');
  });
});

describe('remembered intermediates', () => {
  it('let a session resume that brings none', () => {
    const verifier = createVerifier({ trust: ca.der });
    expect(decide(verifier, new FakeSocket([alice, sub.der]))).toBe('CN=alice');
    const resumed = new FakeSocket([alice], { resumed: true });
    const outcome = atOnce(verifier.authenticate(requestOver(resumed)));
    expect(outcome).toMatchObject({ ok: true, value: { resumed: true } });
    expect(outcome.ok && outcome.value.chain.map(({ subject }) => subject)).toEqual(['CN=alice', 'CN=Intermediate']);
    expect(resumed.chainReads).toBe(0);
  });

  it('are verified again: when they have expired, nobody comes in by them', () => {
    const short = intermediate(ca, 'Intermediate', { notAfter: '2030-01-01T00:00:00Z' });
    let at = Date.parse('2030-01-01T00:00:00Z');
    const verifier = createVerifier({ trust: ca.der, clock: () => at });
    const certificate = client(short);
    expect(decide(verifier, new FakeSocket([certificate, short.der]))).toBe('CN=alice');
    at += 1_000;
    expect(decide(verifier, new FakeSocket([certificate], { resumed: true }))).toBe('PEERCERT_CERTIFICATE_EXPIRED');
  });

  it('come from accepted paths alone', () => {
    const verifier = createVerifier({ trust: ca.der });
    const stranger = root('Stranger');
    const refusals = [
      // The intermediate is good, the end entity is not.
      [client(sub, 'alice', { notAfter: '2021-01-01' }), sub.der],
      [client(sub, 'alice', { extensions: [extendedKeyUsage('serverAuth')] }), sub.der],
      [client({ ...sub, key: stranger.key }), sub.der],
    ];
    for (const certificates of refusals) expect(atOnce(verifier.authenticate(requestOver(new FakeSocket(certificates)))).ok).toBe(false);
    expect(decide(verifier, new FakeSocket([alice], { resumed: true }))).toBe('PEERCERT_CHAIN_INCOMPLETE');
  });

  it('hold no certificate that was presented beside the path', () => {
    const verifier = createVerifier({ trust: ca.der });
    const beside = intermediate(ca, 'Beside');
    expect(decide(verifier, new FakeSocket([alice, sub.der, beside.der]))).toBe('CN=alice');
    expect(decide(verifier, new FakeSocket([client(beside)], { resumed: true }))).toBe('PEERCERT_CHAIN_INCOMPLETE');
  });

  it('stay in their trust set, and in their verifier', () => {
    const options = { trustSets: { staff: ca.der, partners: { ca: ca.der, depth: 1 } } };
    const verifier = createVerifier(options);
    const inSet = (socket: object, set: string): string => result(atOnce(verifier.authenticate(requestOver(socket), [set])));
    expect(inSet(new FakeSocket([alice, sub.der]), 'staff')).toBe('CN=alice');
    expect(inSet(new FakeSocket([alice], { resumed: true }), 'staff')).toBe('CN=alice');
    expect(inSet(new FakeSocket([alice], { resumed: true }), 'partners')).toBe('PEERCERT_CHAIN_INCOMPLETE');
    expect(decide(createVerifier(options), new FakeSocket([alice], { resumed: true }))).toBe('PEERCERT_CHAIN_INCOMPLETE');
  });

  it('are bounded: ten of one name, the latest', () => {
    const verifier = createVerifier({ trust: ca.der });
    const issuers = Array.from({ length: 11 }, (_, index) => intermediate(ca, 'Intermediate', { key: testKey('ec', `same ${index}`) }));
    for (const issuer of issuers) expect(result(atOnce(verifier.verify([client(issuer), issuer.der])))).toBe('CN=alice');
    const [first, ...others] = issuers as [Issuer, ...Issuer[]];
    for (const issuer of others) expect(result(atOnce(verifier.verify([client(issuer)])))).toBe('CN=alice');
    expect(result(atOnce(verifier.verify([client(first)])))).toBe('PEERCERT_SIGNATURE_INVALID');
  });

  it('are not kept above 8 KB each', () => {
    const verifier = createVerifier({ trust: ca.der });
    const padding = extension('1.2.3.4', new Uint8Array(8_192));
    const large = intermediate(ca, 'Large', { extensions: [basicConstraints(true), padding] });
    expect(result(atOnce(verifier.verify([client(large), large.der])))).toBe('CN=alice');
    expect(result(atOnce(verifier.verify([client(large)])))).toBe('PEERCERT_ISSUER_UNKNOWN');
  });

  it('under a name that is not theirs keep nobody out who sends his own', () => {
    // Somebody who was given an authority issues others below it, under the name of the authority that alice's certificate is from.
    const verifier = createVerifier({ trust: ca.der });
    const mallory = intermediate(ca, 'Mallory');
    for (let index = 0; index < 10; index++) {
      const upper = intermediate(mallory, 'Upper', { key: testKey('ec', `upper ${index}`) });
      const lower = intermediate(upper, 'Intermediate', { key: testKey('ec', `lower ${index}`) });
      expect(result(atOnce(verifier.verify([client(lower, 'mallory'), lower.der, upper.der, mallory.der])))).toBe('CN=mallory');
    }
    const socket = new FakeSocket([alice, sub.der]);
    expect(decide(verifier, socket)).toBe('CN=alice');
    expect(socket.chainReads).toBe(1);
  });
});

describe('a resumed session', () => {
  it('whose issuer is not known is CHAIN_INCOMPLETE, a fresh one ISSUER_UNKNOWN', () => {
    const verifier = createVerifier({ trust: ca.der });
    expect(decide(verifier, new FakeSocket([alice], { resumed: true }))).toBe('PEERCERT_CHAIN_INCOMPLETE');
    expect(decide(verifier, new FakeSocket([alice]))).toBe('PEERCERT_ISSUER_UNKNOWN');
  });

  it('with another fault keeps its code', () => {
    const verifier = createVerifier({ trust: ca.der });
    expect(decide(verifier, new FakeSocket([client({ ...ca, key: sub.key })], { resumed: true }))).toBe('PEERCERT_SIGNATURE_INVALID');
    expect(decide(verifier, new FakeSocket([client(ca, 'alice', { notAfter: '2021-01-01' })], { resumed: true }))).toBe(
      'PEERCERT_CERTIFICATE_EXPIRED',
    );
  });

  it('is accepted where all issuers are configured', () => {
    const verifier = createVerifier({ trust: { ca: ca.der, intermediates: sub.der } });
    expect(atOnce(verifier.authenticate(requestOver(new FakeSocket([alice], { resumed: true }))))).toMatchObject({
      ok: true,
      value: { resumed: true },
    });
  });
});
