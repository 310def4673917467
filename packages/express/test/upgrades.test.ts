import type { IncomingMessage, Server } from 'node:http';
import { connect as connectHttp2, createSecureServer } from 'node:http2';
import type { Duplex } from 'node:stream';
import { connect } from 'node:tls';
import express from 'express';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import { ask, json, upgrade } from '../../../test/support/ask.js';
import { alice, asking, bob, expired, mallory, payments, trusting } from '../../../test/support/cast.js';
import { type Auth, type ClientIdentity, ConfigurationError, mtls } from '../src/index.js';
import { listening, serverFor } from './support/hosts.js';

const logger = { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() };
let auth: Auth;
let app: express.Express;
let server: Server;

beforeEach(() => {
  auth = mtls({ ...trusting, logger });
  app = express();
  app.use(auth);
  app.get('/', (_req, res) => void res.json({}));
  server = serverFor(app);
});

afterEach(() => {
  for (const level of Object.values(logger)) level.mockClear();
});

/** A server of ws that greets whoever came. */
function greeting(): (request: IncomingMessage, socket: Duplex, head: Buffer) => void {
  const sockets = new WebSocketServer({ noServer: true });
  return (request, socket, head) =>
    sockets.handleUpgrade(request, socket, head, (ws: WebSocket) => {
      const { clientIdentity } = request as IncomingMessage & { clientIdentity?: ClientIdentity | null };
      ws.send(`hello ${clientIdentity?.subject.attributes.CN?.[0] ?? String(clientIdentity)}`);
    });
}

/** What clients get, each on its own. */
async function outcomes(port: number): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const [who, client] of Object.entries({ nobody: undefined, bob, alice, expired, mallory })) {
    const { status, body, socket, first } = await upgrade(port, { client });
    found[who] =
      status === 101 ? `${(await first?.())?.replace(/^[^h]*/, '')}` : `${status} ${String((JSON.parse(body) as { code: string }).code)}`;
    socket?.destroy();
  }
  return found;
}

describe('auth.upgrade', () => {
  const listener = (): void => undefined;
  it.each<[string, unknown[], RegExp]>([
    ['nothing', [], /^listener: is no function/],
    ['a policy alone', [payments], /^listener: is no function/],
    ['a word alone', ['required'], /^listener: is no function/],
    ['no policy', [undefined, listener], /^policy: is undefined/],
    ['null', [null, listener], /^policy: null is no policy/],
    ['true', [true, listener], /^policy: true is no policy/],
    ['a policy without rules', [{}, listener], /^policy: has no rules/],
    ['a listener that is none', ['required', {}], /^listener: is no function/],
    ['things in the wrong order', [listener, payments], /^listener: is no function/],
  ])('throws for %s', (_what, given, problem) => {
    const wrong = () => (auth.upgrade as (...given: unknown[]) => unknown)(...given);
    expect(wrong).toThrow(ConfigurationError);
    expect(wrong).toThrow(problem);
  });

  it('demands the default policy', async () => {
    server.on('upgrade', auth.upgrade(greeting()));
    expect(await outcomes(await listening(server))).toEqual({
      nobody: '403 PEERCERT_CERTIFICATE_MISSING',
      bob: 'hello bob',
      alice: 'hello alice',
      expired: '403 PEERCERT_CERTIFICATE_EXPIRED',
      mallory: '403 PEERCERT_ISSUER_UNKNOWN',
    });
  });

  it('demands a policy besides', async () => {
    server.on('upgrade', auth.upgrade(payments, greeting()));
    expect(await outcomes(await listening(server))).toMatchObject({
      nobody: '403 PEERCERT_CERTIFICATE_MISSING',
      bob: '403 PEERCERT_POLICY_MISMATCH',
      alice: 'hello alice',
    });
  });

  it('lets in without a certificate where it is optional', async () => {
    server.on('upgrade', auth.upgrade('optional', greeting()));
    expect(await outcomes(await listening(server))).toMatchObject({
      nobody: 'hello null',
      bob: 'hello bob',
      expired: '403 PEERCERT_CERTIFICATE_EXPIRED',
    });
  });

  it('lets everyone in, unread, where it is told false', async () => {
    server.on('upgrade', auth.upgrade(false, greeting()));
    expect(await outcomes(await listening(server))).toEqual({
      nobody: 'hello null',
      bob: 'hello null',
      alice: 'hello null',
      expired: 'hello null',
      mallory: 'hello null',
    });
  });

  it('adds to the default policy', async () => {
    const strict = mtls({ ...trusting, policy: { subject: { CN: 'bob' } } });
    server.on('upgrade', strict.upgrade(payments, greeting()));
    expect(await outcomes(await listening(server))).toMatchObject({
      bob: '403 PEERCERT_POLICY_MISMATCH',
      alice: '403 PEERCERT_POLICY_MISMATCH',
    });
  });

  it('answers in full, and closes the connection', async () => {
    server.on('upgrade', auth.upgrade(payments, greeting()));
    const port = await listening(server);
    const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false, ...bob.tls });
    let text = '';
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
    socket.write('GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
    await new Promise((resolve) => socket.on('close', resolve));
    const [head = '', body = ''] = text.split('\r\n\r\n');
    expect(head.split('\r\n')).toEqual([
      'HTTP/1.1 403 Forbidden',
      'connection: close',
      'content-type: application/json; charset=utf-8',
      `content-length: ${body.length}`,
    ]);
    expect(JSON.parse(body)).toEqual({
      statusCode: 403,
      code: 'PEERCERT_POLICY_MISMATCH',
      error: 'Forbidden',
      message: 'The client certificate does not satisfy the policy',
    });
  });

  it('guards a listener that was added with once()', async () => {
    server.once('upgrade', auth.upgrade(greeting()));
    const port = await listening(server);
    const { status, socket } = await upgrade(port, { client: alice });
    socket?.destroy();
    expect([status, server.listenerCount('upgrade')]).toEqual([101, 0]);
  });

  it('guards CONNECT, over HTTP/2 too', async () => {
    const http2 = createSecureServer(asking, (_request, response) => void response.end());
    const reached = vi.fn((_request: IncomingMessage, response: unknown) => (response as { end(): void }).end());
    http2.on('connect', auth.upgrade(reached as never));
    auth.check(http2);
    const port = await listening(http2 as unknown as Server);
    const statusOf = async (client?: typeof alice): Promise<unknown> => {
      const session = connectHttp2(`https://127.0.0.1:${port}`, { rejectUnauthorized: false, ...client?.tls });
      const stream = session.request({ ':method': 'CONNECT', ':authority': 'example.com:443' });
      const status = await new Promise((resolve) => stream.once('response', (headers) => resolve(headers[':status'])));
      session.destroy();
      return status;
    };
    expect([await statusOf(), reached.mock.calls.length]).toEqual([403, 0]);
    expect([await statusOf(alice), reached.mock.calls.length]).toEqual([200, 1]);
  });
});

