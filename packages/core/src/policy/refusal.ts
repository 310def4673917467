import { type Evidence, type Refusal, refusal } from '../errors/index.js';
import type { ClientIdentity } from '../identity/index.js';
import type { PolicyFailure } from './policy-failure.js';
import { type RuleTrace, shownName, shownText } from './rule.js';

/** Rules that a refusal names; `explain` shows all. */
const mostNamed = 8;

/** The refusal for a policy that does not hold: the rule that decided, then those of its alternatives. */
export function mismatch(option: string, traces: readonly RuleTrace[], identity: ClientIdentity): Refusal {
  const subject = shownName(identity.subject.dn);
  const evidence = decisive(traces)
    .slice(0, mostNamed)
    .map(({ rule, expected, found, problem = 'does not hold' }): Evidence => {
      return Object.freeze({ detail: `${option} is not satisfied: ${rule} ${problem}`, depth: 0, subject, rule, expected, found });
    });
  return refusal('PEERCERT_POLICY_MISMATCH', evidence.length > 0 ? evidence : { detail: `${option} is not satisfied` });
}

/** The refusal for a policy that could not be evaluated. What was thrown is named, since a log may show its lines alone. */
export function failure(option: string, error: PolicyFailure): Refusal {
  const thrown = error.cause instanceof Error ? `: ${shownText(String(error.cause.message))}` : '';
  return refusal(error.code, { detail: `${option} could not be evaluated: ${error.message}${thrown}` }, error.cause);
}

/** The first rule that does not hold, and below it, of alternatives, the first of each that does not. */
function decisive(traces: readonly RuleTrace[]): readonly RuleTrace[] {
  const first = traces.find(({ holds }) => holds === false);
  if (first === undefined) return [];
  if (first.within === undefined || /(?:^|\.)not$/.test(first.rule)) return [first];
  const alternatives = groupBy(first.within, ({ rule }) => /^.*?anyOf\[\d+\]/.exec(rule)?.[0] ?? rule);
  return [first, ...[...alternatives.values()].flatMap(decisive)];
}

function groupBy<T>(values: readonly T[], keyOf: (value: T) => string): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const value of values) {
    const key = keyOf(value);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [value]);
    else group.push(value);
  }
  return groups;
}
