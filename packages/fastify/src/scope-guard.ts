import type { CertificatePolicy, ClientIdentity, GuardRequest, Logger, RoutePolicy, UpgradeListener, Verifier } from '@peercert/core';
// Without an import there is nothing to declare additions to.
import type {} from 'fastify';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who the client is; null where no certificate was asked for or, on an optional route, none was sent. */
    clientIdentity: ClientIdentity | null;
  }
  interface FastifyContextConfig {
    /** What this route demands, added to the plugin's default policy. */
    mtls?: RoutePolicy;
  }
  interface FastifyInstance {
    /** The guard of this scope; undefined, and so a TypeError to use, where none is registered. */
    mtls: ScopeGuard;
  }
}

/** What `app.mtls` offers. */
export interface ScopeGuard {
  readonly verifier: Verifier;
  /**
   * An `onRequest` hook that demands a certificate which satisfies the policy, and the default one. Throws `ConfigurationError` for what
   * is no policy, and for `false` and `'optional'`, which demand nothing.
   */
  require(policy: CertificatePolicy | 'required'): GuardHook;
  /**
   * Guards a listener for the server's 'upgrade' or 'connect' event that does not go through Fastify's routes. The listener is given the
   * identity after what the event gives; null where the policy asks for none and none was sent.
   */
  upgrade(policy: RoutePolicy, listener: GuardedUpgradeListener): UpgradeListener;
}

/** A listener for upgrades that a guard has let through. */
export type GuardedUpgradeListener = (...args: [...Parameters<UpgradeListener>, ClientIdentity | null]) => void;

/** An `onRequest` hook, for applications over HTTP/1.1, HTTPS and HTTP/2 alike: so it names what it needs of a request, and no more. */
export type GuardHook = (request: GuardedRequest, reply: GuardedReply, done: (error?: Error) => void) => void;

/** What the hook needs of a `FastifyRequest`. */
export interface GuardedRequest {
  readonly raw: GuardRequest;
  readonly log: Logger;
  readonly routeOptions: { readonly config?: object };
  clientIdentity: ClientIdentity | null;
}

/** What the hook needs of a `FastifyReply`. */
export interface GuardedReply {
  readonly raw: { once(event: 'finish', listener: () => void): unknown };
  headers(values: Record<string, string>): unknown;
}
