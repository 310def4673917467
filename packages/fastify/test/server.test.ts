import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, TLSSocket } from 'node:tls';
import { promisify } from 'node:util';
import Fastify, { type FastifyInstance } from 'fastify';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { ask, askOn, json, session } from '../../../test/support/ask.js';
import { alice, asking, bob, expired, notAsking, payments, root, trusting } from '../../../test/support/cast.js';
import { createVerifier, mtls, serverTls } from '../src/index.js';
import { listening, makeApp, twoLocalhosts } from './support/apps.js';

afterEach(() => {
  vi.restoreAllMocks();
});

const who = async (request: { clientIdentity: { subject: { attributes: { CN?: readonly string[] } } } | null }) => ({
  CN: request.clientIdentity?.subject.attributes.CN ?? null,
});

describe('at ready', () => {
  it.each<[string, object]>([
    ['absent', notAsking],
    ['false', { ...asking, requestCert: false }],
    ['1, which Node.js takes for false', { ...asking, requestCert: 1 }],
    ["'true', likewise", { ...asking, requestCert: 'true' }],
  ])('a TLS server whose requestCert is %s ends the boot', async (_what, https) => {
    const { app } = makeApp({ https });
    await app.register(mtls, trusting);
    app.get('/', who);
    await expect(app.listen({ port: 0, host: '127.0.0.1' })).rejects.toMatchObject({
      code: 'PEERCERT_CONFIGURATION',
      option: 'requestCert',
      message: expect.stringContaining('so the server asks no client for a certificate'),
    });
    expect(app.server.listening).toBe(false);
  });

  it('a server without TLS is warned of, and its requests are refused', async () => {
    const { app, log } = makeApp({ https: null });
    await app.register(mtls, trusting);
    app.get('/', who);
    app.get('/health', { config: { mtls: false } }, who);
    app.get('/optional', { config: { mtls: 'optional' } }, who);
    const port = await listening(app);
    expect(log.find(({ msg }) => msg.includes('has no TLS'))).toMatchObject({ level: 40 });
    expect(json(await ask(port, { plain: true }))).toEqual({
      statusCode: 403,
      code: 'PEERCERT_NOT_TLS',
      error: 'Forbidden',
      message: 'This service is available over TLS only',
    });
    expect((await ask(port, { plain: true, path: '/optional' })).status).toBe(403);
    expect((await ask(port, { plain: true, path: '/health' })).status).toBe(200);
  });

  it('nothing stands in the way of inject(), whose requests are no TLS either', async () => {
    for (const https of [null, asking]) {
      const { app } = makeApp({ https });
      await app.register(mtls, trusting);
      app.get('/', who);
      app.get('/health', { config: { mtls: false } }, who);
      const refused = await app.inject('/');
      expect([refused.statusCode, refused.json<{ code: string }>().code]).toEqual([403, 'PEERCERT_NOT_TLS']);
      expect((await app.inject({ url: '/', headers: { 'x-forwarded-proto': 'https' } })).statusCode).toBe(403);
      expect((await app.inject('/health')).json()).toEqual({ CN: null });
    }
  });
});

describe('with serverTls', () => {
  it('serves good clients, and tells of handshakes that fail', async () => {
    const verifier = createVerifier(trusting);
    const tls = serverTls(verifier, { key: notAsking.key as string, cert: notAsking.cert as string });
    const { app } = makeApp({ https: tls.options });
    await app.register(mtls, { verifier, tls });
    app.get('/', who);
    const port = await listening(app);
    expect((await ask(port)).status).toBe(403);
    expect(json(await ask(port, { client: alice }))).toEqual({ CN: ['alice'] });
    expect(app.server.listenerCount('tlsClientError')).toBeGreaterThan(0);
  });

  it('takes its verifier from there', async () => {
    const tls = serverTls(createVerifier(trusting), { key: notAsking.key as string, cert: notAsking.cert as string });
    const { app } = makeApp({ https: tls.options });
    await app.register(mtls, { tls });
    app.get('/', who);
    expect(app.mtls.verifier).toBe(tls.verifier);
    expect((await ask(await listening(app), { client: alice })).status).toBe(200);
  });

  it('ends the boot where that was made for another verifier', async () => {
    const tls = serverTls(createVerifier(trusting), { key: notAsking.key as string, cert: notAsking.cert as string });
    const { app } = makeApp();
    app.register(mtls, { verifier: createVerifier(trusting), tls });
    await expect(app.ready()).rejects.toThrow(/^tls: was made for another verifier/);
  });
});

