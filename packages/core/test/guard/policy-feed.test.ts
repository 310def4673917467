import { mkdtempSync, renameSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, type TestContext, vi } from 'vitest';
import { ConfigurationError } from '../../src/errors/index.js';
import { Guard, type GuardOptions, type GuardRequest } from '../../src/guard/index.js';
import type { Requirement } from '../../src/policy/index.js';
import { client, LogRecord, requestWith, root } from '../verifier/fakes.js';

const ca = root();
const alice = client(ca, { CN: 'alice', OU: 'payments' });

/** A file of its own, so that what waits for files to stand still can wait side by side. */
class Scene {
  readonly folder = mkdtempSync(join(tmpdir(), 'peercert-'));
  readonly file = join(this.folder, 'policies.yaml');
  readonly logger = new LogRecord();
  #guard: Guard | undefined;

  constructor(onTestFinished: TestContext['onTestFinished']) {
    onTestFinished(async () => {
      await this.#guard?.close();
      rmSync(this.folder, { recursive: true });
    });
  }

  write(content: string | Uint8Array): void {
    writeFileSync(this.file, content);
  }

  guard(content: string | Uint8Array, options: GuardOptions = {}): Guard {
    this.write(content);
    this.#guard = new Guard({ trust: ca.der, logger: this.logger, policyFile: this.file, ...options });
    return this.#guard;
  }

  get errors(): string {
    return this.logger.of('error').join('\n');
  }
}

function failure(content: string | Uint8Array, options: GuardOptions = {}): ConfigurationError {
  try {
    new Scene(onTestFinished).guard(content, options);
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
const settled = { timeout: 30_000, interval: 20 };

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
    const { file, folder } = new Scene(onTestFinished);
    expect(() => new Guard({ trust: ca.der, policyFile: file })).toThrow(expect.objectContaining({ option: 'policyFile' }));
    writeFileSync(file, 'subject: { CN: a }\n');
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

describe.concurrent('a policy file', () => {
  it('alone is the default policy; with names, what routes may name', async ({ onTestFinished }) => {
    expect(await decide(new Scene(onTestFinished).guard('subject: { OU: sales }\n'))).toBe('PEERCERT_POLICY_MISMATCH subject.OU');
    const guard = new Scene(onTestFinished).guard(
      '# yaml-language-server: $schema=./policy.schema.json\npolicies:\n  payments: { subject: { OU: payments } }\n',
    );
    expect(await decide(guard)).toBe('allowed');
    expect(await decide(guard, guard.compile({ policy: 'payments' }, 'config.mtls'))).toBe('allowed');
    expect(() => guard.compile({ policy: 'payment' }, 'config.mtls')).toThrow("did you mean 'payments'?");
  });

  it('that is replaced holds from the next request on, in routes and as the default', async ({ onTestFinished }) => {
    const scene = new Scene(onTestFinished);
    const guard = scene.guard('{"default": {"subject": {"CN": "alice"}}, "policies": {"a": {"subject": {"OU": "payments"}}}}');
    const route = guard.compile({ policy: 'a' }, 'config.mtls');
    expect([await decide(guard), await decide(guard, route)]).toEqual(['allowed', 'allowed']);
    writeFileSync(`${scene.file}.new`, 'default: { subject: { CN: alice } }\npolicies: { a: { subject: { OU: sales } } }\n');
    renameSync(`${scene.file}.new`, scene.file);
    await vi.waitFor(async () => expect(await decide(guard, route)).toBe("PEERCERT_POLICY_MISMATCH policy 'a'.subject.OU"), settled);
    expect(await decide(guard)).toBe('allowed');
    expect(scene.logger.of('info')).toContain(`the policies of ${scene.file} were replaced`);
    scene.write('default: { subject: { CN: bob } }\npolicies: { a: { subject: { OU: payments } } }\n');
    await vi.waitFor(async () => expect(await decide(guard, route)).toBe('PEERCERT_POLICY_MISMATCH subject.CN'), settled);
  });

  it.for<[title: string, content: string | undefined, logged: RegExp]>([
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
    ['with a circle', 'default: required\npolicies: { a: { policy: b }, b: { policy: a } }\n', /leads back to itself/],
  ])('that is %s later leaves the last good one in force, and the log says so', async ([, content, logged], { onTestFinished }) => {
    const scene = new Scene(onTestFinished);
    const guard = scene.guard('default: { subject: { OU: sales } }\npolicies: { a: { subject: { CN: alice } } }\n');
    const route = guard.compile({ policy: 'a', replaceDefault: true }, 'config.mtls');
    if (content === undefined) unlinkSync(scene.file);
    else scene.write(content);
    await vi.waitFor(() => expect(scene.errors).toMatch(logged), settled);
    expect(scene.errors).toContain('the last good policies stay in force');
    expect(scene.errors).toContain('policies.yaml');
    expect(await decide(guard)).toBe('PEERCERT_POLICY_MISMATCH subject.OU');
    expect(await decide(guard, route)).toBe('allowed');
    // Mended, it holds again.
    scene.write('default: { subject: { OU: payments } }\npolicies: { a: { subject: { CN: alice } } }\n');
    await vi.waitFor(async () => expect(await decide(guard)).toBe('allowed'), settled);
  });

  it('that gets a default beside the option keeps the last good one', async ({ onTestFinished }) => {
    const scene = new Scene(onTestFinished);
    const guard = scene.guard('policies: { a: { subject: { CN: alice } } }\n', { policy: { policy: 'a' } });
    scene.write('default: required\npolicies: { a: { subject: { CN: alice } } }\n');
    await vi.waitFor(() => expect(scene.errors).toContain('the option policy is given as well'), settled);
    expect(await decide(guard)).toBe('allowed');
  });

  it('that loses its default keeps the last good one, and says how to loosen it', async ({ onTestFinished }) => {
    const scene = new Scene(onTestFinished);
    const guard = scene.guard('default: { subject: { OU: sales } }\npolicies: { a: { subject: { CN: alice } } }\n');
    scene.write('policies: { a: { subject: { CN: alice } } }\n');
    await vi.waitFor(() => expect(scene.errors).toContain("write 'default: required'"), settled);
    expect(await decide(guard)).toBe('PEERCERT_POLICY_MISMATCH subject.OU');
    scene.write('default: required\npolicies: { a: { subject: { CN: alice } } }\n');
    await vi.waitFor(async () => expect(await decide(guard)).toBe('allowed'), settled);
    const missing = await guard.decide(requestWith([]) as GuardRequest);
    expect(missing).toMatchObject({ ok: false, refusal: { code: 'PEERCERT_CERTIFICATE_MISSING' } });
  });
});
