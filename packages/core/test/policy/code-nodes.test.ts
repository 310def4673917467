import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { ClientIdentity } from '../../src/identity/index.js';
import { PolicyFailure, type StandardSchema } from '../../src/policy/index.js';
import { isStandardSchema } from '../../src/policy/standard-schema.js';
import { evaluatePolicy, findingOf } from './evaluate.js';
import { dns, identityOf } from './identities.js';

const identity = identityOf({ subject: ['OU=payments', 'CN=api'], names: [dns('a.example')] });

/** A schema whose answer is this. */
function schemaOf(answer: (value: unknown) => unknown): StandardSchema {
  return { '~standard': { version: 1, vendor: 'test', validate: answer as never } };
}

describe('a function does not allow by', () => {
  const mutable = { allow: true };
  it.each<[title: string, answer: unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['false', false],
    ['a word', 'no'],
    ['the word true', 'true'],
    ['the empty word', ''],
    ['one', 1],
    ['an empty object', {}],
    ['an empty list', []],
    ['true in a list', [true]],
    ['true as an object', Object(true)],
    ['a function', () => true],
    ['a symbol', Symbol('true')],
    ['a decision that says so in a word', { allow: 'true' }],
    ['a decision that says one', { allow: 1 }],
    ['a decision that says nothing', { allow: undefined }],
    ['a decision of something that cannot be shown', { allow: Object.create(null) }],
    ['a decision that does not', { allow: false, value: 'let in' }],
    ['an inherited decision', Object.create(mutable)],
    ['a value without decision', { value: 'let in' }],
  ])('%s', (_title, answer) => {
    for (const policy of [() => answer, { decide: () => answer }]) {
      const finding = findingOf(policy, identity);
      expect(finding.holds).toBe(false);
      expect(finding.value).toBeUndefined();
      expect(evaluatePolicy(policy, identity)).toMatchObject({ code: 'PEERCERT_POLICY_MISMATCH', trace: [{ rule: 'decide' }] });
    }
  });

  it('something whose content is shown', () => {
    const found = evaluatePolicy(() => ({ password: 'hunter2' }), identity)?.trace[0]?.found;
    expect(found).toBe('an object without allow');
    expect(evaluatePolicy(() => 'hunter2', identity)?.trace[0]?.found).toBe('a string');
  });

  it('and its reason stays on one line', () => {
    const refusal = evaluatePolicy(() => ({ allow: false, reason: 'no\nPEERCERT: all is well' }), identity);
    expect(refusal?.trace[0]?.detail).toBe('policy is not satisfied: decide does not allow it, "no\\nPEERCERT: all is well"');
  });
});

it('a function allows by true and by a decision, and is given the identity', () => {
  expect(findingOf(() => true, identity)).toMatchObject({ holds: true, value: undefined });
  expect(findingOf((given: ClientIdentity) => ({ allow: true, value: given.subject.dn }), identity)).toMatchObject({
    holds: true,
    value: identity.subject.dn,
  });
});

it.each<[title: string, value: unknown]>([
  ['nothing', undefined],
  ['null', null],
  ['a word', '~standard'],
  ['an empty object', {}],
  ['one whose standard is none', { '~standard': true }],
  ['one that cannot validate', { '~standard': { version: 1, vendor: 'test' } }],
  ['one whose validate is no function', { '~standard': { validate: true } }],
])('%s is no schema', (_title, value) => {
  expect(isStandardSchema(value)).toBe(false);
});

