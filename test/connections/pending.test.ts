import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { type ClientHttp2Stream, connect as connectHttp2 } from 'node:http2';
import { connect as connectTcp } from 'node:net';
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls';
import { createVerifier, type DecisionEvent } from '@peercert/core';
import { serverTls } from '@peercert/express';
import { createTestKit } from '@peercert/pki/testing';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { keyPem, pem } from '../../packages/core/test/server/credentials.js';
import { testKey } from '../../packages/core/test/support/certificate-builder.js';
import { askedAbout, type ClientName, clientDer, FaultyServer, now, ocspAnswer, rootDer } from '../revocation/world.js';
import { handshake } from './clients.js';
import { type ServerKind, type Site, startSite } from './servers.js';

/** What happens on a connection while its verdict is waited for: a responder that answers when it is told to. */
const kit = await createTestKit();
const silent = (): void => undefined;
const logger = { debug: silent, info: silent, warn: silent, error: silent };
const afterwards: (() => unknown)[] = [];
/** What guards decided: the code, or `accepted`. */
const decisions: string[] = [];
const note = (event: unknown): void => void decisions.push((event as DecisionEvent).refusal?.code ?? 'accepted');

beforeEach(() => {
  decisions.length = 0;
  subscribe('peercert:decision', note);
});

afterEach(async () => {
  unsubscribe('peercert:decision', note);
  for (const close of afterwards.splice(0).reverse()) await close();
});

interface Scene extends Site {
  /** How often the responder was asked. */
  readonly asked: () => number;
  /** Resolves when it is asked for the first time. */
  readonly isAsked: Promise<void>;
  /** Lets it answer. */
  release(): void;
}

async function scene(kind: ServerKind, timeoutSeconds = 20): Promise<Scene> {
  const responder = await FaultyServer.start();
  let [count, wake] = [0, silent as () => void];
  const isAsked = new Promise<void>((resolve) => {
    wake = resolve;
  });
  let release = silent as () => void;
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  responder.answer = (_request, response, body) => {
    count += 1;
    wake();
    void released.then(() => response.end(ocspAnswer(askedAbout(body), now)));
  };
  const verifier = createVerifier({
    trust: Buffer.from(rootDer),
    revocation: { ocsp: { responder: responder.url, timeoutSeconds } },
    clock: () => now,
    logger,
  });
  const tls = serverTls(verifier, { key: kit.https.key, cert: kit.https.cert });
  const site = await startSite(kind, verifier, tls.options);
  afterwards.push(
    () => responder.close(),
    () => verifier.close(),
    () => site.close(),
    release,
  );
  return { ...site, asked: () => count, isAsked, release };
}

function credentials(name: ClientName = 'alice'): ConnectionOptions {
  return { rejectUnauthorized: false, key: keyPem(testKey('ec', 'client')), cert: pem(clientDer(name)) };
}

/** A connection, and all that came over it so far. */
async function dial(port: number, name?: ClientName, over: ConnectionOptions = {}): Promise<{ socket: TLSSocket; heard: () => string }> {
  const socket = connect({ port, host: '127.0.0.1', ...credentials(name), ...over });
  let text = '';
  socket.on('error', silent).on('data', (bytes: Buffer) => {
    text += bytes.toString('latin1');
  });
  afterwards.push(() => socket.destroy());
  await once(socket, 'secureConnect');
  return { socket, heard: () => text };
}

/** When it is closed, with an error or without. */
const closing = (stream: NodeJS.EventEmitter): Promise<unknown> =>
  new Promise((resolve) => stream.once('error', silent).once('close', resolve));
const get = (path: string, ...more: string[]): string => [`GET ${path} HTTP/1.1`, 'Host: localhost', ...more, '', ''].join('\r\n');
const upgradeLines = Object.entries(handshake).map(([name, value]) => `${name}: ${value}`);
const statuses = (text: string): readonly string[] => text.match(/HTTP\/1\.1 \d+/g)?.map((line) => line.slice(9)) ?? [];

const overHttp1 = ['Fastify', 'Fastify with http2 and allowHTTP1', 'Express', 'node:https', 'node:http2 with allowHTTP1'] as const;
const overHttp2 = ['Fastify with http2', 'Fastify with http2 and allowHTTP1', 'node:http2 with allowHTTP1'] as const;

