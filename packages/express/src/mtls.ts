import type { IncomingMessage } from 'node:http';
import { Server } from 'node:net';
import {
  type ClientIdentity,
  ConfigurationError,
  Guard,
  type GuardOptions,
  type KnownKeys,
  type PolicyMember,
  type PolicyValue,
  type Requirement,
  type RoutePolicy,
  type UpgradeListener,
  type Verifier,
} from '@peercert/core';
import { expressOverHttp2, servesExpressOverHttp2 } from './http2.js';
import { type Middleware, middleware, type PolicyMiddleware, policyMiddleware, setIdentity } from './middleware.js';

declare global {
  // Express takes additions to its request here.
  namespace Express {
    interface Request {
      /** Who the client is; null where none was needed and none was sent. */
      clientIdentity: ClientIdentity | null;
    }
  }
}

/** What `authorize` of a policy is given: Express's request, of which this much is certain. */
export interface AuthorizedRequest extends IncomingMessage {
  /** Of the route that the middleware stands on; empty for `app.use`. */
  readonly params: Readonly<Record<string, string | readonly string[]>>;
}

/** Where the policy makes nothing of the identity, the default one may have. */
type ValueOf<Policy> = [PolicyValue<Policy>] extends [undefined] ? unknown : PolicyValue<Policy>;

/** A middleware that demands the default policy, with what is needed around it. */
export interface Auth extends Middleware {
  readonly verifier: Verifier;
  /**
   * Demands a certificate that satisfies the policy and the default one; without an argument, the default one alone. Throws
   * `ConfigurationError` for anything that is no policy, `undefined` included, and for `false` and `'optional'`, which demand nothing.
   *
   * ```ts
   * const pay = auth.require(z.object({ subject: z.object({ attributes: z.object({ OU: z.tuple([z.literal('payments')]) }) }) }));
   * app.get('/pay', pay, (req, res) => res.json(pay.value(req)));
   * ```
   */
  require(): PolicyMiddleware<unknown>;
  require<const Policy extends PolicyMember<AuthorizedRequest> | 'required'>(
    policy: Policy & KnownKeys<Policy>,
  ): PolicyMiddleware<ValueOf<Policy>>;
  /** Lets requests without a certificate pass, with `clientIdentity` null; a certificate that is sent must be good and satisfy the default policy. */
  optional(): Middleware;
  /**
   * Guards a listener for the server's 'upgrade' or 'connect' event: those never pass `app.use`, and are destroyed on a guarded server
   * otherwise. The request that `listener` gets has its `clientIdentity`. `false` as the policy leaves the listener open to everyone.
   */
  upgrade(listener: UpgradeListener): UpgradeListener;
  upgrade(policy: RoutePolicy, listener: UpgradeListener): UpgradeListener;
  /**
   * Guards the server from its first connection on, and throws `ConfigurationError` if it asks no client for a certificate, and for Express on a
   * server of `node:http2`, where Express does not work. Without it the middleware meets its server at the first request, and upgrades that come before are not destroyed.
   */
  check(server: object): void;
  /** Ends the watching of files and, unless it was given, the verifier: requests are refused from then on. */
  close(): Promise<void>;
}

/**
 * Client-certificate authentication as a middleware:
 *
 * ```ts
 * const auth = mtls({ trust: 'ca.crt' });
 * app.use(auth);
 * ```
 *
 * Reads and checks all options now; throws `ConfigurationError` for any that cannot be. A refused request goes to `next` as a `RefusedError`.
 */
export function mtls(options: GuardOptions = {}): Auth {
  const guard = new Guard(options);
  return Object.assign(middleware(guard, guard.requirement), {
    verifier: guard.verifier,
    close: () => guard.close(),
    require: (...given: [unknown?]): PolicyMiddleware<never> => requiring(guard, given.length === 0 ? 'required' : given[0]),
    optional: (): Middleware => middleware(guard, guard.compile('optional', 'policy')),
    upgrade: (...given: [unknown, unknown?]): UpgradeListener =>
      given.length < 2 ? upgrading(guard, guard.requirement, given[0]) : upgrading(guard, guard.compile(given[0], 'policy'), given[1]),
    check: (server: object): void => {
      if (!(server instanceof Server)) throw new ConfigurationError('server', 'is no server; give check() what createServer() returned');
      if (servesExpressOverHttp2(server)) throw expressOverHttp2();
      guard.check(server);
    },
  });
}

/** A condition that came out as `false` where a policy was meant must not open the route. */
function requiring(guard: Guard, policy: unknown): PolicyMiddleware<never> {
  const requirement = guard.compile(policy, 'policy');
  if (requirement.demands.presence === 'required') return policyMiddleware(guard, requirement);
  const instead = policy === 'optional' ? 'auth.optional()' : 'no guard at all';
  throw new ConfigurationError('policy', `${JSON.stringify(policy)} requires nothing; use ${instead} if the route is to be open`);
}

function upgrading(guard: Guard, requirement: Requirement, listener: unknown): UpgradeListener {
  if (typeof listener !== 'function')
    throw new ConfigurationError('listener', 'is no function; auth.upgrade takes a listener, after an optional policy');
  const then = listener as UpgradeListener;
  return guard.upgrade(requirement, (request: IncomingMessage, socket, head, identity) => {
    setIdentity(request, identity);
    then(request, socket, head);
  });
}
