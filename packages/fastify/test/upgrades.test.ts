import type { IncomingMessage } from 'node:http';
import { connect as connectHttp2 } from 'node:http2';
import type { Duplex } from 'node:stream';
import { connect } from 'node:tls';
import websocket from '@fastify/websocket';
import type { FastifyInstance } from 'fastify';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { ask, upgrade } from '../../../test/support/ask.js';
import { alice, asking, bob, expired, payments, trusting } from '../../../test/support/cast.js';
import { ConfigurationError, mtls } from '../src/index.js';
import { listening, makeApp, plugin, twoLocalhosts } from './support/apps.js';

afterEach(() => {
  vi.restoreAllMocks();
});

/** Routes of @fastify/websocket that say who came. */
function addRoutes(app: FastifyInstance): void {
  const greet = (
    socket: { send(text: string): void },
    request: { clientIdentity?: { subject: { attributes: { CN?: readonly string[] } } } | null },
  ) => socket.send(`hello ${request.clientIdentity?.subject.attributes.CN?.[0] ?? 'stranger'}`);
  app.get('/ws', { websocket: true }, greet);
  app.get('/ws/pay', { websocket: true, config: { mtls: payments } }, greet);
  app.get('/ws/public', { websocket: true, config: { mtls: false } }, greet);
  app.get('/page', async () => 'page');
}

async function table(port: number, host = '127.0.0.1'): Promise<unknown[]> {
  const rows: unknown[] = [];
  for (const path of ['/ws', '/ws/pay', '/ws/public', '/nowhere', '/page']) {
    for (const [name, client] of Object.entries({ nobody: undefined, bob, alice, expired })) {
      const { status, body, socket, first } = await upgrade(port, { path, client, host });
      const told =
        status === 101 && path.startsWith('/ws') ? (await first?.())?.replace(/^[^h]*/, '') : (/PEERCERT_\w+/.exec(body)?.[0] ?? '');
      rows.push(`${path} ${name}: ${status} ${told ?? ''}`.trim());
      socket?.destroy();
    }
  }
  return rows;
}

const expected = [
  '/ws nobody: 403 PEERCERT_CERTIFICATE_MISSING',
  '/ws bob: 101 hello bob',
  '/ws alice: 101 hello alice',
  '/ws expired: 403 PEERCERT_CERTIFICATE_EXPIRED',
  '/ws/pay nobody: 403 PEERCERT_CERTIFICATE_MISSING',
  '/ws/pay bob: 403 PEERCERT_POLICY_MISMATCH',
  '/ws/pay alice: 101 hello alice',
  '/ws/pay expired: 403 PEERCERT_CERTIFICATE_EXPIRED',
  '/ws/public nobody: 101 hello stranger',
  '/ws/public bob: 101 hello stranger',
  '/ws/public alice: 101 hello stranger',
  '/ws/public expired: 101 hello stranger',
  '/nowhere nobody: 403 PEERCERT_CERTIFICATE_MISSING',
  '/nowhere bob: 404',
  '/nowhere alice: 404',
  '/nowhere expired: 403 PEERCERT_CERTIFICATE_EXPIRED',
  '/page nobody: 403 PEERCERT_CERTIFICATE_MISSING',
  '/page bob: 101',
  '/page alice: 101',
  '/page expired: 403 PEERCERT_CERTIFICATE_EXPIRED',
];

