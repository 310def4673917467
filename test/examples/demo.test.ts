import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { readArguments } from '../../examples/demo/arguments.mjs';
import { type Answer, judge } from '../../examples/demo/judge.mjs';
import { story } from '../../examples/demo/story.mjs';
import { runNode } from '../../scripts/lib/process.mjs';
import { root } from '../../scripts/lib/workspace.mjs';
import { get } from '../support/client.js';
import { textOf } from '../support/page-text.js';
import { needs } from '../support/programs.js';
import { startChild } from './child.js';

const execute = promisify(execFile);
const demo = join(root, 'examples/demo');
const main = join(demo, 'main.mjs');
let temporary = '';

beforeAll(() => {
  temporary = mkdtempSync(join(tmpdir(), 'peercert-demo-'));
});
afterAll(() => rmSync(temporary, { recursive: true, force: true }));

/** Mark, who, route, Fastify, Express, why. */
const told = [
  ['✓', 'anyone', '/health', '200', '200', '{"ok":true}'],
  ['✓', 'anyone', '/', '403', '403', 'PEERCERT_CERTIFICATE_MISSING'],
  ['✓', 'alice', '/', '200', '200', '{"hello":["alice"]}'],
  ['✓', 'alice', '/pay', '200', '200', '{"hello":["alice"]}'],
  ['✓', 'bob', '/', '200', '200', '{"hello":["bob"]}'],
  ['✓', 'bob', '/pay', '403', '403', 'PEERCERT_POLICY_MISMATCH'],
  ['✓', 'carol', '/pay', '200', '200', '{"hello":["carol"]}'],
  ['✓', 'alice', '/', '403', '403', 'PEERCERT_CERTIFICATE_EXPIRED'],
  ['✓', 'alice', '/', '403', '403', 'PEERCERT_CERTIFICATE_NOT_YET_VALID'],
  ['✓', 'mallory', '/', '403', '403', 'PEERCERT_ISSUER_UNKNOWN'],
  ['✓', 'mallory', '/', '403', '403', 'PEERCERT_SIGNATURE_INVALID'],
  ['✓', 'mallory', '/pay', '403', '403', 'PEERCERT_ISSUER_UNKNOWN'],
  ['✓', 'localhost', '/', '403', '403', 'PEERCERT_PURPOSE_MISMATCH'],
  ['✓', 'sensor-7', '/', '403', '403', 'PEERCERT_ISSUER_UNKNOWN'],
  ['✓', 'sensor-7', '/', '200', '200', '{"hello":["sensor-7"]}'],
  ['✓', 'alice', '/', '200', '200', '{"hello":["alice"]}'],
  ['✓', 'anyone', '/', '403', '403', 'PEERCERT_CERTIFICATE_MISSING'],
  ['✓', 'dora', '/', '403', '403', 'PEERCERT_CERTIFICATE_REVOKED'],
  ['✓', 'erin', '/', '200 → 403', '200 → 403', 'PEERCERT_CERTIFICATE_REVOKED'],
  ['✓', 'alice', '/', '200 → 403', '200 → 403', 'PEERCERT_CERTIFICATE_EXPIRED'],
];

