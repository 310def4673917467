import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ClientIdentity, Decision, Guard, Requirement } from '@peercert/core';
import { cameThroughExpress, expressOverHttp2 } from './http2.js';
import { RefusedError } from './refused-error.js';

/** Called exactly once: without an argument for a request that may pass, with a `RefusedError` for one that may not. */
export type Next = (error?: unknown) => void;

/** A middleware as Express 4 and 5, connect, @fastify/express and plain `node:http` take it. */
export type Middleware = (request: IncomingMessage, response: ServerResponse, next: Next) => void;

/** A middleware that knows whom it let through. */
export interface PolicyMiddleware<Value> extends Middleware {
  /** Whose request it is; throws `TypeError` for one that this middleware did not let through. */
  identity(request: object): ClientIdentity;
  /** What the policy made of the identity, a schema's output or the value of a function's decision; throws likewise. */
  value(request: object): Value;
}

type Allowed = Decision & { readonly ok: true };

/** Makes the middleware that lets through what satisfies the requirement, and remembers what it found of each request. */
export function policyMiddleware(guard: Guard, requirement: Requirement): PolicyMiddleware<never> {
  const allowed = new WeakMap<object, Allowed>();
  const of = (request: object): Allowed => {
    const decision = allowed.get(request);
    if (decision === undefined) throw new TypeError('the request did not pass this middleware: put it before the handler of the route');
    return decision;
  };
  const work = middleware(guard, requirement, (request, decision) => {
    allowed.set(request, decision);
    setIdentity(request, decision.identity);
  });
  return Object.assign(work, {
    identity: (request: object) => of(request).identity as ClientIdentity,
    value: (request: object) => of(request).value as never,
  });
}

/** Makes the middleware that lets through what satisfies the requirement, with its identity as `request.clientIdentity`. */
export function middleware(
  guard: Guard,
  requirement: Requirement,
  allow: (request: IncomingMessage, decision: Allowed) => void = (request, { identity }) => setIdentity(request, identity),
): Middleware {
  return (request, response, next) => {
    const server = serverOf(request);
    if (server !== undefined) guard.protect(server);
    const settle = (decision: Decision): void => {
      if (decision.ok) {
        allow(request, decision);
        next();
      } else {
        const error = new RefusedError(decision.refusal, request.httpVersionMajor);
        setHeaders(response, error.headers);
        next(error);
      }
    };
    const decision = cameThroughExpress(request, server)
      ? guard.misconfigured(request, expressOverHttp2())
      : guard.decide(request, requirement);
    // What `next` throws later on must reach the process as it does from any callback, not come back here as a rejection.
    if (decision instanceof Promise) void decision.then((settled) => process.nextTick(settle, settled));
    else settle(decision);
  };
}

/**
 * An own property, whatever the prototype says; writable, so that a nested guard can set it again. Where nothing has that name an assignment makes just that,
 * in a tenth of the time.
 */
export function setIdentity(request: IncomingMessage & { clientIdentity?: unknown }, identity: ClientIdentity | null): void {
  if ('clientIdentity' in request) {
    Object.defineProperty(request, 'clientIdentity', { value: identity, writable: true, enumerable: true, configurable: true });
  } else request.clientIdentity = identity;
}

/** For error handlers that know of no `headers`. Where the client is gone the response takes none, and it makes no difference. */
function setHeaders(response: ServerResponse, headers: RefusedError['headers']): void {
  try {
    if (response.headersSent) return;
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  } catch {
    // The error says all of it again.
  }
}

/** Once an HTTP/2 session is closed, its socket throws whatever it is asked. */
function serverOf(request: IncomingMessage): object | undefined {
  try {
    const { server } = request.socket as { server?: unknown };
    return typeof server === 'object' && server !== null ? server : undefined;
  } catch {
    return undefined;
  }
}