describe.each(overHttp1)('%s, while a verdict is waited for:', (kind) => {
  test('a client that goes is let in nowhere, and the next one is served', async () => {
    const { port, handled, isAsked, release, server } = await scene(kind);
    const { socket } = await dial(port);
    const [accepted] = (await Promise.all([once(server, 'request'), socket.write(get('/'))]))[0] as [{ socket: TLSSocket }];
    await isAsked;
    const isGone = closing(accepted.socket);
    socket.destroy();
    await isGone;
    release();
    await expect.poll(() => decisions).toEqual(['PEERCERT_CONNECTION_CLOSED']);
    const next = await dial(port);
    next.socket.write(get('/', 'Connection: close'));
    await once(next.socket, 'close');
    expect([statuses(next.heard()), handled]).toEqual([['200'], ['/ alice']]);
  });

  test('a client that goes in the middle of its body is let in nowhere', async () => {
    const { port, handled, isAsked, release, server } = await scene(kind);
    const { socket } = await dial(port);
    const head = ['POST /orders HTTP/1.1', 'Host: localhost', 'Content-Type: application/json', 'Content-Length: 1000', '', '{"a":'];
    const [accepted] = (await Promise.all([once(server, 'request'), socket.write(head.join('\r\n'))]))[0] as [{ socket: TLSSocket }];
    await isAsked;
    const isGone = closing(accepted.socket);
    socket.destroy();
    await isGone;
    release();
    await expect.poll(() => decisions).toEqual(['PEERCERT_CONNECTION_CLOSED']);
    expect(handled).toEqual([]);
  });

  test('a body that comes meanwhile is not lost', async () => {
    const { port, handled, isAsked, release } = await scene(kind);
    const { socket, heard } = await dial(port);
    const head = [
      'POST /orders HTTP/1.1',
      'Host: localhost',
      'Connection: close',
      'Content-Type: application/json',
      'Content-Length: 7',
      '',
      '',
    ];
    socket.write(head.join('\r\n'));
    await isAsked;
    socket.write('{"a":1}');
    release();
    await once(socket, 'close');
    expect([statuses(heard()), handled]).toEqual([['200'], ['/orders alice']]);
  });

  test('requests of a pipeline share the verdict, and are answered in their order, each by its own policy', async () => {
    const { port, handled, asked, isAsked, release } = await scene(kind);
    const { socket, heard } = await dial(port);
    socket.write(get('/') + get('/pay') + get('/'));
    await isAsked;
    socket.write(get('/pay') + get('/', 'Connection: close'));
    release();
    await once(socket, 'close');
    expect(statuses(heard())).toEqual(['200', '403', '200', '403', '200']);
    expect([handled, asked()]).toEqual([['/ alice', '/ alice', '/ alice'], 1]);
  });

  test('requests of a pipeline are all refused where the certificate turns out to be revoked', async () => {
    const { port, handled, isAsked, release } = await scene(kind);
    const { socket, heard } = await dial(port, 'mallory');
    socket.write(get('/') + get('/events') + get('/', 'Connection: close'));
    await isAsked;
    release();
    await once(socket, 'close');
    expect(statuses(heard())).toEqual(['403', '403', '403']);
    expect(decisions).toEqual(Array(3).fill('PEERCERT_CERTIFICATE_REVOKED'));
    expect(handled).toEqual([]);
  });

  test('a responder that says nothing does not hold anybody up for ever', async () => {
    const { port, handled } = await scene(kind, 0.3);
    const { socket, heard } = await dial(port);
    socket.write(get('/', 'Connection: close'));
    await once(socket, 'close');
    expect(heard()).toMatch(/^HTTP\/1\.1 503 [\s\S]*retry-after: 5\r\n[\s\S]*PEERCERT_REVOCATION_UNKNOWN/i);
    expect(handled).toEqual([]);
  });

  test('server-sent events begin when it is there', async () => {
    const { port, isAsked, release } = await scene(kind);
    const { socket, heard } = await dial(port);
    socket.write(get('/events'));
    await isAsked;
    expect(heard()).toBe('');
    release();
    await expect.poll(heard).toMatch(/^HTTP\/1\.1 200 [\s\S]*text\/event-stream[\s\S]*data: alice\n\n/);
  });

  test('a WebSocket opens when it is there, and what was sent meanwhile is not lost', async () => {
    const { port, handled, isAsked, release } = await scene(kind);
    const { socket, heard } = await dial(port);
    socket.write(get('/', ...upgradeLines));
    await isAsked;
    // A text frame that is masked with zeros: "early".
    socket.write(Buffer.concat([Buffer.from([0x81, 0x85, 0, 0, 0, 0]), Buffer.from('early')]));
    expect(heard()).toBe('');
    release();
    const frames = [0x81, 0x05, ...Buffer.from('alice'), 0x81, 0x05, ...Buffer.from('early')];
    await expect.poll(() => [...Buffer.from(heard(), 'latin1').subarray(-14)]).toEqual(frames);
    expect(handled).toEqual(['/ alice']);
  });

  test('an upgrade behind a request of the same pipeline harms nobody else', async () => {
    const { port, isAsked, release } = await scene(kind);
    const { socket, heard } = await dial(port);
    socket.write(get('/') + get('/', ...upgradeLines));
    await isAsked;
    release();
    await expect.poll(() => statuses(heard()).length).toBeGreaterThan(0);
    const next = await dial(port);
    next.socket.write(get('/', 'Connection: close'));
    await once(next.socket, 'close');
    expect(statuses(next.heard())).toEqual(['200']);
  });

  test('a WebSocket whose client resets its connection is not opened', async () => {
    const { port, handled, isAsked, release, server } = await scene(kind);
    const accepting = once(server, 'secureConnection') as Promise<[TLSSocket]>;
    const raw = connectTcp(port, '127.0.0.1');
    const { socket } = await dial(port, 'alice', { socket: raw });
    const [accepted] = await accepting;
    socket.write(get('/', ...upgradeLines));
    await isAsked;
    const isGone = closing(accepted);
    raw.resetAndDestroy();
    await isGone;
    release();
    // Where listeners are chosen by path, the choice was open to everyone.
    await expect.poll(() => decisions.at(-1)).toBe('PEERCERT_CONNECTION_CLOSED');
    expect(handled).toEqual([]);
  });
});

