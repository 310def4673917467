import { createVerifier, Guard, type GuardRequest, type RefusalCode, type RoutePolicy, type VerifierOptions } from '@peercert/core';
import { simulatePeer } from '@peercert/core/testing';
import { createTestKit } from '@peercert/pki/testing';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';

/** An explanation tells of the decision that a client gets, so it must be that decision: for every client, every policy, every set-up. */
const kit = await createTestKit();
const { root } = kit;
const other = await root.issueAuthority({ subject: { CN: 'Unlisted CA' } });
const ofOther = await other.issueClient({ subject: { O: 'Example', OU: 'payments', CN: 'alice' } });
const crowded = await root.issueClient({
  subject: { CN: 'mallory' },
  extensions: Array.from({ length: 65 }, (_, number) => ({ oid: `1.3.6.1.4.1.32473.${number}`, value: Uint8Array.of(5, 0) })),
});

const clients: readonly (readonly [name: string, chain: readonly Uint8Array[]])[] = [
  ['nobody', []],
  ...[...kit.broken, ...kit.good].map(({ name, chain }) => [name, chain] as const),
  ['ofOther', [ofOther.der, other.der]],
  ['withManyExtensions', [crowded.der]],
];

const policies: readonly (readonly [name: string, policy: RoutePolicy])[] = [
  ['any certificate', 'required'],
  ['none or a good one', 'optional'],
  ['nothing', false],
  ['a department', { subject: { OU: 'payments' } }],
  ['alternatives', { anyOf: [{ subject: { CN: 'alice' } }, { subjectAltName: { email: { glob: '*@example.com' } } }] }],
  ['a negation', { not: { issuer: { CN: 'Example Issuing CA' } } }],
  ['what only reports', { subject: { OU: 'nobody' }, mode: 'report' }],
  ['a schema', z.object({ subject: z.object({ attributes: z.object({ OU: z.tuple([z.literal('payments')]) }) }) })],
  ['a function', (identity) => identity.subject.attributes.CN?.[0] === 'alice'],
  [
    'a function that throws',
    () => {
      throw new Error('boom');
    },
  ],
];

const setups: readonly (readonly [name: string, options: VerifierOptions])[] = [
  ['trust alone', { trust: kit.trust }],
  ['revocation lists', { trust: kit.trust, revocation: kit.revocation }],
  ['a list that leaves authorities out', { trust: { ca: kit.trust, intermediates: other.certificate }, revocation: { crl: kit.crl.pem } }],
  ['no depth', { trust: kit.trust, depth: 0 }],
  ['a required certificate policy', { trust: kit.trust, requireExplicitPolicy: true }],
  ['several trust sets', { trustSets: { others: other.certificate, staff: kit.trust }, allowPartialChain: true }],
];

const silent = (): void => undefined;
/** Findings tell the time. */
const now = Date.now();
const logger = { debug: silent, info: silent, warn: silent, error: silent };
const codes = new Set<RefusalCode | null>();

describe.each(setups)('with %s, an explanation says what verify and the guard say of', (_, options) => {
  const verifier = createVerifier({ logger, clock: () => now, ...options });
  const guard = new Guard({ verifier });

  test.each(clients)('%s', async (_name, chain) => {
    await verifier.ready;
    for (const [name, policy] of policies) {
      const requirement = guard.compile(policy, 'config.mtls');
      const request = { headers: {}, method: 'GET', url: '/' };
      simulatePeer(request, chain);
      const decided = await guard.decide(request as GuardRequest, requirement);
      const explanation = await guard.explain(chain, requirement);
      const decision = decided.ok ? { code: null, findings: [] } : { code: decided.refusal.code, findings: decided.refusal.trace };
      expect({ name, code: explanation.verdict.code, ok: explanation.verdict.ok }).toEqual({ name, code: decision.code, ok: decided.ok });
      // Words about what was sent are the connection's own.
      if (chain.length > 0) expect({ name, findings: explanation.findings }).toEqual({ name, findings: decision.findings });
      codes.add(explanation.verdict.code);
    }
    const verified = await verifier.verify(chain);
    expect((await verifier.explain(chain)).verdict.code).toBe(verified.ok ? null : verified.refusal.code);
  });
});

test('the cases above get every code that a certificate by itself can get', () => {
  const expected: readonly RefusalCode[] = [
    'PEERCERT_CERTIFICATE_MISSING',
    'PEERCERT_CERTIFICATE_REVOKED',
    'PEERCERT_REVOCATION_UNKNOWN',
    'PEERCERT_DEPTH_EXCEEDED',
    'PEERCERT_NO_EXPLICIT_POLICY',
    'PEERCERT_BUDGET_EXHAUSTED',
    'PEERCERT_POLICY_MISMATCH',
    'PEERCERT_POLICY_FAILED',
    ...kit.broken.map(({ code }) => code),
  ];
  expect([...codes]).toEqual(expect.arrayContaining([...new Set(expected), null]));
});
