import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Machine } from './harness/machine.js';
import type { Row } from './harness/row.js';
import { figure } from './harness/table.js';
import { reasonFor } from './reasons.js';
import type { Curve } from './scaling/curve.js';
import { svgOf } from './scaling/svg.js';

/** What is kept of a run, in docs/benchmarks/node-NN.json: the page is made of these. */
export interface Kept {
  readonly machine: Machine;
  readonly rows: readonly Row[];
  readonly curves?: readonly Curve[];
}

/** Puts a run in the place of the last one on the same line of Node.js, and writes the page and the pictures anew. What was not measured stays. */
export function writeDocs(root: string, { machine, rows, curves }: Kept): void {
  const folder = join(root, 'docs', 'benchmarks');
  mkdirSync(folder, { recursive: true });
  const line = machine.node.slice(1).split('.')[0];
  const file = join(folder, `node-${line}.json`);
  const before = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Kept) : undefined;
  const kept: Kept = { machine, rows: merged(before?.rows ?? [], rows), curves: curves ?? before?.curves ?? [] };
  writeFileSync(file, `${JSON.stringify(kept, undefined, 2)}\n`);
  const runs = readRuns(root);
  for (const curve of runs.flatMap((run) => run.curves ?? [])) writeFileSync(join(folder, `${curve.name}.svg`), svgOf(curve));
  writeFileSync(join(root, 'docs', 'benchmarks.md'), pageOf(runs));
}

/** Those that were measured again stand where they stood. */
function merged(before: readonly Row[], now: readonly Row[]): readonly Row[] {
  const isSame = (one: Row, other: Row): boolean => one.name === other.name && nameWithoutVersion(one) === nameWithoutVersion(other);
  const replaced = before.map((row) => now.find((other) => isSame(row, other)) ?? row);
  return [...replaced, ...now.filter((row) => !before.some((other) => isSame(row, other)))];
}

function nameWithoutVersion({ otherName }: Row): string {
  return otherName.replaceAll(/[\d.]+/g, '');
}

/** The runs that are kept, the oldest line of Node.js first. */
export function readRuns(root: string): readonly Kept[] {
  const folder = join(root, 'docs', 'benchmarks');
  const names = readdirSync(folder).filter((name) => /^node-\d+\.json$/.test(name));
  return names.sort().map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as Kept);
}

export function pageOf(runs: readonly Kept[]): string {
  return `${[...introduction, ...runs.flatMap(runLines), ...curveLines(runs)].join('\n')}\n`;
}

const introduction = [
  '# Benchmarks',
  '',
  '<!-- Written by `pnpm bench --write-docs`. -->',
  '',
  'What the guard costs, beside what it competes with, in one run: all take turns, batch by batch, and what counts is the ratio of two batches that were',
  'measured one right after the other. Times are CPU of the process that works, all its threads together, not the time that passes. Each figure is a',
  'median; behind each ratio stand the smallest and the largest pair. `pnpm bench` measures it on your machine; [test/bench/README.md](../test/bench/README.md)',
  'tells how, and which traps there are.',
];

function runLines({ machine, rows }: Kept): readonly string[] {
  const { node, openssl, platform, cpu, cores, memoryGiB, load, date, isQuick } = machine;
  const missed = rows.filter(({ ok }) => ok === false);
  return [
    '',
    `## Node.js ${node.slice(1)}`,
    '',
    `${date.slice(0, 10)}, OpenSSL ${openssl}, ${platform}, ${cores} cores of ${cpu}, ${memoryGiB} GiB; load average ${load[0].toFixed(2)} before and`,
    `${load[1].toFixed(2)} after${isQuick ? '; a quick run, whose ranges are wide' : ''}.${Math.max(...load) > 1 ? busy : ''}`,
    '',
    '| work | peercert | beside | ratio (min to max) | target |',
    '| --- | --- | --- | --- | --- |',
    ...rows.map(rowLine),
    ...(missed.length === 0 ? [] : ['', 'Missed:', '', ...missed.map((row) => `- ${row.name}: ${reasonFor(row)}`)]),
  ];
}

const busy = ' Other work ran on it: figures are several times what they are on an idle machine, and ratios of short rows are off.';

function rowLine({ name, ours, other, otherName, ratio, min, max, unit, target, ok }: Row): string {
  const beside = other === null ? otherName : `${figure(other)} ${unit}: ${otherName}`;
  const ratios = ratio === null ? '' : `${figure(ratio)} (${figure(min as number)} to ${figure(max as number)})`;
  const verdict = target === '' ? '' : `${target.replace('<=', '≤')}${ok === null ? '' : ok ? ', met' : ', missed'}`;
  return `| ${[name, `${figure(ours)} ${unit}`, beside, ratios, verdict].join(' | ')} |`;
}

function curveLines(runs: readonly Kept[]): readonly string[] {
  return runs.flatMap(({ curves = [], machine }) => {
    if (curves.length === 0) return [];
    const heading = ['', '## How it grows', '', `On Node.js ${machine.node.slice(1)}; points are medians.`];
    return [...heading, ...curves.flatMap(({ name, title, limit }) => ['', `![${title}](benchmarks/${name}.svg)`, '', limit])];
  });
}
