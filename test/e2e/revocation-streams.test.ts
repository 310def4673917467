import { once } from 'node:events';
import { request } from 'node:https';
import { setTimeout } from 'node:timers/promises';
import { connect, type TLSSocket } from 'node:tls';
import { createVerifier, type Verifier } from '@peercert/core';
import { serverTls } from '@peercert/express';
import type { Credential } from '@peercert/pki';
import { createTestKit } from '@peercert/pki/testing';
import { afterAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { upgrade } from '../support/ask.js';
import { KeepAliveLine, SessionLine } from '../support/line.js';
import { type LiveKind, type LiveServer, startLive } from '../support/live-servers.js';

/** What lives longer than a request ends when its certificate is accepted no more; what belongs to another client goes on. */
const kit = await createTestKit();
const graceSeconds = 0.4;
const silent = (): void => undefined;
const logger = { debug: silent, info: silent, warn: silent, error: silent };
const closing: (() => unknown)[] = [];
const year = 365 * 86_400_000;

afterAll(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

interface Scene {
  readonly verifier: Verifier;
  readonly port: number;
  readonly server: LiveServer;
  readonly mallory: Credential;
  readonly alice: Credential;
  /** Lets so much time pass, in milliseconds, for the verifier. */
  advance(by: number): void;
}

async function scene(kind: LiveKind, closeAfterSeconds = graceSeconds): Promise<Scene> {
  let offset = 0;
  const verifier = createVerifier({ trust: kit.trust, logger, closeAfterSeconds, clock: () => Date.now() + offset });
  const server = await startLive(kind, verifier, serverTls(verifier, { key: kit.https.key, cert: kit.https.cert }).options);
  closing.push(
    () => verifier.close(),
    () => server.close(),
  );
  const notAfter = new Date(Date.now() + 3 * year);
  const [mallory, alice] = await Promise.all([
    kit.root.issueClient({ subject: { CN: 'mallory' } }),
    kit.root.issueClient({ subject: { CN: 'alice' }, notAfter }),
  ]);
  const advance = (by: number): void => {
    offset += by;
  };
  return { verifier, server, port: server.port, mallory, alice, advance };
}

/** Ways for mallory's certificate to be accepted no more, and for alice's to stay so. */
const ends: readonly [string, (scene: Scene) => void][] = [
  ['is denied', ({ verifier, mallory }) => void verifier.deny(mallory.certificate)],
  ['expires', ({ advance }) => advance(2 * year)],
];

async function webSocket(port: number, { tls }: Credential): Promise<WebSocket> {
  const socket = new WebSocket(`wss://127.0.0.1:${port}/ws`, { rejectUnauthorized: false, ...tls });
  closing.push(() => socket.terminate());
  await once(socket, 'open');
  return socket;
}

async function echoed(socket: WebSocket, text: string): Promise<string> {
  socket.send(text);
  const [message] = (await once(socket, 'message')) as [Buffer];
  return message.toString();
}

describe.concurrent.each(['Express', 'Fastify'] as const)('%s: when a certificate', (kind) => {
  test.each(ends)('%s, its WebSocket is closed with 1008, and that of another client is not', async (_how, end) => {
    const played = await scene(kind);
    const [mallory, alice] = [await webSocket(played.port, played.mallory), await webSocket(played.port, played.alice)];
    expect(await echoed(mallory, 'hello')).toBe('hello');
    const closed = once(mallory, 'close');
    end(played);
    expect((await closed)[0]).toBe(1008);
    await setTimeout(graceSeconds * 1_500);
    expect(await echoed(alice, 'still here')).toBe('still here');
  });

  test('is denied, a WebSocket whose client does not answer is destroyed after the grace', async () => {
    const played = await scene(kind);
    const { status, socket } = await upgrade(played.port, { path: '/ws', client: played.mallory });
    expect(status).toBe(101);
    const heard: Buffer[] = [];
    socket?.on('data', (bytes: Buffer) => heard.push(bytes));
    socket?.on('error', silent);
    const closed = once(socket as NonNullable<typeof socket>, 'close');
    const begun = performance.now();
    played.verifier.deny(played.mallory.certificate);
    await closed;
    expect(performance.now() - begun).toBeGreaterThan(graceSeconds * 900);
    expect(Buffer.concat(heard).toString('hex')).toBe('880203f0');
  });

  test.each(ends)('%s, its event stream ends, and that of another client does not', async (_how, end) => {
    const played = await scene(kind);
    const streams = await Promise.all([events(played.port, played.mallory), events(played.port, played.alice)]);
    const [mallory, alice] = streams;
    const begun = performance.now();
    end(played);
    await mallory.closed;
    expect(performance.now() - begun).toBeGreaterThan(graceSeconds * 900);
    expect(alice.isOpen()).toBe(true);
  });

  test.each(ends)('%s, its idle connection is destroyed after the grace, and that of another client is not', async (_how, end) => {
    const played = await scene(kind);
    const [mallory, alice] = [new KeepAliveLine(played.port, played.mallory.tls), new KeepAliveLine(played.port, played.alice.tls)];
    closing.push(
      () => mallory.close(),
      () => alice.close(),
    );
    expect([(await mallory.ask()).status, (await alice.ask()).status]).toEqual([200, 200]);
    const closed = once(mallory.socket as NonNullable<typeof mallory.socket>, 'close');
    const begun = performance.now();
    end(played);
    await closed;
    expect(performance.now() - begun).toBeGreaterThan(graceSeconds * 900);
    expect([(await alice.ask()).status, alice.connections]).toEqual([200, 1]);
  });

  test('is denied and let in again before the grace is over, its idle connection stays', async () => {
    // Long enough for three requests on a machine that stands still for seconds, and shorter than Node.js keeps an idle connection.
    const { verifier, port, mallory } = await scene(kind, 3);
    const line = new KeepAliveLine(port, mallory.tls);
    closing.push(() => line.close());
    expect((await line.ask()).status).toBe(200);
    verifier.deny(mallory.certificate);
    expect((await line.ask()).code).toBe('PEERCERT_CERTIFICATE_REVOKED');
    verifier.undeny(mallory.certificate);
    expect((await line.ask()).status).toBe(200);
    await setTimeout(4_000);
    expect([(await line.ask()).status, line.connections]).toEqual([200, 1]);
  });

  test('has its requests ask for a WebSocket without becoming one, nothing but answers is written', async () => {
    const { verifier, port, mallory } = await scene(kind);
    const socket = await rawAnswer(port, mallory);
    verifier.deny(mallory.certificate);
    const rest: Buffer[] = [];
    socket.on('data', (bytes: Buffer) => rest.push(bytes));
    await once(socket, 'close');
    expect(Buffer.concat(rest).toString('hex')).toBe('');
  });
});

describe.concurrent('Fastify over HTTP/2: when a certificate', () => {
  test.each(ends)('%s, its session is told so, its streams end and it is closed; that of another client goes on', async (_how, end) => {
    const played = await scene('Fastify over HTTP/2');
    const [mallory, alice] = [new SessionLine(played.port, played.mallory.tls), new SessionLine(played.port, played.alice.tls)];
    closing.push(
      () => mallory.close(),
      () => alice.close(),
    );
    const streams = [mallory, alice].map(({ session }) => {
      const stream = session.request({ ':path': '/events' });
      stream.on('error', silent).resume();
      return stream;
    }) as [ReturnType<typeof mallory.session.request>, ReturnType<typeof alice.session.request>];
    for (const stream of streams) expect(((await once(stream, 'response')) as [{ ':status': number }])[0][':status']).toBe(200);

    const endedWhenTold = new Promise<boolean>((resolve) => mallory.session.once('goaway', () => resolve(streams[0].destroyed)));
    const [streamClosed, closed] = [once(streams[0], 'close'), once(mallory.session, 'close')];
    const begun = performance.now();
    end(played);
    expect(await endedWhenTold).toBe(false);
    await Promise.all([streamClosed, closed]);
    expect(performance.now() - begun).toBeGreaterThan(graceSeconds * 900);
    expect([streams[1].closed, alice.session.closed]).toEqual([false, false]);
    expect((await alice.ask()).status).toBe(200);
  });
});

/** A stream of server-sent events that has begun. */
async function events(port: number, { tls }: Credential): Promise<{ closed: Promise<unknown>; isOpen: () => boolean }> {
  const sent = request({ host: '127.0.0.1', port, path: '/events', agent: false, rejectUnauthorized: false, ...tls });
  sent.on('error', silent).end();
  const [response] = (await once(sent, 'response')) as [NodeJS.ReadableStream & { destroyed: boolean; destroy(): void }];
  closing.push(() => response.destroy());
  const [hello] = (await once(response, 'data')) as [Buffer];
  expect(hello.toString()).toBe('data: hello\n\n');
  response.on('error', silent);
  return { closed: new Promise((resolve) => response.once('close', resolve)), isOpen: () => !response.destroyed };
}

/** The bare socket of a request with the header `Upgrade` that is no upgrade, for want of `Connection: Upgrade`, once it is answered. */
async function rawAnswer(port: number, { tls }: Credential): Promise<TLSSocket> {
  const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false, ...tls });
  socket.on('error', silent);
  await once(socket, 'secureConnect');
  socket.write('GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\n\r\n');
  const [answer] = (await once(socket, 'data')) as [Buffer];
  expect(answer.toString()).toMatch(/^HTTP\/1\.1 200 /);
  return socket;
}