describe('over HTTP/2', () => {
  it.each([false, true])('refuses and admits as over HTTP/1.1 (allowHTTP1: %s)', async (allowHTTP1) => {
    const warnings: Error[] = [];
    const note = (warning: Error) => void warnings.push(warning);
    process.on('warning', note);
    const { app } = makeApp({ http2: true, https: { ...asking, allowHTTP1 } as never });
    await app.register(mtls, trusting);
    app.get('/', who);
    app.get('/pay', { config: { mtls: payments } }, who);
    app.get('/health', { config: { mtls: false } }, who);
    const port = await listening(app);

    const nobody = session(port);
    const refused = await askOn(nobody, '/');
    expect([refused.status, json(refused)]).toEqual([
      403,
      { statusCode: 403, code: 'PEERCERT_CERTIFICATE_MISSING', error: 'Forbidden', message: 'A client certificate is required' },
    ]);
    expect(refused.headers.connection).toBeUndefined();
    expect((await askOn(nobody, '/health')).status).toBe(200);
    expect((await askOn(nobody, '/nowhere')).status).toBe(403);
    nobody.destroy();

    const read = vi.spyOn(TLSSocket.prototype, 'getPeerCertificate');
    const good = session(port, bob);
    for (const _ of [1, 2, 3]) expect(json(await askOn(good, '/'))).toEqual({ CN: ['bob'] });
    expect((await askOn(good, '/pay')).status).toBe(403);
    expect(await Promise.all([1, 2, 3, 4].map(async () => (await askOn(good, '/')).status))).toEqual([200, 200, 200, 200]);
    expect(read).toHaveBeenCalledTimes(1);
    good.destroy();

    const late = session(port, expired);
    for (const _ of [1, 2]) expect(json(await askOn(late, '/')).code).toBe('PEERCERT_CERTIFICATE_EXPIRED');
    late.destroy();

    if (allowHTTP1) {
      expect((await ask(port)).headers.connection).toBe('close');
      expect(json(await ask(port, { client: alice, path: '/pay' }))).toEqual({ CN: ['alice'] });
    }
    await app.close();
    await new Promise(setImmediate);
    process.off('warning', note);
    expect(warnings.filter(({ name }) => name !== 'DeprecationWarning')).toEqual([]);
  });

  it('ends the boot where the server asks for no certificate, and warns where there is no TLS', async () => {
    const { app } = makeApp({ http2: true, https: notAsking });
    await app.register(mtls, trusting);
    await expect(app.ready()).rejects.toThrow(/^requestCert: is false|^requestCert: is undefined/);
    const plain = makeApp({ http2: true, https: null });
    await plain.app.register(mtls, trusting);
    await plain.app.ready();
    expect(plain.log.some(({ msg }) => msg.includes('has no TLS'))).toBe(true);
  });

  it('refuses a request whose session is gone, and stands', async () => {
    const { app, log } = makeApp({ http2: true });
    app.addHook('onRequest', async ({ raw, url }) => {
      if (url !== '/slow') return;
      const { stream } = raw as unknown as { stream: NodeJS.EventEmitter & { session: NodeJS.EventEmitter } };
      const { session: http2 } = stream;
      const closed = new Promise((resolve) => http2.once('close', resolve));
      gone.destroy();
      await closed;
      await new Promise(setImmediate);
    });
    await app.register(mtls, trusting);
    app.get('/slow', who);
    app.get('/', who);
    const port = await listening(app);
    const gone = session(port, alice);
    await new Promise((resolve) => gone.once('connect', resolve));
    gone.on('error', () => undefined);
    gone.request({ ':path': '/slow' }).on('error', () => undefined);
    await expect.poll(() => log.some(({ code }) => code === 'PEERCERT_CONNECTION_CLOSED')).toBe(true);
    const next = session(port, alice);
    expect((await askOn(next, '/')).status).toBe(200);
    next.destroy();
  });
});

