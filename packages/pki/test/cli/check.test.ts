import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { temporaryFolder } from '../temporary-folder.js';
import { peercert, peercertJson } from './peercert.js';

const folder = temporaryFolder();

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

describe('a policy file is refused with status 2, in one line:', () => {
  test.each<[string, string | Uint8Array, string]>([
    [
      'with a misspelt rule',
      'policies: { pay: { subjekt: { OU: x } } }',
      "policies.pay: unknown option 'subjekt' (did you mean 'subject'?)",
    ],
    ['with a value of the wrong type', 'subject: { OU: 7 }', 'subject.OU: give a string, { glob: … }, or a list of them'],
    ['that is no YAML', 'subject: { OU: ', 'is neither YAML nor JSON'],
    ['that names a policy that is not there', 'default: { policy: b }', "default.policy: there is no policy 'b'"],
    ['that is empty', '', 'holds no policy'],
    ['that is no text', Uint8Array.of(0xff, 0xfe, 0xff), 'is no text in UTF-8'],
    ['with what a terminal would act on', 'policies: { "\\e[2J": {} }', '\\u{1b}[2J'],
  ])('%s', async (_, content, problem) => {
    const path = file('refused.yaml', content);
    const answer = await peercert(['check', path]);
    expect(answer).toMatchObject({ status: 2, out: '' });
    expect(answer.err).toContain(problem);
    expect(answer.err.startsWith(`peercert: ${path}: `)).toBe(true);
    expect(answer.err).toMatch(/^[^\n]+\n$/);
  });

  test('that is not there', async () => {
    expect(await peercert(['check', 'nowhere.yaml'])).toEqual({
      status: 2,
      out: '',
      err: 'peercert: nowhere.yaml: there is no such file\n',
    });
  });
});

describe('a policy file that is in order', () => {
  const path = file(
    'policy.yaml',
    `default: optional
policies:
  pay:
    subject: { OU: [payments, billing] }
    trustSet: staff
    anyOf:
      - { spiffeId: { glob: 'spiffe://example.com/ns/*/sa/pay' } }
      - not: { subjectAltName: { email: { glob: '*@contractors.example' } } }
`,
  );

  test('is said in words', async () => {
    const { status, out, err } = await peercert(['check', path]);
    expect({ status, err }).toEqual({ status: 0, err: '' });
    expect(out).toBe(`${path}: in order

by default:
  a certificate is optional; one that is sent must be verified

policy pay:
  the path ends in the trust set "staff"
  and the subject's OU is "payments" or "billing"
  and one of:
    the SPIFFE ID fits the glob "spiffe://example.com/ns/*/sa/pay"
    not:
      an e-mail address fits the glob "*@contractors.example"
`);
  });

  test('is told to programs', async () => {
    expect(await peercertJson('check', path)).toEqual({
      file: path,
      default: 'optional',
      policies: {
        pay: [
          'the path ends in the trust set "staff"',
          'the subject\'s OU is "payments" or "billing"',
          'one of:',
          '  the SPIFFE ID fits the glob "spiffe://example.com/ns/*/sa/pay"',
          '  not:',
          '    an e-mail address fits the glob "*@contractors.example"',
        ],
      },
    });
  });
});

/** As it is installed by whoever only issues certificates. */
test('without @peercert/core the commands that need it say so, and the others work', () => {
  const own = fileURLToPath(new URL('../..', import.meta.url));
  const installed = join(realpathSync(folder), 'node_modules/@peercert/pki');
  mkdirSync(installed, { recursive: true });
  cpSync(join(own, 'dist'), join(installed, 'dist'), { recursive: true });
  cpSync(join(own, 'package.json'), join(installed, 'package.json'));
  for (const name of ['commander', 'reflect-metadata', '@peculiar/x509', 'asn1js', 'pkijs']) {
    mkdirSync(dirname(join(folder, 'node_modules', name)), { recursive: true });
    symlinkSync(realpathSync(join(own, 'node_modules', name)), join(folder, 'node_modules', name), 'junction');
  }
  const run = (...argv: string[]) =>
    spawnSync(process.execPath, [join(installed, 'dist/cli/main.js'), ...argv], { cwd: folder, encoding: 'utf8' });
  for (const argv of [
    ['check', 'policy.yaml'],
    ['explain', '--cert', 'policy.yaml', '--ca', 'policy.yaml'],
  ]) {
    const { status, stdout, stderr } = run(...argv);
    expect({ status, stdout, stderr }).toEqual({
      status: 2,
      stdout: '',
      stderr: expect.stringMatching(
        /^peercert: peercert \w+ needs @peercert\/core, which is not installed .*npm install @peercert\/core.*\n$/,
      ),
    });
  }
  expect(run('ca')).toMatchObject({ status: 0 });
});
