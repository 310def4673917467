import { describe, expect, it } from 'vitest';
import { describeRefusal } from '../../src/errors/index.js';
import { Budget, defaultBudget } from '../../src/path/index.js';
import {
  authorityKeyIdentifier,
  basicConstraints,
  extendedKeyUsage,
  extension,
  keyUsage,
  subjectKeyIdentifier,
  testKey,
} from '../support/certificate-builder.js';
import { hex } from '../support/der-writer.js';
import { authority, client, type IssueOptions, names, pathOf, place, refusalOf, search } from './pki.js';

const cA = basicConstraints(true);
const root = authority('root');

describe('backtracking', () => {
  const key = testKey('ec', 'issuing');
  const good = authority('issuing', { issuer: root, key });
  const endEntity = client(good);
  const elsewhere = authority('elsewhere');

  const bad: readonly (readonly [fault: string, options: IssueOptions, code: string])[] = [
    ['has expired', { notAfter: '2029-01-01' }, 'PEERCERT_CERTIFICATE_EXPIRED'],
    ['is not valid yet', { notBefore: '2031-01-01' }, 'PEERCERT_CERTIFICATE_NOT_YET_VALID'],
    ['has another key', { key: testKey('ec', 'another') }, 'PEERCERT_SIGNATURE_INVALID'],
    ['is forged', { signedWith: testKey('ec', 'another') }, 'PEERCERT_SIGNATURE_INVALID'],
    ['is signed with SHA-1', { signatureAlgorithm: 'ecdsa-sha1' }, 'PEERCERT_ALGORITHM_NOT_ALLOWED'],
    ['is no authority', { extensions: [basicConstraints(false)] }, 'PEERCERT_ISSUER_NOT_CA'],
    ['is of version 1', { extensions: [] }, 'PEERCERT_ISSUER_NOT_CA'],
    ['is for servers', { extensions: [cA, extendedKeyUsage('serverAuth')] }, 'PEERCERT_PURPOSE_MISMATCH'],
    ['signs revocation lists alone', { extensions: [cA, keyUsage('cRLSign')] }, 'PEERCERT_KEY_USAGE_MISMATCH'],
    ['is malformed', { extensions: [cA, extension('2.5.29.15', hex('0500'))] }, 'PEERCERT_CERTIFICATE_MALFORMED'],
    [
      'has an unrecognized critical extension',
      { extensions: [cA, extension('1.2.3.4', hex('0500'), true)] },
      'PEERCERT_CRITICAL_EXTENSION_UNRECOGNIZED',
    ],
    ['has a weak key', { key: testKey('rsa-1024') }, 'PEERCERT_KEY_NOT_ALLOWED'],
    ['leads nowhere', { issuer: elsewhere }, 'PEERCERT_ISSUER_UNKNOWN'],
  ];

  it.each(bad)('passes over an issuer that %s, which alone is refused', (_, options, code) => {
    const other = authority('issuing', { issuer: root, key, ...options });
    expect(refusalOf(endEntity, { trusted: [root], presented: [other] }).code).toBe(code);
    for (const presented of [
      [other, good],
      [good, other],
    ]) {
      expect(pathOf(endEntity, { trusted: [root], presented }).certificates).toEqual([endEntity, good.certificate]);
    }
  });

  // Nobody asks who signed an anchor, a self-issued one may be of version 1, and one that is malformed or weak cannot be made.
  const notForAnchors = ['is forged', 'is signed with SHA-1', 'is of version 1', 'is malformed', 'has a weak key', 'leads nowhere'];

  it.each(bad.filter(([fault]) => !notForAnchors.includes(fault)))(
    'passes over an anchor that %s, which alone is refused',
    (_, options, code) => {
      const anchored = authority('root', { key: root.key, ...options });
      const below = client(root);
      expect(refusalOf(below, { trusted: [anchored] }).code).toBe(code);
      for (const trusted of [
        [anchored, root],
        [root, anchored],
      ]) {
        expect(pathOf(below, { trusted }).trustAnchor.certificate).toBe(root.certificate);
      }
    },
  );

  it.each([
    ['forged', { signedWith: testKey('ec', 'another') }],
    ['signed with SHA-1', { signatureAlgorithm: 'ecdsa-sha1' }],
    ['of version 1', { extensions: [] }],
  ] as const)('does not ask whether an anchor is %s', (_, options) => {
    const anchored = authority('root', { key: root.key, ...options });
    expect(pathOf(client(root), { trusted: [anchored] }).trustAnchor.certificate).toBe(anchored.certificate);
  });

  it('goes on beside an anchor that cannot be used to an intermediate that can', () => {
    const expired = authority('issuing', { issuer: elsewhere, key, notAfter: '2029-01-01' });
    expect(names(pathOf(endEntity, { trusted: [expired, root], presented: [good] }))).toEqual(['client', 'issuing', 'root']);
  });

  it('finds the cross certificate when the old root is not trusted, and the old root when the new one is not', () => {
    const newRoot = authority('new root');
    const cross = authority('new root', { issuer: root, key: newRoot.key });
    const issuing = authority('issuing', { issuer: newRoot });
    const presented = [issuing, newRoot, cross];
    expect(names(pathOf(client(issuing), { trusted: [root], presented }))).toEqual(['client', 'issuing', 'new root', 'root']);
    expect(names(pathOf(client(issuing), { trusted: [newRoot], presented }))).toEqual(['client', 'issuing', 'new root']);
  });

  it('prefers an anchor to a longer way to another', () => {
    const newRoot = authority('new root');
    const cross = authority('new root', { issuer: root, key: newRoot.key });
    expect(names(pathOf(client(newRoot), { trusted: [root, newRoot], presented: [cross] }))).toEqual(['client', 'new root']);
  });

  it('finds its way through authorities that issued each other', () => {
    const a = authority('a');
    const b = authority('b');
    const mesh = [
      authority('a', { issuer: b, key: a.key }),
      authority('b', { issuer: a, key: b.key }),
      authority('a', { issuer: root, key: a.key }),
    ];
    expect(names(pathOf(client(b), { trusted: [root], presented: mesh }))).toEqual(['client', 'b', 'a', 'root']);
    expect(names(pathOf(client(a), { trusted: [root], presented: mesh }))).toEqual(['client', 'a', 'root']);
  });

  it('takes two authorities that have one key for two', () => {
    const shared = testKey('ec', 'shared');
    const upper = authority('upper', { issuer: root, key: shared });
    const lower = authority('lower', { issuer: upper, key: shared });
    expect(names(pathOf(client(lower), { trusted: [root], presented: [lower, upper] }))).toEqual(['client', 'lower', 'upper', 'root']);
  });

  it('finds a path over a self-issued key rollover', () => {
    const rolled = authority('root', { issuer: root, key: testKey('ec', 'rolled') });
    expect(names(pathOf(client(rolled), { trusted: [root], presented: [rolled] }))).toEqual(['client', 'root', 'root']);
  });

  it('does not end at a fault of the end entity that another trust set may not see', () => {
    const { end } = search(client(root, { extensions: [extendedKeyUsage('serverAuth')] }), { trusted: [root] });
    expect(end).toMatchObject({ isFinal: false, refusal: { code: 'PEERCERT_PURPOSE_MISMATCH' } });
  });

  it.each([
    ['expired', { notAfter: '2029-01-01' }],
    ['signed with SHA-1', { signatureAlgorithm: 'ecdsa-sha1' }],
    ['holding a weak key', { key: testKey('rsa-1024') }],
    ['malformed', { extensions: [extension('2.5.29.15', hex('0500'))] }],
  ] as const)('ends at an end entity that is %s', (_, options) => {
    const renewed = authority('root', { key: root.key });
    const budget = new Budget({ ...defaultBudget, candidates: 1 });
    const { end } = search(client(root, options), { trusted: [root, renewed], budget });
    expect(end.isFinal).toBe(true);
    expect(budget.exhausted).toBeUndefined();
  });
});

