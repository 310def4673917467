import { describe, expect, expectTypeOf, it } from 'vitest';
import { z } from 'zod';
import type { ClientIdentity, ClientIdentityFields } from '../../src/identity/index.js';
import {
  type CertificatePolicy,
  CertificatePolicyData,
  compileRequirement,
  type KnownKeys,
  type PolicyFunction,
  type PolicyValue,
  type RoutePolicy,
} from '../../src/policy/index.js';
import { findingOf } from './evaluate.js';
import { identityOf } from './identities.js';

const accepted: readonly RoutePolicy[] = [
  false,
  'required',
  'optional',
  { subject: 'CN=api,O=Example' },
  { subject: { CN: 'api', '1.2.840.113549.1.9.1': /.*@a\.example/ }, issuer: { O: ['Example', /Example .*/] } } as const,
  { subjectAltName: { dns: 'a.example', uri: ['urn:a'], email: 'a@a.example', ip: '::1', upn: /a/ }, trustSet: ['staff'] },
  { fingerprint256: ['ab'.repeat(32)] },
  { replaceDefault: true },
  { subject: { OU: { all: ['a', { glob: 'b*' }] }, CN: { any: /a/ } }, mode: 'report' },
  { subject: { CN: z.string().min(3) }, spiffeId: { glob: 'spiffe://a/ns/*' } },
  { serialNumber: '0A:1B', spki256: `sha256//${'A'.repeat(43)}=`, certificatePolicies: { all: ['1.2.3'] }, extendedKeyUsage: 'clientAuth' },
  { extensions: { '1.2.3.4': true, '1.2.3.5': { der: '0500' }, '1.2.3.6': { text: /a/ } } },
  { publicKey: { type: ['P-256', 'ed25519'], minimumRsaBits: 3_072 }, validity: { maximumDays: 90 } },
  { chain: [{ subject: { CN: 'Issuing CA' } }, { spki256: 'ab'.repeat(32) }] },
  { subjectAltName: { ip: '10.0.0.0/8', directoryName: [{ CN: 'a' }, 'CN=b'], otherName: { typeId: '1.2.3', value: '0500' } } },
  { allOf: [{ trustSet: 'staff' }, z.object({ spiffeId: z.string() }), () => true], not: { subject: { OU: 'contractors' } } },
  { anyOf: [async (identity) => identity.trustSet === 'staff', { decide: () => ({ allow: true, value: 1 }), rememberForSeconds: 5 }] },
  { authorize: (identity) => identity.resumed },
  z.object({ trustSet: z.string() }),
  (identity) => identity.source === 'tls',
];

/** Each line is an error to the compiler, and must be one at run time, where there is no compiler. */
const refused: readonly RoutePolicy[] = [
  // @ts-expect-error: there is no such attribute.
  { subject: { cn: 'api' } },
  // @ts-expect-error: there is no such rule.
  { subjct: { CN: 'api' } },
  // @ts-expect-error: there is no such type of name.
  { subjectAltName: { dsn: 'a.example' } },
  // @ts-expect-error: a rule that may be undefined may be none.
  { subject: undefined },
  // @ts-expect-error: a number is no value.
  { subject: { CN: 42 } },
  // @ts-expect-error: only true can be said.
  { replaceDefault: false },
  // @ts-expect-error: the opposite of false is 'required'.
  true,
  // @ts-expect-error: the name of a policy is no policy.
  'payments',
  // @ts-expect-error: nothing is no policy.
  null,
  // @ts-expect-error: a glob is a string.
  { subject: { CN: { glob: /a*/ } } },
  // @ts-expect-error: a glob is spelt so.
  { subject: { CN: { globs: 'a*' } } },
  // @ts-expect-error: addresses of one list or the other.
  { subjectAltName: { dns: { all: ['a'], any: 1 } } },
  // @ts-expect-error: a SPIFFE ID is one, so there is no all of them.
  { spiffeId: { all: 'spiffe://a/b' } },
  // @ts-expect-error: a serial number in YAML is easily a number, and hexadecimal digits are text.
  { serialNumber: 1_234 },
  // @ts-expect-error: digests are strings.
  { fingerprint256: /ab/ },
  // @ts-expect-error: there is no such kind of key.
  { publicKey: { type: 'dsa' } },
  // @ts-expect-error: there is no such limit.
  { validity: { maximumWeeks: 1 } },
  // @ts-expect-error: there is no such mode.
  { trustSet: 'staff', mode: 'log' },
  // @ts-expect-error: there is no such rule in a member.
  { anyOf: [{ trustset: 'staff' }] },
  // @ts-expect-error: there is no such attribute in a member of a member.
  { not: { allOf: [{ subject: { Ou: 'a' } }] } },
  // @ts-expect-error: a word is no member.
  { allOf: ['required'] },
  // @ts-expect-error: there is no such attribute in the name of an authority.
  { chain: { subject: { ON: 'a' } } },
  // @ts-expect-error: a time is a number.
  { decide: () => true, rememberForSeconds: '5' },
  // @ts-expect-error: authorize is a function.
  { authorize: true },
];

