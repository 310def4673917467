import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { exists, removeDurably, stageFiles, sweep } from '../../src/authority-folder/files.js';
import { temporaryFolder } from '../temporary-folder.js';

const root = temporaryFolder();
let count = 0;
function folder(): string {
  const path = join(root, String(count++));
  mkdirSync(path);
  return path;
}
const modeOf = (path: string): number => statSync(path).mode & 0o777;

test('nothing is in its place before the commit, and everything after it', async () => {
  const path = folder();
  const staged = await stageFiles([
    { path: join(path, 'a'), content: 'A', mode: 0o644 },
    { path: join(path, 'b'), content: Uint8Array.of(1, 2), mode: 0o644 },
  ]);
  expect(readdirSync(path).filter((name) => !name.startsWith('.'))).toEqual([]);
  await staged.commit();
  expect(readdirSync(path).sort()).toEqual(['a', 'b']);
  expect(readFileSync(join(path, 'a'), 'utf8')).toBe('A');
  expect([...readFileSync(join(path, 'b'))]).toEqual([1, 2]);
});

test.skipIf(process.platform === 'win32')(
  'a key has its mode from the beginning, also where it replaces a file that others could read',
  async () => {
    const path = folder();
    writeFileSync(join(path, 'key'), 'old');
    chmodSync(join(path, 'key'), 0o666);
    const staged = await stageFiles([{ path: join(path, 'key'), content: 'new', mode: 0o600 }]);
    const aside = readdirSync(path).find((name) => name.endsWith('.tmp')) as string;
    expect(modeOf(join(path, aside))).toBe(0o600);
    await staged.commit();
    expect(modeOf(join(path, 'key'))).toBe(0o600);
    expect(readFileSync(join(path, 'key'), 'utf8')).toBe('new');
  },
);

test('what was discarded leaves nothing behind', async () => {
  const path = folder();
  await (await stageFiles([{ path: join(path, 'a'), content: 'A', mode: 0o644 }])).discard();
  expect(readdirSync(path)).toEqual([]);
});

test('if one file cannot be written, none of the others is left aside', async () => {
  const path = folder();
  const files = [join(path, 'a'), join(path, 'absent', 'b')].map((file) => ({ path: file, content: '', mode: 0o644 }));
  await expect(stageFiles(files)).rejects.toThrow('ENOENT');
  expect(readdirSync(path)).toEqual([]);
});

test('sweeping removes what was left aside, and nothing else', async () => {
  const path = folder();
  await stageFiles([{ path: join(path, 'a'), content: 'A', mode: 0o644 }]);
  for (const name of ['.hidden', '.gitignore', 'a.tmp', '.a.tmp', '.a.0123456789ag.tmp']) writeFileSync(join(path, name), '');
  await sweep(path);
  expect(readdirSync(path).sort()).toEqual(['.a.0123456789ag.tmp', '.a.tmp', '.gitignore', '.hidden', 'a.tmp']);
});

test('sweeping a folder that is not there is no mistake', async () => {
  await expect(sweep(join(root, 'absent'))).resolves.toBeUndefined();
});

test('sweeping a file is one', async () => {
  const path = join(folder(), 'file');
  writeFileSync(path, '');
  await expect(sweep(path)).rejects.toThrow('ENOTDIR');
});

test('a file is removed, whether or not it is there', async () => {
  const path = join(folder(), 'file');
  writeFileSync(path, '');
  expect(await exists(path)).toBe(true);
  await removeDurably(path);
  await removeDurably(path);
  expect(existsSync(path)).toBe(false);
  expect(await exists(path)).toBe(false);
});
