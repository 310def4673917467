import { ConfigurationError } from '@peercert/core';
import type { RouteOptions } from 'fastify';

/** A route's own policy, not looked at yet. */
export interface RoutePolicySetting {
  readonly policy: unknown;
}

/** The route's own policy, as it stands in its config; undefined where it says nothing. Throws for a key that was meant to be `mtls`. */
export function routePolicy(config: unknown): RoutePolicySetting | undefined {
  if (typeof config !== 'object' || config === null) return undefined;
  checkKeys(config, 'config');
  return Object.hasOwn(config, 'mtls') ? { policy: (config as { mtls?: unknown }).mtls } : undefined;
}

/** A policy that is written where nobody reads it would leave the route with the default: so it throws at boot. */
export function checkRouteOptions(route: RouteOptions): void {
  const config: unknown = route.config;
  if (Object.hasOwn(route, 'mtls')) {
    throw new ConfigurationError('mtls', `stands beside config in the options of ${name(route)}; write { config: { mtls: … } }`);
  }
  if (typeof config === 'object' && config !== null && 'mtls' in config && !Object.hasOwn(config, 'mtls')) {
    throw new ConfigurationError(
      'config.mtls',
      `is inherited by the config of ${name(route)}, of which Fastify copies own properties alone; write it out`,
    );
  }
  checkKeys(route, `the options of ${name(route)}`);
  if (typeof config === 'object' && config !== null) checkKeys(config, `the config of ${name(route)}`);
}

function checkKeys(options: object, where: string): void {
  const slip = Object.keys(options).find(isSlip);
  if (slip !== undefined)
    throw new ConfigurationError(slip, `in ${where} is not known (did you mean 'mtls'?); write { config: { mtls: … } }`);
}

/** Another case, two letters swapped, or one letter too many, missing or wrong; `tls` is a word of its own. */
function isSlip(key: string): boolean {
  if (key === 'mtls') return false;
  const lower = key.toLowerCase();
  if (lower === 'tls' || Math.abs(lower.length - 4) > 1) return false;
  return swapped(lower) || oneEdit(lower);
}

function swapped(key: string): boolean {
  return ['tmls', 'mlts', 'mtsl'].includes(key);
}

function oneEdit(key: string): boolean {
  const wanted = 'mtls';
  let start = 0;
  while (start < key.length && key[start] === wanted[start]) start += 1;
  let end = 0;
  while (end < Math.min(key.length, wanted.length) - start && key.at(-1 - end) === wanted.at(-1 - end)) end += 1;
  return Math.max(key.length, wanted.length) - start - end <= 1;
}

function name({ method, url }: RouteOptions): string {
  return `${String(method)} ${url}`;
}