/** What a policy as data cannot hold. */
const notData: readonly z.output<typeof CertificatePolicyData>[] = [
  // @ts-expect-error: a RegExp is code.
  { subject: { CN: /a/ } },
  // @ts-expect-error: a schema is code.
  { subject: { CN: z.string() } },
  // @ts-expect-error: a function is code.
  { decide: () => true },
  // @ts-expect-error: a function is code.
  { anyOf: [() => true] },
  // @ts-expect-error: what a request is asked is code.
  { authorize: () => true },
];

/** Functions that answer something else than a yes or no. */
const noAnswers: readonly PolicyFunction[] = [
  // @ts-expect-error: a word is no answer.
  () => 'yes',
  // @ts-expect-error: nothing is no answer.
  () => undefined,
  // @ts-expect-error: a late word is no answer either.
  async () => 'yes',
  // @ts-expect-error: allow is a yes or no.
  () => ({ allow: 'true' }),
  // @ts-expect-error: a value without a decision is none.
  () => ({ value: 1 }),
];

describe('the types of policies', () => {
  const inherited = compileRequirement('required', { option: 'policy' });

  it.each(accepted.map((policy) => [policy]))('allow %j, and so does the compiler of policies', (policy) => {
    expect(() => compileRequirement(policy, { option: 'config.mtls', default: inherited })).not.toThrow();
  });

  it.each(refused.map((policy) => [policy]))('refuse %j, and so does the compiler of policies', (policy) => {
    expect(() => compileRequirement(policy, { option: 'config.mtls', default: inherited })).toThrow(TypeError);
  });

  it.each(notData.map((policy) => [policy]))('refuse %o as data, and so does its schema', (policy) => {
    expect(CertificatePolicyData.safeParse(policy).success).toBe(false);
  });

  it.each(noAnswers.map((work) => [work]))('refuse the answer of %o, and nobody is let in by it', async (work) => {
    const answer = await work({} as ClientIdentity, { signal: new AbortController().signal });
    expect(findingOf(() => answer, identityOf({})).holds).toBe(false);
  });

  it('take an identity for its fields, and never fields for an identity', () => {
    const evaluate = (identity: ClientIdentity): ClientIdentityFields => identity;
    // @ts-expect-error: what merely looks alike was not verified.
    const forge = (fields: ClientIdentityFields): ClientIdentity => fields;
    const policy: CertificatePolicy = { trustSet: 'staff' };
    expect([typeof evaluate, typeof forge, typeof policy]).toEqual(['function', 'function', 'object']);
  });
});

