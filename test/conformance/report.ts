import { allRules } from './rules.js';
import type { CaseTime, SuiteResult, SuiteRun } from './run.js';

/** What a person reads of a suite. */
export function suiteReport({ result, times, categories }: SuiteRun): string {
  const lines = [`${result.suite}: ${result.passed} passed, ${result.failed} failed, ${result.skipped} skipped, of ${result.total}`];
  for (const { rule, reason, ids } of result.divergences) {
    lines.push(`  ${ids.length === 1 ? '1 case' : `${ids.length} cases`} under the rule '${rule}'`, `    ${reason}`, `    ${someOf(ids)}`);
  }
  for (const { id, expected, got, code } of result.failures) {
    const category = categories.get(id);
    const triaged = category === undefined ? '' : `; triaged as ${category}`;
    lines.push(`  FAILED ${id}: expected ${expected}, got ${got}${code === null ? '' : ` (${code})`}${triaged}`);
  }
  const [slowest] = times.toSorted(bySlowness);
  if (slowest !== undefined) lines.push(`  slowest: ${timeText(slowest)}`);
  for (const time of times.filter(({ limit }) => limit !== undefined)) lines.push(`  bounded: ${timeText(time)}`);
  return `${lines.join('\n')}\n`;
}

/** Rules that no case of these results needed: a mend has made them superfluous, or they are for cases that are not among these. */
export function unusedRules(results: readonly SuiteResult[]): readonly string[] {
  const used = new Set(results.flatMap(({ divergences }) => divergences.map(({ rule }) => rule)));
  return allRules.map(({ name }) => name).filter((name) => !used.has(name));
}

/** One line for all suites. */
export function totalReport(results: readonly SuiteResult[]): string {
  const sum = (of: 'passed' | 'failed' | 'skipped') => results.reduce((total, result) => total + result[of], 0);
  return `conformance: ${sum('passed')} passed, ${sum('failed')} failed, ${sum('skipped')} skipped\n`;
}

function bySlowness(one: CaseTime, other: CaseTime): number {
  return other.milliseconds - one.milliseconds;
}

function timeText({ id, milliseconds, limit }: CaseTime): string {
  return `${milliseconds.toFixed(1)} ms${limit === undefined ? '' : ` of ${limit} ms`}, ${id}`;
}

const shown = 4;

function someOf(ids: readonly string[]): string {
  const more = ids.length - shown;
  return `${ids.slice(0, shown).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
