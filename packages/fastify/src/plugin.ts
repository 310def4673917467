import createError from '@fastify/error';
import { answerTo, type ClientIdentity, ConfigurationError, type Decision, Guard, type GuardOptions, type Refusal, type Requirement, type RoutePolicy, type UpgradeListener, type Verifier } from '@peercert/core';
import type { FastifyInstance, FastifyPluginCallback, FastifyReply, FastifyRequest, onRequestHookHandler } from 'fastify';
import fp from 'fastify-plugin';
import { checkRouteOptions, routePolicy } from './route-policy.js';

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
  /** An `onRequest` hook that demands the policy, and the default one. Throws `ConfigurationError` for what is no policy. */
  require(policy: RoutePolicy): onRequestHookHandler;
  /** Guards a listener for the server's 'upgrade' or 'connect' event that does not go through Fastify's routes. */
  upgrade(policy: RoutePolicy, listener: UpgradeListener): UpgradeListener;
}

const register: FastifyPluginCallback<GuardOptions> = (app, options, done) => {
  const guard = new Guard(optionsOf(options), app.log);
  const requirements = new RouteRequirements(guard);

  if (!app.hasRequestDecorator('clientIdentity')) app.decorateRequest('clientIdentity', null);
  const scope: ScopeGuard = Object.freeze({
    verifier: guard.verifier,
    require: (policy: RoutePolicy): onRequestHookHandler => hook(guard, constant(guard.compile(policy, 'app.mtls.require'))),
    upgrade: (policy: RoutePolicy, listener: UpgradeListener): UpgradeListener =>
      guard.upgrade(guard.compile(policy, 'app.mtls.upgrade'), (request, socket, head) => listener(request, socket, head)),
  });
  // A guard inside the scope of another has its own `app.mtls`; `decorate` would not let it.
  if (app.hasDecorator('mtls')) Object.defineProperty(app, 'mtls', { value: scope });
  else app.decorate('mtls', scope);

  // Nonsense in a route that is defined after the plugin throws at boot; an earlier one is met at its first request.
  app.addHook('onRoute', (route) => {
    checkRouteOptions(route);
    requirements.of(route.config);
  });
  app.addHook('onRequest', hook(guard, (request) => requirements.of(request.routeOptions.config)));
  app.addHook('onReady', (ready) => {
    guard.check(app.server, (listener) => dispatchesToRoutes(app, listener));
    ready();
  });
  if (app.prefix !== '') app.log.info({ prefix: app.prefix }, `mtls guards the routes under ${app.prefix}, and no others`);
  done();
};

/** Client-certificate authentication as a plugin: `app.register(mtls, { trust: 'ca.crt' })`. */
export const mtls = fp(register, { fastify: '5.x', name: '@peercert/fastify' });

/** The requirements of routes, by the config object that Fastify keeps for each. */
class RouteRequirements {
  readonly #guard: Guard;
  readonly #known = new WeakMap<object, Requirement>();

  constructor(guard: Guard) {
    this.#guard = guard;
  }

  /** Throws `ConfigurationError` for a `config.mtls` that is no policy. */
  of(config: object | undefined): Requirement {
    const known = config === undefined ? this.#guard.requirement : this.#known.get(config);
    if (known !== undefined || config === undefined) return known ?? this.#guard.requirement;
    const policy = routePolicy(config);
    const requirement = policy === undefined ? this.#guard.requirement : this.#guard.compile(policy.value, 'config.mtls');
    this.#known.set(config, requirement);
    return requirement;
  }
}

function hook(guard: Guard, requirementOf: (request: FastifyRequest) => Requirement): onRequestHookHandler {
  return (request, reply, done) => {
    const settle = (decision: Decision): void => {
      if (!decision.ok) return done(toError(decision.refusal, request, reply));
      // Of nested guards, the one that asked for no certificate does not hide what the other found.
      if (decision.identity !== null) request.clientIdentity = decision.identity;
      done();
    };
    const decision = decide(guard, requirementOf, request);
    if (decision instanceof Promise) decision.then((settled) => process.nextTick(settle, settled));
    else settle(decision);
  };
}

function decide(guard: Guard, requirementOf: (request: FastifyRequest) => Requirement, request: FastifyRequest): Decision | Promise<Decision> {
  let requirement: Requirement;
  try {
    requirement = requirementOf(request);
  } catch (error) {
    if (error instanceof ConfigurationError) return guard.misconfigured(request.raw, error, request.log);
    throw error;
  }
  return guard.decide(request.raw, requirement, request.log);
}

/** A refusal as an error of Fastify's own kind; the trace stays in `refusal`, which is not serialized. */
function toError(refusal: Refusal, request: FastifyRequest, reply: FastifyReply): Error {
  const { code, message, status, headers } = answerTo(refusal, request.raw.httpVersionMajor);
  reply.headers(headers);
  const error = createError(code, message, status)();
  Object.defineProperty(error, 'refusal', { value: refusal });
  return error;
}

function optionsOf(options: GuardOptions & { prefix?: unknown; logLevel?: unknown }): GuardOptions {
  // Fastify passes its own options of `register` along.
  const { prefix: _prefix, logLevel: _logLevel, ...own } = options;
  return own;
}

function constant<T>(value: T): () => T {
  return () => value;
}

/** @fastify/websocket leads upgrades through Fastify's router, and so through this plugin's hook. */
function dispatchesToRoutes(app: FastifyInstance, listener: UpgradeListener): boolean {
  return app.hasDecorator('websocketServer') && /\bfastify\.routing\(/.test(Function.prototype.toString.call(listener));
}
