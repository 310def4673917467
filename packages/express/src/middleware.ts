import type { IncomingMessage, ServerResponse } from 'node:http';
import type { TLSSocket } from 'node:tls';
import { type ClientIdentity, type Decision, Guard, type Requirement } from '@peercert/core';
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
        if (!response.headersSent) for (const [name, value] of Object.entries(error.headers)) response.setHeader(name, value);
        next(error);
      }
    };
    const decision = guard.decide(request, requirement);
    // What `next` throws later on must reach the process as it does from any callback, not come back here as a rejection.
    if (decision instanceof Promise) decision.then((settled) => process.nextTick(settle, settled));
    else settle(decision);
  };
}

/** An own property, whatever the prototype says; writable, so that a nested guard can set it again. */
export function setIdentity(request: IncomingMessage, identity: ClientIdentity | null): void {
  Object.defineProperty(request, 'clientIdentity', { value: identity, writable: true, enumerable: true, configurable: true });
}

function serverOf({ socket }: IncomingMessage): object | undefined {
  const { server } = socket as TLSSocket & { server?: unknown };
  return typeof server === 'object' && server !== null ? server : undefined;
}
