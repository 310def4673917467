import { createRequire } from 'node:module';
import type { FastifyInstance, FastifyPluginCallback } from 'fastify';
import fp from 'fastify-plugin';
import { describe, expect, it } from 'vitest';
import { ask, json } from '../../../test/support/ask.js';
import { alice, bob, payments, root, trusting } from '../../../test/support/cast.js';
import mtlsDefault, { createVerifier, mtls } from '../src/index.js';
import { listening, makeApp, plugin } from './support/apps.js';

const who = async (request: { clientIdentity: { subject: { attributes: { CN?: readonly string[] } } } | null }) => ({
  CN: request.clientIdentity === null ? null : request.clientIdentity?.subject.attributes.CN,
});

/** A plugin with one route. */
const routes =
  (path: string): FastifyPluginCallback =>
  (app, _options, done) => {
    app.get(path, who);
    done();
  };

describe('what is guarded', () => {
  it('is every route of the scope, wherever it was defined', async () => {
    const { app } = makeApp();
    app.get('/before', who);
    app.register((child, _options, done) => {
      child.decorateRequest('older', null);
      child.get('/child-before', who);
      child.get('/open-before', { config: { mtls: false } }, async (request) => ({ identity: request.clientIdentity }));
      child.register(routes('/grandchild-before'), { prefix: '/deep' });
      done();
    });
    await app.register(mtls, trusting);
    app.get('/after', who);
    app.register(routes('/'), { prefix: '/child-after' });
    const port = await listening(app);
    const paths = [
      '/before',
      '/child-before',
      '/deep/grandchild-before',
      '/after',
      '/child-after',
      '/child-after/',
      '/nowhere',
      '/deep/nowhere',
    ];
    for (const path of paths) expect([path, (await ask(port, { path })).status]).toEqual([path, 403]);
    for (const path of paths.slice(0, 6)) expect([path, json(await ask(port, { path, client: alice }))]).toEqual([path, { CN: ['alice'] }]);
    expect((await ask(port, { path: '/deep/nowhere', client: alice })).status).toBe(404);
    expect(json(await ask(port, { path: '/open-before' }))).toEqual({ identity: null });
  });

  it('is every not-found handler of the scope', async () => {
    const { app } = makeApp();
    await app.register(mtls, trusting);
    app.setNotFoundHandler(async () => 'mine');
    app.register(
      plugin(async (child) => void child.setNotFoundHandler(async () => 'its own')),
      { prefix: '/child' },
    );
    const port = await listening(app);
    for (const path of ['/nowhere', '/child/nowhere', '/child']) expect((await ask(port, { path })).status).toBe(403);
    expect((await ask(port, { path: '/child/nowhere', client: alice })).body).toBe('its own');
  });

  it('is the scope alone where that has a prefix, and the log says so', async () => {
    const { app, log } = makeApp();
    app.get('/public', who);
    app.register(
      plugin(async (admin) => {
        await admin.register(mtls, { ...trusting, prefix: '/admin' } as object);
        admin.get('/', who);
        admin.register(plugin(async (child) => void child.get('/child', who)));
      }),
      { prefix: '/admin' },
    );
    app.register(plugin(async (sibling) => void sibling.get('/sibling', async (request) => ({ has: 'clientIdentity' in request }))));
    const port = await listening(app);
    for (const path of ['/admin', '/admin/', '/admin/child', '/admin?x', '//admin/child', '/%61dmin', '/admin/child/']) {
      const told = await ask(port, { path });
      expect([path, [403, 404].includes(told.status)]).toEqual([path, true]);
    }
    expect(json(await ask(port, { path: '/admin', client: alice }))).toEqual({ CN: ['alice'] });
    expect((await ask(port, { path: '/admin/child', client: alice })).status).toBe(200);
    expect((await ask(port, { path: '/public' })).status).toBe(200);
    expect(json(await ask(port, { path: '/sibling' }))).toEqual({ has: false });
    const line = log.find(({ msg }) => msg.startsWith('mtls guards'));
    expect(line).toMatchObject({ level: 30, prefix: '/admin', msg: expect.stringContaining('the routes under /admin, and no others') });
  });

  it('is said to be a part of the application where the plugin was registered inside of another one', async () => {
    const { app, log } = makeApp();
    app.register(
      plugin(async (scope) => {
        await scope.register(mtls, trusting);
        scope.get('/', who);
      }),
    );
    await app.ready();
    expect(log.find(({ msg }) => msg.startsWith('mtls guards'))).toMatchObject({
      level: 30,
      msg: 'mtls guards the routes of the plugin that it is registered in, and no others; wrap that plugin with fastify-plugin if the whole application is meant',
    });
  });

  it('is warned of when it is nothing', async () => {
    const { app, log } = makeApp();
    app.register(plugin(async (scope) => void (await scope.register(mtls, trusting))));
    app.get('/', who);
    await app.ready();
    expect(log.find(({ msg }) => msg.startsWith('mtls guards'))).toMatchObject({
      level: 40,
      msg: expect.stringContaining('and none was defined there after it'),
    });
  });

  it('is the whole application, without a word, where the plugin around it is wrapped', async () => {
    const { app, log } = makeApp();
    app.register(fp(async (scope) => void (await scope.register(mtls, trusting))));
    app.get('/', who);
    const port = await listening(app);
    expect((await ask(port)).status).toBe(403);
    expect(log.filter(({ msg }) => msg.startsWith('mtls guards'))).toEqual([]);
  });
});

