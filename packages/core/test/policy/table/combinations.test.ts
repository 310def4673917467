import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { compilePolicy, compileRequirement, PolicyBook, PolicyFailure } from '../../../src/policy/index.js';
import { findingOf } from '../evaluate.js';
import { dns, type IdentitySpec, identityOf, uri } from '../identities.js';
import { cn, failures, table } from './rows.js';

const api = cn('api');
const isApi = { subject: { CN: 'api' } };
const isWeb = { subject: { CN: 'web' } };
const staff = { trustSet: 'default' };
const throwing = () => {
  throw new PolicyFailure('it threw');
};

table('allOf', [
  ['all hold', api, { allOf: [isApi, staff] }],
  ['the first does not', api, { allOf: [isWeb, staff] }, 'allOf[0].subject.CN'],
  ['the last does not', api, { allOf: [isApi, { trustSet: 'staff' }] }, 'allOf[1].trustSet'],
  ['a rule beside it does not', api, { ...isWeb, allOf: [isApi] }, 'subject.CN'],
  ['a rule inside of one', api, { allOf: [{ allOf: [isApi, isWeb] }] }, 'allOf[0].allOf[1].subject.CN'],
  ['a function', api, { allOf: [isApi, () => false] }, 'allOf[1].function'],
  ['a function by its name', api, { allOf: [function isMember() {}] }, 'allOf[0].isMember'],
  ['a schema', api, { allOf: [z.object({ trustSet: z.literal('staff') })] }, 'allOf[0].schema'],
]);

table('anyOf', [
  ['the first holds', api, { anyOf: [isApi, isWeb] }],
  ['the last holds', api, { anyOf: [isWeb, isApi] }],
  ['none holds', cn('db'), { anyOf: [isWeb, isApi] }, 'anyOf'],
  ['a rule beside it does not', api, { trustSet: 'staff', anyOf: [isApi] }, 'trustSet'],
  [
    'halves of two alternatives',
    { ...api, trustSet: 'b' },
    {
      anyOf: [
        { ...isApi, trustSet: 'a' },
        { ...isWeb, trustSet: 'b' },
      ],
    },
    'anyOf',
  ],
  ['one that could not be evaluated, and one that holds', api, { anyOf: [throwing, isApi] }],
  ['a schema', api, { anyOf: [isWeb, z.object({ trustSet: z.literal('default') })] }],
  ['inside of another', api, { anyOf: [{ anyOf: [isWeb, isApi] }] }],
  [
    'names of both kinds',
    { names: [dns('a.example')] },
    { anyOf: [{ spiffeId: { glob: 'spiffe://a/*' } }, { subjectAltName: { dns: 'a.example' } }] },
  ],
]);

table('not', [
  ['what it is not', api, { not: isWeb }],
  ['what it is', api, { not: isApi }, 'not'],
  ['beside a rule that does not hold', api, { ...isWeb, not: isWeb }, 'subject.CN'],
  ['of all, of which one does not hold', api, { not: { allOf: [isApi, isWeb] } }],
  ['of one of several', api, { not: { anyOf: [isWeb, isApi] } }, 'not'],
  ['of itself', api, { not: { not: isApi } }],
  ['of an extension that is there', { ...api, extensions: { '1.2.3.4': '0500' } }, { not: { extensions: { '1.2.3.4': true } } }, 'not'],
  ['of a trust set', { ...api, trustSet: 'guests' }, { ...isApi, not: { trustSet: 'guests' } }, 'not'],
  ['of a function that says no', api, { not: () => false }],
  ['of a function that says yes', api, { not: () => true }, 'not'],
]);

failures('what could not be evaluated lets nobody in', [
  ['by itself', api, throwing],
  ['as decide', api, { decide: throwing }],
  ['beside rules that hold', api, { ...isApi, decide: throwing }],
  ['denied', api, { not: throwing }],
  ['denied twice', api, { not: { not: throwing } }],
  ['among alternatives of which none holds', api, { anyOf: [isWeb, throwing] }],
  ['among alternatives that are denied, of which none holds', api, { not: { anyOf: [isWeb, throwing] } }],
  ['in all that are denied', api, { not: { allOf: [isApi, throwing] } }],
]);

const policies = new PolicyBook(
  {
    payments: { subject: { OU: 'payments' } },
    internal: { policy: 'payments', trustSet: 'staff' },
    parsed: z.object({ trustSet: z.literal('staff') }),
    coded: () => ({ allow: true, value: 1 }),
  } as never,
  { option: 'policies' },
).policies;
const payer: IdentitySpec = { subject: ['OU=payments'], trustSet: 'staff' };
table(
  'policies by name',
  [
    ['one that holds', payer, { policy: 'payments' }],
    ['one that does not', api, { policy: 'payments' }, "policy 'payments'.subject.OU"],
    ['several', payer, { policy: ['payments', 'internal'] }],
    ['several, of which one does not', { ...payer, trustSet: 'x' }, { policy: ['payments', 'internal'] }, "policy 'internal'.trustSet"],
    ['one that names another', { ...api, trustSet: 'staff' }, { policy: 'internal' }, "policy 'internal'.policy 'payments'.subject.OU"],
    ['a rule beside it', payer, { policy: 'payments', subject: { CN: 'x' } }, 'subject.CN'],
    ['one that is denied', payer, { not: { policy: 'payments' } }, 'not'],
    ['one of several', payer, { anyOf: [{ policy: 'internal' }, isWeb] }],
    ['a schema', api, { policy: 'parsed' }, "policy 'parsed'.schema"],
    ['a function', api, { policy: 'coded' }],
  ],
  policies,
);

