import { createServer as createPlainServer } from 'node:http';
import { createSecureServer } from 'node:http2';
import { createServer } from 'node:https';
import express from 'express';
import express4 from 'express4';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { ask } from '../../../test/support/ask.js';
import { alice, asking, bob, notAsking, payments, root, trusting } from '../../../test/support/cast.js';
import { ConfigurationError, createVerifier, mtls, type RefusedError, serverTls } from '../src/index.js';
import { listening, serverFor } from './support/hosts.js';

afterEach(() => {
  vi.restoreAllMocks();
});

describe('mtls(options)', () => {
  it.each<[string, unknown, RegExp]>([
    ['null', null, /^expected an object of options/],
    ['a string', 'ca.crt', /^expected an object of options/],
    ['a list', [], /^expected an object of options/],
    ['an unknown option', { trsut: root.certificate }, /^unknown option 'trsut' \(did you mean 'trust'\?\)/],
    ['an inherited option', Object.create({ policy: false }), /^policy: is inherited/],
    ['an option from __proto__', { ...JSON.parse('{"__proto__":{"policy":false}}'), ...trusting }, /^unknown option '__proto__'/],
    ['a policy that is undefined', { ...trusting, policy: undefined }, /^policy: is undefined/],
    ['a policy without rules', { ...trusting, policy: {} }, /^policy: has no rules/],
    ['true for a policy', { ...trusting, policy: true }, /^policy: true is no policy/],
    ['an unknown trust set', { ...trusting, policy: { trustSet: 'staff' } }, /^policy\.trustSet: there is no trust set 'staff'/],
    ['an empty list of authorities', { trust: [] }, /^trust/],
    ['a file that is not there', { trust: '/nowhere/ca.crt' }, /^trust\.ca.*\/nowhere\/ca\.crt/],
    [
      'a status that is none',
      { ...trusting, statuses: { PEERCERT_CERTIFICATE_MISSING: 302 } },
      /^statuses\.PEERCERT_CERTIFICATE_MISSING: expected an HTTP status/,
    ],
    ['a truthy string for a flag', { ...trusting, allowCorsPreflight: 'false' }, /^allowCorsPreflight: expected true or false/],
    [
      'a verifier that is none',
      { verifier: { authenticate: () => ({ ok: true }) } },
      /^verifier: expected what createVerifier\(\) returns/,
    ],
    ['trust beside a verifier', { verifier: createVerifier(trusting), ...trusting }, /^trust: belongs to the verifier/],
  ])('throws for %s', (_what, options, problem) => {
    expect(() => mtls(options as object)).toThrow(ConfigurationError);
    expect(() => mtls(options as object)).toThrow(problem);
  });

  it('throws for serverTls of another verifier', () => {
    const tls = serverTls(createVerifier(trusting), { key: notAsking.key as string, cert: notAsking.cert as string });
    expect(() => mtls({ verifier: createVerifier(trusting), tls })).toThrow(/^tls: was made for another verifier/);
    expect(mtls({ tls }).verifier).toBe(tls.verifier);
  });

  it('is proof against a polluted prototype', () => {
    const prototype = Object.prototype as { policy?: unknown };
    prototype.policy = false;
    try {
      expect(() => mtls(trusting)).toThrow(/^policy: is inherited/);
    } finally {
      delete prototype.policy;
    }
  });
});

describe('auth.require', () => {
  it.each<[unknown, RegExp]>([
    [undefined, /^policy: is undefined/],
    [null, /^policy: null is no policy/],
    [true, /^policy: true is no policy/],
    [{}, /^policy: has no rules/],
    ['x', /^policy: 'x' is no policy/],
    [false, /^policy: false requires nothing; use no guard at all if the route is to be open/],
    ['optional', /^policy: "optional" requires nothing; use auth\.optional\(\) if the route is to be open/],
    [[payments], /^policy: .*is no policy/],
    [{ subjct: { OU: 'payments' } }, /^policy: unknown option 'subjct' \(did you mean 'subject'\?\)/],
    [{ subject: { OU: undefined } }, /^policy\.subject\.OU: is undefined/],
    [{ subject: { OU: 'a' }, replaceDefault: false }, /^policy\.replaceDefault: must be true/],
  ])('throws for %j', (policy, problem) => {
    const auth = mtls(trusting);
    expect(() => auth.require(policy as never)).toThrow(ConfigurationError);
    expect(() => auth.require(policy as never)).toThrow(problem);
  });

  it('reads the policy once: what becomes of the object later changes nothing', async () => {
    const auth = mtls(trusting);
    const policy = { subject: { OU: ['payments'] } };
    const guard = auth.require(policy);
    policy.subject.OU.push('sales');
    const port = await listening(
      serverFor((request, response) =>
        guard(request, response, (error) => void response.writeHead((error as RefusedError | undefined)?.status ?? 200).end()),
      ),
    );
    expect([(await ask(port, { client: alice })).status, (await ask(port, { client: bob })).status]).toEqual([200, 403]);
  });

  it('keeps routes open to nobody, where the default policy is lax', async () => {
    for (const policy of [false, 'optional'] as const) {
      const guard = mtls({ ...trusting, policy }).require();
      const port = await listening(
        serverFor((request, response) =>
          guard(request, response, (error) => void response.writeHead((error as RefusedError | undefined)?.status ?? 200).end()),
        ),
      );
      expect([(await ask(port)).status, (await ask(port, { client: alice })).status]).toEqual([403, 200]);
    }
  });
});

