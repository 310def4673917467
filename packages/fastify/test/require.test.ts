import { describe, expect, it } from 'vitest';
import { ask, json } from '../../../test/support/ask.js';
import { alice, bob, expired, payments, trusting } from '../../../test/support/cast.js';
import { mtls } from '../src/index.js';
import { listening, makeApp, plugin } from './support/apps.js';

describe('app.mtls.require', () => {
  it('does not exist, and so throws, where nothing is guarded', () => {
    const { app } = makeApp();
    expect(() => app.get('/', { onRequest: app.mtls.require(payments) }, async () => 'in')).toThrow(TypeError);
  });

  it('does not exist in a scope that is older than the guard', async () => {
    const { app } = makeApp();
    app.register(plugin(async (child) => void child.get('/', { onRequest: child.mtls.require(payments) }, async () => 'in')));
    app.register(mtls, trusting);
    await expect(app.ready()).rejects.toThrow(TypeError);
  });

  it.each<[unknown, RegExp]>([
    [undefined, /^app\.mtls\.require: is undefined/],
    [null, /^app\.mtls\.require: null is no policy/],
    [true, /^app\.mtls\.require: true is no policy/],
    [{}, /^app\.mtls\.require: has no rules/],
    ['x', /^app\.mtls\.require: 'x' is no policy/],
    [false, /^app\.mtls\.require: false requires nothing/],
    ['optional', /^app\.mtls\.require: "optional" requires nothing/],
    [{ subject: {} }, /^app\.mtls\.require\.subject: has no attributes/],
  ])('throws for %j', async (policy, problem) => {
    const { app } = makeApp();
    await app.register(mtls, trusting);
    expect(() => app.mtls.require(policy as never)).toThrow(
      expect.objectContaining({ code: 'PEERCERT_CONFIGURATION', message: expect.stringMatching(problem) }),
    );
  });

  it('adds to what the route, the scope and the default demand', async () => {
    const { app } = makeApp();
    await app.register(mtls, { ...trusting, policy: payments });
    app.get(
      '/',
      { onRequest: app.mtls.require({ subject: { CN: ['alice', 'bob'] } }), config: { mtls: { subject: { CN: /a.*/ } } } },
      async () => 'in',
    );
    app.get('/none', { onRequest: app.mtls.require({ subject: { CN: 'bob' } }) }, async () => 'in');
    const port = await listening(app);
    expect((await ask(port, { client: alice })).status).toBe(200);
    expect((await ask(port, { client: bob })).status).toBe(403);
    expect((await ask(port, { path: '/none', client: bob })).status).toBe(403);
    expect((await ask(port, { path: '/none', client: alice })).status).toBe(403);
  });

  it('closes a route that is open or optional otherwise', async () => {
    const { app } = makeApp();
    await app.register(mtls, trusting);
    for (const [path, policy] of [
      ['/open', false],
      ['/optional', 'optional'],
    ] as const) {
      app.get(path, { onRequest: app.mtls.require('required'), config: { mtls: policy } }, async (request) => ({
        CN: request.clientIdentity?.subject.attributes.CN,
      }));
    }
    const port = await listening(app);
    for (const path of ['/open', '/optional']) {
      expect(json(await ask(port, { path })).code).toBe('PEERCERT_CERTIFICATE_MISSING');
      expect((await ask(port, { path, client: expired })).status).toBe(403);
      expect(json(await ask(port, { path, client: alice }))).toEqual({ CN: ['alice'] });
    }
  });

  it('guards whole scopes as a hook, and one step of a list', async () => {
    const { app } = makeApp();
    await app.register(mtls, trusting);
    app.register(
      plugin(async (child) => {
        child.addHook('onRequest', child.mtls.require(payments));
        child.get('/scope', async () => 'in');
      }),
    );
    app.get(
      '/list',
      { onRequest: [async () => undefined, app.mtls.require(payments)], preHandler: app.mtls.require({ subject: { CN: 'alice' } }) },
      async () => 'in',
    );
    const port = await listening(app);
    for (const path of ['/scope', '/list']) {
      expect((await ask(port, { path, client: bob })).status).toBe(403);
      expect((await ask(port, { path, client: alice })).status).toBe(200);
    }
  });

  it('names the policy and the finding in the log alone', async () => {
    const { app, log } = makeApp();
    await app.register(mtls, trusting);
    app.get('/', { onRequest: app.mtls.require(payments) }, async () => 'in');
    const told = await ask(await listening(app), { client: bob });
    expect(json(told)).toEqual({
      statusCode: 403,
      code: 'PEERCERT_POLICY_MISMATCH',
      error: 'Forbidden',
      message: 'The client certificate does not satisfy the policy',
    });
    expect(log.find(({ code }) => code === 'PEERCERT_POLICY_MISMATCH')?.trace).toEqual([
      expect.objectContaining({ rule: 'subject.OU', found: expect.stringContaining('sales') }),
    ]);
  });
});