describe('npm run demo -- --once', () => {
  test('tells the story on ports that are free, and ends with 0', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void taken.close());
    const { port } = taken.address() as AddressInfo;
    const folder = join(temporary, 'once');

    const { output, status } = await runNode([main, '--once', '--port', String(port), '--folder', folder]);

    expect(tableOf(output)).toEqual(told);
    expect(output).toContain('All 20 rows are as expected.');
    expect(output).toContain(`Port ${port} is not free, so Fastify gets another one`);
    expect(output).not.toContain('\u001b');
    expect(status).toBe('exit status 0');
    const keys = readdirSync(folder).filter((name) => /\.(key|p12)$/.test(name));
    for (const name of ['client.key', 'alice.p12', 'alice-legacy.p12', 'bob.p12', 'bob-legacy.p12']) expect(keys).toContain(name);
    expect(keys.filter((name) => (statSync(join(folder, name)).mode & 0o777) !== 0o600)).toEqual([]);
  });

  test('names the row that is not as expected, and ends with 1', async () => {
    const sabotaged = join(temporary, 'sabotaged');
    cpSync(demo, sabotaged, { recursive: true, filter: (path) => !path.includes('node_modules') });
    symlinkSync(join(demo, 'node_modules'), join(sabotaged, 'node_modules'));
    const text = readFileSync(join(demo, 'story.mjs'), 'utf8');
    const wrong = text.replace("as: 'expired', refused: 'PEERCERT_CERTIFICATE_EXPIRED'", "as: 'expired', hello: 'alice'");
    expect(wrong).not.toBe(text);
    writeFileSync(join(sabotaged, 'story.mjs'), wrong);

    const { output, status } = await runNode([join(sabotaged, 'main.mjs'), '--once', '--port', '0', '--folder', join(temporary, 'wrong')]);

    const row = '✗ row 8 (alice: expired yesterday, /)';
    const answer = (body: object) => `expected 200 for alice, but the answer was 403 ${JSON.stringify(body)}`;
    const refusal = { code: 'PEERCERT_CERTIFICATE_EXPIRED', message: 'The client certificate has expired' };
    expect(output).toContain(`${row}, Express: ${answer(refusal)}`);
    expect(output).toContain(
      `${row}, Fastify: expected 200 for alice, but the answer was 403 {"statusCode":403,"code":"PEERCERT_CERTIFICATE_EXPIRED"`,
    );
    expect(tableOf(output).filter(([mark]) => mark === '✗')).toEqual([['✗', ...(told[7] ?? []).slice(1)]]);
    expect(output).toContain('1 of 20 rows are not as expected.');
    expect(status).toBe('exit status 1');
  });

  test('shows the usage for what it does not know, and ends with 2', async () => {
    const { output, status } = await runNode([main, '--onec']);
    expect(output).toContain("Unknown option '--onec'");
    expect(output).toContain('Usage: npm run demo');
    expect(status).toBe('exit status 2');
  });
});

describe('readArguments', () => {
  test('takes the default ports and the folder that is made anew', () => {
    const expected = { once: false, help: false, port: 8443, folder: join(root, '.demo'), makeAnew: true };
    expect(readArguments([])).toEqual(expected);
  });

  test('keeps its hands off a folder that somebody names', () => {
    const folder = join(temporary, 'new');
    expect(readArguments(['--folder', folder])).toMatchObject({ folder, makeAnew: false });
  });

  test.each([
    [['--port', 'http'], '--port http: expected a number from 0 to 65534'],
    [['--port', '65535'], '--port 65535: expected a number from 0 to 65534'],
    [['--port', ''], '--port : expected a number from 0 to 65534'],
    [['--folder', root], `--folder ${root}: expected a new folder, or an empty one`],
    [['.demo'], "Unexpected argument '.demo'"],
  ])('refuses %j', (args, message) => {
    expect(() => readArguments(args)).toThrow(message);
  });
});

