import type {
  ClientIdentity,
  GuardRequest,
  KnownKeys,
  Logger,
  PolicyMember,
  PolicyValue,
  RoutePolicy,
  UpgradeListener,
  Verifier,
} from '@peercert/core';
import type { FastifyRequest } from 'fastify';

/** What `app.mtls` offers. */
export interface ScopeGuard {
  readonly verifier: Verifier;
  /**
   * An `onRequest` hook that demands a certificate which satisfies the policy, and the default one. Throws `ConfigurationError` for what
   * is no policy, and for `false` and `'optional'`, which demand nothing.
   */
  require<const Policy extends PolicyMember<FastifyRequest> | 'required'>(
    policy: Policy & KnownKeys<Policy>,
  ): PolicyHook<PolicyValue<Policy>>;
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

/** A hook that knows whom it let through. */
export interface PolicyHook<Value> extends GuardHook {
  /** Whose request it is; throws `TypeError` for one that this hook did not let through. For handlers whose types Fastify does not infer. */
  identity(request: { readonly raw: object }): ClientIdentity;
  /** What the policy made of the identity, likewise. */
  value(request: { readonly raw: object }): Value;
}

/** What the hook needs of a `FastifyRequest`. */
export interface GuardedRequest {
  readonly raw: GuardRequest;
  readonly log: Logger;
  readonly routeOptions: { readonly config?: object };
  clientIdentity: ClientIdentity | null;
  clientIdentityValue: unknown;
}

/** What the hook needs of a `FastifyReply`. */
export interface GuardedReply {
  readonly raw: { once(event: 'finish', listener: () => void): unknown };
  headers(values: Record<string, string>): unknown;
}
