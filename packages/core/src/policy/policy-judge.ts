import type { Refusal } from '../errors/index.js';
import type { ClientIdentity } from '../identity/index.js';
import { decisionFinding, describeFunction } from './code-nodes.js';
import type { Authorize, CompiledPolicy } from './compile.js';
import { PolicyFailure } from './policy-failure.js';
import { failure, mismatch } from './refusal.js';
import type { Demands } from './requirement.js';
import type { RuleTrace } from './rule.js';
import { type Finding, type MaybePromise, type PolicyRunner, whenKnown } from './tree.js';

/** What the policies of a requirement say of an identity. */
export interface Judgement {
  /** Undefined where they let it pass. */
  readonly refusal: Refusal | undefined;
  /** What the last policy that makes something of an identity made of it. */
  readonly value: unknown;
  /** What policies would have refused that only report. */
  readonly reported: readonly Refusal[];
  /** By the runner's clock: until when it may be remembered. */
  readonly until: number;
  /** What each policy said, in the order in which they were asked; one with `authorize` is asked twice. */
  readonly asked: readonly AskedPolicy[];
  /** Every rule of every policy in its order, as far as they were asked. */
  trace(): readonly RuleTrace[];
}

export interface AskedPolicy {
  readonly policy: CompiledPolicy;
  /** A refusal where it could not be evaluated. */
  readonly found: Finding | Refusal;
}

/** What is told of judgements, for the log. */
export interface JudgeListener {
  /** Of one that was not remembered, before `authorize` is asked. */
  evaluated(judgement: Judgement): void;
  /** Of what a policy that only reports would have refused: once where it is remembered, at each request where it is not. */
  reported(refused: Refusal): void;
}

/**
 * Evaluates the policies of requirements: once for an identity, and so once for a verdict on a connection, where they are rules or schemas; again after a
 * while where they are functions of the identity; at each request where they are functions of the request.
 */
export class PolicyJudge {
  readonly #runner: PolicyRunner;
  /** By what is demanded, so that what is demanded no more is forgotten. */
  readonly #remembered = new WeakMap<Demands, WeakMap<ClientIdentity, Remembered>>();

  constructor(runner: PolicyRunner) {
    this.#runner = runner;
  }

