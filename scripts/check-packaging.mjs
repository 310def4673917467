/** Packs every published package and has publint and attw look at what a user would get. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packPackages } from './lib/pack.mjs';
import { run, tool } from './lib/process.mjs';

const folder = mkdtempSync(join(tmpdir(), 'peercert-pack-'));
try {
  const packed = await packPackages(folder);
  const faults = (await Promise.all(packed.map(faultsOf))).flat();
  process.exitCode = faults.length === 0 ? 0 : 1;
  process.stdout.write(faults.length === 0 ? `packaging: ${packed.length} packages are in order\n` : faults.join('\n'));
} catch (error) {
  process.exitCode = 1;
  process.stdout.write(`${error instanceof Error ? error.message : error}\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** @param {{ name: string, tarball: string }} packed */
async function faultsOf({ name, tarball }) {
  const results = await Promise.all([
    run(tool('publint'), ['run', tarball, '--strict']),
    // Packages are ESM alone: CommonJS gets them by require() of an ES module, which attw does not know yet.
    run(tool('attw'), [tarball, '--profile', 'esm-only', '--format', 'ascii', '--no-color', '--no-emoji']),
  ]);
  return results.filter(({ ok }) => !ok).map(({ output }) => `${name} would be published with a fault:\n${output}`);
}