describe('@fastify/websocket', () => {
  it.each<[string, (app: FastifyInstance) => Promise<void>]>([
    [
      'registered before',
      async (app) => {
        await app.register(websocket);
        await app.register(mtls, trusting);
        addRoutes(app);
      },
    ],
    [
      'registered after',
      async (app) => {
        await app.register(mtls, trusting);
        await app.register(websocket);
        addRoutes(app);
      },
    ],
    [
      'in an inner scope',
      async (app) => {
        await app.register(mtls, trusting);
        await app.register(
          plugin(async (child) => {
            await child.register(websocket);
            addRoutes(child);
          }),
        );
      },
    ],
  ])('leads upgrades through the guard: %s', async (_where, build) => {
    const { app } = makeApp();
    await build(app);
    const rows = await table(await listening(app));
    // A route that is no WebSocket's lets the plugin take the socket, and close it at once; in an inner scope 404 belongs to the outer one, which has no plugin.
    expect(rows.filter((row) => !/(page|nowhere) (alice|bob)/.test(String(row)))).toEqual(
      expected.filter((row) => !/(page|nowhere) (alice|bob)/.test(row)),
    );
  });

  it('does so on the second server of localhost too', async () => {
    twoLocalhosts();
    const { app } = makeApp();
    const reached = vi.fn();
    await app.register(mtls, trusting);
    await app.register(websocket);
    addRoutes(app);
    const port = await listening(app, 'localhost');
    app.server.on('upgrade', reached);
    expect((await upgrade(port, { host: '127.0.0.2', path: '/ws' })).status).toBe(403);
    const { status, first, socket } = await upgrade(port, { host: '127.0.0.2', path: '/ws', client: alice });
    expect([status, await first?.()]).toEqual([101, expect.stringContaining('hello alice')]);
    socket?.destroy();
    expect(reached).not.toHaveBeenCalled();
  });

  it('leaves WebSockets outside of the guarded scope open', async () => {
    const { app } = makeApp();
    await app.register(websocket);
    app.get('/open', { websocket: true }, (socket) => socket.send('hello anyone'));
    app.register(
      plugin(async (admin) => {
        await admin.register(mtls, trusting);
        admin.get('/ws', { websocket: true }, (socket) => socket.send('hello admin'));
      }),
      { prefix: '/admin' },
    );
    const port = await listening(app);
    const open = await upgrade(port, { path: '/open' });
    expect([open.status, await open.first?.()]).toEqual([101, expect.stringContaining('hello anyone')]);
    open.socket?.destroy();
    expect((await upgrade(port, { path: '/admin/ws' })).status).toBe(403);
    const admin = await upgrade(port, { path: '/admin/ws', client: alice });
    expect(admin.status).toBe(101);
    admin.socket?.destroy();
  });

  it('closes the connection of everyone that it refuses', async () => {
    const { app } = makeApp();
    await app.register(mtls, trusting);
    await app.register(websocket);
    addRoutes(app);
    const port = await listening(app);
    const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false, ...bob.tls });
    const closed = new Promise<string>((resolve) => {
      let text = '';
      socket.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      socket.on('close', () => resolve(text)).on('error', () => undefined);
    });
    socket.write(
      'GET /ws/pay HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: cGVlcmNlcnQgaXMgaGVyZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n',
    );
    expect(await closed).toMatch(/^HTTP\/1\.1 403 Forbidden\r\n/);
  });
});

describe('an upgrade that no route sees', () => {
  it('is refused, and its listener not called', async () => {
    const { app, log } = makeApp();
    await app.register(mtls, trusting);
    app.get('/', async () => 'in');
    const reached = vi.fn((_request: IncomingMessage, socket: Duplex) =>
      socket.end('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n'),
    );
    app.server.on('upgrade', reached);
    app.server.once('upgrade', reached);
    const port = await listening(app);
    for (const client of [undefined, alice]) {
      const told = await upgrade(port, { path: '/?secret', client });
      expect([told.status, JSON.parse(told.body)]).toEqual([
        403,
        { statusCode: 403, code: 'PEERCERT_UPGRADE_UNGUARDED', error: 'Forbidden', message: 'Upgrades are not available here' },
      ]);
      expect(told.headers.connection).toBe('close');
    }
    expect(reached).not.toHaveBeenCalled();
    expect(log.find(({ code }) => code === 'PEERCERT_UPGRADE_UNGUARDED')?.level).toBeGreaterThanOrEqual(30);
    expect((await ask(port, { client: alice })).status).toBe(200);
  });

  it('is a request like any other where nobody listens for it', async () => {
    const { app } = makeApp();
    await app.register(mtls, trusting);
    app.get('/', async () => 'in');
    const port = await listening(app);
    expect((await upgrade(port)).status).toBe(403);
    expect((await upgrade(port, { client: alice })).status).toBe(200);
  });

  it('is refused on CONNECT likewise', async () => {
    const { app } = makeApp();
    await app.register(mtls, trusting);
    const reached = vi.fn((_request: IncomingMessage, socket: Duplex) => socket.end('HTTP/1.1 200 OK\r\n\r\n'));
    app.server.on('connect', reached);
    const port = await listening(app);
    const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false, ...alice.tls });
    socket.write('CONNECT example.com:443 HTTP/1.1\r\nHost: example.com\r\n\r\n');
    const first = await new Promise((resolve) => socket.setEncoding('utf8').once('data', resolve));
    expect(first).toMatch(/^HTTP\/1\.1 403 Forbidden[\s\S]*PEERCERT_UPGRADE_UNGUARDED/);
    socket.destroy();
    expect(reached).not.toHaveBeenCalled();
  });
});

