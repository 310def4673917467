import { describe, expect, it } from 'vitest';
import { ConfigurationError } from '../../src/errors/index.js';
import { compileRequirement, type Requirement } from '../../src/policy/index.js';
import { evaluateRequirement } from './evaluate.js';
import { identityOf } from './identities.js';

const trustSets = ['staff', 'partners', 'guests'];
const required = compileRequirement('required', { option: 'policy', trustSets });
const staffOnly = compileRequirement({ trustSet: ['staff', 'partners'], subject: { O: 'Example' } }, { option: 'policy', trustSets });
const optionalStaff = compileRequirement('optional', { option: 'policy', trustSets, default: staffOnly });
const nothing = compileRequirement(false, { option: 'policy', trustSets });

function onRoute(policy: unknown, inherited: Requirement | undefined): Requirement {
  return compileRequirement(policy, { option: 'config.mtls', trustSets, default: inherited });
}

function failure(policy: unknown, inherited?: Requirement): ConfigurationError {
  try {
    onRoute(policy, inherited);
  } catch (error) {
    if (error instanceof ConfigurationError) return error;
    throw error;
  }
  throw new Error('the policy was accepted');
}

describe('what a route says is refused when', () => {
  it.each<[title: string, policy: unknown, message: RegExp]>([
    ['it is undefined', undefined, /is undefined.*write a policy/],
    ['it is null', null, /null is no policy/],
    ['it is true', true, /true is no policy/],
    ['it is zero', 0, /0 is no policy/],
    ['it is the empty string', '', /'' is no policy/],
    ['it has no rules', {}, /has no rules/],
    ['it is a list', [], /is no policy/],
    ['it is a list of policies', [{ subject: { CN: 'a' } }], /is no policy/],
    ['it is a RegExp', /a/, /\/a\/ is no policy/],
    ['it is a symbol', Symbol('policy'), /is no policy/],
    ['it is a near miss of a word', 'requird', /did you mean 'required'\?/],
    ['it is a word in another case', 'Optional', /did you mean 'optional'\?/],
    ['it is the name of a policy', 'payments', /the name of a policy is never written as a bare string/],
    ['it is a word in an object', new String('optional'), /plain object/],
    ['it says nothing but an unknown word', { required: true }, /unknown option 'required'/],
  ])('%s', (_title, policy, message) => {
    const error = failure(policy, required);
    expect(error.option).toBe('config.mtls');
    expect(error.message).toMatch(message);
  });

  it('replaceDefault is something else than true, or there is no default', () => {
    expect(failure({ replaceDefault: false }, required)).toMatchObject({
      option: 'config.mtls.replaceDefault',
      message: expect.stringContaining('must be true'),
    });
    expect(failure({ replaceDefault: 'yes', subject: { CN: 'a' } }, required).option).toBe('config.mtls.replaceDefault');
    expect(failure({ replaceDefault: undefined, subject: { CN: 'a' } }, required)).toMatchObject({
      message: expect.stringContaining('is undefined'),
    });
    expect(failure({ replaceDefault: true, subject: { CN: 'a' } }).message).toContain('there is no default policy to replace');
    expect(failure(Object.create({ replaceDefault: true }), required).message).toContain('plain object');
  });

  it('no trust set satisfies it and the default', () => {
    const error = failure({ trustSet: 'guests' }, staffOnly);
    expect(error.option).toBe('config.mtls.trustSet');
    expect(error.message).toContain("the default policy wants 'staff' or 'partners', this one 'guests'; add replaceDefault: true");
  });

  it('it names an unknown trust set', () => {
    expect(failure({ trustSet: 'guest' }, required).message).toContain("did you mean 'guests'?");
  });
});

describe('a prototype that somebody has polluted', () => {
  it('loosens nothing', () => {
    const polluted = Object.prototype as unknown as Record<string, unknown>;
    polluted.replaceDefault = true;
    try {
      expect(onRoute({ subject: { CN: 'a' } }, staffOnly).demands.policies).toHaveLength(2);
    } finally {
      delete polluted.replaceDefault;
    }
  });
});

