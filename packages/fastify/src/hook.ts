import type { Socket } from 'node:net';
import { answerTo, ConfigurationError, type Decision, type Guard, isClientIdentity, type Refusal, type Requirement } from '@peercert/core';
import { type RefusedError, refusedError } from './refused-error.js';
import type { GuardedReply, GuardedRequest, GuardHook } from './scope-guard.js';

/** Makes the hook that lets through what satisfies the requirement, with its identity as `request.clientIdentity`. */
export function guardHook(guard: Guard, requirementOf: (request: GuardedRequest) => Requirement): GuardHook {
  return (request, reply, done) => {
    const settle = (decision: Decision): void => {
      if (decision.ok) {
        setIdentity(request, decision);
        done();
      } else {
        done(refuse(decision.refusal, request, reply));
      }
    };
    const decision = decide(guard, requirementOf, request);
    if (decision instanceof Promise) void decision.then((settled) => process.nextTick(settle, settled));
    else settle(decision);
  };
}

function decide(
  guard: Guard,
  requirementOf: (request: GuardedRequest) => Requirement,
  request: GuardedRequest,
): Decision | Promise<Decision> {
  let requirement: Requirement;
  try {
    requirement = requirementOf(request);
  } catch (error) {
    const problem = error instanceof ConfigurationError ? error : new ConfigurationError('config.mtls', 'cannot be read', { cause: error });
    return guard.misconfigured(request.raw, problem, request.log);
  }
  return guard.decide(request.raw, requirement, request.log);
}

function refuse(refusal: Refusal, { raw }: GuardedRequest, reply: GuardedReply): RefusedError {
  const answer = answerTo(refusal, raw.httpVersionMajor);
  reply.headers(answer.headers);
  if ((raw as { upgrade?: unknown }).upgrade === true) {
    // The socket of an upgrade is nobody's after the answer: neither Node.js nor a plugin that the request did not get to closes it.
    reply.headers({ connection: 'close' });
    reply.raw.once('finish', () => (raw.socket as Socket).destroySoon());
  }
  return refusedError(answer, refusal);
}

/**
 * Of nested guards, the one that asked for no certificate does not hide what the other found. Otherwise null is said, not assumed: a
 * scope that is older than the guard has no decorator that would.
 */
function setIdentity(request: GuardedRequest, { identity }: Decision & { readonly ok: true }): void {
  if (identity !== null || !isClientIdentity(request.clientIdentity)) request.clientIdentity = identity;
}
