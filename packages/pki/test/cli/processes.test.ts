import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test } from 'vitest';
import type { AuthorityIndex } from '../../src/authority-folder/index-file.js';
import { temporaryFolder } from '../temporary-folder.js';

/** The program as it is built and installed, in processes of its own. */
const program = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const folder = temporaryFolder();
const dir = join(folder, 'pki');
const peercert = (...argv: string[]) => spawnSync(process.execPath, [program, ...argv], { cwd: folder, encoding: 'utf8' });
const index = (): AuthorityIndex => JSON.parse(readFileSync(join(dir, 'index.json'), 'utf8')) as AuthorityIndex;

beforeAll(() => {
  if (!existsSync(program)) throw new Error(`${program} is not there: build the packages first`);
  expect(peercert('ca')).toMatchObject({ status: 0, stderr: '' });
});

test('the exit status tells what happened, and results and problems go different ways', () => {
  expect(peercert('show', 'pki', '--json')).toMatchObject({ status: 0, stdout: expect.stringMatching(/^\{\n/), stderr: '' });
  expect(peercert('ca')).toMatchObject({
    status: 1,
    stdout: '',
    stderr: expect.stringMatching(/^peercert: pki holds an authority already: [^\n]+\n$/),
  });
  expect(peercert('issue')).toMatchObject({ status: 2, stdout: '' });
  expect(peercert('--help')).toMatchObject({ status: 0, stderr: '' });
});

test('help and the refusal of a command line wait for no big library', () => {
  const trace = (...argv: string[]): string => {
    const watch = `import { register } from 'node:module'; register('data:text/javascript,${encodeURIComponent(
      'export async function resolve(name, context, next) { process._rawDebug(name); return next(name, context); }',
    )}');`;
    const options = ['--import', `data:text/javascript,${encodeURIComponent(watch)}`];
    return spawnSync(process.execPath, [...options, program, ...argv], { cwd: folder, encoding: 'utf8' }).stderr;
  };
  for (const argv of [['--help'], ['issue', 'client', 'a', '--wrong']]) {
    const names = trace(...argv);
    expect(names).toContain('commander');
    expect(names).not.toContain('@peculiar/x509');
  }
  expect(trace('show')).toContain('@peculiar/x509');
});

test('eight at once get eight numbers, and all are recorded', async () => {
  const names = Array.from({ length: 8 }, (_, number) => `parallel-${number}`);
  const run = promisify(execFile);
  const issued = await Promise.all(
    names.map(async (name) => {
      const { stdout } = await run(process.execPath, [program, 'issue', 'client', name, '--json'], { cwd: folder });
      return (JSON.parse(stdout) as { certificate: { serialNumber: string } }).certificate.serialNumber;
    }),
  );
  expect(new Set(issued).size).toBe(8);
  const recorded = index().certificates.filter(({ name }) => names.includes(name));
  expect(recorded.map(({ serialNumber }) => serialNumber).sort()).toEqual([...issued].sort());
  expect(readdirSync(join(dir, 'clients')).filter((name) => name.startsWith('parallel-'))).toHaveLength(16);
  expect(readdirSync(dir)).not.toContain('.lock');
});

describe.skipIf(process.platform === 'win32')('a process that is killed while it holds the lock', () => {
  /** Ends itself, as kill -9 would, at the first rename to a name that ends so. */
  async function killedAtRename(end: string, ...argv: string[]): Promise<ChildProcess> {
    const code = `
      import fs from 'node:fs';
      import { syncBuiltinESMExports } from 'node:module';
      const { rename } = fs.promises;
      fs.promises.rename = (from, to) => (to.endsWith('${end}') ? process.kill(process.pid, 'SIGKILL') : rename(from, to));
      syncBuiltinESMExports();`;
    const child = spawn(process.execPath, ['--import', `data:text/javascript,${encodeURIComponent(code)}`, program, ...argv], {
      cwd: folder,
      stdio: 'ignore',
    });
    await once(child, 'exit');
    expect(child.signalCode).toBe('SIGKILL');
    return child;
  }

  test.each([
    ['before it recorded the certificate', 'index.json', 0],
    ['after it recorded the certificate', 'killed-1.key', 1],
    ['before the certificate appeared', 'killed-2.crt', 1],
  ])(
    '%s, holds up nobody',
    async (_title, end, recorded) => {
      const name = `killed-${['index.json', 'killed-1.key', 'killed-2.crt'].indexOf(end)}`;
      const { pid } = await killedAtRename(end, 'issue', 'client', name);
      expect(JSON.parse(readFileSync(join(dir, '.lock'), 'utf8'))).toEqual({ token: expect.any(String), pid, host: hostname() });
      expect(existsSync(join(dir, 'clients', `${name}.crt`))).toBe(false);
      expect(index().certificates.filter((one) => one.name === name)).toHaveLength(recorded);

      // Who waits for a lock that is held gives up after ten seconds, and says so.
      expect(peercert('issue', 'client', name, '--force')).toMatchObject({ status: 0, stderr: '' });
      expect(index().certificates.filter((one) => one.name === name)).toHaveLength(recorded + 1);
      expect([...readdirSync(dir), ...readdirSync(join(dir, 'clients'))].filter((file) => /^\.(?!gitignore$)/.test(file))).toEqual([]);
    },
    30_000,
  );
});

test('whoever closes the pipe early gets no complaint', async () => {
  const child = spawn(process.execPath, [program, 'show', 'pki', '--json'], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
  child.stdout.destroy();
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint += text;
  });
  await once(child, 'close');
  expect(complaint).toBe('');
});