describe('nested guards', () => {
  it('must both allow, and each scope has its own app.mtls', async () => {
    const { app } = makeApp();
    await app.register(mtls, trusting);
    app.get('/outer', who);
    const outer = app.mtls;
    app.register(
      plugin(async (inner) => {
        expect(inner.mtls).toBe(outer);
        await inner.register(mtls, { ...trusting, policy: payments });
        expect(inner.mtls).not.toBe(outer);
        inner.get('/', who);
        inner.get('/optional', { config: { mtls: 'optional' } }, who);
        inner.get('/alice', { onRequest: inner.mtls.require({ subject: { CN: 'alice' } }) }, who);
      }),
      { prefix: '/inner' },
    );
    const port = await listening(app);
    expect(app.mtls).toBe(outer);
    expect((await ask(port, { path: '/outer', client: bob })).status).toBe(200);
    expect(json(await ask(port, { path: '/inner', client: bob })).code).toBe('PEERCERT_POLICY_MISMATCH');
    expect(json(await ask(port, { path: '/inner/optional', client: bob })).code).toBe('PEERCERT_POLICY_MISMATCH');
    expect(json(await ask(port, { path: '/inner/optional' }))).toEqual({ CN: null });
    expect(json(await ask(port, { path: '/inner/alice', client: alice }))).toEqual({ CN: ['alice'] });
    expect((await ask(port, { path: '/inner' })).status).toBe(403);
  });

  it('keep what one of them found when the other asked for nothing', async () => {
    const { app } = makeApp();
    await app.register(mtls, trusting);
    app.register(
      plugin(async (inner) => {
        await inner.register(mtls, { ...trusting, policy: false });
        inner.get('/', who);
      }),
    );
    const port = await listening(app);
    expect((await ask(port)).status).toBe(403);
    expect(json(await ask(port, { client: alice }))).toEqual({ CN: ['alice'] });
  });

  it('may stand in one scope, even an inner one', async () => {
    const { app } = makeApp();
    await app.register(mtls, trusting);
    app.register(
      plugin(async (inner) => {
        await inner.register(mtls, { ...trusting, policy: payments });
        await inner.register(mtls, { ...trusting, policy: { subject: { CN: 'alice' } } });
        inner.get('/', who);
      }),
    );
    await app.register(mtls, trusting);
    const port = await listening(app);
    expect((await ask(port, { client: alice })).status).toBe(200);
    expect((await ask(port, { client: bob })).status).toBe(403);
    expect((await ask(port)).status).toBe(403);
  });

  it('must both allow where the inner one was there first', async () => {
    const { app } = makeApp();
    app.register(
      plugin(async (inner) => {
        await inner.register(mtls, { ...trusting, policy: payments });
        inner.get('/', { onRequest: inner.mtls.require({ subject: { OU: ['payments', 'sales'] } }) }, who);
      }),
      { prefix: '/inner' },
    );
    await app.register(mtls, { ...trusting, policy: { subject: { CN: ['alice', 'bob'] } } });
    app.get('/', { config: { mtls: { subject: { CN: 'bob' } } } }, who);
    const port = await listening(app);
    expect((await ask(port, { path: '/inner', client: bob })).status).toBe(403);
    expect(json(await ask(port, { path: '/inner', client: alice }))).toEqual({ CN: ['alice'] });
    expect((await ask(port, { client: alice })).status).toBe(403);
    expect((await ask(port, { client: bob })).status).toBe(200);
  });

  it('do not share verdicts: an inner trust that is narrower refuses whom the outer one admits', async () => {
    const { createAuthority } = await import('@peercert/pki');
    const other = await createAuthority({ subject: { CN: 'Other' } });
    const { app } = makeApp();
    await app.register(mtls, { trust: [root.certificate, other.certificate] });
    app.register(
      plugin(async (inner) => {
        await inner.register(mtls, { trust: other.certificate });
        inner.get('/', who);
      }),
    );
    const told = await ask(await listening(app), { client: alice });
    expect(json(told).code).toBe('PEERCERT_ISSUER_UNKNOWN');
  });
});

