import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { generalName, subjectAltName } from '../../packages/core/test/support/certificate-builder.js';
import { readAmazonCases } from './amazon-crls.js';
import { conformance, readOptions } from './command.js';
import type { ConformanceCase, PathQuestion } from './conformance-case.js';
import { conformancePage, isPageInStep } from './docs-page.js';
import { Json } from './json-reader.js';
import { readLimboCases } from './limbo.js';
import { endEntity, madeFacts, root } from './made.js';
import { holdsByWildcardAlone, holdsName, isPreferredDnsName } from './peer-names.js';
import { readPkitsCases } from './pkits.js';
import { revocationReason } from './recorded-reasons.js';
import { runSuite } from './run.js';
import { readWebpkiCrlCases } from './webpki-crl.js';
import { readWebpkiParseCases } from './webpki-crl-parse.js';

const base64 = (der: Uint8Array) => Buffer.from(der).toString('base64');
const pem = (der: Uint8Array, label = 'CERTIFICATE') => `-----BEGIN ${label}-----\n${base64(der)}\n-----END ${label}-----\n`;
const now = Date.parse('2030-01-01T00:00:00.750Z');

const testcase = {
  id: 'rfc5280::eku::other',
  description: '',
  validation_kind: 'SERVER',
  trusted_certs: [pem(root())],
  untrusted_intermediates: [],
  peer_certificate: pem(endEntity()),
  validation_time: null,
  signature_algorithms: [],
  key_usage: [],
  extended_key_usage: [],
  expected_result: 'SUCCESS',
  expected_peer_name: { kind: 'DNS', value: 'example.com' },
  expected_peer_names: [],
  crls: [],
};

const limbo = (...cases: readonly object[]) => new Json({ version: 1, testcases: cases }, 'limbo.json');
const read = (changes: object) => readLimboCases(limbo({ ...testcase, ...changes }), now, new Map())[0];

function pathOf(testcase: ConformanceCase | undefined): PathQuestion {
  if (testcase?.question.kind !== 'path') throw new Error('the case asks for no path');
  return testcase.question;
}

describe('a limbo case', () => {
  test('is refused with its place and with what would be right there', () => {
    expect(() => read({ expected_result: 'MAYBE' })).toThrow(
      "limbo.json.testcases[0].expected_result: expected 'SUCCESS' or 'FAILURE', found \"MAYBE\"",
    );
    expect(() => read({ peer_certificate: undefined })).toThrow(
      'limbo.json.testcases[0].peer_certificate: expected a string, found nothing',
    );
    expect(() => read({ peer_certificate: 'MIIB' })).toThrow('expected one PEM block, CERTIFICATE');
    expect(() => read({ validation_time: 'soon' })).toThrow('expected a time such as');
    expect(() => read({ max_chain_depth: '3' })).toThrow('expected a whole number');
    expect(() => readLimboCases(new Json([], 'limbo.json'), now, new Map())).toThrow('limbo.json: expected an object');
  });

  test('asks for the purpose that it names, or that its kind implies, at a whole second', () => {
    expect(read({})?.question).toMatchObject({ at: now - 750, rules: { depth: 10, keyPurposes: ['1.3.6.1.5.5.7.3.1'] } });
    expect(pathOf(read({ validation_kind: 'CLIENT' })).rules.keyPurposes).toEqual(['1.3.6.1.5.5.7.3.2']);
    expect(pathOf(read({ extended_key_usage: ['emailProtection'] })).rules.keyPurposes).toEqual(['1.3.6.1.5.5.7.3.4']);
    expect(read({ max_chain_depth: 0, validation_time: '2024-04-01T00:00:00.005+00:00' })?.question).toMatchObject({
      at: Date.parse('2024-04-01T00:00:00Z'),
      rules: { depth: 0 },
    });
  });

  test('with CRLs fails for them where it is expected to fail', () => {
    const crls = [pem(Uint8Array.of(0x30, 0), 'X509 CRL')];
    const revocation = { crls: [Uint8Array.of(0x30, 0)], exceptions: {} };
    expect(read({ crls })).toMatchObject({ question: { revocation }, recordedReasons: undefined });
    expect(read({ crls, expected_result: 'FAILURE' })).toMatchObject({ question: { revocation }, recordedReasons: [revocationReason] });
    expect(read({ expected_result: 'FAILURE' })).toMatchObject({ question: { revocation: undefined }, recordedReasons: undefined });
  });

  test('carries its names, tags, namespace and category', () => {
    const names = [{ kind: 'RFC822', value: 'a@example.com' }];
    const [found] = readLimboCases(
      limbo({ ...testcase, features: ['denial-of-service'], expected_peer_names: names }),
      now,
      new Map([[testcase.id, 'generic']]),
    );
    expect(found).toMatchObject({ namespaces: ['rfc5280', 'eku'], category: 'generic', isDenialOfService: true });
    expect(found?.asks.peerNames).toEqual([{ kind: 'DNS', value: 'example.com' }, ...names]);
  });
});

