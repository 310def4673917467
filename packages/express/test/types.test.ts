import type { IncomingMessage, ServerResponse } from 'node:http';
import express from 'express';
import { describe, expectTypeOf, it } from 'vitest';
import { z } from 'zod';
import { payments, trusting } from '../../../test/support/cast.js';
import mtlsDefault, {
  type Auth,
  type AuthorizedRequest,
  type CertificatePolicy,
  type ClientIdentity,
  type Middleware,
  type MtlsOptions,
  mtls,
  type Next,
  type Refusal,
  type RefusalCode,
  RefusedError,
  type RoutePolicy,
  type UpgradeListener,
} from '../src/index.js';

describe('the types', () => {
  it('show the identity, which may be null', () => {
    expectTypeOf<express.Request['clientIdentity']>().toEqualTypeOf<ClientIdentity | null>();
    expectTypeOf(mtls).toEqualTypeOf(mtlsDefault);
    expectTypeOf(mtls).parameters.toEqualTypeOf<[options?: MtlsOptions | undefined]>();
  });

  it('take policies where they belong', () => {
    expectTypeOf<CertificatePolicy<AuthorizedRequest> | 'required'>().toExtend<Parameters<Auth['require']>[0]>();
    const auth = mtls(trusting);
    expectTypeOf(auth.upgrade).toBeCallableWith('optional' satisfies RoutePolicy, (() => undefined) satisfies UpgradeListener);
    // @ts-expect-error: false requires nothing
    const nothing = () => auth.require(false);
    // @ts-expect-error: nor does this
    const optional = () => auth.require('optional');
    // @ts-expect-error: a policy that went missing must not turn into none
    const missing = () => auth.require(undefined);
    // @ts-expect-error: an unknown rule
    const unknown = () => auth.require({ subjct: { OU: 'payments' } });
    // @ts-expect-error: an unknown attribute
    const attribute = () => auth.require({ subject: { UO: 'payments' } });
    // @ts-expect-error: no field of an identity
    const field = () => auth.require(z.object({ spifeId: z.string() }));
    // @ts-expect-error: an unknown option
    const option = () => mtls({ trsut: 'ca.crt' });
    for (const misuse of [nothing, optional, missing, unknown, attribute, field, option]) expectTypeOf(misuse).toBeFunction();
  });

  it('fit Express, its routers, and node:http', () => {
    const auth = mtls(trusting);
    const app = express();
    app.use(auth);
    app.use('/path', auth.optional(), auth);
    const router = express.Router();
    router.use(auth.require());
    router.get('/:id', auth.require(payments), (req, res) => {
      expectTypeOf(req.clientIdentity).toEqualTypeOf<ClientIdentity | null>();
      expectTypeOf(req.params.id).toEqualTypeOf<string>();
      res.json(req.clientIdentity?.subject.attributes.CN);
    });
    expectTypeOf(auth).toExtend<express.RequestHandler>();
    expectTypeOf<Middleware>().parameters.toEqualTypeOf<[request: IncomingMessage, response: ServerResponse, next: Next]>();
  });

  it('follow the policy', () => {
    const auth = mtls(trusting);
    const workload = auth.require(z.object({ spiffeId: z.string() }).transform(({ spiffeId }) => ({ name: spiffeId })));
    const user = auth.require((identity: ClientIdentity) => ({ allow: true, value: { id: identity.serialNumber } }) as const);
    const tenant = auth.require({
      subject: { OU: 'payments' },
      authorize: (identity, request: express.Request) => identity.subject.attributes.CN?.[0] === request.params.tenant,
    });
    express().get('/:tenant', workload, user, tenant, (req, res) => {
      expectTypeOf(workload.value(req)).toEqualTypeOf<{ name: string }>();
      expectTypeOf(workload.identity(req)).toEqualTypeOf<ClientIdentity>();
      expectTypeOf(user.value(req)).toEqualTypeOf<{ readonly id: string }>();
      expectTypeOf(tenant.value(req)).toEqualTypeOf<unknown>();
      res.end();
    });
  });

  it('show what a refusal holds', () => {
    expectTypeOf<RefusedError['code']>().toEqualTypeOf<RefusalCode>();
    expectTypeOf<RefusedError['refusal']>().toEqualTypeOf<Refusal>();
    expectTypeOf(RefusedError).toBeConstructibleWith({} as Refusal);
  });
});
