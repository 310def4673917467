import type { Http2SecureServer } from 'node:http2';
import type { Server } from 'node:https';
import Fastify, { type FastifyContextConfig, type FastifyInstance, type FastifyRequest, type FastifyTypeProvider } from 'fastify';
import { describe, expectTypeOf, it } from 'vitest';
import { asking, payments, trusting } from '../../../test/support/cast.js';
import mtlsDefault, {
  type CertificatePolicy,
  type ClientIdentity,
  type MtlsOptions,
  mtls,
  type RefusedError,
  type RoutePolicy,
  type ScopeGuard,
  type Verifier,
} from '../src/index.js';

describe('the types', () => {
  it('show the identity, which may be null', () => {
    expectTypeOf<FastifyRequest['clientIdentity']>().toEqualTypeOf<ClientIdentity | null>();
    expectTypeOf<FastifyInstance['mtls']>().toEqualTypeOf<ScopeGuard>();
    expectTypeOf<ScopeGuard['verifier']>().toEqualTypeOf<Verifier>();
    expectTypeOf<RefusedError['statusCode']>().toEqualTypeOf<number>();
    expectTypeOf(mtls).toEqualTypeOf(mtlsDefault);
  });

  it('take policies where they belong', () => {
    expectTypeOf<CertificatePolicy<FastifyRequest> | 'required'>().toExtend<Parameters<ScopeGuard['require']>[0]>();
    expectTypeOf<Parameters<ScopeGuard['upgrade']>[0]>().toEqualTypeOf<RoutePolicy>();
    expectTypeOf<MtlsOptions>().toHaveProperty('trust');
    // In a route, Fastify infers the config's type from what is written, and lets more pass: nonsense there throws at boot.
    expectTypeOf<FastifyContextConfig['mtls']>().toEqualTypeOf<RoutePolicy<FastifyRequest> | undefined>();
    // @ts-expect-error: the name of a policy is no policy
    const named: FastifyContextConfig = { mtls: 'payments' };
    expectTypeOf(named).toBeObject();
  });

  it('hold for HTTPS and HTTP/2 servers, and with a type provider', async () => {
    interface Provider extends FastifyTypeProvider {
      readonly validator: this['schema'];
      readonly serializer: this['schema'];
    }
    const https = Fastify({ https: asking });
    expectTypeOf(https).toExtend<FastifyInstance<Server>>();
    await https.register(mtls, trusting);
    https
      .withTypeProvider<Provider>()
      .get('/', { config: { mtls: payments }, onRequest: https.mtls.require(payments) }, async (request) => {
        expectTypeOf(request.clientIdentity).toEqualTypeOf<ClientIdentity>();
        return request.clientIdentity.subject.attributes.CN;
      });
    https.get('/array', { onRequest: [https.mtls.require('required')], config: { mtls: 'optional' } }, async () => 'in');
    https.addHook('onRequest', https.mtls.require(payments));
    // @ts-expect-error: false requires nothing
    const nothing = () => https.mtls.require(false);
    // @ts-expect-error: a policy stands in config
    const beside = () => https.get('/beside', { mtls: payments }, async () => 'in');
    for (const misuse of [nothing, beside]) expectTypeOf(misuse).toBeFunction();
    await https.close();

    const http2 = Fastify({ http2: true, https: asking });
    expectTypeOf(http2).toExtend<FastifyInstance<Http2SecureServer>>();
    await http2.register(mtls, trusting);
    http2.get('/', { config: { mtls: false }, onRequest: http2.mtls.require(payments) }, async (request) => {
      expectTypeOf(request.clientIdentity).toEqualTypeOf<ClientIdentity | null>();
      return 'in';
    });
    await http2.close();

    const plain = Fastify();
    plain.register(import('@peercert/fastify'), trusting);
    plain.register(mtls);
    plain.register(mtls, () => trusting);
    // @ts-expect-error: an unknown option
    const unknown = () => plain.register(mtls, { trsut: 'ca.crt' });
    expectTypeOf(unknown).toBeFunction();
  });
});
