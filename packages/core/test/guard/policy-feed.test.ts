import { mkdtempSync, renameSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ConfigurationError } from '../../src/errors/index.js';
import { Guard, type GuardOptions, type GuardRequest } from '../../src/guard/index.js';
import type { Requirement } from '../../src/policy/index.js';
import { client, LogRecord, requestWith, root } from '../verifier/fakes.js';

const ca = root();
const alice = client(ca, { CN: 'alice', OU: 'payments' });

let folder: string;
let logger: LogRecord;
const guards: Guard[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'peercert-'));
  logger = new LogRecord();
});

afterEach(async () => {
  await Promise.all(guards.splice(0).map((guard) => guard.close()));
  rmSync(folder, { recursive: true });
});

const file = (): string => join(folder, 'policies.yaml');

function guardOf(content: string | Uint8Array, options: GuardOptions = {}): Guard {
  writeFileSync(file(), content);
  const guard = new Guard({ trust: ca.der, logger, policyFile: file(), ...options });
  guards.push(guard);
  return guard;
}

function failure(content: string | Uint8Array, options: GuardOptions = {}): ConfigurationError {
  try {
    guardOf(content, options);
  } catch (error) {
    if (error instanceof ConfigurationError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

async function decide(guard: Guard, requirement?: Requirement): Promise<string> {
  const decision = await guard.decide(requestWith([alice]) as GuardRequest, requirement);
  return decision.ok ? 'allowed' : `${decision.refusal.code} ${decision.refusal.trace[0]?.rule ?? ''}`.trim();
}

/** A change is put in force when it has stood still for a second. */
const settled = { timeout: 20_000, interval: 20 };

describe('a policy file is refused at construction when', () => {
  it.each<[title: string, content: string | Uint8Array, message: RegExp]>([
    ['it is empty', '', /holds no policy/],
    ['it is a comment', '# nothing\n', /holds no policy/],
    ['it is a list', '- subject: { CN: api }\n', /holds no policy/],
    ['it is a word', 'required\n', /holds no policy/],
    ['it has no policies', 'policies:\n', /must be an object of policies by name/],
    ['a policy has no rules', 'policies: { payments: {} }\n', /policies\.payments: has no rules/],
    ['a rule is misspelt', 'subjct: { CN: api }\n', /unknown option 'subjct' \(did you mean 'subject'\?\)/],
    ['an attribute is misspelt', 'subject: { cn: api }\n', /unknown attribute 'cn' \(did you mean 'CN'\?\)/],
    [
      'a key beside policies is unknown',
      'policies: { a: { subject: { CN: api } } }\ndefaults: {}\n',
      /unknown option 'defaults' \(did you mean 'default'\?\)/,
    ],
    ['a key occurs twice', 'subject: { CN: a }\nsubject: { CN: b }\n', /neither YAML nor JSON: .*unique/i],
    ['a key of JSON occurs twice', '{"subject": {"CN": "a", "CN": "b"}}', /neither YAML nor JSON: .*unique/i],
    ['it is half written', '{"subject": {"CN": "a"', /neither YAML nor JSON/],
    ['it is two documents', 'subject: { CN: a }\n---\nsubject: { CN: b }\n', /neither YAML nor JSON/],
    ['it has a number for a text', 'subject: { CN: 7 }\n', /subject\.CN/],
    ['it merges keys', 'policies:\n  a: &a { subject: { CN: a } }\n  b: { <<: *a }\n', /unknown option '<<'/],
    ['it has __proto__', '{"__proto__": {"subject": {"CN": "a"}}}', /unknown option '__proto__'/],
    ['it is no text', Uint8Array.of(0xff, 0xfe, 0), /is no text in UTF-8/],
    ['it has code', 'decide: !!js/function "() => true"\n', /unknown option 'decide'/],
    ['it is larger than 1 MiB', `# ${'x'.repeat(1024 * 1024)}\nsubject: { CN: a }\n`, /1048576/],
  ])('%s', (_title, content, message) => {
    const error = failure(content);
    expect(error.option).toBe('policyFile');
    expect(error.message).toMatch(message);
    expect(error.message).toContain('policies.yaml');
  });

  it.each<[title: string, content: string, option: string, message: RegExp]>([
    ['a name leads back to itself', 'policies: { a: { policy: a } }\n', 'policies.a', /leads back to itself/],
    ['a name is unknown', 'policies: { a: { policy: b } }\n', 'policies.a.policy', /there is no policy 'b'/],
    [
      'its default is of an unknown trust set',
      'default: { trustSet: staff }\n',
      'default policy of the policy file.trustSet',
      /no trust set 'staff'/,
    ],
    [
      'its default replaces one',
      'default: { subject: { CN: a }, replaceDefault: true }\n',
      'default policy of the policy file.replaceDefault',
      /no default policy/,
    ],
  ])('%s', (_title, content, option, message) => {
    const error = failure(content);
    expect(error.option).toBe(option);
    expect(error.message).toMatch(message);
  });

  it('it is not there, or a folder, or several', () => {
    expect(() => new Guard({ trust: ca.der, policyFile: file() })).toThrow(expect.objectContaining({ option: 'policyFile' }));
    writeFileSync(file(), 'subject: { CN: a }\n');
    writeFileSync(join(folder, 'more.yaml'), 'subject: { CN: a }\n');
    expect(() => new Guard({ trust: ca.der, policyFile: folder })).toThrow(/must be one file/);
  });

  it('the default is in the option as well', () => {
    expect(failure('default: required\n', { policy: 'optional' })).toMatchObject({
      option: 'policy',
      message: expect.stringContaining('leave one of them out'),
    });
  });

  it('a name is in the option as well', () => {
    expect(failure('policies: { a: { subject: { CN: a } } }\n', { policies: { a: { subject: { CN: 'b' } } } }).message).toContain(
      'rename one',
    );
  });
});

describe('a policy file', () => {
  it('alone is the default policy; with names, what routes may name', async () => {
    expect(await decide(guardOf('subject: { OU: sales }\n'))).toBe('PEERCERT_POLICY_MISMATCH subject.OU');
    const guard = guardOf('# yaml-language-server: $schema=./policy.schema.json\npolicies:\n  payments: { subject: { OU: payments } }\n');
    expect(await decide(guard)).toBe('allowed');
    expect(await decide(guard, guard.compile({ policy: 'payments' }, 'config.mtls'))).toBe('allowed');
    expect(() => guard.compile({ policy: 'payment' }, 'config.mtls')).toThrow("did you mean 'payments'?");
  });

  it('that is replaced holds from the next request on, in routes and as the default', async () => {
    const guard = guardOf('{"default": {"subject": {"CN": "alice"}}, "policies": {"a": {"subject": {"OU": "payments"}}}}');
    const route = guard.compile({ policy: 'a' }, 'config.mtls');
    expect([await decide(guard), await decide(guard, route)]).toEqual(['allowed', 'allowed']);
    writeFileSync(`${file()}.new`, 'default: { subject: { CN: alice } }\npolicies: { a: { subject: { OU: sales } } }\n');
    renameSync(`${file()}.new`, file());
    await vi.waitFor(async () => expect(await decide(guard, route)).toBe("PEERCERT_POLICY_MISMATCH policy 'a'.subject.OU"), settled);
    expect(await decide(guard)).toBe('allowed');
    expect(logger.of('info')).toContain(`the policies of ${file()} were replaced`);
    writeFileSync(file(), 'default: { subject: { CN: bob } }\npolicies: { a: { subject: { OU: payments } } }\n');
    await vi.waitFor(async () => expect(await decide(guard, route)).toBe('PEERCERT_POLICY_MISMATCH subject.CN'), settled);
  });

  it.each<[title: string, content: string | undefined, logged: RegExp]>([
    ['half written', 'default: { subject: { OU: payments }', /neither YAML nor JSON/],
    ['broken', 'default: { subjct: { OU: payments } }\n', /did you mean 'subject'/],
    ['emptied', '', /holds no policy/],
    ['gone', undefined, /policies\.yaml/],
    [
      'without a name that a route uses',
      'default: { subject: { OU: payments } }\npolicies: { b: { subject: { CN: alice } } }\n',
      /config\.mtls\.policy: there is no policy 'a'/,
    ],
    [
      'with a trust set that there is not',
      'default: { trustSet: staff }\npolicies: { a: { subject: { CN: alice } } }\n',
      /no trust set 'staff'/,
    ],
    ['with a circle', 'policies: { a: { policy: b }, b: { policy: a } }\n', /leads back to itself/],
  ])('that is %s later leaves the last good one in force, and the log says so', async (_title, content, logged) => {
    const guard = guardOf('default: { subject: { OU: sales } }\npolicies: { a: { subject: { CN: alice } } }\n');
    const route = guard.compile({ policy: 'a', replaceDefault: true }, 'config.mtls');
    if (content === undefined) unlinkSync(file());
    else writeFileSync(file(), content);
    await vi.waitFor(() => expect(logger.of('error').join()).toMatch(logged), settled);
    expect(logger.of('error').join()).toContain('the last good policies stay in force');
    expect(logger.of('error').join()).toContain('policies.yaml');
    expect(await decide(guard)).toBe('PEERCERT_POLICY_MISMATCH subject.OU');
    expect(await decide(guard, route)).toBe('allowed');
    // Mended, it holds again.
    writeFileSync(file(), 'default: { subject: { OU: payments } }\npolicies: { a: { subject: { CN: alice } } }\n');
    await vi.waitFor(async () => expect(await decide(guard)).toBe('allowed'), settled);
  });

  it('that gets a default beside the option keeps the last good one', async () => {
    const guard = guardOf('policies: { a: { subject: { CN: alice } } }\n', { policy: { policy: 'a' } });
    writeFileSync(file(), 'default: required\npolicies: { a: { subject: { CN: alice } } }\n');
    await vi.waitFor(() => expect(logger.of('error').join()).toContain('the option policy is given as well'), settled);
    expect(await decide(guard)).toBe('allowed');
  });

  it('that loses its default demands a certificate, and nothing else', async () => {
    const guard = guardOf('default: { subject: { OU: sales } }\npolicies: { a: { subject: { CN: alice } } }\n');
    writeFileSync(file(), 'policies: { a: { subject: { CN: alice } } }\n');
    await vi.waitFor(async () => expect(await decide(guard)).toBe('allowed'), settled);
    const missing = await guard.decide(requestWith([]) as GuardRequest);
    expect(missing).toMatchObject({ ok: false, refusal: { code: 'PEERCERT_CERTIFICATE_MISSING' } });
  });
});