describe('what a policy by name makes of an identity', () => {
  it('is not handed on where it is only named', () => {
    expect(findingOf({ policy: 'coded' }, identityOf(api), { option: 'policy', policies }).value).toBeUndefined();
  });
});

const fields = z.object({
  spiffeId: z.string().startsWith('spiffe://a/'),
  subjectAltName: z.object({ uri: z.array(z.string()).length(1) }),
});
table('schemas over the identity', [
  ['that take it', { names: [uri('spiffe://a/b')] }, fields],
  ['that do not', { names: [uri('spiffe://b/b')] }, fields, 'schema'],
  ['that want what is missing', api, fields, 'schema'],
  ['that are strict about what they know', api, z.strictObject({ trustSet: z.string() }), 'schema'],
  [
    'that want an attribute once',
    { subject: ['CN=a', 'CN=b'] },
    z.object({ subject: z.object({ attributes: z.object({ CN: z.tuple([z.string()]) }) }) }),
    'schema',
  ],
  [
    'that ask for what every object has',
    api,
    z.object({ subject: z.object({ attributes: z.object({ constructor: z.any() }).required() }) }),
    'schema',
  ],
]);

describe('the trust sets that a policy allows', () => {
  it.each<[title: string, policy: unknown, sets: readonly string[] | undefined, dependsOnPath: boolean]>([
    ['of a rule', { trustSet: 'a' }, ['a'], false],
    ['of all', { allOf: [{ trustSet: ['a', 'b'] }, { trustSet: ['b', 'c'] }] }, ['b'], false],
    ['of a rule and all', { trustSet: ['a', 'b'], allOf: [{ trustSet: 'b' }] }, ['b'], false],
    ['of alternatives', { anyOf: [{ trustSet: 'a' }, { trustSet: ['b', 'a'] }] }, ['a', 'b'], true],
    ['of alternatives of which one names none', { anyOf: [{ trustSet: 'a' }, isApi] }, undefined, true],
    ['of what is denied', { not: { trustSet: 'a' } }, undefined, true],
    ['of a rule beside what is denied', { trustSet: ['a', 'b'], not: { trustSet: 'a' } }, ['a', 'b'], true],
    ['of a chain', { chain: { subject: { CN: 'x' } } }, undefined, true],
    ['of certificate policies', { certificatePolicies: '1.2.3' }, undefined, true],
    ['of a function', () => true, undefined, true],
    ['of a schema', z.any(), undefined, true],
    ['of names', isApi, undefined, false],
  ])('%s', (_title, policy, sets, dependsOnPath) => {
    const { trustSets, node } = compilePolicy(policy, { option: 'policy' });
    expect({ trustSets, dependsOnPath: node.dependsOnPath }).toEqual({ trustSets: sets, dependsOnPath });
  });

  it('are those of named policies too', () => {
    expect(compilePolicy({ policy: 'internal' }, { option: 'policy', policies }).trustSets).toEqual(['staff']);
  });
});

describe('of a whole policy alone can be said', () => {
  it.each<[title: string, policy: unknown, option: string]>([
    ['mode, in allOf', { allOf: [{ ...isApi, mode: 'report' }] }, 'policy.allOf[0].mode'],
    ['mode, in not', { not: { ...isApi, mode: 'enforce' } }, 'policy.not.mode'],
    ['replaceDefault, in anyOf', { anyOf: [{ ...isApi, replaceDefault: true }] }, 'policy.anyOf[0].replaceDefault'],
    ['authorize, in anyOf', { anyOf: [isApi, { authorize: () => true }] }, 'policy.anyOf[1].authorize'],
    ['authorize, in not', { not: { authorize: () => true } }, 'policy.not.authorize'],
    ['mode without rules', { mode: 'report' }, 'policy'],
    ['rememberForSeconds without decide', { ...isApi, rememberForSeconds: 1 }, 'policy.rememberForSeconds'],
  ])('%s', (_title, policy, option) => {
    expect(() => compilePolicy(policy, { option: 'policy' })).toThrow(expect.objectContaining({ option }));
  });

  it('and is kept of it', () => {
    const authorize = () => true;
    expect(compilePolicy({ mode: 'report', authorize }, { option: 'policy' })).toMatchObject({ reports: true, authorize: [authorize] });
    expect(compilePolicy({ ...isApi, mode: 'enforce' }, { option: 'policy' })).toMatchObject({ reports: false, authorize: [] });
  });

  it('a policy that only reports keeps nobody out, whatever trust set it names', () => {
    const inherited = compileRequirement({ trustSet: 'staff' }, { option: 'policy' });
    const trial = compileRequirement({ trustSet: 'guests', mode: 'report' }, { option: 'config.mtls', default: inherited });
    expect(trial.demands.trustSets).toEqual(['staff']);
  });
});