  /** Never throws, and never rejects: what fails is a refusal. */
  judge(identity: ClientIdentity, demands: Demands, request: unknown, listener: JudgeListener): MaybePromise<Judgement> {
    const lasting = this.#lasting(identity, demands, listener);
    if (!demands.asksRequests) return lasting;
    return whenKnown(lasting, (judgement) => {
      if (judgement.refusal !== undefined) return judgement;
      return whenKnown(this.#authorize(judgement, demands, identity, request), (asked) => {
        for (const refused of asked.reported.slice(judgement.reported.length)) listener.reported(refused);
        return asked;
      });
    });
  }

  /** What `judge` would say without asking anything; undefined where something has to be asked. */
  remembered(identity: ClientIdentity, demands: Demands): Judgement | undefined {
    if (demands.policies.length === 0) return passing;
    if (demands.asksRequests) return undefined;
    const judgement = this.#remembered.get(demands)?.get(identity);
    return judgement !== undefined && !(judgement instanceof Promise) && this.#holds(judgement) ? judgement : undefined;
  }

  #holds({ until }: Judgement): boolean {
    return until === Number.POSITIVE_INFINITY || this.#runner.now() < until;
  }

  #lasting(identity: ClientIdentity, demands: Demands, listener: JudgeListener): MaybePromise<Judgement> {
    let known = this.#remembered.get(demands);
    if (known === undefined) {
      known = new WeakMap();
      this.#remembered.set(demands, known);
    }
    const remembered = known.get(identity);
    if (remembered !== undefined && (remembered instanceof Promise || this.#holds(remembered))) return remembered;
    const judged = this.#evaluate(identity, demands.policies);
    known.set(identity, judged);
    const tell = (judgement: Judgement): Judgement => {
      listener.evaluated(judgement);
      for (const refused of judgement.reported) listener.reported(refused);
      return judgement;
    };
    if (!(judged instanceof Promise)) return tell(judged);
    const verdicts = known;
    return judged.then((judgement) => {
      verdicts.set(identity, judgement);
      return tell(judgement);
    });
  }

  /** One policy after the other, until one that is enforced does not hold. */
  #evaluate(identity: ClientIdentity, policies: readonly CompiledPolicy[]): MaybePromise<Judgement> {
    const goThrough = (from: number, so: Judgement): MaybePromise<Judgement> => {
      let judgement = so;
      for (let i = from; i < policies.length && judgement.refusal === undefined; i++) {
        const policy = policies[i] as CompiledPolicy;
        const found = this.#evaluateOne(identity, policy);
        if (found instanceof Promise) return found.then((finding) => goThrough(i + 1, added(judgement, policy, finding, identity)));
        judgement = added(judgement, policy, found, identity);
      }
      return judgement;
    };
    return goThrough(0, passing);
  }

  #evaluateOne(identity: ClientIdentity, policy: CompiledPolicy): MaybePromise<Finding | Refusal> {
    try {
      const found = policy.node.evaluate(identity, this.#runner);
      return found instanceof Promise ? found.catch((error: unknown) => failed(policy, error)) : found;
    } catch (error) {
      return failed(policy, error);
    }
  }

  /** What every request is asked, in the policies' order; what one makes of the identity stands for this request. */
  #authorize(lasting: Judgement, { policies }: Demands, identity: ClientIdentity, request: unknown): MaybePromise<Judgement> {
    const questions = policies.flatMap((policy) => policy.authorize.map((authorize) => ({ policy, authorize })));
    const goThrough = (from: number, so: Judgement): MaybePromise<Judgement> => {
      let judgement = so;
      for (let i = from; i < questions.length && judgement.refusal === undefined; i++) {
        const { policy, authorize } = questions[i] as { policy: CompiledPolicy; authorize: Authorize };
        const found = this.#askRequest(policy, authorize, identity, request);
        if (found instanceof Promise) return found.then((finding) => goThrough(i + 1, added(judgement, policy, finding, identity)));
        judgement = added(judgement, policy, found, identity);
      }
      return judgement;
    };
    return goThrough(0, lasting);
  }

  #askRequest(policy: CompiledPolicy, authorize: Authorize, identity: ClientIdentity, request: unknown): MaybePromise<Finding | Refusal> {
    try {
      const what = describeFunction('authorize', authorize);
      const answer = this.#runner.call(what, (context) => authorize(identity, request as never, context));
      const rule = { rule: 'authorize', expected: 'true, or { allow: true }' };
      if (!(answer instanceof Promise)) return decisionFinding(answer, rule, 0);
      return answer.then((settled) => decisionFinding(settled, rule, 0)).catch((error: unknown) => failed(policy, error));
    } catch (error) {
      return failed(policy, error);
    }
  }
}

type Remembered = MaybePromise<Judgement>;

/** What no policies at all say. */
export const passing: Judgement = Object.freeze({
  refusal: undefined,
  value: undefined,
  reported: Object.freeze([]),
  until: Number.POSITIVE_INFINITY,
  asked: Object.freeze([]),
  trace: () => [],
});

/** The judgement so far, and what one more policy says. */
function added(judgement: Judgement, policy: CompiledPolicy, found: Finding | Refusal, identity: ClientIdentity): Judgement {
  const asked = [...judgement.asked, { policy, found }];
  const trace = (): readonly RuleTrace[] => asked.flatMap((one) => ('code' in one.found ? [] : one.found.trace()));
  if ('code' in found) {
    // What could not be evaluated is not remembered: it may have been mended by the next request.
    const so = { ...judgement, until: Number.NEGATIVE_INFINITY, asked, trace };
    return policy.reports ? { ...so, reported: [...judgement.reported, found] } : { ...so, refusal: found };
  }
  const so = { ...judgement, until: Math.min(judgement.until, found.until), asked, trace };
  if (found.holds) return { ...so, value: found.value === undefined ? judgement.value : found.value };
  const refused = mismatch(policy.option, found.trace(), identity);
  if (policy.reports) return { ...so, reported: [...judgement.reported, refused] };
  return { ...so, refusal: refused };
}

function failed(policy: CompiledPolicy, error: unknown): Refusal {
  return failure(policy.option, error instanceof PolicyFailure ? error : new PolicyFailure('it threw', error));
}
