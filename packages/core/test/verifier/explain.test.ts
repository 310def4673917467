import { X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { writePem } from '../../src/asn1/index.js';
import { ConfigurationError, type RefusalCode, refusalCodes } from '../../src/errors/index.js';
import { compileRequirement, type RoutePolicy } from '../../src/policy/index.js';
import { createVerifier, describeExplanation, type GivenCertificates, type VerifierOptions } from '../../src/verifier/index.js';
import { keyUsage } from '../support/certificate-builder.js';
import { buildCrl } from '../support/crl-builder.js';
import { client, FakeClock, intermediate, LogRecord, root } from './fakes.js';

const ca = root();
const partners = root('Partners');
const sub = intermediate(ca);
const alice = client(ca, { CN: 'alice', OU: 'payments' });
const below = client(sub, { CN: 'bob', OU: 'sales' });

function verifierWith(options: VerifierOptions = {}) {
  return createVerifier({ trust: ca.der, clock: new FakeClock().now, logger: new LogRecord(), ...options });
}

async function explained(given: GivenCertificates, policy?: RoutePolicy, options: VerifierOptions = {}) {
  const verifier = verifierWith(options);
  await verifier.ready;
  return verifier.explain(given, policy);
}

describe('explain refuses to explain', () => {
  const pem = writePem('CERTIFICATE', alice);

  it.each<[string, unknown, RegExp]>([
    ['the name of a file', 'client.crt', /give the text of a certificate, not the name of a file/],
    ['an empty text', '', /is no PEM/],
    ['a private key', writePem('PRIVATE KEY', Uint8Array.of(0x30, 0)), /holds a private key and no certificate/],
    ['a private key in DER', Uint8Array.of(0x30, 0x03, 0x02, 0x01, 0x00), /private key, or a PKCS#12 file/],
    ['a CRL', writePem('X509 CRL', buildCrl()), /only X509 CRL: give the client's certificate/],
    ['text that is neither', Buffer.from('hello'), /neither PEM nor DER/],
    ['nothing', new Uint8Array(), /neither PEM nor DER/],
    ['PEM without an end', pem.replace(/-----END.*/, ''), /is damaged PEM/],
    ['a number', 1, /expected a certificate/],
    ['undefined', undefined, /expected a certificate/],
    ['a list that holds null', [alice, null], /expected a certificate/],
  ])('%s', async (_, given, message) => {
    const explaining = verifierWith().explain(given as GivenCertificates);
    await expect(explaining).rejects.toThrow(ConfigurationError);
    await expect(explaining).rejects.toThrow(message);
  });

  it('by a policy that is none', async () => {
    await expect(verifierWith().explain(alice, { subjekt: { OU: 'payments' } } as never)).rejects.toThrow(/subject/);
    await expect(verifierWith().explain(alice, { trustSet: 'partners' })).rejects.toThrow("there is no trust set 'partners'");
  });
});

describe('an explanation says what verify says', () => {
  it.each<[string, readonly Uint8Array[], RefusalCode]>([
    ['no certificate', [], 'PEERCERT_CERTIFICATE_MISSING'],
    ['garbage', [Uint8Array.of(0x30, 0)], 'PEERCERT_CERTIFICATE_MALFORMED'],
    ['one byte too many', [Uint8Array.from([...alice, 0])], 'PEERCERT_CERTIFICATE_MALFORMED'],
    ['an unknown issuer', [client(partners)], 'PEERCERT_ISSUER_UNKNOWN'],
    ['an intermediate that is missing', [below], 'PEERCERT_ISSUER_UNKNOWN'],
    ['the issuer’s name and another key', [client({ ...ca, key: partners.key })], 'PEERCERT_SIGNATURE_INVALID'],
    ['one that has expired', [client(ca, 'alice', { notAfter: '2029-06-01' })], 'PEERCERT_CERTIFICATE_EXPIRED'],
    ['one that is not valid yet', [client(ca, 'alice', { notBefore: '2031-01-01' })], 'PEERCERT_CERTIFICATE_NOT_YET_VALID'],
    ['one that may only sign', [client(ca, 'alice', { extensions: [keyUsage('keyCertSign')] })], 'PEERCERT_KEY_USAGE_MISMATCH'],
  ])('of %s', async (_, given, code) => {
    const verified = await verifierWith().verify(given);
    const explanation = await explained(given);
    expect(explanation.verdict).toEqual({ ok: false, code, text: refusalCodes[code].text, demand: 'required', dependsOnRequest: false });
    expect(verified.ok ? undefined : verified.refusal.trace).toEqual(explanation.findings);
    expect(explanation).toMatchObject({ paths: [], mend: refusalCodes[code].mend, revocation: { status: 'notAsked' } });
  });

  it('of one that is good', async () => {
    const { verdict, findings, mend, at } = await explained(alice);
    expect({ verdict, findings, mend, at }).toEqual({
      verdict: { ok: true, code: null, text: null, demand: 'required', dependsOnRequest: false },
      findings: [],
      mend: null,
      at: '2030-01-01T00:00:00.000Z',
    });
  });

  it.each<[string, GivenCertificates]>([
    ['PEM', writePem('CERTIFICATE', alice)],
    ['bytes of PEM', Buffer.from(writePem('CERTIFICATE', alice))],
    ['an X509Certificate', new X509Certificate(alice)],
    ['PEM behind its private key', writePem('PRIVATE KEY', Uint8Array.of(0x30, 0)) + writePem('CERTIFICATE', alice)],
    ['a list', [writePem('CERTIFICATE', alice), ca.der]],
  ])('of %s', async (_, given) => {
    expect((await explained(given)).verdict.ok).toBe(true);
  });

  it('where the verifier is closed, has no trust, or has a broken clock', async () => {
    const closed = verifierWith();
    await closed.close();
    expect((await closed.explain(alice)).verdict.code).toBe('PEERCERT_NOT_READY');
    expect((await createVerifier({ logger: new LogRecord() }).explain(alice)).verdict.code).toBe('PEERCERT_TRUST_NOT_CONFIGURED');
    let isBroken = false;
    const verifier = verifierWith({ clock: () => (isBroken ? Number.NaN : Date.parse('2030-01-01')) });
    isBroken = true;
    expect(await verifier.explain(alice)).toMatchObject({ at: null, verdict: { code: 'PEERCERT_INTERNAL' } });
  });
});

describe('an explanation shows', () => {
  it('what was presented, with its part in the path', async () => {
    const { presented } = await explained([below, Uint8Array.of(0x30, 0), partners.der, sub.der, ca.der]);
    expect(presented.map(({ role }) => role)).toEqual(['endEntity', 'unused', 'unused', 'intermediate', 'trustAnchor']);
    expect(presented[0]).toMatchObject({ subject: 'OU=sales,CN=bob', issuer: 'CN=Intermediate', notBefore: expect.stringMatching(/Z$/) });
    expect(presented[1]).toMatchObject({ problem: expect.stringMatching(/./), fingerprint256: expect.stringMatching(/^[0-9a-f]{64}$/) });
  });

  it('the path, its trust set and its anchor', async () => {
    const trustSets = { staff: partners.der, partners: { ca: ca.der, intermediates: sub.der } };
    const { paths, revocation } = await explained(below, undefined, { trust: undefined, trustSets });
    expect(paths).toMatchObject([{ trustSet: 'partners', usable: true, chosen: true }]);
    expect(paths[0]?.certificates.map(({ subject, role }) => `${subject} ${role}`)).toEqual([
      'OU=sales,CN=bob endEntity',
      'CN=Intermediate intermediate',
      'CN=Root trustAnchor',
    ]);
    expect(revocation).toMatchObject({ status: 'notConfigured', validUntil: null, lists: [] });
  });

  const listOf = (issuer: typeof ca, serialNumbers: readonly number[] = []) =>
    writePem('X509 CRL', buildCrl({ issuer: issuer.subject, issuerKey: issuer.key, entries: serialNumbers }));

  it('what is known of revocation, and until when', async () => {
    const { revocation } = await explained(alice, undefined, { revocation: { crl: listOf(ca) + listOf(partners) } });
    expect(revocation).toMatchObject({
      status: 'good',
      validUntil: '2030-02-01T00:00:00.000Z',
      findings: [],
      lists: [{ issuer: 'CN=Root', number: null, isExpired: false, entries: 0, nextUpdate: '2030-02-01T00:00:00.000Z' }],
      otherLists: 1,
    });
  });

  it('which path revocation refuses, with what refuses it', async () => {
    const mallory = client(ca, 'mallory', { serialNumber: 7 });
    const explanation = await explained(mallory, undefined, { revocation: { crl: listOf(ca, [7]) } });
    expect(explanation).toMatchObject({
      verdict: { code: 'PEERCERT_CERTIFICATE_REVOKED' },
      paths: [{ usable: false, chosen: false }],
      revocation: { status: 'revoked', validUntil: null, findings: [{ detail: expect.stringMatching(/lists it as revoked/), depth: 0 }] },
    });
  });

  it('a list that is missing, and one that has expired', async () => {
    const missing = await explained(alice, undefined, { revocation: { crl: listOf(partners) } });
    expect(missing).toMatchObject({
      verdict: { code: 'PEERCERT_REVOCATION_UNKNOWN' },
      revocation: {
        status: 'unknown',
        lists: [],
        otherLists: 1,
        findings: [{ detail: expect.stringMatching(/no CRL of CN=Root is known/) }],
      },
    });
    const late = await explained(alice, undefined, { revocation: { crl: listOf(ca) }, clock: () => Date.parse('2030-03-01') });
    expect(late).toMatchObject({
      verdict: { code: 'PEERCERT_REVOCATION_UNKNOWN' },
      revocation: { status: 'unknown', lists: [{ isExpired: true }], findings: [{ detail: expect.stringMatching(/expired/) }] },
    });
  });

  it('a deny list', async () => {
    const verifier = verifierWith();
    verifier.deny(alice);
    expect(await verifier.explain(alice)).toMatchObject({
      verdict: { code: 'PEERCERT_CERTIFICATE_REVOKED' },
      revocation: { status: 'revoked', findings: [{ detail: expect.stringMatching(/deny list/) }] },
    });
  });

  it('every rule of the policy, and what alternatives are made of', async () => {
    const { verdict, policies, findings } = await explained(alice, {
      subject: { OU: 'billing', CN: 'alice' },
      anyOf: [{ subject: { O: 'Example' } }, { not: { subject: { CN: 'bob' } } }],
    });
    expect(verdict.code).toBe('PEERCERT_POLICY_MISMATCH');
    expect(policies).toMatchObject([
      {
        option: 'policy',
        mode: 'enforce',
        holds: false,
        rules: [
          {
            rule: 'subject.OU',
            holds: false,
            expected: '"billing"',
            found: '"payments"',
            problem: expect.stringMatching(/does not match/),
          },
          { rule: 'subject.CN', holds: true },
          { rule: 'anyOf', holds: undefined, within: [{ rule: 'anyOf[0].subject.O', holds: false }, {}] },
        ],
      },
    ]);
    expect(findings).toMatchObject([{ rule: 'subject.OU' }]);
  });

  it('policies that were not asked: those behind one that refuses, and all where the certificate is refused', async () => {
    const first = compileRequirement({ subject: { OU: 'billing' } }, { option: 'policy' });
    const both = compileRequirement({ subject: { CN: 'alice' } }, { option: 'GET /pay', default: first });
    const verifier = verifierWith();
    expect((await verifier.explain(alice, both)).policies).toMatchObject([
      { option: 'policy', holds: false },
      { option: 'GET /pay', holds: undefined, rules: [{ rule: 'subject.CN', found: '"alice"' }] },
    ]);
    expect((await verifier.explain(client(partners), both)).policies).toEqual([
      { option: 'policy', mode: 'enforce', holds: undefined, rules: [] },
      { option: 'GET /pay', mode: 'enforce', holds: undefined, rules: [] },
    ]);
  });

  it('a policy that only reports, and lets it pass all the same', async () => {
    const explanation = await explained(alice, { subject: { OU: 'billing' }, mode: 'report' });
    expect(explanation).toMatchObject({ verdict: { ok: true }, policies: [{ mode: 'report', holds: false }] });
    expect(describeExplanation(explanation)).toContain('policy (which only reports)\n  FAIL  subject.OU');
  });

  it('the path in the trust set that a policy wants, and the rule where there is none', async () => {
    const trustSets = { staff: ca.der, partners: { ca: partners.der } };
    const options: VerifierOptions = { trust: undefined, trustSets };
    expect(await explained(alice, { trustSet: 'staff' }, options)).toMatchObject({ verdict: { ok: true }, paths: [{ trustSet: 'staff' }] });
    expect(await explained(alice, { trustSet: 'partners' }, options)).toMatchObject({
      verdict: { code: 'PEERCERT_POLICY_MISMATCH' },
      paths: [{ trustSet: 'staff', chosen: true }],
      policies: [{ holds: false, rules: [{ rule: 'trustSet', found: '"staff"', expected: '"partners"' }] }],
    });
  });

  it('that nothing is asked, or that no certificate would do', async () => {
    const open = await explained(client(partners), false);
    expect(open).toMatchObject({ verdict: { ok: true, demand: 'none' }, paths: [], policies: [] });
    expect(describeExplanation(open)).toMatch(/^ok {4}nothing is asked for, and no certificate is looked at/);
    expect(await explained([], 'optional')).toMatchObject({ verdict: { ok: true, demand: 'optional' } });
    expect(await explained(client(partners), 'optional')).toMatchObject({ verdict: { code: 'PEERCERT_ISSUER_UNKNOWN' } });
  });
});

describe('functions of a policy', () => {
  it.each<[string, RoutePolicy, RefusalCode | null]>([
    ['refuse by what is not true', () => 'yes' as never, 'PEERCERT_POLICY_MISMATCH'],
    ['refuse by a promise of false', async () => false, 'PEERCERT_POLICY_MISMATCH'],
    [
      'refuse where they throw',
      () => {
        throw new Error('the database is away');
      },
      'PEERCERT_POLICY_FAILED',
    ],
    ['allow by true', () => true, null],
    ['allow by a promise of true', async () => true, null],
  ])('%s', async (_, policy, code) => {
    const explanation = await explained(alice, policy);
    expect(explanation.verdict.code).toBe(code);
    // Like the log, it says what was thrown, and not where.
    expect(JSON.stringify(explanation).includes('the database is away')).toBe(code === 'PEERCERT_POLICY_FAILED');
    expect(JSON.stringify(explanation)).not.toContain('explain.test');
  });

  it('are not waited for longer than is allowed', async () => {
    const explaining = verifierWith().explain(alice, () => new Promise(() => undefined), { policyTimeoutSeconds: 0.01 });
    expect(await explaining).toMatchObject({
      verdict: { code: 'PEERCERT_POLICY_TIMED_OUT' },
      policies: [{ holds: false, problem: expect.stringMatching(/longer than 0\.01 s/) }],
    });
  });

  it('keep what they make of an identity', async () => {
    const explanation = await explained(alice, {
      decide: () => ({ allow: true, value: { secret: 'hunter2' } }),
      allOf: [{ '~standard': { version: 1, vendor: 'own', validate: () => ({ value: 'hunter2' }) } } as never],
    });
    expect(explanation).toMatchObject({ verdict: { ok: true }, policies: [{ holds: true }] });
    expect(JSON.stringify(explanation) + describeExplanation(explanation)).not.toContain('hunter2');
  });

  it('of requests are asked where there is a request, and the verdict says so where there is none', async () => {
    const asked: unknown[] = [];
    const policy: RoutePolicy<unknown> = {
      subject: { CN: 'alice' },
      authorize: (_identity: unknown, request: unknown) => {
        asked.push(request);
        return request === 'hers';
      },
    };
    const without = await explained(alice, policy as RoutePolicy);
    expect(asked).toEqual([]);
    expect(without).toMatchObject({
      verdict: { ok: true, dependsOnRequest: true },
      policies: [
        {
          rules: [
            { rule: 'subject.CN', holds: true },
            { rule: 'authorize', holds: undefined },
          ],
        },
      ],
    });
    expect(describeExplanation(without)).toContain('authorize is asked at each request, and may still refuse');
    const verifier = verifierWith();
    for (const [request, code] of [
      ['hers', null],
      ['his', 'PEERCERT_POLICY_MISMATCH'],
    ] as const) {
      const { verdict } = await verifier.explain(alice, policy as RoutePolicy, { request });
      expect(verdict).toMatchObject({ code, dependsOnRequest: false });
    }
    expect(asked).toEqual(['hers', 'his']);
  });
});

describe('an explanation as data', () => {
  it('is frozen throughout, and survives JSON', async () => {
    const explanation = await explained([below, sub.der], { anyOf: [{ subject: { OU: 'x' } }, { subject: { OU: 'sales' } }] });
    const isFrozen = (value: unknown): boolean =>
      typeof value !== 'object' || value === null || (Object.isFrozen(value) && Object.values(value).every(isFrozen));
    expect(isFrozen(explanation)).toBe(true);
    expect(JSON.parse(JSON.stringify(explanation))).toEqual(explanation);
  });
});

describe('an explanation in words', () => {
  it('of a refusal begins with the code, marks what fails, and ends with what to do', async () => {
    const text = describeExplanation(await explained([below, sub.der], { subject: { OU: 'payments' } }));
    expect(text.replace(/[0-9a-f]{64}/g, 'DIGEST').replace(/serial {3}[0-9a-f]+/g, 'serial   SERIAL')).toBe(
      [
        'FAIL  refused: PEERCERT_POLICY_MISMATCH: The client certificate does not satisfy the policy (at 2030-01-01T00:00:00.000Z)',
        'presented',
        '  1. OU=sales,CN=bob (end entity)',
        '      issuer   CN=Intermediate',
        '      serial   SERIAL',
        '      valid    2020-01-01T00:00:00.000Z to 2040-01-01T00:00:00.000Z',
        '      SHA-256  DIGEST',
        '  2. CN=Intermediate (intermediate)',
        '      issuer   CN=Root',
        '      serial   SERIAL',
        '      valid    2020-01-01T00:00:00.000Z to 2040-01-01T00:00:00.000Z',
        '      SHA-256  DIGEST',
        'paths',
        "  ok    in the trust set 'default', valid until 2040-01-01T00:00:01.000Z",
        '        OU=sales,CN=bob',
        '        <- CN=Intermediate',
        '        <- CN=Root (trust anchor)',
        'revocation',
        '  ok    not asked: nothing is configured',
        'policy',
        '  FAIL  subject.OU: expected "payments", found "sales" (it does not match)',
        'why',
        '  policy is not satisfied: subject.OU does not match (depth 0, OU=sales,CN=bob)',
        'what to do',
        `  ${refusalCodes.PEERCERT_POLICY_MISMATCH.mend}`,
      ].join('\n'),
    );
  });

  it('marks what fails inside of a negation, or beside an alternative that holds, as no failure', async () => {
    const holding = { anyOf: [{ subject: { OU: 'x' } }, { subject: { OU: 'payments' } }], not: { subject: { CN: 'bob' } } };
    const text = describeExplanation(await explained(alice, holding));
    expect(text).not.toContain('FAIL');
    expect(text.slice(text.indexOf('\npolicy\n'))).toBe(
      [
        '',
        'policy',
        '  ok    anyOf: one of these: one',
        '    no    anyOf[0].subject.OU: expected "x", found "payments"',
        '    yes   anyOf[1].subject.OU: expected "payments", found "payments"',
        '  ok    not: that what follows does not hold: it does not',
        '    no    not.subject.CN: expected "bob", found "alice"',
      ].join('\n'),
    );
    const failing = describeExplanation(await explained(alice, { anyOf: [{ subject: { OU: 'x' } }], not: { subject: { CN: 'bob' } } }));
    expect(failing).toContain('\n  FAIL  anyOf: one of these: none\n    FAIL  anyOf[0].subject.OU:');
    expect(failing).toContain('\n  -     not: that what follows does not hold: not asked\n    no    not.subject.CN:');
  });

  it('shows nothing that a terminal would act on', async () => {
    const hostile = client(ca, { CN: 'a\u001b[2J\nok    accepted\u202e' });
    for (const policy of ['required', { subject: { CN: 'x' } }] satisfies RoutePolicy[]) {
      const text = describeExplanation(await explained(hostile, policy));
      expect(text.replaceAll('\n', '')).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u);
      expect(text.split('\n').filter((line) => line.startsWith('ok'))).toHaveLength(policy === 'required' ? 1 : 0);
    }
  });

  it('says of what cannot be read why', async () => {
    expect(describeExplanation(await explained(Uint8Array.of(0x30, 0)))).toMatch(/FAIL {2}1\. cannot be read\n {6}because {2}\S/);
  });
});
