import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { EventEmitter, errorMonitor } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { connect as connectHttp2, createServer as createHttp2Server } from 'node:http2';
import { type AddressInfo, connect } from 'node:net';
import { Duplex } from 'node:stream';
import { afterEach, describe, expect, it } from 'vitest';
import { type Outcome, type RefusalCode, refused } from '../../src/errors/index.js';
import { Guard, type GuardOptions, guardUpgrades, type UpgradeListener } from '../../src/guard/index.js';
import type { ClientIdentity } from '../../src/identity/index.js';
import { createVerifier, Verifier } from '../../src/verifier/index.js';
import { client, LogRecord, root } from '../verifier/fakes.js';

const ca = root();
const alice = createVerifier({ trust: ca.der }).verify([client(ca)]);
const missing = refused('PEERCERT_CERTIFICATE_MISSING', { detail: 'none' });

/** Answers the same for every connection, so that plain servers will do. */
class StubVerifier extends Verifier {
  readonly #answer: () => unknown;

  constructor(answer: () => unknown) {
    super({ trust: ca.der, logger: new LogRecord() });
    this.#answer = answer;
  }

  override authenticate(): Outcome<ClientIdentity> {
    return this.#answer() as Outcome<ClientIdentity>;
  }
}

const guardOf = (answer: () => unknown, options: GuardOptions = {}): Guard => new Guard({ verifier: new StubVerifier(answer), ...options });

/** A listener behind a guard, and what it was called with. */
function guarded(guard: Guard, calls: unknown[] = []): UpgradeListener {
  return guard.upgrade(guard.requirement, (request, socket, head, identity) => {
    calls.push([request.url, head.toString(), identity?.toString() ?? null]);
    socket.end('HTTP/1.1 101 Switching Protocols\r\n\r\nwelcome');
  });
}

const closing: (() => void)[] = [];

afterEach(() => {
  for (const close of closing.splice(0)) close();
});

async function listen(server: Server): Promise<number> {
  if (!server.listening) {
    closing.push(() => server.close());
    await new Promise<void>((resolve) => {
      server.listen(0, resolve);
    });
  }
  return (server.address() as AddressInfo).port;
}

/** Sends a request as it stands, and gives all that is answered until the connection ends. */
async function exchange(server: Server, request: string): Promise<string> {
  const socket = connect(await listen(server));
  socket.write(request);
  let answer = '';
  for await (const chunk of socket) answer += String(chunk);
  return answer;
}

const upgradeRequest = 'GET /chat?token=secret HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n';
const connectRequest = 'CONNECT db.example:5432 HTTP/1.1\r\nHost: db.example:5432\r\n\r\n';

