import type { ClientIdentity, PolicyValue, RoutePolicy } from '@peercert/core';
import type {
  ContextConfigDefault,
  FastifyBaseLogger,
  FastifySchema,
  FastifyTypeProvider,
  FastifyTypeProviderDefault,
  RawRequestDefaultExpression,
  RawServerBase,
  RawServerDefault,
  RouteGenericInterface,
} from 'fastify';
import type { FastifyRequestType, ResolveFastifyRequestType } from 'fastify/types/type-provider.js';
import type { ScopeGuard } from './scope-guard.js';

declare module 'fastify' {
  // The parameters are those of Fastify's own declaration: TypeScript merges no others.
  interface FastifyRequest<
    RouteGeneric extends RouteGenericInterface = RouteGenericInterface,
    RawServer extends RawServerBase = RawServerDefault,
    RawRequest extends RawRequestDefaultExpression<RawServer> = RawRequestDefaultExpression<RawServer>,
    SchemaCompiler extends FastifySchema = FastifySchema,
    TypeProvider extends FastifyTypeProvider = FastifyTypeProviderDefault,
    ContextConfig = ContextConfigDefault,
    Logger extends FastifyBaseLogger = FastifyBaseLogger,
    RequestType extends FastifyRequestType = ResolveFastifyRequestType<TypeProvider, SchemaCompiler, RouteGeneric>,
  > {
    /**
     * Who the client is; null where no certificate was asked for or, on an optional route, none was sent. Never null on a route whose config demands a policy.
     */
    clientIdentity: RouteIdentity<ContextConfig>;
    /** What the route's policy, or else the default one, made of the identity: a schema's output, the value of a function's decision; undefined where none makes anything. */
    clientIdentityValue: RouteValue<ContextConfig>;
  }
  interface FastifyContextConfig {
    /** What this route demands, added to the plugin's default policy. */
    mtls?: RoutePolicy<FastifyRequest>;
  }
  interface FastifyInstance {
    /** The guard of this scope; undefined, and so a TypeError to use, where none is registered. */
    mtls: ScopeGuard;
  }
}

/** A route that demands a policy has an identity; of one that does not say, the default policy decides. */
export type RouteIdentity<ContextConfig> = ContextConfig extends { readonly mtls: infer Policy }
  ? Policy extends object
    ? ClientIdentity
    : ClientIdentity | null
  : ClientIdentity | null;

/** Where the route's own policy makes nothing of the identity, the default one may have. */
export type RouteValue<ContextConfig> = ContextConfig extends { readonly mtls: infer Policy }
  ? [PolicyValue<Policy>] extends [undefined]
    ? unknown
    : PolicyValue<Policy>
  : unknown;
