import Fastify from 'fastify';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { z } from 'zod';
import { trusting } from '../../../test/support/cast.js';
import { type ClientIdentity, mtls } from '../src/index.js';

const workload = z.object({ spiffeId: z.string() }).transform(({ spiffeId }) => ({ ns: spiffeId }));

describe('the type of a handler follows the policy of its route', () => {
  const app = Fastify();

  it('as it stands in its config', async () => {
    await app.register(mtls, trusting);
    app.get('/a', { config: { mtls: workload } }, async (request) => {
      expectTypeOf(request.clientIdentityValue).toEqualTypeOf<{ ns: string }>();
      expectTypeOf(request.clientIdentity).toEqualTypeOf<ClientIdentity>();
    });
    app.get('/b', { config: { mtls: 'optional' } }, async (request) => {
      expectTypeOf(request.clientIdentityValue).toEqualTypeOf<unknown>();
      expectTypeOf(request.clientIdentity).toEqualTypeOf<ClientIdentity | null>();
    });
    app.get('/c', async (request) => {
      expectTypeOf(request.clientIdentityValue).toEqualTypeOf<unknown>();
      expectTypeOf(request.clientIdentity).toEqualTypeOf<ClientIdentity | null>();
    });
    app.get('/d', { config: { mtls: { subject: { OU: 'x' } } } }, async (request) => {
      expectTypeOf(request.clientIdentity).toEqualTypeOf<ClientIdentity>();
      expectTypeOf(request.clientIdentityValue).toEqualTypeOf<unknown>();
    });
    app.get('/e', { config: { mtls: { allOf: [{ trustSet: 'default' }, workload] as const } } }, async (request) => {
      expectTypeOf(request.clientIdentityValue).toEqualTypeOf<{ ns: string }>();
    });
    app.get<{ Params: { tenant: string } }>(
      '/f/:tenant',
      {
        config: {
          mtls: { authorize: (identity, request) => identity.subject.attributes.CN?.[0] === (request.params as { tenant: string }).tenant },
        },
      },
      async (request) => {
        expectTypeOf(request.clientIdentity).toEqualTypeOf<ClientIdentity | null>();
      },
    );
    app.get(
      '/g/:tenant',
      {
        config: {
          mtls: { authorize: (identity, request) => identity.subject.attributes.CN?.[0] === (request.params as { tenant: string }).tenant },
        },
      },
      async (request) => {
        expectTypeOf(request.clientIdentity).toEqualTypeOf<ClientIdentity>();
      },
    );
    app.get(
      '/h',
      { config: { mtls: (identity: ClientIdentity) => ({ allow: true, value: { user: identity.trustSet } }) as const } },
      async (request) => {
        expectTypeOf(request.clientIdentityValue).toEqualTypeOf<{ readonly user: string }>();
      },
    );
    app.get('/h2', { config: { mtls: (identity) => identity.trustSet === 'staff' } }, async (request) => {
      expectTypeOf(request.clientIdentityValue).toEqualTypeOf<unknown>();
      expectTypeOf(request.clientIdentity).toEqualTypeOf<ClientIdentity>();
    });
    app.get('/i', { config: { mtls: { mode: 'report', allOf: [workload] } } }, async (request) => {
      expectTypeOf(request.clientIdentityValue).toEqualTypeOf<{ ns: string } | undefined>();
    });
    app.get('/j', { config: { mtls: { anyOf: [workload, { subject: { CN: 'x' } }] } } }, async (request) => {
      expectTypeOf(request.clientIdentityValue).toEqualTypeOf<{ ns: string } | undefined>();
    });
  });

  it('or as a hook says, where Fastify infers nothing', () => {
    const hook = app.mtls.require(workload);
    app.get<{ Params: { a: string } }>('/k', { onRequest: hook }, async (request) => {
      expectTypeOf(hook.value(request)).toEqualTypeOf<{ ns: string }>();
      expectTypeOf(hook.identity(request)).toEqualTypeOf<ClientIdentity>();
    });
    app.get<{ Params: { a: string } }>('/l', { onRequest: app.mtls.require({ subject: { OU: 'x' } }) }, async (request) => {
      expectTypeOf(request.clientIdentity).toEqualTypeOf<ClientIdentity | null>();
    });
  });

  it('and an identity that may be missing has to be looked at first', () => {
    app.get('/m', async (request) => {
      // @ts-expect-error: the default policy may be 'optional'.
      return request.clientIdentity.subject;
    });
    app.get('/n', { config: { mtls: 'optional' } }, async (request) => {
      // @ts-expect-error: a client without a certificate comes here too.
      return request.clientIdentity.subject;
    });
    app.get('/o', { config: { mtls: workload } }, async (request) => {
      // @ts-expect-error: nothing that the schema makes of an identity.
      return request.clientIdentityValue.namespace;
    });
    app.get('/p', { config: { mtls: { trustSet: 'default' } } }, async (request) => {
      // @ts-expect-error: no attribute of a name.
      return request.clientIdentity.subject.CN;
    });
  });

  it('and what is misspelt compiles nowhere that can be checked, and throws at boot everywhere', () => {
    // @ts-expect-error: no attribute
    expect(() => app.mtls.require({ subject: { UO: 'x' } })).toThrow(/unknown attribute 'UO' \(did you mean 'O'\?\)/);
    // @ts-expect-error: no rule
    expect(() => app.mtls.require({ subjct: { OU: 'x' } })).toThrow(/did you mean 'subject'\?/);
    // @ts-expect-error: no type of name
    expect(() => app.mtls.require({ allOf: [{ subjectAltName: { dsn: 'x' } }] })).toThrow(/did you mean 'dns'\?/);
    // @ts-expect-error: no field of an identity
    expect(() => app.mtls.require(z.object({ subjct: z.string() }))).toThrow(
      /subjct: is no field of an identity; did you mean 'subject'\?/,
    );
    // In a route's config Fastify infers the type from what is written, and lets more pass.
    expect(() => app.get('/q', { config: { mtls: { subject: { UO: 'x' } } } }, async () => 'in')).toThrow(/unknown attribute 'UO'/);
    expect(() => app.get('/r', { config: { mtls: z.object({ spifeId: z.string() }) } }, async () => 'in')).toThrow(
      /did you mean 'spiffeId'\?/,
    );
    expect(() => app.get('/s', { config: { mtls: { policy: 'payments' } } }, async () => 'in')).toThrow(/there is no policy 'payments'/);
  });
});