needs('curl')('npm run demo', () => {
  test('stays up for the commands that it prints, and Ctrl-C closes it', async () => {
    const folder = join(temporary, "a folder's name");
    const child = await startChild(main, { args: ['--port', '0', '--folder', folder], until: /Ctrl-C ends the demo/ });
    let status: unknown;
    try {
      const printed = [...child.output().matchAll(/^ {2}((?:cd|curl) .*)$/gm)].map(([, line]) => line as string);
      const [cd, ...commands] = printed;
      expect(commands).toHaveLength(8);
      const answers = await Promise.all(
        commands.map(
          async (command) => (await execute('sh', ['-c', `${cd}\n${command} --silent`.replace(/(#.*) --silent$/, '--silent $1')])).stdout,
        ),
      );
      const answered = answers
        .map((answer) => JSON.parse(answer) as { code?: string; hello?: string[] })
        .map(({ code, hello }) => code ?? hello);
      const expected = ['PEERCERT_CERTIFICATE_MISSING', ['alice'], ['alice'], 'PEERCERT_POLICY_MISMATCH'];
      expect(answered).toEqual([...expected, ...expected]);

      const [, password] = /^ {2}password +([a-z2-9]{4}(?:-[a-z2-9]{4}){2})$/m.exec(child.output()) ?? [];
      expect(commands[2]).toContain(` --cert alice.p12:${password} `);
      expect(child.output()).toContain(`  certificate  ${join(folder, 'alice.p12')} or ${join(folder, 'bob.p12')}\n`);
      const pages = [...child.output().matchAll(/https:\/\/localhost:(\d+)\/me \((\w+)\)/g)];
      expect(pages.map(([, , server]) => server)).toEqual(['Fastify', 'Express']);
      for (const [, port, server] of pages) {
        const page = textOf((await get(Number(port), '/me')).body);
        expect(page).toContain(`answered by ${server} You showed no certificate`);
        expect(page).toContain(`Its password is ${password} `);
      }
      for (const name of ['Fastify', 'Express']) {
        await expect.poll(child.output).toMatch(new RegExp(`ends the demo[^]*\\n${name}: .*PEERCERT_POLICY_MISMATCH: `));
      }
    } finally {
      status = await child.stop('SIGINT');
    }
    expect(status).toBe(0);
  });
});

describe('judge', () => {
  const right: Answer = { status: 403, body: { code: 'PEERCERT_CERTIFICATE_EXPIRED' }, resumed: false };
  const greeting: Answer = { status: 200, body: { hello: ['alice'] }, resumed: false };

  test.each<[string, Parameters<typeof judge>[0], Answer, string | undefined]>([
    ['passes the expected refusal', { refused: 'PEERCERT_CERTIFICATE_EXPIRED' }, right, undefined],
    ['passes the expected greeting', { hello: 'alice' }, greeting, undefined],
    ['wants the code, not the status alone', { refused: 'PEERCERT_ISSUER_UNKNOWN' }, right, 'expected 403 PEERCERT_ISSUER_UNKNOWN, but'],
    [
      'wants the status, not the code alone',
      { refused: 'PEERCERT_CERTIFICATE_EXPIRED' },
      { ...right, status: 500 },
      'but the answer was 500',
    ],
    ['wants a refusal where somebody gets in', { refused: 'PEERCERT_CERTIFICATE_EXPIRED' }, greeting, 'but the answer was 200'],
    ['wants somebody in who is refused', { hello: 'alice' }, right, 'expected 200 for alice, but the answer was 403'],
    ['wants the right name', { hello: 'bob' }, greeting, 'expected 200 for bob, but the answer was 200 {"hello":["alice"]}'],
    ['wants one name', { hello: 'alice' }, { ...greeting, body: { hello: ['alice', 'bob'] } }, 'expected 200 for alice, but'],
    ['wants an answer', {}, { failure: 'socket hang up' }, 'expected 200, but there was no answer: socket hang up'],
    ['wants the session resumed', { hello: 'alice', via: 'resumed' }, greeting, 'the TLS session was not resumed'],
    ['passes a resumed session', { hello: 'alice', via: 'resumed' }, { ...greeting, resumed: true }, undefined],
    ['wants the connection kept', kept(), { ...right, before: greeting, sameConnection: false }, 'the connection was not kept'],
    [
      'wants a visitor who was let in before',
      kept(),
      { ...right, before: right, sameConnection: true },
      'expected 200, but the answer was 403',
    ],
    ['wants something asked before', kept(), { ...right, sameConnection: true }, 'nothing was asked before'],
    ['passes a kept connection', kept(), { ...right, before: greeting, sameConnection: true }, undefined],
  ])('%s', (_name, row, answer, problem) => {
    if (problem === undefined) expect(judge(row, answer)).toBeUndefined();
    else expect(judge(row, answer)).toContain(problem);
  });

  function kept(): Parameters<typeof judge>[0] {
    return { refused: 'PEERCERT_CERTIFICATE_EXPIRED', via: 'kept' };
  }
});

/** The rows as they are printed, without what is presented; the columns stand two spaces apart. */
function tableOf(output: string): string[][] {
  const rows = output.split('\n').filter((line) => /^[✓✗] {2}/.test(line));
  expect(rows).toHaveLength(story.length);
  return rows.map((line) => line.split(/ {2,}/)).map(([mark, who, _presents, ...others]) => [mark as string, who as string, ...others]);
}
