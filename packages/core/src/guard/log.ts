import { describeRefusal, type Refusal } from '../errors/index.js';
import type { Judgement, RuleTrace } from '../policy/index.js';
import { type Logger, safeLogger } from '../verifier/index.js';
import { requestLine } from './request-line.js';

type Request = Parameters<typeof requestLine>[0];

/** The peer's faults are for whoever looks; the operator's own must be seen. */
export function logDecision(logger: Logger, request: Request, refused: Refusal): void {
  const { status } = refused;
  safeLogger(logger)[status >= 500 ? 'error' : 'info'](fieldsOf(refused), `${requestLine(request)}: ${describeRefusal(refused)}`);
}

/** What a policy on trial would have refused. */
export function logReported(logger: Logger, request: Request, refused: Refusal): void {
  safeLogger(logger).warn(
    { ...fieldsOf(refused), mode: 'report' },
    `${requestLine(request)}: would be refused, if the policy were enforced: ${describeRefusal(refused)}`,
  );
}

/** Every rule of what was asked, at debug; worked out only for a logger that would show it, as far as it says so. */
export function logTrace(logger: Logger, request: Request, judgement: Judgement): void {
  const safe = safeLogger(logger);
  if (!safe.isLevelEnabled('debug')) return;
  const rules = judgement.trace();
  if (rules.length === 0) return;
  const verdict = judgement.refusal === undefined ? 'allowed' : judgement.refusal.code;
  safe.debug({ rules }, `${requestLine(request)}: policies: ${verdict}: ${rules.map(describeRule).join('; ')}`);
}

function describeRule({ rule, holds, expected, found, within }: RuleTrace): string {
  const verdict = holds === undefined ? 'not asked' : holds ? 'holds' : 'does not hold';
  const inside = within === undefined ? '' : ` (${within.map(describeRule).join('; ')})`;
  return `${rule} ${verdict}: expected ${expected}, found ${found}${inside}`;
}

function fieldsOf({ code, status, trace, cause }: Refusal): object {
  return { code, status, trace, ...(cause === undefined ? {} : { err: cause }) };
}
