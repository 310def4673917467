/**
 * `pnpm check`: everything that can be told without running the tests. One line a step; the output of a step that failed
 * follows at the end.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { build } from './lib/build.mjs';
import { fail, run, runNode, tool } from './lib/process.mjs';
import { root } from './lib/workspace.mjs';

/** @typedef {import('./lib/process.mjs').Finished} Finished */
/** @typedef {[name: string, act: () => Promise<Finished>]} Step */

const script = (/** @type {string} */ name, /** @type {string[]} */ ...args) => runNode([join(root, 'scripts', name), ...args]);
const types = (/** @type {string} */ project) => run(tool('tsc'), ['-p', project, '--pretty', 'false']);

/** Two lanes, for two cores: what reads sources alone, and what needs the build. The second stops where the build fails. */
/** @type {Step[]} */
const reading = [
  [
    'format and lint',
    () => run(tool('biome'), ['ci', '--error-on-warnings', '--diagnostic-level=warn', '--colors=off', '--max-diagnostics=50', '.']),
  ],
  ['layer rules', () => script('check-layers.mjs')],
  ['unused files, exports and dependencies', () => run(tool('knip'), ['--no-progress', '--no-config-hints'])],
];
/** @type {Step} */
const building = ['types of the packages', build];
/** @type {Step[]} */
const builtUpon = [
  ['types of tests and examples', () => types('tsconfig.test.json')],
  ['types of scripts', () => types('tsconfig.scripts.json')],
  ['docs/errors.md and JSON Schema in step', () => script('docs.mjs', '--check')],
  ['docs/conformance.md in step', () => runNode([join(root, 'test/conformance/main.mjs'), '--check-docs'])],
  ['code blocks of the documentation', () => script('check-code-blocks.mjs')],
  ['packaging', () => script('check-packaging.mjs')],
];

if (!existsSync(tool('tsc'))) fail("check: nothing is installed yet: run 'npm run setup' first.");

const begun = performance.now();
/** @type {{ name: string, output: string }[]} */
const failures = [];
await Promise.all([lane(reading), upward()]);
for (const { name, output } of failures) process.stdout.write(`\n--- ${name} ---\n${output.trimEnd()}\n`);
const verdict = failures.length === 0 ? 'all is well' : `failed: ${failures.map(({ name }) => name).join(', ')}`;
process.stdout.write(`${failures.length === 0 ? '' : '\n'}check: ${verdict} (${seconds(begun)})\n`);
process.exitCode = failures.length === 0 ? 0 : 1;

async function upward() {
  if (await lane([building])) await lane(builtUpon);
  else for (const [name] of builtUpon) report('not run', name, 'the build failed');
}

/**
 * Takes steps one after the other.
 *
 * @param {Step[]} steps
 * @returns {Promise<boolean>} whether all went well
 */
async function lane(steps) {
  let well = true;
  for (const [name, act] of steps) {
    const start = performance.now();
    const { ok, status, output } = await act();
    report(ok ? 'ok' : 'FAILED', name, seconds(start));
    if (ok) continue;
    well = false;
    failures.push({ name, output: output.trim() === '' ? status : output });
  }
  return well;
}

/**
 * @param {string} state
 * @param {string} name
 * @param {string} remark
 */
function report(state, name, remark) {
  process.stdout.write(`${state.padEnd(8)} ${name} (${remark})\n`);
}

/** @param {number} start */
function seconds(start) {
  return `${((performance.now() - start) / 1000).toFixed(1)} s`;
}