describe('what a policy makes of an identity', () => {
  const user = z.object({ spiffeId: z.string() }).transform(({ spiffeId }) => ({ user: spiffeId }));
  type User = { user: string };
  const role = () => ({ allow: true, value: 'admin' }) as const;
  const perhaps = (identity: ClientIdentity) => (identity.resumed ? { allow: true as const, value: 7 } : { allow: false as const });
  const mixed = (identity: ClientIdentity) => (identity.resumed ? true : { allow: true as const, value: 7 });
  const plain = (identity: ClientIdentity) => identity.resumed;

  it('is nothing for rules and words', () => {
    expectTypeOf<PolicyValue<{ subject: { CN: string } }>>().toEqualTypeOf<undefined>();
    expectTypeOf<PolicyValue<'required'>>().toEqualTypeOf<undefined>();
    expectTypeOf<PolicyValue<'optional'>>().toEqualTypeOf<undefined>();
    expectTypeOf<PolicyValue<false>>().toEqualTypeOf<undefined>();
    expectTypeOf<PolicyValue<{ not: typeof user }>>().toEqualTypeOf<undefined>();
    expectTypeOf<PolicyValue<{ policy: 'payments' }>>().toEqualTypeOf<undefined>();
  });

  it('is the output of a schema', () => {
    expectTypeOf<PolicyValue<typeof user>>().toEqualTypeOf<User>();
    expectTypeOf<PolicyValue<{ readonly allOf: readonly [typeof user] }>>().toEqualTypeOf<User>();
  });

  it('is the value of a decision that allows', () => {
    expectTypeOf<PolicyValue<typeof role>>().toEqualTypeOf<'admin'>();
    expectTypeOf<PolicyValue<() => Promise<{ readonly allow: true; readonly value: User }>>>().toEqualTypeOf<User>();
    expectTypeOf<PolicyValue<typeof perhaps>>().toEqualTypeOf<number>();
    expectTypeOf<PolicyValue<typeof mixed>>().toEqualTypeOf<number | undefined>();
    expectTypeOf<PolicyValue<typeof plain>>().toEqualTypeOf<undefined>();
    expectTypeOf<PolicyValue<{ decide: typeof role }>>().toEqualTypeOf<'admin'>();
  });

  it('is that of the last of allOf that has one', () => {
    expectTypeOf<PolicyValue<{ allOf: readonly [typeof user, typeof role] }>>().toEqualTypeOf<'admin'>();
    expectTypeOf<PolicyValue<{ allOf: readonly [typeof user, { trustSet: 'a' }] }>>().toEqualTypeOf<User>();
    expectTypeOf<PolicyValue<{ allOf: readonly [typeof user, typeof mixed] }>>().toEqualTypeOf<User | number>();
    expectTypeOf<PolicyValue<{ allOf: readonly [{ trustSet: 'a' }] }>>().toEqualTypeOf<undefined>();
  });

  it('is any of those of anyOf', () => {
    expectTypeOf<PolicyValue<{ anyOf: readonly [typeof user, typeof role] }>>().toEqualTypeOf<User | 'admin'>();
    expectTypeOf<PolicyValue<{ anyOf: readonly [typeof user, { trustSet: 'a' }] }>>().toEqualTypeOf<User | undefined>();
    expectTypeOf<PolicyValue<{ anyOf: readonly [{ allOf: readonly [typeof user, typeof role] }] }>>().toEqualTypeOf<'admin'>();
  });

  it('is that of what is asked last', () => {
    expectTypeOf<PolicyValue<{ decide: typeof role; allOf: readonly [typeof user] }>>().toEqualTypeOf<'admin'>();
    expectTypeOf<PolicyValue<{ authorize: typeof role; decide: typeof perhaps }>>().toEqualTypeOf<'admin'>();
    expectTypeOf<PolicyValue<{ authorize: typeof plain; decide: typeof perhaps }>>().toEqualTypeOf<number>();
  });

  it('may be nothing where the policy only reports', () => {
    expectTypeOf<PolicyValue<{ readonly mode: 'report'; readonly allOf: readonly [typeof user] }>>().toEqualTypeOf<User | undefined>();
    expectTypeOf<PolicyValue<{ readonly mode: 'enforce'; readonly allOf: readonly [typeof user] }>>().toEqualTypeOf<User>();
  });
});

describe('a policy whose type is inferred', () => {
  /** As adapters take them. */
  const take = <const Policy extends RoutePolicy>(policy: Policy & KnownKeys<Policy>): Policy => policy;

  it('keeps its slips from compiling', () => {
    take({ subject: { OU: 'payments' }, allOf: [{ trustSet: 'a' }] });
    take('required');
    take((identity: ClientIdentity) => identity.resumed);
    take(z.object({ subject: z.object({ dn: z.string() }) }));
    // @ts-expect-error: there is no such rule.
    take({ subject: { OU: 'payments' }, trustset: 'a' });
    // @ts-expect-error: there is no such attribute.
    take({ subject: { OU: 'payments', cn: 'api' } });
    // @ts-expect-error: there is no such type of name.
    take({ subjectAltName: { dns: 'a', url: 'b' } });
    // @ts-expect-error: there is no such rule in a member.
    take({ allOf: [{ trustSet: 'a' }, { trustSet: 'a', subjekt: 'b' }] });
    // @ts-expect-error: there is no such rule in what is denied.
    take({ not: { trustSet: 'a', ou: 'b' } });
    // @ts-expect-error: an identity has no such field.
    take(z.object({ subjekt: z.string() }));
    expect(() => compileRequirement(z.object({ subjekt: z.string() }), { option: 'config.mtls' })).toThrow("did you mean 'subject'?");
  });
});
