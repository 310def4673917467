/**
 * Runs every test on other lines of Node.js, which npx fetches from npm's `node` package:
 *
 *     node scripts/test-on.mjs            # 22, 24 and 26
 *     node scripts/test-on.mjs 26 -- packages/core
 *
 * What is built stays as it is: the packages are the same for every line. Ends with a table, and with 1 if a line failed.
 */
import { join } from 'node:path';
import { fail, run } from './lib/process.mjs';
import { root } from './lib/workspace.mjs';

const separator = process.argv.indexOf('--');
const given = process.argv.slice(2, separator === -1 ? undefined : separator);
const filters = separator === -1 ? [] : process.argv.slice(separator + 1);
const lines = given.length === 0 ? ['22', '24', '26'] : given;

/** @type {string[]} */
const failed = [];
for (const line of lines) {
  const node = ['--yes', `node@${line}`];
  const version = await run('npx', [...node, '--version']);
  if (!version.ok) fail(`test-on: npx could not fetch Node.js ${line} (${version.status})\n${version.output}`);
  process.stdout.write(`\nNode.js ${version.output.trim().split('\n').at(-1)}\n`);
  const tests = await run('npx', [...node, join(root, 'node_modules', 'vitest', 'vitest.mjs'), 'run', ...filters], { echo: true });
  if (!tests.ok) failed.push(line);
}
if (failed.length > 0) fail(`test-on: failed on Node.js ${failed.join(', ')}`);
