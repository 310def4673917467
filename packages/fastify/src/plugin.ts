import { ConfigurationError, Guard, type GuardOptions, type RoutePolicy, type UpgradeListener } from '@peercert/core';
import type { FastifyInstance, FastifyPluginAsync } from 'fastify';
import fp from 'fastify-plugin';
import { furtherServers } from './further-servers.js';
import { guardHook, policyHook } from './hook.js';
import { RouteRequirements } from './route-requirements.js';
import type { GuardedUpgradeListener, ScopeGuard } from './scope-guard.js';

/** Asynchronous, so that what it throws is the boot's error: with a callback it would end the process instead. */
const register: FastifyPluginAsync<GuardOptions> = async (app, options) => {
  const guard = new Guard(optionsOf(options, app), app.log);
  const requirements = new RouteRequirements(guard);
  decorate(app, scopeGuard(guard));

  let routes = 0;
  // Nonsense in a route that is defined after the plugin throws at boot; an earlier one is met at its first request.
  app.addHook('onRoute', (route) => {
    requirements.compile(route);
    routes += 1;
  });
  app.addHook(
    'onRequest',
    guardHook(guard, (request) => requirements.of(request.routeOptions.config)),
  );
  // After the last request, as Fastify has it.
  app.addHook('onClose', () => guard.close());
  app.addHook('onReady', (ready) => {
    guard.check(app.server, dispatchesToRoutes);
    tellScope(app, routes);
    ready();
  });
  app.addHook('onListen', (done) => {
    const servers = furtherServers(app);
    // Their upgrades are handed on to the first server, where they are guarded.
    for (const server of servers ?? []) guard.protect(server, () => true);
    if (servers === undefined && options.tls !== undefined)
      app.log.error('serverTls reaches the first server alone: listen on one address, not on localhost, to have its credentials reloaded');
    done();
  });
};

/** Client-certificate authentication as a plugin: `app.register(mtls, { trust: 'ca.crt' })`. */
export const mtls = fp(register, { fastify: '5.x', name: '@peercert/fastify' });

/** The guards made here, to tell a guard around this one from what somebody else calls `mtls`. */
const scopeGuards = new WeakSet<ScopeGuard>();

function scopeGuard(guard: Guard): ScopeGuard {
  const scope: ScopeGuard = Object.freeze({
    verifier: guard.verifier,
    require(policy: unknown) {
      const requirement = guard.compile(policy, 'app.mtls.require');
      if (requirement.demands.presence === 'required') return policyHook(guard, requirement);
      const problem = `${JSON.stringify(policy)} requires nothing; write it as config: { mtls: ${JSON.stringify(policy)} } if the route is to be open`;
      throw new ConfigurationError('app.mtls.require', problem);
    },
    upgrade(policy: RoutePolicy, listener: GuardedUpgradeListener) {
      if (typeof listener !== 'function') throw new ConfigurationError('app.mtls.upgrade', 'takes a policy and a listener');
      return guard.upgrade(guard.compile(policy, 'app.mtls.upgrade'), listener);
    },
  });
  scopeGuards.add(scope);
  return scope;
}

/** A guard inside of another, or beside it in one scope, takes over `app.mtls`; any other owner of the names is Fastify's to refuse. */
function decorate(app: FastifyInstance, scope: ScopeGuard): void {
  if (scopeGuards.has(app.mtls)) {
    app.mtls = scope;
    return;
  }
  app.decorate('mtls', scope);
  app.decorateRequest('clientIdentity', null);
  app.decorateRequest('clientIdentityValue', undefined);
}

/** Fastify passes its own options of `register` along. A prefix means nothing to a plugin that belongs to the scope it is registered in. */
function optionsOf(options: GuardOptions & FastifyOwnOptions, app: FastifyInstance): GuardOptions {
  const { prefix, logLevel: _logLevel, logSerializers: _logSerializers, ...own } = options;
  if (typeof prefix === 'string' && !app.prefix.endsWith(prefix)) {
    throw new ConfigurationError('prefix', `narrows nothing here; register mtls inside of a plugin that has the prefix '${prefix}'`);
  }
  // With its prototype, so that what is inherited is refused like anywhere else and not passed over.
  return Object.setPrototypeOf(own, Object.getPrototypeOf(options) as object | null) as GuardOptions;
}

interface FastifyOwnOptions {
  readonly prefix?: unknown;
  readonly logLevel?: unknown;
  readonly logSerializers?: unknown;
}

/** A guard that is not the whole application's says so: it may have been meant to be. */
function tellScope(app: FastifyInstance, routes: number): void {
  const parent = Object.getPrototypeOf(app) as FastifyInstance;
  if (!('prefix' in parent)) return;
  const own = app.prefix === parent.prefix ? 'of the plugin that it is registered in' : `under ${app.prefix}`;
  const advice = 'wrap that plugin with fastify-plugin if the whole application is meant';
  const fields = { prefix: app.prefix, routes };
  if (routes > 0) app.log.info(fields, `mtls guards the routes ${own}, and no others; ${advice}`);
  else app.log.warn(fields, `mtls guards the routes ${own}, and none was defined there after it; ${advice}`);
}

/**
 * @fastify/websocket, and whatever does as it does, leads upgrades through Fastify's router, and so through the hook of whichever scope
 * the route is in. Nothing but its source tells such a listener from others.
 */
function dispatchesToRoutes(listener: UpgradeListener): boolean {
  return /\.routing\(/.test(Function.prototype.toString.call(listener));
}