describe('app.mtls.upgrade', () => {
  const accept = (_request: IncomingMessage, socket: Duplex): void => {
    socket.end('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\nhello');
  };

  it.each<[unknown, unknown, RegExp]>([
    [undefined, accept, /^app\.mtls\.upgrade: is undefined/],
    [{}, accept, /^app\.mtls\.upgrade: has no rules/],
    [true, accept, /^app\.mtls\.upgrade: true is no policy/],
    ['required', undefined, /^app\.mtls\.upgrade: takes a policy and a listener/],
    [accept, undefined, /^app\.mtls\.upgrade: takes a policy and a listener/],
  ])('throws for (%j, %j)', async (policy, listener, problem) => {
    const { app } = makeApp();
    await app.register(mtls, trusting);
    expect(() => app.mtls.upgrade(policy as never, listener as never)).toThrow(ConfigurationError);
    expect(() => app.mtls.upgrade(policy as never, listener as never)).toThrow(problem);
  });

  it('guards a listener by its policy', async () => {
    const { app } = makeApp();
    await app.register(mtls, trusting);
    app.server.on('upgrade', app.mtls.upgrade(payments, accept));
    const port = await listening(app);
    expect((await upgrade(port)).status).toBe(403);
    expect(JSON.parse((await upgrade(port, { client: bob })).body)).toEqual({
      statusCode: 403,
      code: 'PEERCERT_POLICY_MISMATCH',
      error: 'Forbidden',
      message: 'The client certificate does not satisfy the policy',
    });
    expect((await upgrade(port, { client: alice })).status).toBe(101);
  });

  it('opens a listener to everyone where it is told false', async () => {
    const { app } = makeApp();
    await app.register(mtls, trusting);
    app.server.on('upgrade', app.mtls.upgrade(false, accept));
    expect((await upgrade(await listening(app))).status).toBe(101);
  });

  it('refuses a CONNECT over HTTP/2 with its status', async () => {
    const { app } = makeApp({ http2: true, https: asking });
    await app.register(mtls, trusting);
    const reached = vi.fn((_request: IncomingMessage, response: unknown) => (response as { end(): void }).end());
    app.server.on('connect', app.mtls.upgrade('required', reached));
    const port = await listening(app);
    const statusOf = async (client?: typeof alice): Promise<unknown> => {
      const http2 = connectHttp2(`https://127.0.0.1:${port}`, { rejectUnauthorized: false, ...client?.tls });
      const stream = http2.request({ ':method': 'CONNECT', ':authority': 'example.com:443' });
      const status = await new Promise((resolve) => stream.once('response', (headers) => resolve(headers[':status'])));
      http2.destroy();
      return status;
    };
    expect(await statusOf()).toBe(403);
    expect(reached).not.toHaveBeenCalled();
    expect(await statusOf(alice)).toBe(200);
    expect(reached).toHaveBeenCalledTimes(1);
  });
});