describe('an upgrade that no guard decided about', () => {
  it.each([
    ['upgrade', upgradeRequest],
    ['connect', connectRequest],
  ])('(%s) is answered with 403 and destroyed, and its listeners are not called', async (event, request) => {
    const calls: unknown[] = [];
    const server = createServer();
    server.on(event, (_request: IncomingMessage, socket: Duplex) => {
      calls.push(event);
      socket.end('HTTP/1.1 200 OK\r\n\r\n');
    });
    guardUpgrades(server, new LogRecord());
    const answer = await exchange(server, request);
    expect(answer).toBe(
      [
        'HTTP/1.1 403 Forbidden',
        'connection: close',
        'content-type: application/json; charset=utf-8',
        'content-length: 118',
        '',
        '{"statusCode":403,"code":"PEERCERT_UPGRADE_UNGUARDED","error":"Forbidden","message":"Upgrades are not available here"}',
      ].join('\r\n'),
    );
    expect(calls).toEqual([]);
  });

  it('is destroyed whether its listener came by on, once or prepend, before or after the guard', async () => {
    const calls: unknown[] = [];
    const listener =
      (name: string): UpgradeListener =>
      (_request, socket) => {
        calls.push(name);
        socket.end('HTTP/1.1 101 Switching Protocols\r\n\r\n');
      };
    const server = createServer().on('upgrade', listener('before')).once('upgrade', listener('once before'));
    guardUpgrades(server, new LogRecord());
    server.on('upgrade', listener('after')).once('upgrade', listener('once after')).prependListener('upgrade', listener('first'));
    expect(await exchange(server, upgradeRequest)).toContain('PEERCERT_UPGRADE_UNGUARDED');
    expect(calls).toEqual([]);
  });

  it('is told to the log and on the channel, without the query', async () => {
    const events: unknown[] = [];
    const record = (event: unknown): void => void events.push(event);
    const logger = new LogRecord();
    const server = createServer().on('upgrade', () => undefined);
    guardUpgrades(server, logger);
    subscribe('peercert:decision', record);
    try {
      await exchange(server, upgradeRequest);
    } finally {
      unsubscribe('peercert:decision', record);
    }
    expect(events).toMatchObject([{ identity: null, attributes: { 'peercert.verify': 'FAILED:PEERCERT_UPGRADE_UNGUARDED' } }]);
    expect(logger.lines).toMatchObject([{ level: 'warn', fields: { code: 'PEERCERT_UPGRADE_UNGUARDED' } }]);
    expect(logger.of('warn')[0]).toContain(`no guarded listener for 'upgrade' of GET "/chat"`);
    expect(JSON.stringify(logger.lines)).not.toContain('secret');
  });

  it('is a warning once a server and event, so that strangers bury no other', async () => {
    const logger = new LogRecord();
    const server = createServer().on('upgrade', () => undefined);
    guardUpgrades(server, logger);
    for (let times = 0; times < 3; times++) await exchange(server, upgradeRequest);
    expect(logger.lines.map(({ level }) => level)).toEqual(['warn', 'info', 'info']);
  });

  it('over HTTP/2 (CONNECT) has its stream ended with the status', async () => {
    const calls: unknown[] = [];
    const server = createHttp2Server(() => undefined);
    server.on('connect', (_request, response) => {
      calls.push('connect');
      response.end();
    });
    guardUpgrades(server, new LogRecord());
    expect(await http2Connect(server)).toEqual([403, '']);
    expect(calls).toEqual([]);
  });

  it('is no business of a guard where nobody listens: Node.js takes the request for an ordinary one', async () => {
    const server = createServer((_request, response) => {
      response.setHeader('connection', 'close');
      response.end('ordinary');
    });
    guardUpgrades(server, new LogRecord());
    expect(await exchange(server, upgradeRequest)).toMatch(/^HTTP\/1\.1 200 OK[\s\S]*ordinary$/);
    const emitter = new EventEmitter();
    guardUpgrades(emitter, new LogRecord());
    expect(emitter.emit('upgrade', {}, {})).toBe(false);
  });
});

