import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { needs } from '../support/programs.js';

/** The newcomer's way: the README's own blocks, run as they stand, except for the port. */
needs('openssl', 'curl')('the README', () => {
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
  const folder = mkdtempSync(join(tmpdir(), 'peercert-readme-'));
  let child: ChildProcess | undefined;

  beforeAll(() => {
    execFileSync('sh', ['-e', '-c', block('Five minutes: certificates', 'sh')], { cwd: folder, stdio: 'pipe' });
    symlinkSync(new URL('../node_modules', import.meta.url), join(folder, 'node_modules'));
  });
  afterEach(() => void child?.kill());
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  describe.each(['Fastify', 'Express'])('%s', (framework) => {
    test('starts in five minutes, and answers as the README says', async () => {
      const port = String(await freePort());
      writeFileSync(join(folder, 'server.mjs'), block(`Five minutes: ${framework}`, 'js').replaceAll('8443', port));
      child = spawn(process.execPath, ['server.mjs'], { cwd: folder, stdio: 'inherit' });
      const [without = '', withOne = ''] = block('And then', 'sh').replaceAll('8443', port).trim().split('\n');

      expect(await run(without, '--retry-connrefused --retry 20 --retry-delay 1')).toMatch(/PEERCERT_CERTIFICATE_MISSING[\s\S]*\n403$/);
      expect(await run(withOne)).toBe('{"hello":["alice"]}\n200');
      expect(await run(withOne.replace(`${port}/`, `${port}/pay`))).toBe('{"paid":true}\n200');
      expect(await run(without.replace(`${port}/`, `${port}/health`))).toBe('{"ok":true}\n200');
    });
  });

  /** The first block of this language under the heading. */
  function block(heading: string, language: string): string {
    const section = readme.split(`## ${heading}\n`)[1] ?? '';
    const found = new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``).exec(section)?.[1];
    if (found === undefined) throw new Error(`README.md has no ${language} block under ${heading}`);
    return found;
  }

  async function run(curl: string, more = ''): Promise<string> {
    const { stdout } = await promisify(execFile)('sh', ['-c', `${curl.replace('curl ', `curl -s -w '\\n%{http_code}' ${more} `)}`], {
      cwd: folder,
    });
    return stdout;
  }

  async function freePort(): Promise<number> {
    const server = createServer().listen(0);
    const { port } = server.address() as { port: number };
    await new Promise((resolve) => server.close(resolve));
    return port;
  }
});