describe('identifiers order the search and exclude nothing', () => {
  const one = hex('0101');
  const two = hex('0202');
  const withIdentifier = (identifier: Uint8Array, key: string) =>
    authority('issuing', { issuer: root, key: testKey('ec', key), extensions: [cA, subjectKeyIdentifier(identifier)] });
  const first = withIdentifier(one, 'first');
  const second = withIdentifier(two, 'second');

  it('so the one named is tried first, and costs no other signature', () => {
    const endEntity = client(second, { extensions: [authorityKeyIdentifier(two)] });
    const path = pathOf(endEntity, { trusted: [root], presented: [first, second], limits: { signatures: 2, invalidSignatures: 0 } });
    expect(path.certificates[1]).toBe(second.certificate);
  });

  it('so a wrong identifier hides no issuer', () => {
    const endEntity = client(second, { extensions: [authorityKeyIdentifier(one)] });
    expect(pathOf(endEntity, { trusted: [root], presented: [first, second] }).certificates[1]).toBe(second.certificate);
  });

  it('so an identifier that nobody bears hides no anchor', () => {
    const endEntity = client(root, { extensions: [authorityKeyIdentifier(one)] });
    expect(pathOf(endEntity, { trusted: [root] }).trustAnchor.certificate).toBe(root.certificate);
  });

  it('so the right identifier with the wrong key is no path', () => {
    const endEntity = client(second, { extensions: [authorityKeyIdentifier(one)] });
    expect(refusalOf(endEntity, { trusted: [root], presented: [first] }).code).toBe('PEERCERT_SIGNATURE_INVALID');
  });
});

