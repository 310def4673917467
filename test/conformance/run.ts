import type { RefusalCode } from '@peercert/core';
import type { ConformanceCase, SuiteName } from './conformance-case.js';
import { type Observation, observe } from './decide.js';
import { holdsTrustedSignature } from './decide-path.js';
import type { DivergenceRule } from './divergence-rule.js';
import { factsOf } from './facts.js';
import { ruleFor } from './rules.js';
import type { Verdict } from './verdict.js';

export interface Failure {
  readonly id: string;
  readonly expected: string;
  readonly got: string;
  /** The refusal's code; null where there is none. */
  readonly code: RefusalCode | null;
}

export interface Divergences {
  readonly rule: string;
  readonly reason: string;
  readonly ids: readonly string[];
}

/** What `--json` writes of a suite. A case under a rule counts as skipped. */
export interface SuiteResult {
  readonly suite: SuiteName;
  readonly total: number;
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly failures: readonly Failure[];
  readonly divergences: readonly Divergences[];
}

export interface CaseTime {
  readonly id: string;
  readonly milliseconds: number;
  /** What the case may take; undefined where nobody set a bound. */
  readonly limit: number | undefined;
}

export interface SuiteRun {
  readonly result: SuiteResult;
  readonly times: readonly CaseTime[];
  /** What the triage file calls the cases that failed. */
  readonly categories: ReadonlyMap<string, string>;
}

/** What a peer may cost: one that a trusted key vouches for, and a stranger. */
const limits = { vouchedFor: 50, stranger: 5 };

/** Judges every case of a suite; `look` is core, and another in tests. */
export async function runSuite(suite: SuiteName, cases: readonly ConformanceCase[], look: typeof observe = observe): Promise<SuiteRun> {
  const failures: Failure[] = [];
  const excused = new Map<DivergenceRule, string[]>();
  const times: CaseTime[] = [];
  const categories = new Map<string, string>();
  for (const testcase of cases) {
    const limit = limitOf(testcase);
    const observation = await look(testcase.question, limit);
    times.push({ id: testcase.id, milliseconds: observation.milliseconds, limit });
    const judgement = judge(testcase, observation, limit);
    if (judgement === undefined) continue;
    if ('failure' in judgement) {
      failures.push(judgement.failure);
      if (testcase.category !== undefined) categories.set(testcase.id, testcase.category);
    } else excused.set(judgement.rule, [...(excused.get(judgement.rule) ?? []), testcase.id]);
  }
  const divergences = [...excused].map(([{ name, reason }, ids]) => ({ rule: name, reason, ids }));
  const skipped = divergences.reduce((sum, { ids }) => sum + ids.length, 0);
  const passed = cases.length - failures.length - skipped;
  return { result: { suite, total: cases.length, passed, failed: failures.length, skipped, failures, divergences }, times, categories };
}

function limitOf({ isDenialOfService, question }: ConformanceCase): number | undefined {
  if (!isDenialOfService || question.kind !== 'path') return undefined;
  return limits[holdsTrustedSignature(question) ? 'vouchedFor' : 'stranger'];
}

type Judgement = { readonly failure: Failure } | { readonly rule: DivergenceRule };

/** Nothing where the case passes. No rule excuses how an answer came about, nor a refusal for another reason than the recorded one. */
function judge(testcase: ConformanceCase, observation: Observation, limit: number | undefined): Judgement | undefined {
  const { verdict } = observation;
  const code = verdict.refusal?.code ?? null;
  const fail = (got: string, expected: string = testcase.expected): Judgement => ({ failure: { id: testcase.id, expected, got, code } });

  if (!observation.isRepeatable) return fail('another answer the second time');
  if (!observation.areInputsUntouched) return fail('inputs that were changed');
  if (limit !== undefined && observation.milliseconds > limit) {
    return fail(`${observation.milliseconds.toFixed(1)} ms`, `${testcase.expected} within ${limit} ms`);
  }
  const got = verdict.isAccepted ? 'SUCCESS' : 'FAILURE';
  if (got === testcase.expected) {
    const missed = got === 'FAILURE' ? missedReason(testcase, verdict) : undefined;
    return missed === undefined ? undefined : fail('FAILURE for another reason', `FAILURE: ${missed}`);
  }
  const rule = ruleFor(factsOf(testcase, verdict));
  return rule === undefined ? fail(got) : { rule };
}

/** The reasons that are recorded, where ours is none of them. */
function missedReason({ recordedReasons }: ConformanceCase, { refusal, passedOver }: Verdict): string | undefined {
  if (recordedReasons === undefined) return undefined;
  const allowed = recordedReasons.flatMap((reason) => reason.allowed);
  const isMet = [refusal, ...passedOver].some(
    (found) =>
      found !== undefined &&
      allowed.some(({ code, detail }) => code === found.code && (detail === undefined || detail.test(found.trace[0]?.detail ?? ''))),
  );
  return isMet ? undefined : [...new Set(recordedReasons.map(({ text }) => text))].join('; ');
}