describe('on localhost', () => {
  it('guards the second server, which Fastify makes for the other address', async () => {
    twoLocalhosts();
    const { app } = makeApp();
    await app.register(mtls, trusting);
    app.get('/', who);
    const port = await listening(app, 'localhost');
    expect(
      app
        .addresses()
        .map((address) => (address as { address: string }).address)
        .sort(),
    ).toEqual(['127.0.0.1', '127.0.0.2']);
    for (const host of ['127.0.0.1', '127.0.0.2']) {
      expect((await ask(port, { host })).status).toBe(403);
      expect(json(await ask(port, { host, client: alice }))).toEqual({ CN: ['alice'] });
    }
  });

  it('has both servers kept up to date by serverTls: with a certificate that is renewed before anybody came', async () => {
    twoLocalhosts();
    const folder = mkdtempSync(join(tmpdir(), 'peercert-localhost-'));
    const [key, cert] = ['server.key', 'server.crt'].map((name) => join(folder, name)) as [string, string];
    const put = async (name: string): Promise<void> => {
      const { tls } = await root.issueServer({ subject: { CN: name }, dns: name });
      writeFileSync(cert, tls.cert);
      writeFileSync(key, tls.key);
    };
    await put('first.test');
    const verifier = createVerifier(trusting);
    const tls = serverTls(verifier, { key, cert });
    const { app, log } = makeApp({ https: tls.options });
    await app.register(mtls, { verifier, tls });
    app.get('/', who);
    const port = await listening(app, 'localhost');
    const shown = async (host: string): Promise<unknown> => {
      const socket = connect({ host, port, rejectUnauthorized: false });
      await once(socket, 'secureConnect');
      const { CN } = socket.getPeerCertificate().subject;
      socket.destroy();
      return CN;
    };
    const hosts = ['127.0.0.1', '127.0.0.2'];
    await put('second.test');
    await vi.waitFor(async () => expect(await Promise.all(hosts.map(shown))).toEqual(['second.test', 'second.test']), {
      timeout: 30_000,
      interval: 20,
    });
    for (const host of hosts) expect(json(await ask(port, { host, client: alice }))).toEqual({ CN: ['alice'] });
    expect(log.filter(({ level }) => level >= 50)).toEqual([]);
    await verifier.close();
    rmSync(folder, { recursive: true });
  });
});

describe('one server with two applications', () => {
  it('is guarded for the one that has the plugin', async () => {
    const server = createServer(asking);
    const make = async (guarded: boolean): Promise<FastifyInstance> => {
      const app = Fastify({
        serverFactory: (handler) => {
          server.on('request', (request, response) => {
            if (request.url?.startsWith('/open') === !guarded) handler(request, response);
          });
          return server as never;
        },
      }) as unknown as FastifyInstance;
      if (guarded) await app.register(mtls, trusting);
      app.get('/*', async (request) => ({ has: 'clientIdentity' in request }));
      await app.ready();
      return app;
    };
    await make(true);
    await make(false);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    expect((await ask(port, { path: '/closed' })).status).toBe(403);
    expect(json(await ask(port, { path: '/closed', client: alice }))).toEqual({ has: true });
    expect(json(await ask(port, { path: '/open' }))).toEqual({ has: false });
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
});

describe('app.close()', () => {
  it('lets the process end', async () => {
    const program = `
      import Fastify from 'fastify';
      import { request } from 'node:https';
      import { mtls } from '@peercert/fastify';
      const { https, trust, client } = JSON.parse(process.env.SETUP);
      const app = Fastify({ https });
      await app.register(mtls, { trust });
      app.get('/', async () => 'in');
      await app.listen({ port: 0, host: '127.0.0.1' });
      const { port } = app.server.address();
      const status = await new Promise((resolve) => request({ port, agent: false, rejectUnauthorized: false, ...client }, (response) => {
        response.resume().on('end', () => resolve(response.statusCode));
      }).end());
      await app.close();
      process.stdout.write(String(status));
    `;
    const setup = { https: asking, trust: root.certificate, client: alice.tls };
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program], {
      cwd: import.meta.dirname,
      env: { ...process.env, SETUP: JSON.stringify(setup) },
      timeout: 30_000,
    });
    expect(stdout).toBe('200');
  });
});