const pkitsRow = {
  id: '4.8.1',
  subpart: 3,
  name: 'Row',
  certs: ['ca', 'ee'],
  trustAnchor: 'root',
  crls: ['crl'],
  params: {
    initialPolicySet: ['1.2.3'],
    initialExplicitPolicy: true,
    initialPolicyMappingInhibit: false,
    initialInhibitAnyPolicy: false,
  },
  expected: 'FAILURE',
  validationTime: '2011-04-15T00:00:00Z',
};

const leaf = endEntity();

function pkits(changes: object) {
  const certs = { root: base64(root()), ca: base64(root({ serialNumber: 5 })), ee: base64(leaf) };
  return readPkitsCases(new Json({ certs, crls: { crl: 'MAA=' }, tests: [{ ...pkitsRow, ...changes }] }, 'pkits.json'))[0];
}

describe('a PKITS row', () => {
  test('names what is there, and known reasons', () => {
    expect(() => pkits({ trustAnchor: 'nobody' })).toThrow("'nobody' is named by a row");
    expect(() => pkits({ certs: [] })).toThrow('the row 4.8.1 names no certificate');
    expect(() => pkits({ boringsslErrors: [{ error: 'because' }] })).toThrow("'because' is a reason that nobody compared yet");
  });

  test('gives the end entity, its issuers, and the inputs of RFC 5280, section 6.1.1', () => {
    const row = pkits({});
    expect(row?.id).toBe('4.8.1/3 Row');
    const question = pathOf(row);
    expect(question.endEntity).toEqual(leaf);
    expect(question.intermediates).toHaveLength(1);
    expect(question.rules).toMatchObject({ keyPurposes: 'any', initialPolicies: ['1.2.3'], requireExplicitPolicy: true });
    expect(pkits({ params: { ...pkitsRow.params, initialPolicySet: ['2.5.29.32.0'] } })?.question).toMatchObject({
      rules: { initialPolicies: undefined },
    });
  });

  test('fails for its CRLs where no fault of its path is known', () => {
    expect(pkits({})?.recordedReasons).toEqual([revocationReason]);
    expect(pkits({ expected: 'SUCCESS' })?.recordedReasons).toBeUndefined();
    expect(pkits({ boringsslErrors: [{ error: 'No valid policy' }] })?.recordedReasons).toEqual([
      { text: 'No valid policy', allowed: [{ code: 'PEERCERT_NO_EXPLICIT_POLICY' }] },
    ]);
    // An end entity's certificate issued another.
    expect(pkits({ path: ['ca', 'ee', 'ee'] })?.recordedReasons).toMatchObject([{ allowed: [{ code: 'PEERCERT_ISSUER_NOT_CA' }] }]);
  });

  test('lets nobody in of whom its CRLs say nothing', () => {
    expect(pkits({})?.question).toMatchObject({ revocation: { crls: [Uint8Array.of(0x30, 0)], exceptions: {} } });
  });
});

test('a scenario of webpki is about what its policies say', () => {
  const scenario = {
    name: 'scenario',
    roots: [base64(root())],
    intermediates: [],
    leaf: base64(endEntity()),
    crls: ['MAA='],
    depth: 'end-entity',
    statusPolicy: 'deny-unknown',
    expirationPolicy: 'enforce',
    time: '2030-01-01T00:00:00Z',
    expected: 'CertRevoked',
  };
  const made = (changes: object) => readWebpkiCrlCases(new Json({ cases: [{ ...scenario, ...changes }] }, 'webpki.json'))[0];
  const exceptions = (changes: object) => {
    const question = made(changes)?.question;
    return question?.kind === 'path' ? question.revocation?.exceptions : undefined;
  };
  expect(exceptions({})).toEqual({ allowNoInformation: 'intermediates', acceptExpiredForSeconds: 0 });
  expect(exceptions({ depth: 'chain' })).toEqual({ allowNoInformation: undefined, acceptExpiredForSeconds: 0 });
  expect(exceptions({ statusPolicy: 'allow-unknown', expirationPolicy: 'ignore' })).toEqual({
    allowNoInformation: 'all',
    acceptExpiredForSeconds: 31_536_000,
  });
  expect(made({ expected: 'ok', crls: null })?.question).toMatchObject({ revocation: undefined });
  expect(made({})?.recordedReasons).toEqual([{ text: 'CertRevoked', allowed: [{ code: 'PEERCERT_CERTIFICATE_REVOKED' }] }]);
  expect(() => made({ depth: 'half' })).toThrow("webpki.json.cases[0].depth: expected 'chain' or 'end-entity'");
  expect(() => made({ expected: 'CertTired' })).toThrow("'CertTired' is a reason that nobody compared yet");
});