describe('the names that the plugin takes', () => {
  it.each([
    ['app.mtls', (app: FastifyInstance) => void app.decorate('mtls' as never, 'mine' as never), /mtls/],
    ['request.clientIdentity', (app: FastifyInstance) => void app.decorateRequest('clientIdentity', null), /clientIdentity/],
  ])('are not taken from somebody else: %s', async (_name, take, problem) => {
    const { app } = makeApp();
    take(app);
    app.register(mtls, trusting);
    await expect(app.ready()).rejects.toMatchObject({ code: 'FST_ERR_DEC_ALREADY_PRESENT', message: expect.stringMatching(problem) });
  });
});

describe('ways to register', () => {
  const cases: [string, (app: FastifyInstance) => unknown][] = [
    ['the default export', (app) => app.register(mtlsDefault, trusting)],
    ['options from a function', (app) => app.register(mtls, () => trusting)],
    ['a verifier made before', (app) => app.register(mtls, { verifier: createVerifier(trusting) })],
    ["Fastify's own options beside", (app) => app.register(mtls, { ...trusting, logLevel: 'info', logSerializers: {} } as object)],
    ['a promise of the module', (app) => app.register(import('@peercert/fastify'), trusting)],
    ['require() of the module', (app) => app.register(createRequire(import.meta.url)('@peercert/fastify') as never, trusting)],
  ];
  it.each(cases)('%s', async (_name, register) => {
    const { app } = makeApp();
    app.get('/before', who);
    register(app);
    app.register(plugin(async (child) => void child.get('/after', who)));
    const port = await listening(app);
    for (const path of ['/before', '/after']) {
      expect((await ask(port, { path })).status).toBe(403);
      expect(json(await ask(port, { path, client: alice }))).toEqual({ CN: ['alice'] });
    }
  });

  it('names itself for plugins that depend on it', async () => {
    const { app } = makeApp();
    await app.register(mtls, trusting);
    await app.register(fp(async () => undefined, { name: 'dependent', dependencies: ['@peercert/fastify'] }));
    expect(app.hasPlugin('@peercert/fastify')).toBe(true);
  });
});
