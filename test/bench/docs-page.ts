import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Machine } from './harness/machine.js';
import type { Row } from './harness/row.js';
import { figure } from './harness/table.js';
import { reasonFor } from './reasons.js';
import type { Curve } from './scaling/curve.js';
import { svgOf } from './scaling/svg.js';

/** What is kept of one line of Node.js, in docs/benchmarks/node-NN.json: the page is made of these. */
export interface Kept {
  /** One complete run: rows of several would have been chosen among. */
  readonly comparisons?: { readonly machine: Machine; readonly rows: readonly Row[] };
  /** Likewise, of a run of its own. */
  readonly growth?: { readonly machine: Machine; readonly curves: readonly Curve[] };
}

/** Puts a run in the place of the last one on the same line of Node.js, whatever it says, and writes the page and the pictures anew. */
export function writeDocs(root: string, run: Kept): void {
  const folder = join(root, 'docs', 'benchmarks');
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `node-${process.versions.node.split('.')[0]}.json`);
  const before = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Kept) : {};
  writeFileSync(file, `${JSON.stringify({ ...before, ...run }, undefined, 2)}\n`);
  const runs = readRuns(root);
  for (const curve of runs.flatMap(({ growth }) => growth?.curves ?? [])) writeFileSync(join(folder, `${curve.name}.svg`), svgOf(curve));
  writeFileSync(join(root, 'docs', 'benchmarks.md'), pageOf(runs));
  const readme = join(root, 'README.md');
  writeFileSync(readme, quotedIn(readFileSync(readme, 'utf8'), runs));
}

/** What the README quotes, by name and by whom it is beside. */
const quoted: readonly (readonly [name: string, beside: string])[] = [
  ['cold verification, 3 certificates from DER', 'X509_verify_cert'],
  ['load a CRL of', 'd2i, verify and sort'],
  ['request on a verified connection, node:https', 'getPeerCertificate() per request'],
];
const quotation =
  /(?<=<!-- Rows of docs\/benchmarks\.md, written by `pnpm bench --write-docs`\. -->\n\n).*?(?=\n\n\[docs\/benchmarks\.md\])/s;

/** The README with three rows of the first run. */
export function quotedIn(readme: string, [run]: readonly Kept[]): string {
  const { machine, rows } = run?.comparisons ?? {};
  if (machine === undefined || rows === undefined) return readme;
  const lines = quoted.map(([name, beside]) => {
    const row = rows.find((one) => one.name.startsWith(name) && one.otherName.endsWith(beside));
    if (row === undefined) throw new Error(`there is no row '${name}' beside '${beside}'`);
    return rowLine(row);
  });
  const about = `CPU, by turns in one run on Node.js ${machine.node.slice(1)}, ${machine.date.slice(0, 10)}, ${machine.cores} cores of ${machine.cpu}.${stateOf(machine)}`;
  return readme.replace(quotation, [about, '', ...tableHead, ...lines].join('\n'));
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
  'median of many short batches; behind each ratio stand the smallest and the largest pair. `pnpm bench` measures it on your machine; [test/bench/README.md](../test/bench/README.md)',
  'tells how, and which traps there are.',
];

function runLines({ comparisons }: Kept): readonly string[] {
  if (comparisons === undefined) return [];
  const { machine, rows } = comparisons;
  const missed = rows.filter(({ ok }) => ok === false);
  return [
    '',
    `## Node.js ${machine.node.slice(1)}`,
    '',
    machineLine(machine),
    '',
    ...tableHead,
    ...rows.map(rowLine),
    ...(missed.length === 0 ? [] : ['', 'Missed:', '', ...missed.map((row) => `- ${row.name}: ${reasonFor(row, rows)}`)]),
  ];
}

const tableHead = ['| work | peercert | beside | ratio (min to max) | target |', '| --- | --- | --- | --- | --- |'];

function machineLine(machine: Machine): string {
  const { openssl, platform, cpu, cores, memoryGiB, load, date } = machine;
  const [before, after] = load.map((average) => average.toFixed(2));
  const state = `${date.slice(0, 10)}, OpenSSL ${openssl}, ${platform}, ${cores} cores of ${cpu}, ${memoryGiB} GiB; load average ${before} before and ${after} after.`;
  return `${state}${stateOf(machine)}`;
}

/** What speaks against the figures. */
function stateOf({ load, stolen, isQuick }: Machine): string {
  const quick = isQuick ? ' A quick run: few pairs, little warming up.' : '';
  const part = stolen === undefined ? '' : ` A hypervisor gave ${Math.round(stolen * 100)} % of the time it worked to others.`;
  return `${quick}${part}${load[0] > 1 || (stolen ?? 0) > 0.05 ? busy : ''}`;
}

const busy =
  ' **Other work ran on the machine**: neither a target that is missed here nor one that is met by little says what an idle machine would.';

function rowLine({ name, ours, other, otherName, ratio, min, max, unit, target, ok }: Row): string {
  const beside = other === null ? otherName : `${figure(other)} ${unit}: ${otherName}`;
  const ratios = ratio === null ? '' : `${figure(ratio)} (${figure(min as number)} to ${figure(max as number)})`;
  const verdict = target === '' ? '' : `${target.replace('<=', '≤')}${ok === null ? '' : ok ? ', met' : ', missed'}`;
  return `| ${[name, `${figure(ours)} ${unit}`, beside, ratios, verdict].join(' | ')} |`;
}

function curveLines(runs: readonly Kept[]): readonly string[] {
  return runs.flatMap(({ growth }) => {
    if (growth === undefined) return [];
    const { machine, curves } = growth;
    const heading = ['', '## How it grows', '', `On Node.js ${machine.node.slice(1)}; points are medians. ${machineLine(machine)}`];
    return [...heading, ...curves.flatMap(({ name, title, limit }) => ['', `![${title}](benchmarks/${name}.svg)`, '', limit])];
  });
}
