import type { RouteOptions } from 'fastify';
import { describe, expect, it } from 'vitest';
import { ask, json } from '../../../test/support/ask.js';
import { alice, asking, bob, expired, payments, root, trusting } from '../../../test/support/cast.js';
import { mtls, type RoutePolicy } from '../src/index.js';
import { listening, makeApp, plugin } from './support/apps.js';

const who = async (request: { clientIdentity: { subject: { attributes: { CN?: readonly string[] } } } | null }) => ({
  CN: request.clientIdentity === null ? null : request.clientIdentity?.subject.attributes.CN,
});

describe('nonsense in a route that is defined after the plugin', () => {
  const cases: [string, object, RegExp][] = [
    ['undefined', { config: { mtls: undefined } }, /^GET \/ config\.mtls: is undefined/],
    ['null', { config: { mtls: null } }, /^GET \/ config\.mtls: null is no policy/],
    ['true', { config: { mtls: true } }, /^GET \/ config\.mtls: true is no policy/],
    ['0', { config: { mtls: 0 } }, /^GET \/ config\.mtls: 0 is no policy/],
    ['a policy without rules', { config: { mtls: {} } }, /^GET \/ config\.mtls: has no rules/],
    ['the name of a policy', { config: { mtls: 'payments' } }, /^GET \/ config\.mtls: 'payments' is no policy/],
    ['a word that is nearly one', { config: { mtls: 'optionl' } }, /did you mean 'optional'/],
    ['a list', { config: { mtls: [payments] } }, /^GET \/ config\.mtls: .*is no policy/],
    [
      'an unknown rule',
      { config: { mtls: { subjct: { OU: 'payments' } } } },
      /^GET \/ config\.mtls: unknown option 'subjct' \(did you mean 'subject'\?\)/,
    ],
    ['a rule that went missing', { config: { mtls: { subject: { OU: undefined } } } }, /^GET \/ config\.mtls\.subject\.OU: is undefined/],
    ['an unknown trust set', { config: { mtls: { trustSet: 'staff' } } }, /^GET \/ config\.mtls\.trustSet: there is no trust set 'staff'/],
    ['replaceDefault: false', { config: { mtls: { replaceDefault: false } } }, /^GET \/ config\.mtls\.replaceDefault: must be true/],
    [
      'a policy that the config inherits',
      { config: Object.create({ mtls: payments }) as object },
      /^config\.mtls: is inherited by the config of GET \//,
    ],
    ['mtls beside config', { mtls: payments }, /^mtls: stands beside config in the options of GET \//],
    ['mtls beside config, undefined', { mtls: undefined }, /^mtls: stands beside config/],
    ...['mTLS', 'MTLS', 'mtsl', 'mtl', 'mtlss', 'tmls', 'mlts', 'ntls', 'mtls_', 'mls', 'm_tls'].flatMap(
      (key): [string, object, RegExp][] => [
        [
          `${key} beside config`,
          { [key]: payments },
          new RegExp(`^${key}: in the options of GET / is not known \\(did you mean 'mtls'\\?\\)`),
        ],
        [
          `${key} in config`,
          { config: { [key]: payments } },
          new RegExp(`^${key}: in the config of GET / is not known \\(did you mean 'mtls'\\?\\)`),
        ],
      ],
    ),
  ];

  it.each(cases)('throws at boot: %s', async (_what, options, problem) => {
    const { app } = makeApp();
    await app.register(mtls, trusting);
    const define = () => app.get('/', options, who);
    expect(define).toThrow(expect.objectContaining({ code: 'PEERCERT_CONFIGURATION', message: expect.stringMatching(problem) }));
    expect(() => app.route({ method: ['GET', 'PUT'], url: '/more', handler: who, ...options } as RouteOptions)).toThrow(/GET,PUT \/more/);
  });

  it('ends the boot where a plugin defines the route', async () => {
    const { app } = makeApp();
    await app.register(mtls, trusting);
    app.register(plugin(async (child) => void child.get('/', { config: { mtls: true as never } }, who)));
    await expect(app.ready()).rejects.toThrow(/^GET \/ config\.mtls: true is no policy/);
  });

  it.each([['tls'], ['html'], ['mtlsOptions'], ['ms'], ['else'], ['rateLimit'], ['mail']])(
    'is not seen in a key of another plugin: %s',
    async (key) => {
      const { app } = makeApp();
      await app.register(mtls, trusting);
      app.get('/', { config: { [key]: true }, [key]: true } as object, who);
      await expect(app.ready()).resolves.toBe(app);
    },
  );

  it.each([
    ['null', null],
    ['absent', undefined],
  ])('is not seen in a config that is %s', async (_what, config) => {
    const { app } = makeApp();
    await app.register(mtls, trusting);
    app.get('/', { config } as object, who);
    expect((await ask(await listening(app))).status).toBe(403);
  });
});

describe('a route that is defined before the plugin', () => {
  it.each([
    ['undefined', { mtls: undefined }, 'is undefined'],
    ['null', { mtls: null }, 'null is no policy'],
    ['true', { mtls: true }, 'true is no policy'],
    ['a policy without rules', { mtls: {} }, 'has no rules'],
    ['a near miss', { mTLS: false }, "did you mean 'mtls'?"],
  ])('answers 500 to everyone when its config is nonsense: %s', async (_what, config, problem) => {
    const { app, log } = makeApp();
    app.get('/', { config: config as object }, who);
    await app.register(mtls, trusting);
    const port = await listening(app);
    for (const client of [undefined, alice, alice]) {
      const told = await ask(port, { client });
      expect(told.status).toBe(500);
      expect(json(told)).toEqual({
        statusCode: 500,
        code: 'PEERCERT_POLICY_INVALID',
        error: 'Internal Server Error',
        message: 'The server is not configured to verify client certificates',
      });
    }
    const line = log.find(({ code }) => code === 'PEERCERT_POLICY_INVALID');
    expect(line).toMatchObject({
      level: 50,
      trace: [{ detail: expect.stringContaining(problem) }],
      err: { code: 'PEERCERT_CONFIGURATION' },
    });
    expect(line?.msg).toContain('Register the plugin before its routes');
  });

  it('answers 500 when its config cannot be read at all', async () => {
    const { app } = makeApp();
    app.get('/', who);
    app.addHook('onRequest', async (request) => {
      const { config } = request.routeOptions;
      Object.defineProperty(config, 'mtls', {
        get() {
          throw new Error('secret');
        },
      });
    });
    await app.register(mtls, trusting);
    const told = await ask(await listening(app), { client: alice });
    expect(json(told).code).toBe('PEERCERT_POLICY_INVALID');
    expect(told.body).not.toContain('secret');
  });

  it('has its policy all the same', async () => {
    const { app } = makeApp();
    app.get('/pay', { config: { mtls: payments } }, who);
    app.get('/health', { config: { mtls: false } }, async (request) => ({ identity: request.clientIdentity }));
    await app.register(mtls, trusting);
    const port = await listening(app);
    expect((await ask(port, { path: '/pay', client: bob })).status).toBe(403);
    expect((await ask(port, { path: '/pay', client: alice })).status).toBe(200);
    expect(json(await ask(port, { path: '/health' }))).toEqual({ identity: null });
  });
});

describe('config.mtls', () => {
  const table: [RoutePolicy | undefined, string, Record<'nobody' | 'alice' | 'bob' | 'expired', number>][] = [
    [undefined, 'is left out', { nobody: 403, alice: 200, bob: 200, expired: 403 }],
    ['required', 'demands the default policy', { nobody: 403, alice: 200, bob: 200, expired: 403 }],
    [payments, 'adds a policy', { nobody: 403, alice: 200, bob: 403, expired: 403 }],
    ['optional', 'lets nobody in, and refuses a bad certificate', { nobody: 200, alice: 200, bob: 200, expired: 403 }],
    [false, 'lets everyone in', { nobody: 200, alice: 200, bob: 200, expired: 200 }],
  ];
  it.each(table)('%j %s', async (policy, _what, statuses) => {
    const { app } = makeApp();
    await app.register(mtls, trusting);
    app.get('/', policy === undefined ? {} : { config: { mtls: policy } }, who);
    const port = await listening(app);
    const found = {
      nobody: await ask(port),
      alice: await ask(port, { client: alice }),
      bob: await ask(port, { client: bob }),
      expired: await ask(port, { client: expired }),
    };
    expect(Object.fromEntries(Object.entries(found).map(([name, { status }]) => [name, status]))).toEqual(statuses);
    expect((await ask(port, { method: 'HEAD', client: bob })).status).toBe(statuses.bob);
    if (policy === false) expect(json(found.alice)).toEqual({ CN: null });
    else expect(json(found.alice)).toEqual({ CN: ['alice'] });
  });

  it('is added to the default policy, unless it replaces it', async () => {
    const { app } = makeApp();
    await app.register(mtls, { ...trusting, policy: payments });
    app.get('/default', who);
    app.get('/both', { config: { mtls: { subject: { CN: 'bob' } } } }, who);
    app.get('/alone', { config: { mtls: { replaceDefault: true, subject: { CN: 'bob' } } } }, who);
    app.get('/anyone', { config: { mtls: { replaceDefault: true } } }, who);
    app.get('/optional', { config: { mtls: 'optional' } }, who);
    const port = await listening(app);
    const status = async (path: string, client = bob) => (await ask(port, { path, client })).status;
    expect([await status('/default'), await status('/default', alice)]).toEqual([403, 200]);
    expect([await status('/both'), await status('/both', alice)]).toEqual([403, 403]);
    expect([await status('/alone'), await status('/alone', alice)]).toEqual([200, 403]);
    expect([await status('/anyone'), await status('/anyone', alice), (await ask(port, { path: '/anyone' })).status]).toEqual([
      200, 200, 403,
    ]);
    expect([await status('/optional'), (await ask(port, { path: '/optional' })).status]).toEqual([403, 200]);
  });

  it('may loosen an optional or an open default, and tighten it', async () => {
    const { app } = makeApp();
    await app.register(mtls, { ...trusting, policy: false });
    app.get('/open', async (request) => ({ identity: request.clientIdentity }));
    app.get('/closed', { config: { mtls: 'required' } }, who);
    app.get('/pay', { config: { mtls: payments } }, who);
    const port = await listening(app);
    expect(json(await ask(port, { path: '/open', client: alice }))).toEqual({ identity: null });
    expect((await ask(port, { path: '/closed' })).status).toBe(403);
    expect((await ask(port, { path: '/pay', client: bob })).status).toBe(403);
    expect((await ask(port, { path: '/pay', client: alice })).status).toBe(200);
  });

  it('names a trust set', async () => {
    const { app } = makeApp();
    await app.register(mtls, {
      trustSets: {
        staff: root.certificate,
        partners: (await (await import('@peercert/pki')).createAuthority({ subject: { CN: 'Partners' } })).certificate,
      },
    });
    app.get('/staff', { config: { mtls: { trustSet: 'staff' } } }, who);
    app.get('/partners', { config: { mtls: { trustSet: 'partners' } } }, who);
    const port = await listening(app);
    expect((await ask(port, { path: '/staff', client: alice })).status).toBe(200);
    expect((await ask(port, { path: '/partners', client: alice })).status).toBe(403);
  });

  it('is what it was when the route was defined: what becomes of the object later changes nothing', async () => {
    const { app } = makeApp();
    await app.register(mtls, trusting);
    const policy = { subject: { OU: ['payments'] } };
    app.get('/', { config: { mtls: policy } }, who);
    policy.subject.OU.push('sales');
    policy.subject = {} as never;
    app.get('/second', { config: { mtls: { subject: { OU: ['sales'] } } } }, who);
    const port = await listening(app);
    expect((await ask(port, { client: bob })).status).toBe(403);
    expect((await ask(port, { client: alice })).status).toBe(200);
    expect((await ask(port, { path: '/second', client: bob })).status).toBe(200);
  });

  it("is each route's own where one object was changed between two", async () => {
    const { app } = makeApp();
    await app.register(mtls, trusting);
    const policy = { subject: { OU: 'payments' } };
    app.get('/payments', { config: { mtls: policy } }, who);
    policy.subject.OU = 'sales';
    app.get('/sales', { config: { mtls: policy } }, who);
    const port = await listening(app);
    expect([
      (await ask(port, { path: '/payments', client: bob })).status,
      (await ask(port, { path: '/sales', client: bob })).status,
    ]).toEqual([403, 200]);
    expect([
      (await ask(port, { path: '/payments', client: alice })).status,
      (await ask(port, { path: '/sales', client: alice })).status,
    ]).toEqual([200, 403]);
  });

  it.each([
    ['tightens', { subject: { CN: 'nobody' } }, 403],
    ['loosens', false, 200],
    ['spoils', true, 500],
  ])('is what an onRoute hook that runs later makes of it, where that %s it', async (_what, later, status) => {
    const { app } = makeApp();
    await app.register(mtls, trusting);
    app.addHook('onRoute', (route) => {
      route.config = { ...route.config, mtls: later as RoutePolicy };
    });
    app.get('/with', { config: { mtls: payments } }, who);
    app.get('/without', who);
    const port = await listening(app);
    for (const path of ['/with', '/without']) expect((await ask(port, { path, client: alice })).status).toBe(status);
  });

  it('holds for both spellings of a route at the root of a prefix, and for a HEAD route of its own', async () => {
    const { app } = makeApp();
    await app.register(mtls, trusting);
    app.register(
      plugin(async (child) => {
        child.get('/', { config: { mtls: payments } }, who);
        child.head('/head', { config: { mtls: payments } }, who);
      }),
      { prefix: '/child' },
    );
    const port = await listening(app);
    for (const path of ['/child', '/child/']) {
      for (const method of ['GET', 'HEAD']) {
        expect((await ask(port, { path, method, client: bob })).status).toBe(403);
        expect((await ask(port, { path, method, client: alice })).status).toBe(200);
      }
    }
    expect((await ask(port, { path: '/child/head', method: 'HEAD', client: bob })).status).toBe(403);
  });

  it('holds for routes with constraints, each its own', async () => {
    const { app } = makeApp({ https: asking });
    await app.register(mtls, trusting);
    app.get('/', { constraints: { version: '1.0.0' }, config: { mtls: payments } }, who);
    app.get('/', { constraints: { version: '2.0.0' } }, who);
    const port = await listening(app);
    expect((await ask(port, { client: bob, headers: { 'accept-version': '1.x' } })).status).toBe(403);
    expect((await ask(port, { client: bob, headers: { 'accept-version': '2.x' } })).status).toBe(200);
    expect((await ask(port, { headers: { 'accept-version': '3.x' } })).status).toBe(403);
  });
});