describe('composition with a default', () => {
  it.each<
    [title: string, policy: unknown, inherited: Requirement | undefined, presence: string, policies: number, sets: string[] | undefined]
  >([
    ["'required' asks for a certificate", 'required', undefined, 'required', 0, undefined],
    ["'required' keeps the default's rules", 'required', staffOnly, 'required', 1, ['staff', 'partners']],
    ["'required' tightens an optional default", 'required', optionalStaff, 'required', 1, ['staff', 'partners']],
    ["'required' tightens false", 'required', nothing, 'required', 0, undefined],
    ["'optional' keeps the default's rules", 'optional', staffOnly, 'optional', 1, ['staff', 'partners']],
    ["'optional' over false asks for what is there", 'optional', nothing, 'optional', 0, undefined],
    ['false asks for nothing', false, staffOnly, 'none', 0, undefined],
    ['a policy alone', { subject: { CN: 'a' } }, undefined, 'required', 1, undefined],
    ["a policy is added to the default's rules", { subject: { CN: 'a' } }, staffOnly, 'required', 2, ['staff', 'partners']],
    ['a policy tightens an optional default', { subject: { CN: 'a' } }, optionalStaff, 'required', 2, ['staff', 'partners']],
    ['a policy tightens false', { subject: { CN: 'a' } }, nothing, 'required', 1, undefined],
    ['a trust set narrows those of the default', { trustSet: ['guests', 'partners'] }, staffOnly, 'required', 2, ['partners']],
    ['a trust set where the default names none', { trustSet: 'guests' }, required, 'required', 1, ['guests']],
    ['replaceDefault drops the default', { replaceDefault: true, trustSet: 'guests' }, staffOnly, 'required', 1, ['guests']],
    ['replaceDefault alone takes any verified certificate', { replaceDefault: true }, staffOnly, 'required', 0, undefined],
    ['replaceDefault still asks for a certificate', { replaceDefault: true }, optionalStaff, 'required', 0, undefined],
  ])('%s', (_title, policy, inherited, presence, policies, sets) => {
    const requirement = onRoute(policy, inherited).demands;
    expect(requirement.presence).toBe(presence);
    expect(requirement.policies).toHaveLength(policies);
    expect(requirement.trustSets).toEqual(sets);
    expect(Object.isFrozen(requirement)).toBe(true);
    expect(Object.isFrozen(requirement.policies)).toBe(true);
  });

  it('reaches over several levels', () => {
    const prefix = onRoute({ subject: { OU: 'payments' } }, staffOnly);
    const route = onRoute({ subject: { CN: 'api' }, trustSet: 'staff' }, prefix);
    expect(route.demands.policies).toHaveLength(3);
    expect(route.demands.trustSets).toEqual(['staff']);
    const good = identityOf({ subject: ['O=Example', 'OU=payments', 'CN=api'], trustSet: 'staff' });
    expect(evaluateRequirement(route, good)).toBeUndefined();
  });
});

describe('evaluation', () => {
  const member = identityOf({ subject: ['O=Example', 'CN=a'], trustSet: 'staff' });
  const stranger = identityOf({ subject: ['O=Other', 'CN=a'], trustSet: 'staff' });
  const partner = identityOf({ subject: ['O=Example', 'CN=a'], trustSet: 'guests' });
  const route = onRoute({ subject: { CN: 'a' } }, staffOnly);
  const replaced = onRoute({ replaceDefault: true, subject: { CN: 'a' } }, staffOnly);

  it.each<[title: string, requirement: Requirement, identity: ReturnType<typeof identityOf>, code: string | undefined]>([
    ['optional refuses a certificate that breaks the rules', optionalStaff, stranger, 'PEERCERT_POLICY_MISMATCH'],
    ['optional lets a fitting certificate pass', optionalStaff, member, undefined],
    ['false asks no rule of a certificate', nothing, stranger, undefined],
    ['required lets any certificate pass where there are no rules', required, stranger, undefined],
    ["the default's rules hold on a route", route, stranger, 'PEERCERT_POLICY_MISMATCH'],
    ["the default's trust sets hold on a route", route, partner, 'PEERCERT_POLICY_MISMATCH'],
    ["the route's rules hold besides", onRoute({ subject: { CN: 'b' } }, staffOnly), member, 'PEERCERT_POLICY_MISMATCH'],
    ['both hold', route, member, undefined],
    ["replaceDefault drops the default's rules", replaced, stranger, undefined],
    ["replaceDefault keeps the route's own", replaced, identityOf({ subject: ['CN=b'] }), 'PEERCERT_POLICY_MISMATCH'],
  ])('%s', (_title, requirement, identity, code) => {
    expect(evaluateRequirement(requirement, identity)?.code).toBe(code);
  });

  it('names the policy that failed', () => {
    expect(evaluateRequirement(route, stranger)?.trace[0]?.detail).toContain('policy is not satisfied: subject.O');
    expect(evaluateRequirement(onRoute({ subject: { CN: 'b' } }, staffOnly), member)?.trace[0]?.detail).toContain(
      'config.mtls is not satisfied: subject.CN',
    );
  });
});
