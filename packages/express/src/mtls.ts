import type { IncomingMessage } from 'node:http';
import { type CertificatePolicy, type ClientIdentity, Guard, type GuardOptions, type UpgradeListener, type Verifier } from '@peercert/core';
import { type Middleware, middleware, setIdentity } from './middleware.js';

declare global {
  // biome-ignore lint/style/noNamespace: Express takes additions to its request here.
  namespace Express {
    interface Request {
      /** Who the client is; null where no certificate was asked for or, on an optional route, none was sent. */
      clientIdentity: ClientIdentity | null;
    }
  }
}

/** A middleware that demands the default policy, with what is needed around it. */
export interface Auth extends Middleware {
  readonly verifier: Verifier;
  /**
   * Demands a certificate that satisfies the policy and the default one; without an argument, the default one alone. Throws
   * `ConfigurationError` for anything that is no policy, `undefined` included.
   */
  require(policy?: CertificatePolicy | 'required'): Middleware;
  /** Lets requests without a certificate pass, with `clientIdentity` null; a certificate that is sent must be good and satisfy the default policy. */
  optional(): Middleware;
  /**
   * Guards a listener for the server's 'upgrade' or 'connect' event: those never pass `app.use`, and are destroyed on a guarded server
   * otherwise. The request that `listener` gets has its `clientIdentity`.
   */
  upgrade(listener: UpgradeListener): UpgradeListener;
  upgrade(policy: CertificatePolicy | 'required' | 'optional', listener: UpgradeListener): UpgradeListener;
  /**
   * Guards the server from its first connection on, and throws `ConfigurationError` if it asks no client for a certificate. Without it
   * the middleware meets its server at the first request, and upgrades that come before are not destroyed.
   */
  check(server: object): void;
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
  const auth = middleware(guard, guard.requirement);
  return Object.assign(auth, {
    verifier: guard.verifier,
    require: (...policy: [unknown?]): Middleware => middleware(guard, guard.compile(policy.length === 0 ? 'required' : policy[0], 'policy')),
    optional: (): Middleware => middleware(guard, guard.compile('optional', 'policy')),
    upgrade: (...given: [UpgradeListener] | [unknown, UpgradeListener]): UpgradeListener => {
      const [policy, listener] = given.length === 1 ? [undefined, given[0]] : given;
      if (typeof listener !== 'function') throw new TypeError('auth.upgrade takes a listener, after an optional policy');
      const requirement = given.length === 1 ? guard.requirement : guard.compile(policy, 'policy');
      return guard.upgrade(requirement, (request: IncomingMessage, socket, head, identity) => {
        setIdentity(request, identity);
        listener(request, socket, head);
      });
    },
    check: (server: object): void => guard.check(server),
  });
}
