import type { ClientIdentity } from '../identity/index.js';
import type { PolicyContext } from './certificate-policy.js';
import { frozen } from './frozen.js';
import { PolicyFailure } from './policy-failure.js';
import { quoted, type RuleTrace } from './rule.js';
import { describeIssues, isSchemaResult, type SchemaIssue, type StandardSchema } from './standard-schema.js';
import { type Finding, type PolicyNode, whenKnown } from './tree.js';

/** Milliseconds for which the answer of a function is remembered on a connection, unless told. */
export const rememberedByDefault = 60_000;

/** A schema over the identity's fields: what it makes of them is the policy's value, frozen. */
export function schemaNode(schema: StandardSchema, name = 'schema'): PolicyNode {
  const { vendor } = schema['~standard'];
  const expected = `what the schema takes (${vendor})`;
  return {
    trustSets: undefined,
    dependsOnPath: true,
    evaluate(identity, runner) {
      const validated = runner.call('the schema', () => schema['~standard'].validate(identity.toJSON()));
      return whenKnown(validated, (result) => {
        const { issues, value } = resultOf(result);
        if (issues === undefined)
          return finding({ rule: name, holds: true, expected, found: 'taken' }, Number.POSITIVE_INFINITY, frozen(value));
        const problem = `does not take the identity: ${describeIssues(issues)}`;
        return finding({ rule: name, holds: false, expected, found: describeIssues(issues), problem }, Number.POSITIVE_INFINITY);
      });
    },
    unasked: () => [{ rule: name, holds: undefined, expected, found: 'not asked' }],
  };
}

function resultOf(result: unknown): { readonly issues?: readonly SchemaIssue[] | undefined; readonly value?: unknown } {
  if (!isSchemaResult(result)) throw new PolicyFailure('the schema returned neither a value nor issues');
  return result as { readonly issues?: readonly SchemaIssue[] | undefined; readonly value?: unknown };
}

/** A function that decides by the identity alone; its answer is remembered for so many milliseconds. */
export function decideNode(
  decide: (identity: ClientIdentity, context: PolicyContext) => unknown,
  rememberMilliseconds: number,
  name = 'decide',
): PolicyNode {
  const expected = 'true, or { allow: true }';
  return {
    trustSets: undefined,
    dependsOnPath: true,
    evaluate(identity, runner) {
      const answered = runner.call(describeFunction(name, decide), (context) => decide(identity, context));
      return whenKnown(answered, (answer) => decisionFinding(answer, { rule: name, expected }, runner.now() + rememberMilliseconds));
    },
    unasked: () => [{ rule: name, holds: undefined, expected, found: 'not asked' }],
  };
}

/** What a function answered. Only `true` and `{ allow: true }` allow: whatever else is truthy was not meant as an answer to this question. */
export function decisionFinding(answer: unknown, { rule, expected }: Pick<RuleTrace, 'rule' | 'expected'>, until: number): Finding {
  if (answer === true) return finding({ rule, holds: true, expected, found: 'true' }, until);
  if (typeof answer === 'object' && answer !== null && Object.hasOwn(answer, 'allow')) {
    const { allow, value, reason } = answer as { allow: unknown; value?: unknown; reason?: unknown };
    if (allow === true) return finding({ rule, holds: true, expected, found: '{ allow: true }' }, until, frozen(value));
    const why = typeof reason === 'string' ? quoted(reason) : 'without a reason';
    return finding(
      { rule, holds: false, expected, found: `{ allow: ${shownAnswer(allow)} }`, problem: `does not allow it, ${why}` },
      until,
    );
  }
  const problem = answer === false ? 'does not allow it' : 'returned something that is neither true nor a decision';
  return finding({ rule, holds: false, expected, found: shownAnswer(answer), problem }, until);
}

function finding(trace: RuleTrace, until: number, value?: unknown): Finding {
  return { holds: trace.holds === true, value, until, trace: () => [trace] };
}

/** Without what it holds, which is the application's. */
function shownAnswer(answer: unknown): string {
  if (typeof answer === 'boolean' || answer === undefined || answer === null) return String(answer);
  return typeof answer === 'object' ? 'an object without allow' : `a ${typeof answer}`;
}

export function describeFunction(name: string, work: (...given: never) => unknown): string {
  return work.name === '' || work.name === name ? `the function ${name}` : `the function ${work.name}`;
}