describe('the most telling refusal', () => {
  const key = testKey('ec', 'issuing');
  const variant = (options: IssueOptions) => authority('issuing', { issuer: root, key, ...options });

  it('tells of the path that came furthest, with the others as near misses', () => {
    const deadEnd = variant({ issuer: authority('elsewhere') });
    const forged = variant({ signedWith: testKey('ec', 'stranger') });
    const expired = variant({ notAfter: '2029-01-01' });
    const endEntity = client(expired);
    const refused = refusalOf(endEntity, { trusted: [root], presented: [deadEnd, forged, expired] });
    expect(refused.code).toBe('PEERCERT_CERTIFICATE_EXPIRED');
    expect(refused.trace.map(({ detail }) => detail)).toEqual([
      'notAfter was 2029-01-01T00:00:00.000Z, and it is 2030-01-01T00:00:00.000Z',
      'the ECDSA with SHA-256 signature does not verify',
      'its issuer, CN=elsewhere, is neither trusted nor known as an intermediate',
    ]);
    expect(describeRefusal(refused)).toMatch(
      /^PEERCERT_CERTIFICATE_EXPIRED: notAfter was .* \(depth 1, CN=issuing\); also: .*CN=elsewhere/,
    );
  });

  it('tells of the end entity when one way up is good, whatever is wrong with another', () => {
    const presented = [variant({ notAfter: '2029-01-01' }), variant({})];
    const endEntity = client(variant({}), { extensions: [extendedKeyUsage('serverAuth')] });
    expect(place(refusalOf(endEntity, { trusted: [root], presented }))).toEqual({ code: 'PEERCERT_PURPOSE_MISMATCH', depth: 0 });
  });

  it('tells that the issuer is known and has expired, rather than that nobody knows it', () => {
    expect(place(refusalOf(client(root), { trusted: [authority('root', { key: root.key, notAfter: '2029-01-01' })] }))).toEqual({
      code: 'PEERCERT_CERTIFICATE_EXPIRED',
      depth: 1,
    });
  });

  it('tells each place at which the same certificate stood', () => {
    const expired = variant({ notAfter: '2029-01-01' });
    const below = authority('issuing', { issuer: expired, key: testKey('ec', 'below') });
    const refused = refusalOf(client(below), { trusted: [root], presented: [below, expired] });
    expect(refused.trace.map(({ depth, subject }) => [depth, subject])).toEqual([
      [1, 'CN=issuing'],
      [2, 'CN=issuing'],
    ]);
  });

  it('tells of the budget before all else', () => {
    const refused = refusalOf(client(variant({})), {
      trusted: [root],
      presented: [variant({ notAfter: '2029-01-01' }), variant({})],
      limits: { candidates: 3 },
    });
    expect(refused.code).toBe('PEERCERT_BUDGET_EXHAUSTED');
    expect(refused.trace.map(({ detail }) => detail)).toContain('the limit on candidates was met');
  });
});
