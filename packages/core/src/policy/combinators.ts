import type { ClientIdentity } from '../identity/index.js';
import { PolicyFailure } from './policy-failure.js';
import type { Rule, RuleTrace } from './rule.js';
import { below, type Finding, type MaybePromise, type PolicyNode, type PolicyRunner, whenKnown } from './tree.js';

/** A part with the name that it goes by in the trace: `anyOf[0]`, `not`; empty for what stands in the policy itself. */
export interface NamedNode {
  readonly name: string;
  readonly node: PolicyNode;
}

/** Rules, each of which must hold. What they say of an identity never changes. */
export function rulesNode(rules: readonly Rule[], trustSets: readonly string[] | undefined, dependsOnPath: boolean): PolicyNode {
  const trace = (identity: ClientIdentity) => rules.map((rule) => traceOf(rule, identity));
  return {
    trustSets,
    dependsOnPath,
    evaluate(identity) {
      const holds = rules.every((rule) => rule.holds(identity));
      // One rule that surely does not hold is enough for all of them.
      const isUnclear = () => rules.every((rule) => rule.holds(identity) || rule.isUnclear?.(identity) === true);
      return { holds, isUnclear, until: Number.POSITIVE_INFINITY, trace: () => trace(identity) };
    },
    unasked: trace,
  };
}

function traceOf(rule: Rule, identity: ClientIdentity): RuleTrace {
  const { name, expected } = rule;
  try {
    const shown = { rule: name, expected, found: rule.found(identity) };
    return rule.holds(identity) ? { ...shown, holds: true } : { ...shown, holds: false, problem: rule.problem(identity) };
  } catch (error) {
    const problem = `could not be evaluated: ${error instanceof PolicyFailure ? error.message : 'it threw'}`;
    return { rule: name, expected, found: 'unknown', holds: false, problem };
  }
}

/** Each must hold; they are asked in their order until one does not. */
export function allOfNode(members: readonly NamedNode[], trustSets: readonly string[] | undefined): PolicyNode {
  return {
    trustSets,
    dependsOnPath: members.some(({ node }) => node.dependsOnPath),
    evaluate: (identity, runner) => inTurn(members, identity, runner, (finding) => !finding.holds, conjunction),
    unasked: (identity) => members.flatMap(({ name, node }) => named(name, node.unasked(identity))),
  };
}

/** One must hold; they are asked in their order until one does. One that could not be evaluated is passed over, and counts if none holds. */
export function anyOfNode(members: readonly NamedNode[], trustSets: readonly string[] | undefined): PolicyNode {
  return {
    trustSets,
    dependsOnPath: true,
    evaluate(identity, runner) {
      const failures: PolicyFailure[] = [];
      const settle = (asked: readonly Asked[], finish: Finish): Finding => {
        const [failure] = failures;
        if (failure !== undefined && !asked.some(({ finding }) => finding?.holds === true)) throw failure;
        return disjunction(asked, finish);
      };
      return inTurn(members, identity, runner, (finding) => finding.holds, settle, failures);
    },
    unasked: (identity) => [
      alternatives(
        undefined,
        members.flatMap(({ name, node }) => named(name, node.unasked(identity))),
      ),
    ],
  };
}

/**
 * Must not hold. A failure stays one, since nobody knows what the answer would have been; and what is unclear does not pass either: whoever is forbidden by one
 * value of an attribute must not get in by having it twice, nor by one too long to be looked at.
 */
export function notNode(node: PolicyNode): PolicyNode {
  const inverted = (finding: Finding): Finding => {
    const isUnclear = !finding.holds && finding.isUnclear?.() === true;
    const holds = !finding.holds && !isUnclear;
    const [found, problem] = finding.holds ? ['it holds', 'forbids what the certificate is'] : ['nobody can tell', ambiguous];
    return {
      holds,
      isUnclear: () => isUnclear,
      until: finding.until,
      trace: () => {
        const trace = { ...negation, holds, within: below('not', finding.trace()) };
        return [holds ? { ...trace, found: 'it does not' } : { ...trace, found, problem }];
      },
    };
  };
  return {
    trustSets: undefined,
    dependsOnPath: true,
    evaluate: (identity, runner) => whenKnown(node.evaluate(identity, runner), inverted),
    unasked: (identity) => [{ ...negation, holds: undefined, found: 'not asked', within: below('not', node.unasked(identity)) }],
  };
}