describe.each(overHttp2)('%s over HTTP/2, while a verdict is waited for:', (kind) => {
  const statusOf = (stream: ClientHttp2Stream): Promise<number> =>
    new Promise((resolve) => {
      let status = 0;
      stream.on('response', (headers) => {
        status = Number(headers[':status']);
      });
      stream
        .on('error', silent)
        .on('close', () => resolve(status))
        .resume();
    });

  test('requests share the verdict, each by its own policy', async () => {
    const { port, handled, asked, isAsked, release } = await scene(kind);
    const session = connectHttp2(`https://127.0.0.1:${port}`, credentials());
    afterwards.push(() => session.destroy());
    const answers = ['/', '/pay', '/'].map((path) => statusOf(session.request({ ':path': path })));
    await isAsked;
    release();
    expect(await Promise.all(answers)).toEqual([200, 403, 200]);
    expect([handled, asked()]).toEqual([['/ alice', '/ alice'], 1]);
  });

  test('a stream that is cancelled is let in nowhere, and the others of its session are', async () => {
    const { port, handled, isAsked, release, server } = await scene(kind);
    const session = connectHttp2(`https://127.0.0.1:${port}`, credentials());
    afterwards.push(() => session.destroy());
    const seen = once(server, 'request') as Promise<[{ stream: NodeJS.EventEmitter }]>;
    const cancelled = session.request({ ':path': '/orders' });
    cancelled.on('error', silent);
    const [{ stream }] = await seen;
    await isAsked;
    const answer = statusOf(session.request({ ':path': '/' }));
    const isGone = closing(stream);
    cancelled.close(8);
    await isGone;
    release();
    expect(await answer).toBe(200);
    await expect.poll(() => [...decisions].sort()).toEqual(['PEERCERT_CONNECTION_CLOSED', 'accepted']);
    expect(handled).toEqual(['/ alice']);
  });

  test('a session that is destroyed is let in nowhere, and the next one is served', async () => {
    const { port, handled, isAsked, release, server } = await scene(kind);
    const session = connectHttp2(`https://127.0.0.1:${port}`, credentials());
    session.on('error', silent);
    const seen = once(server, 'request') as Promise<[{ stream: NodeJS.EventEmitter }]>;
    session.request({ ':path': '/orders' }).on('error', silent);
    const [{ stream }] = await seen;
    await isAsked;
    const isGone = closing(stream);
    session.destroy();
    await isGone;
    release();
    await expect.poll(() => decisions).toEqual(['PEERCERT_CONNECTION_CLOSED']);
    const next = connectHttp2(`https://127.0.0.1:${port}`, credentials());
    afterwards.push(() => next.destroy());
    expect([await statusOf(next.request({ ':path': '/' })), handled]).toEqual([200, ['/ alice']]);
  });

  test('server-sent events begin when it is there', async () => {
    const { port, isAsked, release } = await scene(kind);
    const session = connectHttp2(`https://127.0.0.1:${port}`, credentials());
    afterwards.push(() => session.destroy());
    const stream = session.request({ ':path': '/events' });
    stream.on('error', silent);
    await isAsked;
    release();
    const [bytes] = (await once(stream, 'data')) as [Buffer];
    expect(bytes.toString()).toBe('data: alice\n\n');
  });
});