describe('a guarded listener', () => {
  it('passes on what satisfies the policy, with the identity and the head', async () => {
    const calls: unknown[] = [];
    const guard = guardOf(() => alice);
    const server = createServer().on('upgrade', guarded(guard, calls));
    guard.protect(server);
    expect(await exchange(server, `${upgradeRequest}head`)).toContain('welcome');
    expect(calls).toEqual([['/chat?token=secret', 'head', 'CN=alice']]);
  });

  it('passes on CONNECT likewise, and an anonymous client where that is optional', async () => {
    const calls: unknown[] = [];
    const guard = guardOf(() => missing, { policy: 'optional' });
    const server = createServer().on('connect', guarded(guard, calls));
    guard.protect(server);
    expect(await exchange(server, connectRequest)).toContain('welcome');
    expect(calls).toEqual([['db.example:5432', '', null]]);
  });

  it.each<[RefusalCode, number, string]>([
    ['PEERCERT_CERTIFICATE_MISSING', 403, 'Forbidden'],
    ['PEERCERT_NOT_READY', 503, 'Service Unavailable'],
    ['PEERCERT_INTERNAL', 500, 'Internal Server Error'],
  ])('ends the rest with the refusal: %s', async (code, status, reason) => {
    const calls: unknown[] = [];
    const guard = guardOf(() => refused(code, { detail: 'SECRET' }));
    const server = createServer().on('upgrade', guarded(guard, calls));
    guard.protect(server);
    const answer = await exchange(server, upgradeRequest);
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} ${reason}\r\nconnection: close\r\n`));
    expect(answer).toContain(`"code":"${code}"`);
    expect(answer.includes('retry-after: 5')).toBe(status === 503);
    expect(answer.match(/connection:/g)).toHaveLength(1);
    expect(answer).not.toContain('SECRET');
    expect(calls).toEqual([]);
  });

  it('ends what could not be decided', async () => {
    for (const answer of [
      () => {
        throw new Error('boom');
      },
      () => Promise.reject(new Error('boom')),
      () => ({ ok: 'yes' }),
    ]) {
      const calls: unknown[] = [];
      const guard = guardOf(answer);
      const server = createServer().on('upgrade', guarded(guard, calls));
      guard.protect(server);
      expect(await exchange(server, upgradeRequest)).toContain('PEERCERT_INTERNAL');
      expect(calls).toEqual([]);
    }
  });

  it('is called where others are not, by on and by once', async () => {
    const calls: unknown[] = [];
    const guard = guardOf(() => alice);
    const server = createServer()
      .on('upgrade', () => void calls.push('first'))
      .once('upgrade', guarded(guard, calls))
      .on('upgrade', () => void calls.push('last'));
    guard.protect(server);
    expect(await exchange(server, upgradeRequest)).toContain('welcome');
    expect(calls).toHaveLength(1);
    // It was there once: now nobody guarded is left.
    expect(await exchange(server, upgradeRequest)).toContain('PEERCERT_UPGRADE_UNGUARDED');
    expect(calls).toHaveLength(1);
  });

  it('is not taken for one when somebody wraps it', async () => {
    const guard = guardOf(() => alice);
    const listener = guarded(guard);
    const server = createServer().on('upgrade', (...given: Parameters<UpgradeListener>) => listener(...given));
    guard.protect(server);
    expect(await exchange(server, upgradeRequest)).toContain('PEERCERT_UPGRADE_UNGUARDED');
  });

  it('of another guard on the same server counts as well', async () => {
    const [first, second] = [guardOf(() => alice), guardOf(() => missing)];
    const server = createServer().on('upgrade', guarded(second));
    first.protect(server);
    expect(await exchange(server, upgradeRequest)).toContain('PEERCERT_CERTIFICATE_MISSING');
  });

  it('leaves alone what another one has ended', async () => {
    const calls: unknown[] = [];
    const [strict, lax] = [guardOf(() => missing), guardOf(() => alice)];
    const server = createServer().on('upgrade', guarded(strict)).on('upgrade', guarded(lax, calls)).on('upgrade', guarded(strict));
    strict.protect(server);
    const answer = await exchange(server, upgradeRequest);
    expect(answer.match(/HTTP\/1\.1/g)).toHaveLength(1);
    expect(answer).toContain('PEERCERT_CERTIFICATE_MISSING');
    expect(calls).toEqual([]);
  });
});

describe('a decision that has to be waited for', () => {
  /** A socket that is written to nowhere. */
  class FakeSocket extends Duplex {
    written = '';

    override _read(): void {}

    override _write(chunk: Buffer, _encoding: string, done: () => void): void {
      this.written += String(chunk);
      done();
    }
  }

  function start(settled: Promise<unknown>) {
    const calls: unknown[] = [];
    const guard = guardOf(() => settled);
    const socket = new FakeSocket();
    const request = { url: '/', httpVersionMajor: 1, headers: {} } as IncomingMessage;
    guarded(guard, calls)(request, socket, Buffer.from('head'));
    return { calls, socket };
  }

  const ticks = async (): Promise<void> => {
    for (let count = 0; count < 3; count++) await new Promise(setImmediate);
  };

  it('is waited for', async () => {
    const { calls, socket } = start(Promise.resolve(alice));
    expect(calls).toEqual([]);
    await ticks();
    expect(calls).toEqual([['/', 'head', 'CN=alice']]);
    expect(socket.written).toContain('welcome');
    expect(socket.listenerCount('error')).toBe(0);
  });

  it('ends the socket where it is a refusal', async () => {
    const { calls, socket } = start(Promise.resolve(missing));
    await ticks();
    expect(socket.written).toContain('PEERCERT_CERTIFICATE_MISSING');
    expect(socket.destroyed).toBe(true);
    expect(calls).toEqual([]);
  });

  it.each([
    ['accepted', alice],
    ['refused', missing],
  ])('comes too late (%s) for a client that is gone with an error, which brings nothing down', async (_, outcome) => {
    let settle: (outcome: unknown) => void = () => undefined;
    const { calls, socket } = start(new Promise((resolve) => (settle = resolve)));
    socket.destroy(new Error('ECONNRESET'));
    await ticks();
    settle(outcome);
    await ticks();
    expect(calls).toEqual([]);
    expect(socket.written).toBe('');
  });

  it('comes too late for a client whose error is still to be told, and leaves somebody to hear it', async () => {
    const { calls, socket } = start(Promise.resolve(alice));
    const hearing: number[] = [];
    socket.on(errorMonitor, () => hearing.push(socket.listenerCount('error')));
    // Behind the decision, before it is acted upon: the socket is destroyed then, and tells of its error in the next tick.
    process.nextTick(() => socket.destroy(new Error('ECONNRESET')));
    await ticks();
    expect(calls).toEqual([]);
    expect(hearing).toEqual([1]);
  });

  it('does not turn what the listener throws into a rejection that nobody sees', async () => {
    const guard = guardOf(async () => alice);
    const error = new Error('listener');
    const listeners = process.listeners('uncaughtException');
    process.removeAllListeners('uncaughtException');
    const uncaught = new Promise((resolve) => {
      process.once('uncaughtException', resolve);
    });
    try {
      const listener = guard.upgrade(guard.requirement, () => {
        throw error;
      });
      listener({ url: '/', httpVersionMajor: 1, headers: {} } as IncomingMessage, new FakeSocket(), Buffer.alloc(0));
      expect(await uncaught).toBe(error);
    } finally {
      process.removeAllListeners('uncaughtException');
      for (const listener of listeners) process.on('uncaughtException', listener);
    }
  });
});

describe('over HTTP/2, a guarded CONNECT', () => {
  it('is refused with the status alone, and no text of HTTP/1', async () => {
    for (const answer of [() => missing, async () => missing]) {
      const guard = guardOf(answer);
      const calls: unknown[] = [];
      const server = createHttp2Server(() => undefined);
      server.on('connect', guarded(guard, calls) as never);
      guard.protect(server);
      expect(await http2Connect(server)).toEqual([403, '']);
      expect(calls).toEqual([]);
    }
  });

  it('is passed on with its response', async () => {
    const guard = guardOf(() => alice);
    const server = createHttp2Server(() => undefined);
    const listener = guard.upgrade(guard.requirement, (_request, response, _head, identity) => {
      response.end(String(identity));
    });
    server.on('connect', listener as never);
    guard.protect(server);
    expect(await http2Connect(server)).toEqual([200, 'CN=alice']);
  });
});

describe('guardUpgrades', () => {
  it('replaces emit once, and leaves every other event as it was', () => {
    const server = new EventEmitter();
    guardUpgrades(server, new LogRecord());
    const { emit } = server;
    guardUpgrades(server, new LogRecord());
    expect(server.emit).toBe(emit);
    const calls: unknown[] = [];
    server.on('request', (...given) => calls.push(given));
    expect(server.emit('request', 1, 2)).toBe(true);
    expect(server.emit('nothing')).toBe(false);
    expect(calls).toEqual([[1, 2]]);
  });

  it('lets those through that somebody vouches for, also when they come later', async () => {
    const listener: UpgradeListener = (_request, socket) => void socket.end('HTTP/1.1 101 Switching Protocols\r\n\r\nwelcome');
    const guard = guardOf(() => alice);
    const server = createServer().on('upgrade', listener);
    guard.protect(server);
    expect(await exchange(server, upgradeRequest)).toContain('PEERCERT_UPGRADE_UNGUARDED');
    guard.protect(server, (other) => other !== listener);
    expect(await exchange(server, upgradeRequest)).toContain('PEERCERT_UPGRADE_UNGUARDED');
    guard.protect(server, (other) => other === listener);
    expect(await exchange(server, upgradeRequest)).toContain('welcome');
  });

  it('asks those who vouch about the listener itself, not about what `once` made of it', async () => {
    const listener: UpgradeListener = (_request, socket) => void socket.end('HTTP/1.1 101 Switching Protocols\r\n\r\nwelcome');
    const server = createServer().once('upgrade', listener);
    guardUpgrades(server, new LogRecord(), (other) => other === listener);
    expect(await exchange(server, upgradeRequest)).toContain('welcome');
  });

  it('takes what emits nothing for no server', () => {
    expect(() => guardUpgrades({}, new LogRecord())).not.toThrow();
  });
});

async function http2Connect(server: ReturnType<typeof createHttp2Server>): Promise<[number, string]> {
  const session = connectHttp2(`http://localhost:${await listen(server as unknown as Server)}`);
  closing.push(() => session.destroy());
  const stream = session.request({ ':method': 'CONNECT', ':authority': 'db.example:5432' });
  const status = await new Promise<number>((resolve) => {
    stream.once('response', (headers) => resolve(Number(headers[':status'])));
  });
  let text = '';
  for await (const chunk of stream) text += String(chunk);
  return [status, text];
}