test('a list of webpki is a case, and each serial number that is looked up in it', () => {
  const list = { name: 'list', der: 'MAA=', parse: 'ok', lookups: { '00ff': 'revoked', '01': 'not-listed' } };
  const certificate = { name: 'points', cert: 'MAA=', cdp: 'ok (2 points)' };
  const made = (changes: object, points: object = {}) =>
    readWebpkiParseCases(
      new Json({ crls: [{ ...list, ...changes }], crlDistributionPoints: [{ ...certificate, ...points }] }, 'parse.json'),
    );
  expect(made({}).map(({ id, expected, question }) => [id, expected, question])).toEqual([
    ['list', 'SUCCESS', { kind: 'reading', what: 'CRL', der: Uint8Array.of(0x30, 0) }],
    ['list 00ff', 'FAILURE', { kind: 'reading', what: 'CRL', der: Uint8Array.of(0x30, 0), serialNumber: Uint8Array.of(0, 0xff) }],
    ['list 01', 'SUCCESS', { kind: 'reading', what: 'CRL', der: Uint8Array.of(0x30, 0), serialNumber: Uint8Array.of(1) }],
    ['points', 'SUCCESS', { kind: 'reading', what: 'certificate', der: Uint8Array.of(0x30, 0) }],
  ]);
  expect(made({ parse: 'ok (lazily)' }).map(({ id }) => id)).toEqual(['list 00ff', 'list 01', 'points']);
  expect(made({}, { cdp: 'BadDer' })[3]).toMatchObject({ expected: 'FAILURE', recordedReasons: [{ text: 'BadDer' }] });
  expect(() => made({ parse: 'TooOld' })).toThrow("'TooOld' is a reason that nobody compared yet");
});

test("the index of Amazon's lists names files, and what they hold", () => {
  const index = {
    time: '2025-02-23T10:02:16Z',
    crls: [
      {
        crl: 'a.crl',
        issuers: ['a.cer'],
        thisUpdate: '2025-01-01T00:00:00Z',
        nextUpdate: '2026-01-01T00:00:00Z',
        crlNumber: '7',
        entries: 2,
      },
    ],
    leaves: [{ leaf: 'leaf.cer', issuers: ['a.cer'], kind: 'revoked' }],
    roots: ['root.cer'],
  };
  const made = (changes: object) => readAmazonCases(new Json({ ...index, ...changes }, 'index.json'), (name) => Buffer.from(name));
  expect(made({})).toMatchObject([
    {
      id: 'a.crl',
      expected: 'SUCCESS',
      question: { kind: 'reading', der: Buffer.from('a.crl'), described: { signers: [Buffer.from('a.cer')], cRLNumber: '7', entries: 2 } },
    },
    {
      id: 'leaf.cer',
      expected: 'FAILURE',
      recordedReasons: [{ text: 'revoked' }],
      question: { anchors: [Buffer.from('root.cer')], revocation: { crls: [Buffer.from('a.crl')], exceptions: {} } },
    },
  ]);
  expect(() => made({ leaves: [{ ...index.leaves[0], kind: 'tired' }] })).toThrow("expected 'valid' or 'revoked' or 'expired'");
});

describe('a name that is looked for', async () => {
  const { endEntity: certificate } = await madeFacts({
    endEntity: endEntity({
      extensions: [
        subjectAltName(
          generalName.dNSName('*.example.com'),
          generalName.dNSName('*'),
          generalName.dNSName('a.*.example'),
          generalName.rfc822Name('Jo@example.com'),
          generalName.iPAddress(127, 0, 0, 1),
          generalName.iPAddress(0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1),
        ),
      ],
    }),
  });
  if (certificate === undefined) throw new Error('the certificate cannot be read');

  test.each([
    ['DNS', 'A.EXAMPLE.com', true],
    ['DNS', 'a.b.example.com', false],
    ['DNS', 'example.com', false],
    ['DNS', 'com', false],
    ['DNS', 'a.b.example', false],
    ['RFC822', 'Jo@EXAMPLE.com', true],
    ['RFC822', 'jo@example.com', false],
    ['IP', '127.0.0.1', true],
    ['IP', '127.0.0.2', false],
    ['IP', '2001:DB8:0::1', true],
    ['IP', '2001:db8::2', false],
  ] as const)('%s %s is held: %s', (kind, value, held) => {
    expect(holdsName(certificate, { kind, value })).toBe(held);
  });

  test('may be held by a wildcard alone', () => {
    expect(holdsByWildcardAlone(certificate, { kind: 'DNS', value: 'a.example.com' })).toBe(true);
    expect(holdsByWildcardAlone(certificate, { kind: 'IP', value: '127.0.0.1' })).toBe(false);
  });

  test('has letters, digits and hyphens', () => {
    for (const name of ['a', 'a-b.example', '*.example.com', 'xn--n3h.com']) expect(isPreferredDnsName(name)).toBe(true);
    for (const name of ['', '*', 'a_b', '-a', 'a..b', 'a.*.b', '.a', `${'a'.repeat(64)}.b`, '*a.b'])
      expect(isPreferredDnsName(name)).toBe(false);
  });
});

