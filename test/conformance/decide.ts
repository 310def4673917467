import { isDeepStrictEqual } from 'node:util';
import type { Refusal } from '@peercert/core';
import type { Question } from './conformance-case.js';
import { decidePath } from './decide-path.js';
import { decideReading } from './decide-reading.js';
import type { Decided, Verdict } from './verdict.js';

/** A verdict with what is demanded of every call, whatever its answer: that it is repeatable, without side effects, and quick. */
export interface Observation {
  readonly verdict: Verdict;
  /** Of two calls and, where `limit` was exceeded, of further ones: the shortest, since a busy machine only ever adds. */
  readonly milliseconds: number;
  readonly isRepeatable: boolean;
  readonly areInputsUntouched: boolean;
}

const mostAttempts = 20;

export async function observe(question: Question, limit = Number.POSITIVE_INFINITY): Promise<Observation> {
  const before = snapshot(question);
  const first = await decide(question);
  const second = await decide(question);
  let milliseconds = Math.min(first.milliseconds, second.milliseconds);
  for (let attempt = 2; attempt < mostAttempts && milliseconds > limit; attempt++) {
    milliseconds = Math.min(milliseconds, (await decide(question)).milliseconds);
  }
  return {
    verdict: first.verdict,
    milliseconds,
    isRepeatable: isDeepStrictEqual(plain(first.verdict), plain(second.verdict)),
    areInputsUntouched: isDeepStrictEqual(before, snapshot(question)),
  };
}

async function decide(question: Question): Promise<Decided> {
  return question.kind === 'path' ? decidePath(question) : decideReading(question);
}

function snapshot(question: Question): unknown {
  return structuredClone(question.kind === 'path' ? { ...question, at: question.at, rules: { ...question.rules } } : { ...question });
}

/** A refusal's cause is an Error with a stack, which says where and not what. */
function plain({ isAccepted, refusal, passedOver }: Verdict): unknown {
  const said = (each: Refusal | undefined) => each && { code: each.code, trace: each.trace };
  return { isAccepted, refusal: said(refusal), passedOver: passedOver.map(said) };
}
