import { policies } from '../policies.mjs';

/**
 * @typedef {import('@peercert/core').RoutePolicy} RoutePolicy
 * @typedef {import('@peercert/core').Refusal} Refusal
 * @typedef {import('@peercert/core').ClientIdentity} ClientIdentity
 * @typedef {import('@peercert/core').Decision} Decision
 * @typedef {{ path: string, policy: RoutePolicy, decision: Decision, rules: readonly Rule[] }} Verdict
 * @typedef {{ rule: string, expected: string, found: string }} Rule
 */

/**
 * Asks the guard what it would say of one request at every route of the demo. A guard in front of a route does the same, but keeps
 * the reasons to the log.
 *
 * @param {import('@peercert/core').Guard} guard
 * @returns {(request: import('@peercert/core').GuardRequest) => Promise<readonly Verdict[]>}
 */
export function verdictsBy(guard) {
  const routes = Object.entries(policies).map(([path, policy]) => ({ path, policy, requirement: guard.compile(policy, path) }));
  return async (request) => {
    const verdicts = routes.map(async ({ path, policy, requirement }) => {
      const decision = await guard.decide(request, requirement, silent);
      return { path, policy, decision, rules: rulesOf(policy, decision) };
    });
    return await Promise.all(verdicts);
  };
}

/** Asking is no attempt to get in, so nothing of it belongs in the log. */
export const silent = { debug: ignore, info: ignore, warn: ignore, error: ignore };

function ignore() {}

/**
 * The rules that decided, each with what it wanted and what was there: all of them for whoever may pass, the first that failed for
 * others, none where a refusal has to do with the certificate itself.
 *
 * @param {RoutePolicy} policy
 * @param {Decision} decision
 * @returns {readonly Rule[]}
 */
function rulesOf(policy, decision) {
  if (decision.ok) return decision.identity === null ? [] : satisfied(policy, decision.identity);
  return decision.refusal.trace.flatMap(({ rule, expected, found }) =>
    rule === undefined ? [] : [{ rule, expected: expected ?? '', found: found ?? '' }],
  );
}

/**
 * The trace of a refusal names the rule that failed; those that held are read off the policy, as far as the demo's policies go.
 *
 * @param {RoutePolicy} policy
 * @param {ClientIdentity} identity
 * @returns {readonly Rule[]}
 */
function satisfied(policy, identity) {
  if (typeof policy !== 'object') return [];
  return Object.entries(policy).flatMap(([field, wanted]) =>
    Object.entries(wanted).map(([key, pattern]) => {
      const found = field === 'subjectAltName' ? identity.subjectAltName[key] : identity[field].attributes[key];
      return { rule: `${field}.${key}`, expected: written(pattern), found: found.map(written).join(', ') };
    }),
  );
}

/** @param {string | RegExp} value */
function written(value) {
  return typeof value === 'string' ? JSON.stringify(value) : String(value);
}
