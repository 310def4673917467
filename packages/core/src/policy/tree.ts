import type { ClientIdentity } from '../identity/index.js';
import type { PolicyContext } from './certificate-policy.js';
import type { RuleTrace } from './rule.js';

/** A value now where nothing has to be waited for, else a promise of it. */
export type MaybePromise<T> = T | Promise<T>;

/** How the code of policies is run: by the guard, which has clocks and the patience to wait. */
export interface PolicyRunner {
  /** Calls the function, and waits for what it promises as long as is allowed. Throws, or rejects with, `PolicyFailure`. */
  call(what: string, work: (context: PolicyContext) => unknown): MaybePromise<unknown>;
  /** Milliseconds that never run backwards. */
  now(): number;
}

/** What one part of a policy says of an identity. */
export interface Finding {
  readonly holds: boolean;
  /** Of what does not hold: whether nobody can say that it surely does not. Absent where it surely does not. */
  isUnclear?(): boolean;
  /** What the part makes of the identity; undefined where it only allows or refuses. */
  readonly value?: unknown;
  /** By the runner's clock: until when this may be remembered. */
  readonly until: number;
  /** Every rule in its order, for the log; not worked out before it is asked for. */
  trace(): readonly RuleTrace[];
}

/** A part of a policy, compiled. What it cannot evaluate it throws, or rejects with, as `PolicyFailure`: that is no answer, and lets nobody in. */
export interface PolicyNode {
  /** The trust sets in one of which a path must end for this to hold; undefined where any will do. */
  readonly trustSets: readonly string[] | undefined;
  /** Whether another path of the same certificate, in another trust set, may get another answer. */
  readonly dependsOnPath: boolean;
  evaluate(identity: ClientIdentity, runner: PolicyRunner): MaybePromise<Finding>;
  /** The trace of what was not asked, since the answer was known before. */
  unasked(identity: ClientIdentity): readonly RuleTrace[];
}

/** Goes on with a value, at once or when it has come. */
export function whenKnown<T, R>(value: MaybePromise<T>, next: (value: T) => MaybePromise<R>): MaybePromise<R> {
  return value instanceof Promise ? value.then(next) : next(value);
}

/** The same rules one level deeper: `anyOf[0].subject.OU`. */
export function below(prefix: string, traces: readonly RuleTrace[]): readonly RuleTrace[] {
  return traces.map(({ within, ...trace }) => ({
    ...trace,
    rule: trace.rule === '' ? prefix : `${prefix}.${trace.rule}`,
    ...(within === undefined ? {} : { within: below(prefix, within) }),
  }));
}
