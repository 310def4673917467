import type { Guard, Requirement } from '@peercert/core';
import type { RouteOptions } from 'fastify';
import { checkRouteOptions, type RoutePolicySetting, routePolicy } from './route-policy.js';

/** What each route demands of its clients, compiled once. */
export class RouteRequirements {
  readonly #guard: Guard;
  /** Under this key a requirement travels in the route's config, of which Fastify makes a copy for itself. */
  readonly #compiled = Symbol('peercert.requirement');
  readonly #known = new WeakMap<object, Requirement>();

  constructor(guard: Guard) {
    this.#guard = guard;
  }

  /** Compiles the policy of a route that is being defined. Throws `ConfigurationError` for what is no policy, or stands in the wrong place. */
  compile(route: RouteOptions): void {
    checkRouteOptions(route);
    const setting = routePolicy(route.config);
    if (setting === undefined) return;
    const compiled: Compiled = { policy: setting.policy, requirement: this.#compile(setting, route) };
    Object.assign(route, { config: { ...route.config, [this.#compiled]: compiled } });
  }

  /** What the route with this config demands. Throws `ConfigurationError` as `compile` does, for a route that was defined before the plugin. */
  of(config: object | undefined): Requirement {
    if (config === undefined) return this.#guard.requirement;
    let requirement = this.#known.get(config);
    if (requirement === undefined) {
      requirement = this.#read(config);
      this.#known.set(config, requirement);
    }
    return requirement;
  }

  #read(config: object): Requirement {
    const setting = routePolicy(config);
    if (setting === undefined) return this.#guard.requirement;
    const compiled = (config as { [key: symbol]: Compiled | undefined })[this.#compiled];
    // An onRoute hook that ran later may have put another policy in its place.
    return compiled !== undefined && compiled.policy === setting.policy ? compiled.requirement : this.#compile(setting, config);
  }

  #compile({ policy }: RoutePolicySetting, { method, url }: { method?: unknown; url?: unknown }): Requirement {
    const option = url === undefined ? 'config.mtls' : `${String(method)} ${String(url)} config.mtls`;
    return this.#guard.compile(policy, option);
  }
}

interface Compiled {
  readonly policy: unknown;
  readonly requirement: Requirement;
}
