import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { runNode } from '../../scripts/lib/process.mjs';
import { pageOf, quotedIn, readRuns } from './docs-page.js';
import { median, race } from './harness/race.js';
import { rowOf } from './harness/row.js';
import { figure, lineOf } from './harness/table.js';
import { svgOf } from './scaling/svg.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'peercert-bench-test-'));

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const pair = { name: 'work', unit: 'us', otherName: 'other' };

describe('a row', () => {
  it('misses its target when the median of its ratios does, whatever the medians say', () => {
    const row = rowOf({ ...pair, ours: [10, 10, 30], other: [9, 8, 40], target: { of: 'ratio', most: 1.1 } });
    expect(row).toEqual({ ...pair, ours: 10, other: 9, ratio: 10 / 9, min: 0.75, max: 1.25, target: 'ratio <= 1.1', ok: false });
  });

  it('misses its target when it is no number', () => {
    expect(rowOf({ ...pair, ours: [Number.NaN], other: [1], target: { of: 'ratio', most: 2 } }).ok).toBe(false);
    expect(rowOf({ ...pair, ours: [Number.NaN], other: [1], target: { of: 'ours', most: 2 } }).ok).toBe(false);
  });

  it('is judged by its own figure where that is what is promised, with or without another', () => {
    expect(rowOf({ ...pair, ours: [3], other: [1], target: { of: 'ours', most: 3 } }).ok).toBe(true);
    expect(rowOf({ ...pair, ours: [4], other: undefined, target: { of: 'ours', most: 3 } })).toMatchObject({
      other: null,
      ratio: null,
      ok: false,
    });
  });

  it('is neither met nor missed where nobody is there to be compared with', () => {
    const row = rowOf({ ...pair, ours: [1], other: undefined, target: { of: 'ratio', most: 1 } });
    expect(row).toMatchObject({ other: null, ratio: null, min: null, max: null, ok: null });
    expect(lineOf(row)).toBe('work: 1 us, other  [ratio <= 1: nobody to compare with]');
  });

  it('is told with its pairs', () => {
    const row = rowOf({ ...pair, ours: [1_234.5, 2_000], other: [1_000, 1_000], target: { of: 'ratio', most: 1 } });
    expect(lineOf(row)).toBe('work: 1,617 us, other 1,000 us  1.617x (1.234 to 2)  [ratio <= 1: MISSED]');
  });
});

describe('a race', () => {
  it.each([Number.NaN, Number.POSITIVE_INFINITY, -1])('ends with whoever took %s', async (took) => {
    await expect(race([{ name: 'a', batch: () => took }], { rounds: 2 })).rejects.toThrow(`a took ${took}`);
  });

  it('lets each begin in its turn, and does not count what warms up', async () => {
    const order: string[] = [];
    const contender = (name: string) => ({ name, batch: () => order.push(name) });
    const samples = await race([contender('a'), contender('b')], { rounds: 2 });
    expect(order.join('')).toBe('abbaab');
    expect([...samples]).toEqual([
      ['a', [4, 5]],
      ['b', [3, 6]],
    ]);
  });

  it('takes the median of many short batches for one of a round, and warms up whoever has to', async () => {
    const order: string[] = [];
    const contender = (name: string) => ({ name, warmUp: () => order.push('-'), batch: () => order.push(name) });
    const samples = await race([contender('a'), contender('b')], { rounds: 1, turns: 2 });
    expect(order.join('')).toBe('--abbaabba');
    expect([...samples]).toEqual([
      ['a', [(7 + 10) / 2]],
      ['b', [(8 + 9) / 2]],
    ]);
  });

  it('has the middle of its values, or the mean of the two in the middle', () => {
    expect([median([3, 1, 2]), median([4, 1, 2, 3]), median([])]).toEqual([2, 2.5, Number.NaN]);
  });
});

describe('figures', () => {
  it.each([
    [0, '0'],
    [0.01234, '0.0123'],
    [1.0166, '1.017'],
    [12.345, '12.3'],
    [1_234_567, '1,234,567'],
    [Number.NaN, 'NaN'],
  ])('%d is written %s', (value, text) => {
    expect(figure(value)).toBe(text);
  });

  it('are drawn in a picture that names what its axes are', () => {
    const points = [1, 10, 100].map((x) => [x, 2 * x] as const);
    const svg = svgOf({ name: 'n', title: 'A < B', x: 'entries', y: 'CPU, ms', points, limit: '' });
    expect(svg).toContain('<title>A &lt; B</title>');
    for (const label of ['entries', 'CPU, ms', '>1<', '>100<', '>1,000<']) expect(svg).toContain(label);
    expect(svg.match(/<polyline points="([^"]+)"/)?.[1]?.split(' ')).toHaveLength(3);
    expect(svg).not.toContain('NaN');
  });
});

describe('pnpm bench', { timeout: 240_000 }, () => {
  const numberOrNull = expect.toSatisfy((value: unknown) => value === null || typeof value === 'number');
  const bench = (...args: string[]) => runNode([join(root, 'test/bench/main.mjs'), ...args]);

  it('measures what is named, and writes it down', async () => {
    const out = join(folder, 'out.json');
    const { ok, output } = await bench('policies', '--quick', '--json', out);
    expect(output).toMatch(/bench: 2 rows/);
    expect(ok).toBe(true);
    const { rows, machine } = JSON.parse(readFileSync(out, 'utf8')) as { rows: object[]; machine: object };
    expect(rows).toHaveLength(2);
    for (const row of rows) {
      expect(row).toEqual({
        name: expect.any(String),
        ours: expect.any(Number),
        other: numberOrNull,
        otherName: expect.any(String),
        ratio: numberOrNull,
        // There is no ratio to what nobody else has.
        min: numberOrNull,
        max: numberOrNull,
        unit: 'us',
        target: expect.stringMatching(/^ours <= [\d.]+$/),
        ok: expect.any(Boolean),
      });
    }
    expect(machine).toMatchObject({ node: process.version, cores: expect.any(Number), load: [expect.any(Number), expect.any(Number)] });
  });

  it('writes no page of a part of the rows, which could be chosen among several runs', async () => {
    const { ok, output } = await bench('policies', '--quick', '--write-docs');
    expect(ok).toBe(false);
    expect(output).toContain('--write-docs takes a complete run, or curves alone');
  });

  it('says what there is when it is asked for something else', async () => {
    const { ok, output } = await bench('everything');
    expect(ok).toBe(false);
    expect(output).toContain('bench: there is no everything');
    expect(output).toContain('names: requests, handshakes, verification, crl, refresh, connections, policies, curves');
  });
});

it('docs/benchmarks.md and its pictures are what the runs that are kept come to', () => {
  const runs = readRuns(root);
  expect(runs.length).toBeGreaterThan(0);
  expect(readFileSync(join(root, 'docs/benchmarks.md'), 'utf8')).toBe(pageOf(runs));
  const readme = readFileSync(join(root, 'README.md'), 'utf8');
  expect(quotedIn(readme, runs)).toBe(readme);
  for (const curve of runs.flatMap(({ growth }) => growth?.curves ?? [])) {
    expect(readFileSync(join(root, 'docs/benchmarks', `${curve.name}.svg`), 'utf8')).toBe(svgOf(curve));
  }
});
