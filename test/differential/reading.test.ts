import { beforeAll, describe, expect, test } from 'vitest';
import { corpusCertificates } from '../fuzz/corpora.js';
import { Inputs } from '../fuzz/inputs.js';
import { refusalRules } from '../fuzz/refusal-rules.js';
import { type Ground, prepareGround } from '../fuzz/seeds.js';
import { Comparison, core } from './comparison.js';

let ground: Ground;

beforeAll(async () => {
  ground = await prepareGround(1, []);
});

/** Nothing differs, and nothing is refused, without a written reason; both lists are short enough to be read whole. */
function expectAgreement({ different, unwritten }: Comparison): void {
  expect([...new Set(different)].slice(0, 20)).toEqual([]);
  expect([...new Set(unwritten)].slice(0, 20)).toEqual([]);
}

/** The fields that each of the others reads too. */
const fieldsOf = {
  '@peculiar/x509': [
    'serialNumber',
    'notBefore',
    'notAfter',
    'subject',
    'issuer',
    'signatureAlgorithm',
    'signature',
    'spki',
    'extensions',
    'subjectAltName',
    'issuerAltName',
    'basicConstraints',
    'keyUsage',
    'extendedKeyUsage',
    'subjectKeyIdentifier',
    'authorityKeyIdentifier',
    'certificatePolicies',
    'ocspResponders',
  ],
  'node:crypto': [
    'serialNumber',
    'notBefore',
    'notAfter',
    'subjectValues',
    'issuerValues',
    'spki',
    'fingerprint256',
    'subjectAltName',
    'extendedKeyUsage',
  ],
} as const;

test('certificates of every kind are read alike by core, @peculiar/x509 and node:crypto, field by field', () => {
  const comparison = new Comparison();
  const certificates = ground.seeds.filter(({ role }) => role !== 'CRL');
  for (const { der, origin, role } of certificates) comparison.add(der, `${origin} as ${role}`);
  expectAgreement(comparison);
  expect([...comparison.refused]).toEqual([]);
  // All but those with names and keys that one of the others cannot tell in full.
  expect(comparison.readByAll).toBeGreaterThan(certificates.length - 6);
  for (const [name, fields] of Object.entries(fieldsOf)) {
    for (const field of fields)
      expect(comparison.same.get(`${name} ${field}`), `${name} ${field}`).toBeGreaterThan(certificates.length - 6);
  }
});

test('a CRL is a certificate to none of them', () => {
  const comparison = new Comparison();
  for (const { der, origin, role } of ground.seeds) if (role === 'CRL') comparison.add(der, origin);
  expect(comparison).toMatchObject({ readByAll: 0, different: [], unwritten: [] });
  expect(comparison.refused.size).toBe(0);
});

const corpora = corpusCertificates();

test.skipIf(corpora.length === 0)('the certificates of the corpora are read alike', () => {
  const comparison = new Comparison();
  // They are thousands, and many of one kind; a prime leaves no series out.
  const some = corpora.filter((_, index) => index % 11 === 0);
  for (const der of some) comparison.add(der, 'corpora');
  expectAgreement(comparison);
  expect(comparison.readByAll).toBeGreaterThan(some.length * 0.95);
});

/** Node.js 24 and newer cannot be asked about every one of these in one process; the older lines compare them. */
const canAskNode = Number(process.versions.node.split('.')[0]) < 24;

test.skipIf(!canAskNode)('mutated certificates are read alike, or refused for a written reason', () => {
  const comparison = new Comparison();
  const inputs = new Inputs(ground);
  for (let index = 0; index < 5_000; index++) {
    const { mutated, history } = inputs.make(index);
    // Most of them core refuses; what @peculiar/x509, which takes its time, thinks of those is asked of some.
    const isAsked = index % 8 === 0 || core(mutated).ok;
    comparison.add(mutated, `${index}, ${history}`, isAsked ? undefined : ['node:crypto']);
  }
  expectAgreement(comparison);
  expect(comparison.readByAll).toBeGreaterThan(500);
});

describe('a fault in core is found', () => {
  const compared = (reader: typeof core): Comparison => {
    const comparison = new Comparison(reader);
    for (const { der, origin } of ground.seeds) comparison.add(der, origin);
    return comparison;
  };

  test('that reads another value than the others do', () => {
    const [first] = ground.seeds;
    const another = core(first?.der as Uint8Array);
    const { different } = compared(() => another);
    expect(different.some((text) => text.startsWith('subject is '))).toBe(true);
    expect(different.some((text) => text.startsWith('fingerprint256 is '))).toBe(true);
  });

  test('that refuses what the others read, for a reason that is not written', () => {
    const refusal = { code: 'PEERCERT_CERTIFICATE_MALFORMED', status: 403, text: '', trace: [{ detail: 'it does not please' }] } as const;
    const { unwritten } = compared(() => ({ ok: false, refusal }));
    expect(unwritten.length).toBeGreaterThan(ground.seeds.length);
  });
});

test('the written reasons are sentences, each of its own', () => {
  const reasons = refusalRules.map(({ reason }) => reason);
  expect(new Set(reasons).size).toBe(reasons.length);
  for (const reason of reasons) expect(reason).toMatch(/^[A-Z@].{30,}\.$/);
});