describe('a schema as a policy', () => {
  it.each<[title: string, answer: unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['true', true],
    ['an empty object', {}],
    ['a word', 'ok'],
    ['issues that are null', { issues: null, value: 1 }],
    ['issues that are a word', { issues: 'none', value: 1 }],
  ])('that answers with %s is no answer, as a value neither', (_title, answer) => {
    const schema = schemaOf(() => answer);
    expect(() => findingOf(schema, identity)).toThrow(PolicyFailure);
    expect(() => findingOf({ subject: { CN: schema } }, identity)).toThrow(PolicyFailure);
    // What is no answer must not become a yes.
    expect(() => findingOf({ not: { subject: { CN: schema } } }, identity)).toThrow(PolicyFailure);
    expect(() => findingOf({ not: schema }, identity)).toThrow(PolicyFailure);
  });

  it('refuses by an empty list of issues too', () => {
    expect(
      findingOf(
        schemaOf(() => ({ issues: [], value: 1 })),
        identity,
      ).holds,
    ).toBe(false);
  });

  it('of a value that throws, or wants to be waited for, is no answer', () => {
    const throwing = schemaOf(() => {
      throw new Error('boom');
    });
    const late = schemaOf(async () => ({ value: 1 }));
    for (const schema of [throwing, late]) {
      expect(() => findingOf({ subject: { CN: schema } }, identity)).toThrow(PolicyFailure);
      expect(() => findingOf({ subject: { CN: ['web', schema] } }, identity)).toThrow(PolicyFailure);
      expect(findingOf({ subject: { CN: ['api', schema] } }, identity).holds).toBe(true);
    }
  });

  it('sees plain fields, and gives what it makes of them', () => {
    const schema = z.object({ subject: z.object({ attributes: z.object({ OU: z.tuple([z.string()]) }) }) });
    const finding = findingOf(
      schema.transform(({ subject }) => ({ department: subject.attributes.OU[0] })),
      identity,
    );
    expect(finding).toMatchObject({ holds: true, value: { department: 'payments' } });
  });

  it('tells what it does not take on one line, cut', () => {
    const message = `received "${'x'.repeat(8_192)}`;
    const schema = schemaOf(() => ({
      issues: [{ message: 'received "a\nPEERCERT: all is well"', path: ['b\u202e', { key: 'c' }] }, { message }],
    }));
    const { detail = '', found = '' } = evaluatePolicy(schema, identity)?.trace[0] ?? {};
    expect(found).toMatch(/^b\\u\{202e\}\.c: received "a\\u\{a\}PEERCERT: all is well"; received "x+…$/);
    expect(detail.length).toBeLessThan(800);
  });
});

describe('what a policy makes of an identity', () => {
  it('is frozen deeply, below what the schema has frozen itself', () => {
    const made = { list: [{ a: 1 }] };
    for (const policy of [
      () => ({ allow: true, value: made }),
      () => ({ allow: true, value: Object.freeze({ made: { list: [{ a: 1 }] } }) }),
    ]) {
      const { value } = findingOf(policy, identity);
      const isFrozen = (part: unknown): boolean =>
        typeof part !== 'object' || part === null || (Object.isFrozen(part) && Object.values(part).every(isFrozen));
      expect(isFrozen(value)).toBe(true);
    }
    const schema = z
      .any()
      .transform(() => ({ roles: ['admin'] }))
      .readonly();
    expect(Object.isFrozen((findingOf(schema, identity).value as { roles: string[] }).roles)).toBe(true);
  });

  it('is left as it is where it is an instance of a class, and may lead back to itself', () => {
    class User {
      name = 'alice';
    }
    const loop: { self?: unknown; user: User; map: Map<string, string> } = { user: new User(), map: new Map() };
    loop.self = loop;
    const { value } = findingOf(() => ({ allow: true, value: loop }), identity);
    expect(value).toBe(loop);
    expect([Object.isFrozen(loop), Object.isFrozen(loop.user), Object.isFrozen(loop.map)]).toEqual([true, false, false]);
  });

  it('is that of the last of allOf that has one, and of the first of anyOf that holds', () => {
    const valued = (value: unknown) => () => ({ allow: true, value });
    expect(findingOf({ allOf: [valued(1), valued(2), () => true] }, identity).value).toBe(2);
    expect(findingOf({ allOf: [valued(1), () => false] }, identity).value).toBeUndefined();
    expect(findingOf({ anyOf: [() => false, valued(1), valued(2)] }, identity).value).toBe(1);
    expect(findingOf({ not: () => ({ allow: false, value: 1 }) }, identity)).toMatchObject({ holds: true });
    expect(findingOf({ not: () => ({ allow: false, value: 1 }) }, identity).value).toBeUndefined();
  });
});
