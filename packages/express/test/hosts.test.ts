import { once } from 'node:events';
import { request } from 'node:https';
import { connect, createSecureContext } from 'node:tls';
import { createAuthority } from '@peercert/pki';
import { describe, expect, it, vi } from 'vitest';
import { ask, askOn, json, oneConnection, session } from '../../../test/support/ask.js';
import { alice, asking, bob, expired, mallory, notAsking, payments, selfSigned, trusting } from '../../../test/support/cast.js';
import { createVerifier, type Middleware, mtls, serverTls } from '../src/index.js';
import { hosts, withHttp2 } from './support/hosts.js';

describe.each(hosts)('in %s', (name, host) => {
  describe('use(auth)', () => {
    it.each([
      ['without a certificate', undefined, 'PEERCERT_CERTIFICATE_MISSING', 'A client certificate is required', 'close'],
      [
        'with a certificate of another authority',
        mallory,
        'PEERCERT_ISSUER_UNKNOWN',
        'The client certificate is not issued by a trusted authority',
        'close',
      ],
      [
        'with a certificate that vouches for itself',
        selfSigned,
        'PEERCERT_ISSUER_UNKNOWN',
        'The client certificate is not issued by a trusted authority',
        'close',
      ],
      ['with an expired certificate', expired, 'PEERCERT_CERTIFICATE_EXPIRED', 'The client certificate has expired', 'keep-alive'],
    ] as const)('refuses a client %s', async (_who, client, code, message, connection) => {
      const handled = vi.fn();
      const { port } = await host({ use: [mtls(trusting)], handled });
      const told = await ask(port, { client, headers: { connection: 'keep-alive' } });
      expect(told.status).toBe(403);
      expect(json(told)).toMatchObject({ code, message });
      expect(Object.keys(json(told)).filter((key) => !['statusCode', 'error'].includes(key))).toEqual(['code', 'message']);
      expect(told.headers.connection).toBe(connection);
      expect(handled).not.toHaveBeenCalled();
    });

    it('refuses whatever the method and the path', async () => {
      const handled = vi.fn();
      const { port } = await host({ use: [mtls(trusting)], handled });
      for (const method of ['HEAD', 'OPTIONS', 'POST', 'DELETE', 'PATCH'])
        expect([method, (await ask(port, { method })).status]).toEqual([method, 403]);
      for (const path of ['/nowhere', '//', '/?x', '/%2e', '/;a']) expect([path, (await ask(port, { path })).status]).toEqual([path, 403]);
      expect(handled).not.toHaveBeenCalled();
      expect((await ask(port, { path: '/nowhere', client: alice })).status).toBe(404);
    });

    it('admits a good client, and says who it is', async () => {
      const { port } = await host({ use: [mtls(trusting)] });
      expect(json(await ask(port, { client: alice }))).toEqual({ CN: 'alice' });
      expect(json(await ask(port, { client: bob, method: 'POST', body: '{}', headers: { 'content-type': 'application/json' } }))).toEqual({
        CN: 'bob',
      });
    });

    it('reads nothing about who a client is from what it writes', async () => {
      const { port } = await host({ use: [mtls(trusting).optional()] });
      const headers = { clientidentity: 'x', 'client-cert': ':AA==:', 'x-forwarded-client-cert': 'Subject="CN=alice"' };
      expect(json(await ask(port, { path: '/?clientIdentity[subject]=x', headers }))).toEqual({ CN: null });
    });

    it('decides of every request on a connection that is kept', async () => {
      const { port } = await host({ use: [mtls(trusting)] });
      const agent = oneConnection(alice);
      for (const _ of [1, 2, 3]) expect((await ask(port, { agent })).status).toBe(200);
      agent.destroy();
      const late = oneConnection(expired);
      for (const _ of [1, 2, 3]) expect((await ask(port, { agent: late })).status).toBe(403);
      late.destroy();
    });

    it('decides of every request in a pipeline', async () => {
      const handled = vi.fn();
      const { port } = await host({
        use: [mtls(trusting)],
        routes: { '/': [], '/pay': [mtls({ ...trusting, policy: payments })] },
        handled,
      });
      const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false, ...bob.tls });
      let text = '';
      socket.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      socket.write(
        ['/', '/pay', '/'].map((path, i) => `GET ${path} HTTP/1.1\r\nHost: a\r\n${i === 2 ? 'Connection: close\r\n' : ''}\r\n`).join(''),
      );
      await once(socket, 'close');
      expect(text.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 403', 'HTTP/1.1 200']);
      expect(handled).toHaveBeenCalledTimes(2);
    });
  });

  describe('optional() and require()', () => {
    const site = (auth = mtls(trusting)) => ({
      use: [auth.optional()],
      routes: {
        '/open': [],
        '/closed': [auth.require()],
        '/pay': [auth.require(payments)],
        '/both': [auth.require(payments), auth.require({ subject: { CN: 'bob' } })],
      },
    });

    it.each<[string, Record<string, number>]>([
      ['/open', { nobody: 200, alice: 200, bob: 200, expired: 403, mallory: 403 }],
      ['/closed', { nobody: 403, alice: 200, bob: 200, expired: 403, mallory: 403 }],
      ['/pay', { nobody: 403, alice: 200, bob: 403, expired: 403, mallory: 403 }],
      ['/both', { nobody: 403, alice: 403, bob: 403, expired: 403, mallory: 403 }],
    ])('share a port: %s', async (path, statuses) => {
      const { port } = await host(site());
      const found: Record<string, number> = {};
      for (const [who, client] of Object.entries({ nobody: undefined, alice, bob, expired, mallory }))
        found[who] = (await ask(port, { path, client })).status;
      expect(found).toEqual(statuses);
    });

    it('say null of a client without a certificate, and no more of one that was refused', async () => {
      const { port } = await host(site());
      expect(json(await ask(port, { path: '/open' }))).toEqual({ CN: null });
      expect(json(await ask(port, { path: '/open', client: alice }))).toEqual({ CN: 'alice' });
      expect(json(await ask(port, { path: '/pay', client: bob }))).toMatchObject({
        code: 'PEERCERT_POLICY_MISMATCH',
        message: 'The client certificate does not satisfy the policy',
      });
    });

    it('add to the default policy', async () => {
      const { port } = await host(site(mtls({ ...trusting, policy: { subject: { CN: 'bob' } } })));
      expect((await ask(port, { path: '/pay', client: alice })).status).toBe(403);
      expect((await ask(port, { path: '/closed', client: alice })).status).toBe(403);
      expect((await ask(port, { path: '/open', client: alice })).status).toBe(403);
      expect((await ask(port, { path: '/closed', client: bob })).status).toBe(200);
      expect((await ask(port, { path: '/open' })).status).toBe(200);
    });

    it('replace the default policy where they say so', async () => {
      const auth = mtls({ ...trusting, policy: payments });
      const { port } = await host({
        routes: {
          '/sales': [auth.require({ replaceDefault: true, subject: { OU: 'sales' } })],
          '/anyone': [auth.require({ replaceDefault: true })],
        },
      });
      expect((await ask(port, { path: '/sales', client: bob })).status).toBe(200);
      expect((await ask(port, { path: '/sales', client: alice })).status).toBe(403);
      expect((await ask(port, { path: '/anyone', client: bob })).status).toBe(200);
      expect((await ask(port, { path: '/anyone' })).status).toBe(403);
    });
  });

  describe('the options', () => {
    it("name statuses of the operator's own choice", async () => {
      const { port } = await host({ use: [mtls({ ...trusting, statuses: { PEERCERT_CERTIFICATE_MISSING: 401 } })] });
      expect((await ask(port)).status).toBe(401);
      expect((await ask(port, { client: mallory })).status).toBe(403);
    });

    it('let CORS preflights through when they say so', async () => {
      const preflight = { origin: 'https://example.com', 'access-control-request-method': 'POST' };
      const open = await host({ use: [mtls({ ...trusting, allowCorsPreflight: true })] });
      expect(json(await ask(open.port, { method: 'OPTIONS', headers: preflight }))).toEqual({ CN: null });
      expect((await ask(open.port, { method: 'POST', headers: preflight })).status).toBe(403);
      expect((await ask(open.port, { method: 'OPTIONS', headers: { origin: 'https://example.com' } })).status).toBe(403);
      const closed = await host({ use: [mtls(trusting)] });
      expect((await ask(closed.port, { method: 'OPTIONS', headers: preflight })).status).toBe(403);
    });

    it('may be left out: trust then comes from the server', async () => {
      const { port } = await host({ use: [mtls()] });
      expect((await ask(port)).status).toBe(403);
      expect(json(await ask(port, { client: mallory })).code).toBe('PEERCERT_ISSUER_UNKNOWN');
      expect(json(await ask(port, { client: alice }))).toEqual({ CN: 'alice' });
    });

    const { ca: _ca, ...withoutAuthorities } = asking;
    const { SNICallback } = {
      SNICallback: (_name: string, done: (error: null, context: ReturnType<typeof createSecureContext>) => void) =>
        done(null, createSecureContext(asking)),
    };
    it.each([
      ['has no ca', withoutAuthorities],
      ['has contexts for server names', { ...asking, SNICallback }],
      ['asks for no certificate', { ...asking, requestCert: false }],
      ['has an empty ca', { ...asking, ca: [] }],
    ])('must not be left out where the server %s', async (_what, tls) => {
      const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
      const handled = vi.fn();
      const { port } = await host({ use: [mtls().optional()], tls, handled });
      for (const client of [undefined, alice]) {
        const told = await ask(port, { client });
        expect(told.status).toBe(500);
        expect(json(told)).toMatchObject({
          code: 'PEERCERT_TRUST_NOT_CONFIGURED',
          message: 'The server is not configured to verify client certificates',
        });
      }
      expect(handled).not.toHaveBeenCalled();
      expect(warned.mock.calls.map(([message]) => message).join()).toMatch(/set trust: 'ca\.crt'/i);
      warned.mockRestore();
    });
  });

  it('refuses what comes without TLS, and says so', async () => {
    const { port } = await host({ use: [mtls(trusting)], tls: null });
    const told = await ask(port, { plain: true, headers: { 'x-forwarded-proto': 'https' } });
    expect([told.status, json(told).code]).toEqual([403, 'PEERCERT_NOT_TLS']);
    const optional = await host({ use: [mtls(trusting).optional()], tls: null });
    expect((await ask(optional.port, { plain: true })).status).toBe(403);
  });

  it("is 500, the operator's fault, where the server asks for no certificate", async () => {
    const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    const { port } = await host({ use: [mtls(trusting)], tls: notAsking });
    const told = await ask(port, { client: alice });
    expect([told.status, json(told).code]).toEqual([500, 'PEERCERT_NOT_REQUESTED']);
    expect(warned).toHaveBeenCalled();
    warned.mockRestore();
  });

  it('takes what serverTls made', async () => {
    const verifier = createVerifier(trusting);
    const tls = serverTls(verifier, { key: notAsking.key as string, cert: notAsking.cert as string });
    const { port, server } = await host({ use: [mtls({ verifier, tls })], tls: tls.options });
    expect((await ask(port)).status).toBe(403);
    expect(json(await ask(port, { client: alice }))).toEqual({ CN: 'alice' });
    expect(server.listenerCount('tlsClientError')).toBeGreaterThan(0);
  });

  it('keeps two guards apart, each with its own trust', async () => {
    const other = await createAuthority({ subject: { CN: 'Other' } });
    const { port } = await host({ routes: { '/ours': [mtls(trusting)], '/theirs': [mtls({ trust: other.certificate })] } });
    expect((await ask(port, { path: '/ours', client: alice })).status).toBe(200);
    expect((await ask(port, { path: '/theirs', client: alice })).status).toBe(403);
    const carol = await other.issueClient({ subject: { CN: 'carol' } });
    expect((await ask(port, { path: '/ours', client: carol })).status).toBe(403);
    expect(json(await ask(port, { path: '/theirs', client: carol }))).toEqual({ CN: 'carol' });
  });

  it('is 503, with the time to come again, once the verifier is closed', async () => {
    const auth = mtls(trusting);
    const { port } = await host({ use: [auth] });
    await auth.verifier.close();
    const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    const told = await ask(port, { client: alice });
    expect([told.status, told.headers['retry-after'], json(told).code]).toEqual([503, '5', 'PEERCERT_NOT_READY']);
    warned.mockRestore();
  });

  it('stands when a client is gone before its certificate is read', async () => {
    const outcomes: unknown[] = [];
    const auth = mtls(trusting);
    const slow: Middleware = (req, _res, next) => {
      if (req.url !== '/slow') return next();
      req.socket.once('close', () => next());
      sent.destroy();
    };
    const noted: Middleware = (req, res, next) =>
      auth(req, res, (error) => {
        outcomes.push((error as { code?: string } | undefined)?.code);
        next(error);
      });
    const { port } = await host({ use: [slow, noted], routes: { '/': [], '/slow': [] } });
    const sent = request({ host: '127.0.0.1', port, path: '/slow', agent: false, rejectUnauthorized: false, ...alice.tls });
    sent.on('error', () => undefined);
    sent.end();
    await expect.poll(() => outcomes).toEqual(['PEERCERT_CONNECTION_CLOSED']);
    expect((await ask(port, { client: alice })).status).toBe(200);
    expect(name).toBeTruthy();
  });
});

