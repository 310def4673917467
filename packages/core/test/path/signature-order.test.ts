import { beforeEach, describe, expect, it, vi } from 'vitest';
import { preparePublicKey, verifySignature } from '../../src/x509/index.js';
import { testKey } from '../support/certificate-builder.js';
import { authority, certificateOf, client, copyOf, type Issued, pathOf, place, refusalOf, type SearchOptions, search } from './pki.js';

// The validator's own calls, watched: which key verified what, and whose key was imported.
vi.mock('../../src/x509/index.js', async (original) => {
  const x509 = await original<typeof import('../../src/x509/index.js')>();
  return { ...x509, verifySignature: vi.fn(x509.verifySignature), preparePublicKey: vi.fn(x509.preparePublicKey) };
});

const junk = testKey('ec', 'junk');
const root = authority('root');
const outer = authority('outer', { issuer: root });
const inner = authority('inner', { issuer: outer });
const endEntity = client(inner);

describe('signatures are verified from the anchor down', () => {
  beforeEach(() => vi.clearAllMocks());

  it('each with the key of the certificate above it, once', () => {
    pathOf(endEntity, { trusted: [root], presented: [inner, outer] });
    expect(verified()).toEqual(
      [
        { key: root, data: outer },
        { key: outer, data: inner },
        { key: inner, data: endEntity },
      ].map(plain),
    );
  });

  it.each([
    ['outermost intermediate', 1, { outer: { signedWith: junk } }],
    ['next one', 2, { inner: { signedWith: junk } }],
    ['end entity', 3, { client: { signedWith: junk } }],
  ] as const)('and no further than a forged one: the %s', (_, count, forged: Forged) => {
    const [asked, options] = chain(forged);
    expect(refusalOf(asked, options).code).toBe('PEERCERT_SIGNATURE_INVALID');
    expect(verified()).toHaveLength(count);
    expectNoKeyBefore(options.trusted as readonly Issued[]);
  });

  it.each([
    ['expired', { outer: { notAfter: '2029-01-01' } }],
    ['no authority', { outer: { extensions: [], version: 3 } }],
  ] as const)('and no key is used of an issuer that is %s', (_, levels: Forged) => {
    const [asked, options] = chain(levels);
    refusalOf(asked, options);
    expect(verified()).toHaveLength(1);
    expect(importedBelow(options.trusted as readonly Issued[])).toEqual([]);
  });

  it('and none at all where no chain of names reaches an anchor', () => {
    expect(place(refusalOf(endEntity, { trusted: [authority('other')], presented: [inner, outer] }))).toEqual({
      code: 'PEERCERT_ISSUER_UNKNOWN',
      depth: 2,
    });
    expect(verified()).toEqual([]);
  });

  it('and none for an anchor that matches itself, nor under one that has expired', () => {
    pathOf(copyOf(root.certificate), { trusted: [root] });
    refusalOf(client(root), { trusted: [authority('root', { key: root.key, notAfter: '2029-01-01' })] });
    expect(verified()).toEqual([]);
  });

  it('so a flood of garbage that bears a trusted name costs failed signatures under trusted keys alone', () => {
    const anchors = Array.from({ length: 3 }, (_, number) => authority('N', { key: testKey('ec', `anchor ${number}`) }));
    const garbage = Array.from({ length: 12 }, (_, number) =>
      authority('N', { issuer: anchors[0] as Issued, key: testKey('ec', `garbage ${number}`), signedWith: junk }),
    );
    vi.clearAllMocks();
    const { end } = search(client(anchors[0] as Issued, { signedWith: junk }), { trusted: anchors, presented: garbage });
    expect(end.refusal.code).toBe('PEERCERT_BUDGET_EXHAUSTED');
    // Sixteen, the one more that meets the limit, and the first of each of the three anchors.
    expect(verified()).toHaveLength(20);
    expectNoKeyBefore(anchors);
    expect(importedBelow(anchors)).toEqual([]);
  });

  it('so garbage among genuine issuers is never imported, and each pair is verified once', () => {
    const forgeries = Array.from({ length: 4 }, (_, number) =>
      authority('outer', { issuer: root, key: testKey('ec', `garbage ${number}`), signedWith: junk }),
    );
    vi.clearAllMocks();
    const { found } = search(endEntity, { trusted: [root], presented: [...forgeries, inner, outer] });
    expect(found).toHaveLength(1);
    const calls = verified().map((call) => JSON.stringify(call));
    expect(new Set(calls).size).toBe(calls.length);
    const forgedKeys = forgeries.map(({ key }) => hexOf(key.spki));
    expect(verified().filter(({ key }) => forgedKeys.includes(key))).toEqual([]);
    expect(importedBelow([root]).filter((key) => forgedKeys.includes(key))).toEqual([]);
  });
});

type Forged = { readonly [level in 'outer' | 'inner' | 'client']?: object };

/** A chain whose names and keys no other test has, since a key is imported once. */
function chain(levels: Forged): [ReturnType<typeof client>, SearchOptions] {
  const trusted = authority('root');
  const above = authority('outer', { issuer: trusted, ...levels.outer });
  const below = authority('inner', { issuer: above, ...levels.inner });
  const asked = client(below, levels.client);
  vi.clearAllMocks();
  return [asked, { trusted: [trusted], presented: [above, below] }];
}

/** What was verified, in order: with whose key, and whose signature. */
function verified(): { key: string; data: string }[] {
  return vi.mocked(verifySignature).mock.calls.map(([key, , data]) => ({ key: hexOf(key.spki.der), data: hexOf(data) }));
}

function plain({ key, data }: { key: Issued; data: Issued | ReturnType<typeof client> }): { key: string; data: string } {
  return { key: hexOf(key.certificate.subjectPublicKeyInfo.der), data: hexOf(certificateOf(data).tbsCertificate) };
}

/** Every key that verified something is an anchor's, or that of a certificate that verified before. */
function expectNoKeyBefore(anchors: readonly Issued[]): void {
  const trusted = new Set(anchors.map(({ certificate }) => hexOf(certificate.subjectPublicKeyInfo.der)));
  vi.mocked(verifySignature).mock.calls.forEach(([key, , data], index) => {
    expect(trusted).toContain(hexOf(key.spki.der));
    if (vi.mocked(verifySignature).mock.results[index]?.value !== undefined) return;
    trusted.add(keyIn(data));
  });
}

/** The keys imported, but for those of the anchors. */
function importedBelow(anchors: readonly Issued[]): readonly string[] {
  const trusted = new Set(anchors.map(({ certificate }) => hexOf(certificate.subjectPublicKeyInfo.der)));
  return vi
    .mocked(preparePublicKey)
    .mock.calls.map(([spki]) => hexOf(spki.der))
    .filter((key) => !trusted.has(key));
}

/** Which of the test's keys a tbsCertificate is for. */
function keyIn(tbsCertificate: Uint8Array): string {
  const bytes = hexOf(tbsCertificate);
  const spki = ['root', 'outer', 'inner', 'client']
    .map((name) => hexOf(testKey('ec', JSON.stringify(name)).spki))
    .find((key) => bytes.includes(key));
  return spki ?? '';
}

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
