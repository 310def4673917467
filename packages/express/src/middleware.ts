import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ClientIdentity, Decision, Guard, Requirement } from '@peercert/core';
import { RefusedError } from './refused-error.js';

/** Called exactly once: without an argument for a request that may pass, with a `RefusedError` for one that may not. */
export type Next = (error?: unknown) => void;

/** A middleware as Express 4 and 5, connect, @fastify/express and plain `node:http` take it. */
export type Middleware = (request: IncomingMessage, response: ServerResponse, next: Next) => void;

/** Makes the middleware that lets through what satisfies the requirement, with its identity as `request.clientIdentity`. */
export function middleware(guard: Guard, requirement: Requirement): Middleware {
  return (request, response, next) => {
    const server = serverOf(request);
    if (server !== undefined) guard.protect(server);
    const settle = (decision: Decision): void => {
      if (decision.ok) {
        setIdentity(request, decision.identity);
        next();
      } else {
        const error = new RefusedError(decision.refusal, request.httpVersionMajor);
        setHeaders(response, error.headers);
        next(error);
      }
    };
    const decision = guard.decide(request, requirement);
    // What `next` throws later on must reach the process as it does from any callback, not come back here as a rejection.
    if (decision instanceof Promise) void decision.then((settled) => process.nextTick(settle, settled));
    else settle(decision);
  };
}

/** An own property, whatever the prototype says; writable, so that a nested guard can set it again. */
export function setIdentity(request: IncomingMessage, identity: ClientIdentity | null): void {
  Object.defineProperty(request, 'clientIdentity', { value: identity, writable: true, enumerable: true, configurable: true });
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
