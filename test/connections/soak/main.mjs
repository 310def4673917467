// @ts-check
/**
 * `pnpm soak [--connections 100000] [--held 1000] [--reloads 100]`: tells what connections cost a guarded server in memory, and whether all of it comes back.
 * Takes about ten minutes on two cores. Exits with 1 where something does not.
 */
import { parseArgs } from 'node:util';
import { leaks, soak } from './soak.mjs';

const number = (/** @type {string} */ unlessTold) => /** @type {const} */ ({ type: 'string', default: unlessTold });
const { values } = parseArgs({ options: { connections: number('100000'), held: number('1000'), reloads: number('100') } });
const plan = { connections: Number(values.connections), held: Number(values.held), reloads: Number(values.reloads) };
if (!Object.values(plan).every((count) => Number.isSafeInteger(count) && count > 0)) throw new TypeError('soak: takes numbers above 0');

const began = performance.now();
const print = (/** @type {string} */ line) => void process.stdout.write(`${line}\n`);
const figures = await soak({
  ...plan,
  tell: (line) => print(`${((performance.now() - began) / 1_000).toFixed(0).padStart(5)} s  ${line}`),
});
const { bare, guarded, churned, rehearsed, reloaded } = figures;
const kibibytes = (/** @type {number} */ bytes) => `${(bytes / 1_024).toFixed(1)} KiB`;
const rows = [
  ['a connection held, without a guard', `${kibibytes(bare.heapEach)} of heap, ${kibibytes(bare.rssEach)} of memory in all`],
  ['a connection held, with a guard', `${kibibytes(guarded.heapEach)} of heap, ${kibibytes(guarded.rssEach)} of memory in all`],
  [`left of ${plan.held} of them`, kibibytes(guarded.grown)],
  [`${plan.connections} opened and closed`, `${(plan.connections / churned.seconds).toFixed(0)} a second`],
  ['left of these, after the first quarter', `${kibibytes(churned.grown)}, ${churned.bytesEach.toFixed(2)} bytes a connection`],
  [
    `${plan.held} held through ${plan.reloads} reloads`,
    `a revoked connection is closed after ${reloaded.medianMilliseconds.toFixed(0)} ms (median)`,
  ],
  ['left of the first reloads, before these', kibibytes(rehearsed.grown)],
  ['left of the reloads, meanwhile and afterwards', `${kibibytes(reloaded.grownWhileHeld)}, ${kibibytes(reloaded.grown)}`],
];
print(`\nNode.js ${process.version}, ${process.platform} ${process.arch}`);
for (const [what, figure] of rows) print(`${(what ?? '').padEnd(48)} ${figure}`);
const found = leaks(figures);
for (const leak of found) print(`soak: ${leak}`);
if (found.length > 0) process.exitCode = 1;
