import type { Socket } from 'node:net';
import {
  answerTo,
  type ClientIdentity,
  ConfigurationError,
  type Decision,
  type Guard,
  isClientIdentity,
  type Refusal,
  type Requirement,
} from '@peercert/core';
import { type RefusedError, refusedError } from './refused-error.js';
import type { GuardedReply, GuardedRequest, GuardHook, PolicyHook } from './scope-guard.js';

type Allowed = Decision & { readonly ok: true };

/** Makes the hook that lets through what satisfies the requirement, with its identity as `request.clientIdentity`. */
export function guardHook(
  guard: Guard,
  requirementOf: (request: GuardedRequest) => Requirement,
  allow: (request: GuardedRequest, decision: Allowed) => void = setIdentity,
): GuardHook {
  return (request, reply, done) => {
    const settle = (decision: Decision): void => {
      if (decision.ok) {
        allow(request, decision);
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

/** A hook for one requirement, which remembers what it found of each request that it let through. */
export function policyHook(guard: Guard, requirement: Requirement): PolicyHook<never> {
  const allowed = new WeakMap<object, Allowed>();
  const of = ({ raw }: { readonly raw: object }): Allowed => {
    const decision = allowed.get(raw);
    if (decision === undefined) throw new TypeError('the request did not pass this hook: put it among the onRequest hooks of the route');
    return decision;
  };
  const hook = guardHook(
    guard,
    () => requirement,
    (request, decision) => {
      allowed.set(request.raw, decision);
      setIdentity(request, decision);
    },
  );
  return Object.assign(hook, {
    identity: (request: { readonly raw: object }) => of(request).identity as ClientIdentity,
    value: (request: { readonly raw: object }) => of(request).value as never,
  });
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
  return guard.decide(request.raw, requirement, request.log, request);
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
 * scope that is older than the guard has no decorator that would. The last policy that makes something of the identity is heard.
 */
function setIdentity(request: GuardedRequest, { identity, value }: Allowed): void {
  if (identity !== null || !isClientIdentity(request.clientIdentity)) request.clientIdentity = identity;
  if (value !== undefined || request.clientIdentityValue === undefined) request.clientIdentityValue = value;
}
