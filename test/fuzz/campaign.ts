import { describeRefusal } from '@peercert/core';
import { acceptedAloneRule } from './accepted-alone-rules.js';
import type { Input, Inputs } from './inputs.js';
import { judge, type Problem, type Verdict } from './judge.js';
import type { OpenSslAnswer, OpenSslOracle } from './openssl.js';
import type { Reader } from './reader.js';
import { classOf, ruleFor } from './refusal-rules.js';

export interface Finding extends Problem {
  readonly input: Input;
}

/** Counts of a run; those of several threads are added up. */
export interface Tally {
  inputs: number;
  resigned: number;
  acceptedByBoth: number;
  onlyPeercert: number;
  onlyOpenSsl: number;
  refusedByBoth: number;
  exceptions: number;
  slowestMilliseconds: number;
  /** What only core refuses, by class. */
  readonly onlyOpenSslBecause: Map<string, number>;
  /** What only OpenSSL refuses, by written reason. */
  readonly onlyPeercertBecause: Map<string, number>;
  /** What both accept and OpenSSL refuses in its strict mode, by its error. */
  readonly strict: Map<string, number>;
  /** Findings by kind. */
  readonly findings: Map<string, number>;
}

export interface Campaign {
  readonly inputs: Pick<Inputs, 'ground' | 'make'>;
  readonly reader: Reader;
  /** Absent where OpenSSL cannot be asked; what core accepts then counts as accepted by both. */
  readonly oracle: Pick<OpenSslOracle, 'ask'> | undefined;
  /** The indexes of the inputs to make. */
  readonly indexes: Iterable<number>;
  /** Asked between batches. */
  readonly isOver: () => boolean;
  readonly onBatch: (tally: Tally) => void;
  readonly onFinding: (finding: Finding) => void;
}

const batchSize = 128;

/** Makes inputs, asks core and OpenSSL, and compares. */
export async function runCampaign({ inputs, reader, oracle, indexes, isOver, onBatch, onFinding }: Campaign): Promise<Tally> {
  const tally = emptyTally();
  const { at, authorities } = inputs.ground;
  const surroundings = { at, anchors: authorities.map(({ der }) => der) };
  const found = (input: Input, problem: Problem): void => {
    tally.findings.set(problem.kind, (tally.findings.get(problem.kind) ?? 0) + 1);
    if (problem.kind === 'thrown' || problem.kind === 'internal') tally.exceptions++;
    onFinding({ ...problem, input });
  };
  for (const batch of batches(indexes)) {
    if (isOver()) break;
    const made = batch.map((index) => inputs.make(index));
    // OpenSSL works while core does.
    const asked = oracle?.ask(made.map(({ certificates }) => certificates));
    const verdicts = made.map((input) => judge(input, reader));
    const answers = await asked;
    made.forEach((input, i) => {
      const verdict = verdicts[i] as Verdict;
      tally.inputs++;
      if (input.isResigned) tally.resigned++;
      tally.slowestMilliseconds = Math.max(tally.slowestMilliseconds, verdict.milliseconds);
      for (const problem of verdict.problems) found(input, problem);
      compare({ input, verdict, answer: answers?.[i] }, surroundings, tally, (problem) => found(input, problem));
    });
    onBatch(tally);
  }
  return tally;
}

interface Surroundings {
  readonly anchors: readonly Uint8Array[];
  readonly at: number;
}

interface Compared {
  readonly input: Input;
  readonly verdict: Verdict;
  readonly answer: OpenSslAnswer | undefined;
}

function compare(
  { input, verdict, answer }: Compared,
  { anchors, at }: Surroundings,
  tally: Tally,
  found: (problem: Problem) => void,
): void {
  const isAcceptedThere = answer === undefined ? verdict.isAccepted : answer.verdict === 0;
  if (verdict.isAccepted && isAcceptedThere) {
    tally.acceptedByBoth++;
    if (answer !== undefined && answer.strict > 0) count(tally.strict, answer.text);
  } else if (verdict.isAccepted && answer !== undefined) {
    tally.onlyPeercert++;
    const { certificates } = input;
    const rule = acceptedAloneRule({ answer, error: effectiveError(answer), certificates, anchors, at });
    if (rule === undefined) found({ kind: 'accepted alone', reason: `OpenSSL: ${JSON.stringify(answer)}` });
    count(tally.onlyPeercertBecause, rule?.reason ?? `not written: ${answer.text}`);
  } else if (isAcceptedThere) {
    tally.onlyOpenSsl++;
    const { refusal } = verdict;
    if (refusal === undefined) return;
    count(tally.onlyOpenSslBecause, classOf(refusal));
    if (ruleFor(refusal) === undefined) found({ kind: 'refused without a written reason', reason: describeRefusal(refusal) });
  } else {
    tally.refusedByBoth++;
  }
}

/** What remains when key identifiers are hints. */
function effectiveError({ verdict, unkeyed }: OpenSslAnswer): number {
  return unkeyed === -1 ? verdict : unkeyed;
}

function* batches(indexes: Iterable<number>): Generator<number[]> {
  let batch: number[] = [];
  for (const index of indexes) {
    batch.push(index);
    if (batch.length < batchSize) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

export function emptyTally(): Tally {
  return {
    inputs: 0,
    resigned: 0,
    acceptedByBoth: 0,
    onlyPeercert: 0,
    onlyOpenSsl: 0,
    refusedByBoth: 0,
    exceptions: 0,
    slowestMilliseconds: 0,
    onlyOpenSslBecause: new Map(),
    onlyPeercertBecause: new Map(),
    strict: new Map(),
    findings: new Map(),
  };
}

export function addTallies(tallies: readonly Tally[]): Tally {
  const sum = emptyTally();
  for (const tally of tallies) {
    for (const key of ['inputs', 'resigned', 'acceptedByBoth', 'onlyPeercert', 'onlyOpenSsl', 'refusedByBoth', 'exceptions'] as const)
      sum[key] += tally[key];
    for (const key of ['onlyOpenSslBecause', 'onlyPeercertBecause', 'strict', 'findings'] as const)
      for (const [name, times] of tally[key]) count(sum[key], name, times);
    sum.slowestMilliseconds = Math.max(sum.slowestMilliseconds, tally.slowestMilliseconds);
  }
  return sum;
}

function count(counts: Map<string, number>, name: string, times = 1): void {
  counts.set(name, (counts.get(name) ?? 0) + times);
}
