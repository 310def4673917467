import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../temporary-folder.js';

const program = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
const lines = [...readme.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].flatMap(([, block = '']) => block.trim().split('\n'));
const commands = lines.flatMap((line) => /^npx peercert (.+?) +# /.exec(line)?.[1] ?? []);

test('the commands of the README work, one after the other, and make the files that it tells of', () => {
  const folder = temporaryFolder();
  expect(commands).toHaveLength(12);
  for (const command of commands) {
    const { status, stderr } = spawnSync(process.execPath, [program, ...command.split(' ')], { cwd: folder, encoding: 'utf8' });
    expect({ command, status, stderr }).toEqual({ command, status: 0, stderr: '' });
  }
  const files = [
    'ca.crt',
    'ca.key',
    'crl.pem',
    'index.json',
    '.gitignore',
    'servers/localhost.crt',
    'clients/alice.key',
    'clients/alice.p12',
  ];
  for (const file of files) expect({ file, exists: existsSync(join(folder, 'pki', file)) }).toEqual({ file, exists: true });
  expect(readme).toContain('curl --cacert pki/ca.crt --cert pki/clients/alice.crt --key pki/clients/alice.key https://localhost:8443/');
}, 120_000);