describe('the command', () => {
  let folder: string;
  const printed: string[] = [];
  const print = (text: unknown) => {
    printed.push(String(text));
    return true;
  };

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'conformance-'));
    printed.length = 0;
    vi.spyOn(process.stdout, 'write').mockImplementation(print);
    vi.spyOn(process.stderr, 'write').mockImplementation(print);
    vi.stubEnv('PEERCERT_CORPORA', folder);
  });

  afterEach(() => {
    vi.restoreAllMocks();
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true });
  });

  const file = (content: unknown) => {
    const path = join(folder, 'cases.json');
    writeFileSync(path, JSON.stringify(content));
    return path;
  };

  test.each([
    [['--suite', 'other'], 'there is limbo, '],
    [['--suites', 'limbo'], "Unknown option '--suites'"],
    [['--file'], 'argument missing'],
    [['--file', 'x', '--suite', 'limbo', '--suite', 'pkits'], 'at most one'],
    [['--write-docs', '--check-docs'], 'exclude each other'],
    [['--write-docs', '--suite', 'limbo'], 'about all suites'],
  ])('refuses %j', async (args, advice) => {
    expect(readOptions(args)).toContain(advice);
    expect(await conformance(folder, args)).toBe(2);
  });

  test('says where a suite can be had that is not there', async () => {
    expect(await conformance(folder, ['--suite', 'limbo'])).toBe(2);
    expect(printed.join('')).toMatch(/limbo\.json: does not exist.*C2SP\/x509-limbo.*csrc\.nist\.gov.*rustls\/webpki/s);
    vi.stubEnv('PEERCERT_CORPORA', join(folder, 'absent'));
    expect(await conformance(folder, [])).toBe(2);
    expect(printed.join('')).toContain('$PEERCERT_CORPORA is');
  });

  test('refuses a file of no form, and of another suite', async () => {
    expect(await conformance(folder, ['--file', file({ rows: [] })])).toBe(2);
    expect(printed.join('')).toContain("neither 'testcases' (limbo)");
    expect(await conformance(folder, ['--file', file({ testcases: [] }), '--suite', 'pkits'])).toBe(2);
    expect(printed.join('')).toContain('has the form of limbo');
    writeFileSync(join(folder, 'cases.json'), '{');
    expect(await conformance(folder, ['--file', join(folder, 'cases.json')])).toBe(2);
    expect(printed.join('')).toContain('is no JSON');
  });

  test('judges another file, writes the results, and fails with an unexpected success', async () => {
    const out = join(folder, 'out.json');
    const bad = { ...testcase, id: 'rfc5280::bad', expected_result: 'FAILURE' };
    expect(await conformance(folder, ['--', '--file', file({ testcases: [testcase] }), '--json', out])).toBe(0);
    expect(await conformance(folder, ['--file', file({ testcases: [testcase, bad] }), '--json', out])).toBe(1);
    expect(JSON.parse(readFileSync(out, 'utf8'))).toEqual([
      {
        suite: 'limbo',
        total: 2,
        passed: 1,
        failed: 1,
        skipped: 0,
        failures: [{ id: 'rfc5280::bad', expected: 'FAILURE', got: 'SUCCESS', code: null }],
        divergences: [],
      },
    ]);
    expect(printed.join('')).toContain('limbo: 1 passed, 1 failed, 0 skipped, of 2');
  });

  test('says where results cannot be written', async () => {
    expect(await conformance(folder, ['--file', file({ testcases: [testcase] }), '--json', join(folder, 'absent', 'out.json')])).toBe(2);
    expect(printed.join('')).toContain('name a file in a folder that is there');
  });

  test('takes a file of BetterTLS cases for what it is', async () => {
    expect(await conformance(folder, ['--file', file({ testcases: [{ ...testcase, id: 'bettertls::pathbuilding::tc1' }] })])).toBe(0);
    expect(printed.join('')).toContain('bettertls: 1 passed');
  });
});

test('the page is in step when its words are, whatever the figures', async () => {
  const { result } = await runSuite('limbo', readLimboCases(limbo(testcase), now, new Map()));
  const page = conformancePage([result]);
  expect(page).toContain('| limbo |');
  expect(isPageInStep(page)).toBe(true);
  expect(isPageInStep(page.replace('serial number', 'number'))).toBe(false);
  expect(isPageInStep(page.replace(/^- .*\n/m, ''))).toBe(false);
});
