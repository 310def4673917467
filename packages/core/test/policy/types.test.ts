import { describe, expect, it } from 'vitest';
import type { ClientIdentity, ClientIdentityFields } from '../../src/identity/index.js';
import { type CertificatePolicy, compileRequirement, type RoutePolicy } from '../../src/policy/index.js';

const accepted: readonly RoutePolicy[] = [
  false,
  'required',
  'optional',
  { subject: 'CN=api,O=Example' },
  { subject: { CN: 'api', '1.2.840.113549.1.9.1': /.*@a\.example/ }, issuer: { O: ['Example', /Example .*/] } } as const,
  { subjectAltName: { dns: 'a.example', uri: ['urn:a'], email: 'a@a.example', ip: '::1', upn: /a/ }, trustSet: ['staff'] },
  { fingerprint256: ['ab'.repeat(32)] },
  { replaceDefault: true },
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
];

describe('the types of policies', () => {
  const inherited = compileRequirement('required', { option: 'policy' });

  it.each(accepted.map((policy) => [policy]))('allow %j, and so does the compiler of policies', (policy) => {
    expect(() => compileRequirement(policy, { option: 'config.mtls', default: inherited })).not.toThrow();
  });

  it.each(refused.map((policy) => [policy]))('refuse %j, and so does the compiler of policies', (policy) => {
    expect(() => compileRequirement(policy, { option: 'config.mtls', default: inherited })).toThrow(TypeError);
  });

  it('take an identity for its fields, and never fields for an identity', () => {
    const evaluate = (identity: ClientIdentity): ClientIdentityFields => identity;
    // @ts-expect-error: what merely looks alike was not verified.
    const forge = (fields: ClientIdentityFields): ClientIdentity => fields;
    const policy: CertificatePolicy = { trustSet: 'staff' };
    expect([typeof evaluate, typeof forge, typeof policy]).toEqual(['function', 'function', 'object']);
  });
});