describe('in node:http2, without a framework', () => {
  it('decides as over HTTP/1.1, and sends no header that HTTP/2 has not', async () => {
    const warnings: Error[] = [];
    const note = (warning: Error) => void warnings.push(warning);
    process.on('warning', note);
    const auth = mtls(trusting);
    const { port } = await withHttp2({ use: [auth.optional()], routes: { '/': [auth], '/open': [], '/pay': [auth.require(payments)] } });
    const nobody = session(port);
    const refused = await askOn(nobody, '/');
    expect([refused.status, json(refused).code, refused.headers.connection]).toEqual([403, 'PEERCERT_CERTIFICATE_MISSING', undefined]);
    expect(json(await askOn(nobody, '/open'))).toEqual({ CN: null });
    nobody.destroy();
    const good = session(port, bob);
    expect(json(await askOn(good, '/'))).toEqual({ CN: 'bob' });
    expect((await askOn(good, '/pay')).status).toBe(403);
    good.destroy();
    expect((await ask(port, { client: alice, path: '/pay' })).status).toBe(200);
    await new Promise(setImmediate);
    process.off('warning', note);
    expect(warnings).toEqual([]);
  });

  it.each([
    ['says nothing of', {}],
    ['gives headers', { statuses: { PEERCERT_CONNECTION_CLOSED: 503 } }],
  ])('stands when a session is gone before its certificate is read, with an answer that it %s', async (_what, options) => {
    const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    const outcomes: unknown[] = [];
    const auth = mtls({ ...trusting, ...options });
    const slow: Middleware = (req, _res, next) => {
      const { stream } = req as unknown as { stream: { session: NodeJS.EventEmitter } };
      if (req.url !== '/slow') return next();
      stream.session.once('close', () => setImmediate(next));
      gone.destroy();
    };
    const noted: Middleware = (req, res, next) =>
      auth(req, res, (error) => {
        outcomes.push((error as { code?: string } | undefined)?.code);
        if (error === undefined) next();
      });
    const { port } = await withHttp2({ use: [slow, noted] });
    const gone = session(port, alice);
    gone.on('error', () => undefined);
    gone.request({ ':path': '/slow' }).on('error', () => undefined);
    await expect.poll(() => outcomes).toEqual(['PEERCERT_CONNECTION_CLOSED']);
    const next = session(port, alice);
    expect((await askOn(next, '/')).status).toBe(200);
    next.destroy();
    warned.mockRestore();
  });
});
