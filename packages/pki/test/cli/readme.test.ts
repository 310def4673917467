import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../temporary-folder.js';

const program = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
const lines = [...readme.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].flatMap(([, block = '']) => block.trim().split('\n'));
const commands = lines.flatMap((line) => /^npx peercert (.+?) +# /.exec(line)?.[1] ?? []);

const blocks = (language: string): string[] =>
  [...readme.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm'))].map(([, block = '']) => block);

/** What is another at each run: times, serial numbers, digests, the name that an authority gets. */
function masked(text: string): string {
  return text
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME')
    .replace(/CN=Development CA [0-9a-f]{8}/g, 'CN=Development CA')
    .replace(/\b(?:[0-9a-f]{20,64}|\d{13})\b/g, 'NUMBER');
}

test('the commands of the README work, one after the other, and make the files that it tells of', () => {
  const folder = temporaryFolder();
  const [policy = ''] = blocks('yaml');
  writeFileSync(join(folder, 'policy.yaml'), policy);
  const told: string[] = [];
  expect(commands).toHaveLength(14);
  for (const command of commands) {
    const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...command.split(' ')], { cwd: folder, encoding: 'utf8' });
    expect({ command, status, stderr }).toEqual({ command, status: command.startsWith('explain ') ? 1 : 0, stderr: '' });
    if (/^(?:check|explain) /.test(command)) told.push(stdout);
  }
  expect(told.map(masked)).toEqual(blocks('text').map(masked));
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
});
