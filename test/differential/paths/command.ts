import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { compare, type Finding, type Tally } from './comparison.js';
import { core } from './core.js';
import { type allFeatures, generate } from './generate.js';
import { keyRing } from './key-ring.js';
import { compileOracles, lineOf } from './oracles.js';

const usage = `Usage: pnpm differential [--seed N] [--count N] [--first N] [--without names,policies]
  --seed N       the same seed makes the same PKIs; default: another one each time
  --count N      how many; default 5000
  --first N      the first of them; default 0
  --without …    leaves out name constraints, or certificate policies
`;

/**
 * Compares core with OpenSSL and Go on random PKIs, and gives the exit code: 0 when there was nothing to find, 1 when there was, 2 when it
 * was called wrongly.
 *
 * @public main.mjs imports what this is compiled to.
 */
export async function differential(folder: string, args: readonly string[]): Promise<number> {
  const options = readOptions(args);
  if (typeof options === 'string') {
    process.stdout.write(`${options}${usage}`);
    return options === '' ? 0 : 2;
  }
  const { seed, count, first, features } = options;
  const { oracles, absent, remove } = compileOracles(folder);
  for (const { name, what } of absent) process.stdout.write(`differential: ${name} is not asked, for want of ${what}\n`);
  process.stdout.write(`differential: seed ${seed}, beside ${oracles.map(({ name }) => name).join(' and ') || 'nobody'}\n`);
  const begun = performance.now();
  const ring = keyRing(seed);
  let told = begun;
  try {
    const tally = await compare({
      generate: (index) => generate(ring, index, features),
      verify: core,
      oracles,
      first,
      count,
      onBatch: (sofar) => {
        if (performance.now() - told < 2_000) return;
        told = performance.now();
        process.stdout.write(`${progress(sofar, told - begun)}\n`);
      },
      onFinding: findingsKeeper(join(folder, 'findings')),
    });
    process.stdout.write(summary(tally, performance.now() - begun));
    // With CI=true everything is installed, and what is silently left out proves nothing.
    return tally.findings.size > 0 || (absent.length > 0 && process.env.CI === 'true') ? 1 : 0;
  } finally {
    remove();
  }
}

interface Options {
  readonly seed: number;
  readonly count: number;
  readonly first: number;
  readonly features: typeof allFeatures;
}

/** The complaint where there is one; an empty one asks for help alone. */
function readOptions(args: readonly string[]): Options | string {
  const text = { type: 'string' } as const;
  try {
    const { values } = parseArgs({
      // pnpm and npm differ in whether they hand this on.
      args: args.filter((arg) => arg !== '--'),
      options: { seed: text, count: text, first: text, without: text, help: { type: 'boolean' } },
    });
    if (values.help === true) return '';
    const [seed, count, first] = [values.seed ?? Date.now() % 2 ** 31, values.count ?? 5_000, values.first ?? 0].map(Number);
    if (![seed, count, first].every((number) => Number.isSafeInteger(number))) return '--seed, --count and --first take whole numbers\n';
    const without = values.without?.split(',') ?? [];
    const features = { names: !without.includes('names'), policies: !without.includes('policies') };
    return { seed, count, first, features } as Options;
  } catch (error) {
    return `${(error as Error).message}\n`;
  }
}

/** Writes the first of each kind into the folder, with the line that the oracles read, and tells them. */
function findingsKeeper(folder: string): (finding: Finding) => void {
  const kept = new Map<string, number>();
  return ({ kind, reason, question }) => {
    const times = (kept.get(kind) ?? 0) + 1;
    kept.set(kind, times);
    if (times > mostKept) return;
    const { seed, index, history } = question;
    mkdirSync(folder, { recursive: true });
    const path = join(folder, `${kind.replaceAll(/[ ,]+/g, '-')}-${seed}-${index}.json`);
    const file = { kind, reason, seed, index, history, line: lineOf(question).trimEnd() };
    writeFileSync(path, `${JSON.stringify(file, undefined, 2)}\n`);
    process.stdout.write(`differential: ${kind}: ${reason.split('\n', 1)[0]} (${path})\n`);
  };
}

const mostKept = 20;

function progress({ cases, accepted, findings }: Tally, milliseconds: number): string {
  return `differential: ${(milliseconds / 1_000).toFixed(0)} s, ${cases} PKIs, ${accepted} accepted, ${sum(findings)} findings`;
}

function summary(tally: Tally, milliseconds: number): string {
  const { cases, sound, accepted, acceptedByAll, refusedByAll, acceptedAlone, refusedAlone, disputed, soundRefused, findings } = tally;
  return [
    ...table('accepted by core, refused by another that', acceptedAlone),
    ...table('refused by core, accepted by everyone else', refusedAlone),
    ...table('refused by core, accepted by some', disputed),
    ...table('refused by core, though nothing was done to make it so', soundRefused),
    `differential: ${cases} PKIs, ${sound} of them sound, ${accepted} accepted, ${acceptedByAll} by all, ${refusedByAll} refused by all, ${(milliseconds / 1_000).toFixed(0)} s`,
    ...(findings.size === 0 ? ['differential: nothing found'] : table(`differential: ${sum(findings)} findings`, findings)),
    '',
  ].join('\n');
}

function table(title: string, counts: ReadonlyMap<string, number>): readonly string[] {
  const rows = [...counts].sort(([, one], [, other]) => other - one).map(([name, times]) => `${String(times).padStart(8)}  ${name}`);
  return rows.length === 0 ? [] : [`${title}:`, ...rows, ''];
}

function sum(counts: ReadonlyMap<string, number>): number {
  return [...counts.values()].reduce((total, times) => total + times, 0);
}