const negation = { rule: 'not', expected: 'that what follows does not hold' } as const;
const ambiguous = 'cannot be told of this certificate: an attribute occurs twice, or a value is too long or no text';

interface Asked {
  readonly name: string;
  /** Undefined for what could not be evaluated. */
  readonly finding: Finding | undefined;
}

interface Finish {
  readonly identity: ClientIdentity;
  readonly notAsked: readonly NamedNode[];
}

/** Asks one after the other, waiting only where it must, until `isEnough`. With `failures`, what fails is put there and the next is asked. */
function inTurn(
  members: readonly NamedNode[],
  identity: ClientIdentity,
  runner: PolicyRunner,
  isEnough: (finding: Finding) => boolean,
  settle: (asked: readonly Asked[], finish: Finish) => Finding,
  failures?: PolicyFailure[],
): MaybePromise<Finding> {
  const asked: Asked[] = [];
  const failed = (name: string, error: unknown): void => {
    if (failures === undefined || !(error instanceof PolicyFailure)) throw error;
    failures.push(error);
    asked.push({ name, finding: undefined });
  };
  const goOn = (from: number): MaybePromise<Finding> => {
    for (let i = from; i < members.length; i++) {
      const { name, node } = members[i] as NamedNode;
      const take = (finding: Finding): boolean => {
        asked.push({ name, finding });
        return isEnough(finding);
      };
      let found: MaybePromise<Finding> | undefined;
      try {
        found = node.evaluate(identity, runner);
      } catch (error) {
        failed(name, error);
      }
      if (found instanceof Promise) {
        const passOver = (error: unknown): boolean => {
          failed(name, error);
          return false;
        };
        return found.then(take, passOver).then((enough) => (enough ? end(i + 1) : goOn(i + 1)));
      }
      if (found !== undefined && take(found)) return end(i + 1);
    }
    return end(members.length);
  };
  const end = (next: number): Finding => settle(asked, { identity, notAsked: members.slice(next) });
  return goOn(0);
}

function conjunction(asked: readonly Asked[], { identity, notAsked }: Finish): Finding {
  const findings = asked.flatMap(({ finding }) => finding ?? []);
  const holds = notAsked.length === 0 && findings.every((finding) => finding.holds);
  const value = holds ? findings.findLast((finding) => finding.value !== undefined)?.value : undefined;
  const isUnclear = () => findings.every((finding) => finding.holds || finding.isUnclear?.() === true);
  return { holds, isUnclear, value, until: earliest(findings), trace: () => traces(asked, notAsked, identity) };
}

function disjunction(asked: readonly Asked[], { identity, notAsked }: Finish): Finding {
  const findings = asked.flatMap(({ finding }) => finding ?? []);
  const holding = findings.find((finding) => finding.holds);
  return {
    holds: holding !== undefined,
    isUnclear: () => findings.some((finding) => finding.isUnclear?.() === true),
    value: holding?.value,
    until: earliest(findings),
    trace: () => [alternatives(holding !== undefined, traces(asked, notAsked, identity))],
  };
}

function alternatives(holds: boolean | undefined, within: readonly RuleTrace[]): RuleTrace {
  const found = holds === undefined ? 'not asked' : holds ? 'one' : 'none';
  const trace = { rule: 'anyOf', holds, expected: 'one of these', found, within };
  return holds === false ? { ...trace, problem: 'has no alternative that holds' } : trace;
}

function earliest(findings: readonly Finding[]): number {
  return findings.reduce((until, finding) => Math.min(until, finding.until), Number.POSITIVE_INFINITY);
}

function traces(asked: readonly Asked[], notAsked: readonly NamedNode[], identity: ClientIdentity): readonly RuleTrace[] {
  return [
    ...asked.flatMap(({ name, finding }) => named(name, finding?.trace() ?? [couldNotBeAsked])),
    ...notAsked.flatMap(({ name, node }) => named(name, node.unasked(identity))),
  ];
}

const couldNotBeAsked: RuleTrace = { rule: '', holds: false, expected: 'an answer', found: 'none', problem: 'could not be evaluated' };

function named(name: string, traces: readonly RuleTrace[]): readonly RuleTrace[] {
  return name === '' ? traces : below(name, traces);
}