describe('an unguarded listener', () => {
  const reached = vi.fn((_request: IncomingMessage, socket: Duplex) =>
    socket.end('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n'),
  );

  beforeEach(() => {
    reached.mockClear();
  });

  it.each<[string, () => void]>([
    ['before', () => void server.on('upgrade', reached)],
    ['after', () => setImmediate(() => server.on('upgrade', reached))],
    ['in front', () => setImmediate(() => server.prependListener('upgrade', reached))],
  ])('is not reached from the first connection on, once the server was checked: added %s', async (_when, add) => {
    add();
    auth.check(server);
    const port = await listening(server);
    await new Promise(setImmediate);
    for (const client of [undefined, alice]) {
      const told = await upgrade(port, { client });
      expect([told.status, json(told).code, told.headers.connection]).toEqual([403, 'PEERCERT_UPGRADE_UNGUARDED', 'close']);
    }
    expect(reached).not.toHaveBeenCalled();
    expect(logger.warn).toHaveBeenCalledWith(expect.anything(), expect.stringContaining("no guarded listener for 'upgrade'"));
  });

  it('is not reached after the first request, where it was not', async () => {
    server.on('upgrade', reached);
    const port = await listening(server);
    expect((await upgrade(port)).status).toBe(101);
    expect((await ask(port)).status).toBe(403);
    expect((await upgrade(port)).status).toBe(403);
    expect((await upgrade(port, { client: alice })).status).toBe(403);
    expect(reached).toHaveBeenCalledTimes(1);
  });

  it('is not reached beside a guarded one', async () => {
    server.on('upgrade', reached);
    server.on('upgrade', auth.upgrade(greeting()));
    auth.check(server);
    const port = await listening(server);
    expect(await outcomes(port)).toMatchObject({ nobody: '403 PEERCERT_CERTIFICATE_MISSING', alice: 'hello alice' });
    expect(reached).not.toHaveBeenCalled();
  });

  it('of ws itself is not reached either', async () => {
    const sockets = new WebSocketServer({ server });
    const connected = vi.fn();
    sockets.on('connection', connected);
    auth.check(server);
    const port = await listening(server);
    expect((await upgrade(port, { client: alice })).status).toBe(403);
    expect(connected).not.toHaveBeenCalled();
    sockets.close();
  });

  it('is not reached by CONNECT', async () => {
    server.on('connect', reached);
    auth.check(server);
    const port = await listening(server);
    const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false, ...alice.tls });
    socket.write('CONNECT example.com:443 HTTP/1.1\r\nHost: example.com\r\n\r\n');
    const first = await new Promise((resolve) => socket.setEncoding('utf8').once('data', resolve));
    expect(first).toMatch(/^HTTP\/1\.1 403 Forbidden[\s\S]*PEERCERT_UPGRADE_UNGUARDED/);
    socket.destroy();
    expect(reached).not.toHaveBeenCalled();
  });

  it('leaves an upgrade that nobody listens for a request like any other', async () => {
    auth.check(server);
    const port = await listening(server);
    expect((await upgrade(port)).status).toBe(403);
    expect((await upgrade(port, { client: alice })).status).toBe(200);
  });
});

describe('several applications behind one server', () => {
  it('are guarded each by its own, and the upgrades of all by either', async () => {
    const other = express();
    const otherAuth = mtls({ ...trusting, policy: payments });
    other.use(otherAuth);
    other.get('/', (_req, res) => void res.json({}));
    const both = serverFor((request, response) =>
      (request.headers.host === 'other' ? other : app)(request as express.Request, response as express.Response),
    );
    both.on('upgrade', otherAuth.upgrade(greeting()));
    auth.check(both);
    otherAuth.check(both);
    const port = await listening(both);
    expect((await ask(port, { client: bob })).status).toBe(200);
    expect((await ask(port, { client: bob, headers: { host: 'other' } })).status).toBe(403);
    expect((await ask(port, { client: alice, headers: { host: 'other' } })).status).toBe(200);
    expect(await outcomes(port)).toMatchObject({ bob: '403 PEERCERT_POLICY_MISMATCH', alice: 'hello alice' });
  });
});