describe('auth.check', () => {
  it.each<[string, () => object]>([
    ['absent', () => createServer(notAsking)],
    ['false', () => createServer({ ...asking, requestCert: false })],
    ['1, which Node.js takes for false', () => createServer({ ...asking, requestCert: 1 as never })],
    ['absent, over HTTP/2', () => createSecureServer(notAsking)],
  ])('throws where requestCert is %s', (_what, make) => {
    expect(() => mtls(trusting).check(make())).toThrow(expect.objectContaining({ code: 'PEERCERT_CONFIGURATION', option: 'requestCert' }));
  });

  it.each<[string, unknown]>([
    ['an Express application', express()],
    ['nothing', undefined],
    ['null', null],
    ['options', asking],
  ])('throws for %s', (_what, server) => {
    expect(() => mtls(trusting).check(server as object)).toThrow(ConfigurationError);
    expect(() => mtls(trusting).check(server as object)).toThrow(/^server: is no server; give check\(\) what createServer\(\) returned/);
  });

  it('warns of a server without TLS, and takes any that asks for certificates, again and again', () => {
    const logger = { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() };
    const auth = mtls({ ...trusting, logger });
    auth.check(createPlainServer());
    expect(logger.warn).toHaveBeenCalledWith({}, expect.stringContaining('has no TLS'));
    logger.warn.mockClear();
    const server = createServer(asking);
    auth.check(server);
    auth.check(server);
    mtls(trusting).check(server);
    auth.check(createSecureServer(asking));
    expect(logger.warn).not.toHaveBeenCalled();
  });

  it('attaches serverTls once', () => {
    const verifier = createVerifier(trusting);
    const tls = serverTls(verifier, { key: notAsking.key as string, cert: notAsking.cert as string });
    const server = createServer(tls.options);
    const before = server.listenerCount('tlsClientError');
    const auth = mtls({ verifier, tls });
    auth.check(server);
    auth.check(server);
    expect(server.listenerCount('tlsClientError')).toBe(before + 1);
  });
});

describe.each([
  ['Express 5', express],
  ['Express 4', express4],
] as const)('a guard that is mounted on a path in %s', (_name, make) => {
  it.each([{}, { 'case sensitive routing': true }, { 'strict routing': true }])(
    'guards every spelling that reaches a route below it: %j',
    async (settings) => {
      const auth = mtls(trusting);
      const app = make();
      for (const [setting, value] of Object.entries(settings)) app.set(setting, value);
      const reached: string[] = [];
      app.use('/admin', auth);
      const note: express.RequestHandler = (req, res) => {
        reached.push(req.originalUrl);
        res.end();
      };
      app.get('/admin', note);
      app.get('/admin/', note);
      app.get('/admin/users', note);
      const router = make.Router();
      router.get('/inner', note);
      app.use('/admin', router);
      app.use((_error: unknown, _req: express.Request, res: express.Response, _next: express.NextFunction) => void res.status(403).end());
      const port = await listening(serverFor(app));
      for (const path of [
        '/admin',
        '/ADMIN',
        '/admin/',
        '/Admin/Users',
        '/admin/users',
        '/admin/users/',
        '//admin/users',
        '/admin//users',
        '/%61dmin/users',
        '/admin%2fusers',
        '/admin/./users',
        '/x/../admin/users',
        '/admin;a/users',
        '/admin/inner',
        '/ADMIN/INNER',
      ]) {
        await ask(port, { path });
      }
      expect(reached).toEqual([]);
      expect((await ask(port, { path: '/admin/users', client: alice })).status).toBe(200);
      expect((await ask(port, { path: '/admin/inner', client: alice })).status).toBe(200);
      expect(reached).toHaveLength(2);
    },
  );
});
