import { describe, expect, it } from 'vitest';
import { ConfigurationError } from '../../src/errors/index.js';
import { compileRequirement, fileRequirement, PolicyBook } from '../../src/policy/index.js';
import { evaluateRequirement } from './evaluate.js';
import { identityOf } from './identities.js';

const api = identityOf({ subject: ['CN=api'] });
const settings = { option: 'policies' };
const file = (policies: Record<string, unknown>, fallback?: unknown) => ({ default: fallback, policies });

function failure(work: () => unknown): ConfigurationError {
  try {
    work();
  } catch (error) {
    if (error instanceof ConfigurationError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('policies by name are refused when', () => {
  const cn = { subject: { CN: 'api' } };
  it.each<[title: string, policies: Record<string, unknown>, option: string, message: RegExp]>([
    [
      'one is unknown',
      { a: { policy: 'payment' }, payments: cn },
      'policies.a.policy',
      /no policy 'payment' \(did you mean 'payments'\?\)/,
    ],
    ['one is named after what objects inherit', { a: { policy: 'constructor' } }, 'policies.a.policy', /no policy 'constructor'/],
    ['one is itself', { a: { policy: 'a' } }, 'policies.a', /leads back to itself: a -> a/],
    [
      'they are a circle',
      { a: { policy: 'b' }, b: { anyOf: [cn, { policy: 'c' }] }, c: { not: { policy: 'a' } } },
      'policies.a',
      /a -> b -> c -> a/,
    ],
    ['one has no rules', { a: {} }, 'policies.a', /has no rules/],
    ['one is undefined', { a: undefined }, 'policies.a', /is undefined/],
    ['one is a word', { a: 'required' }, 'policies.a', /must be an object of rules/],
    ['one only reports', { a: { ...cn, mode: 'report' } }, 'policies.a.mode', /where a policy is used/],
    ['one replaces the default', { a: { ...cn, replaceDefault: true } }, 'policies.a.replaceDefault', /leave it out/],
    ['one has no name', { '': cn }, 'policies', /needs a name/],
    ['one has the name __proto__', JSON.parse('{"__proto__":{"subject":{"CN":"api"}}}'), 'policies', /not '__proto__'/],
    [
      'one that asks of requests is inside of another',
      { a: { authorize: () => true }, b: { not: { policy: 'a' } } },
      'policies.b.not.policy',
      /'a' has authorize/,
    ],
    [
      'one that asks of requests is deeper inside of another',
      { a: { authorize: () => true }, b: { policy: 'a' }, c: { anyOf: [cn, { policy: 'b' }] } },
      'policies.c.anyOf[1].policy',
      /'b' has authorize/,
    ],
  ])('%s', (_title, policies, option, message) => {
    const error = failure(() => new PolicyBook(policies, settings));
    expect(error.option).toBe(option);
    expect(error.message).toMatch(message);
  });

  it('a name is in the file as well', () => {
    expect(failure(() => new PolicyBook({ a: cn }, settings, file({ a: cn })))).toMatchObject({
      option: 'policies.a',
      message: expect.stringContaining('rename one'),
    });
  });
});

describe('a policy book', () => {
  it('is read once: changing what was given changes nothing, when the file is replaced neither', () => {
    const own = { payments: { subject: { CN: ['web'] } } };
    const book = new PolicyBook(own, settings, file({}));
    const requirement = compileRequirement({ policy: 'payments' }, { option: 'config.mtls', book });
    own.payments.subject.CN.push('api');
    own.payments = { subject: { CN: ['api'] } };
    book.replace(file({}));
    expect(evaluateRequirement(requirement, api)?.code).toBe('PEERCERT_POLICY_MISMATCH');
  });

  it('hands on no value of a policy that is only named', () => {
    const book = new PolicyBook({ a: () => ({ allow: true, value: 1 }) } as never, settings);
    expect(book.policies.named('a')).toBeDefined();
    const { demands } = compileRequirement({ policy: 'a' }, { option: 'config.mtls', book });
    expect(demands.policies).toHaveLength(1);
  });
});

describe('a replacement', () => {
  const make = () => {
    const book = new PolicyBook({}, settings, file({ a: { subject: { CN: 'api' } }, b: { trustSet: 'staff' } }, { policy: 'a' }));
    const inherited = fileRequirement({ option: 'policy', book });
    const route = compileRequirement({ policy: 'b' }, { option: 'config.mtls', book, default: inherited });
    return { book, inherited, route };
  };

  it.each<[title: string, next: ReturnType<typeof file>, message: RegExp]>([
    [
      'drops a name that a route uses',
      file({ a: { subject: { CN: 'web' } } }, { policy: 'a' }),
      /config\.mtls\.policy: there is no policy 'b'/,
    ],
    ['drops a name that the default uses', file({ b: { trustSet: 'staff' } }, { policy: 'a' }), /policy\.policy: there is no policy 'a'/],
    ['has a circle', file({ a: { policy: 'b' }, b: { policy: 'a' } }), /leads back to itself/],
    [
      'makes default and route contradict each other',
      file({ a: { trustSet: 'guests' }, b: { trustSet: 'staff' } }, { policy: 'a' }),
      /no certificate can satisfy it/,
    ],
  ])('that %s is refused as a whole', (_title, next, message) => {
    const { book, inherited, route } = make();
    const before = [inherited.demands, route.demands, book.policies, book.fileDefault];
    expect(failure(() => book.replace(next)).message).toMatch(message);
    expect([inherited.demands, route.demands, book.policies, book.fileDefault]).toEqual(before);
    expect(inherited.demands).toBe(before[0]);
    expect(route.demands).toBe(before[1]);
    // And a route that is compiled afterwards is composed with what is in force.
    expect(compileRequirement({ policy: 'b' }, { option: 'late', book, default: inherited }).demands.policies).toHaveLength(2);
  });

  it('holds for the default and for routes, as new demands', () => {
    const { book, inherited, route } = make();
    const before = [inherited.demands, route.demands];
    book.replace(file({ a: { subject: { CN: 'web' } }, b: { trustSet: 'default' } }, { policy: 'a' }));
    expect(inherited.demands).not.toBe(before[0]);
    expect(route.demands.trustSets).toEqual(['default']);
    expect(evaluateRequirement(inherited, api)?.trace[0]?.rule).toBe("policy 'a'.subject.CN");
    book.replace(file({ a: { subject: { CN: 'web' } }, b: { trustSet: 'default' } }));
    expect(inherited.demands).toMatchObject({ presence: 'required', policies: [] });
  });
});
