import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import type { ConnectionOptions } from 'node:tls';
import { connect as connectRaw } from 'node:tls';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createVerifier, type DecisionEvent, serverTls, type Verifier } from '@peercert/core';
import { createTestKit } from '@peercert/pki/testing';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { KeepAliveLine, SessionLine } from '../support/line.js';
import { serve } from './programs/guarded-server.mjs';

/** When a connection is closed nothing of it is held: neither its socket nor whom it was accepted for, whatever it was used for and however it ended. */
const kit = await createTestKit();
const other = await kit.root.issueAuthority({ subject: { CN: 'Unlisted CA' } });
const alice = await kit.root.issueClient({ subject: { CN: 'alice' } });
const mallory = await kit.root.issueClient({ subject: { CN: 'mallory' } });
/** Of her a responder is asked, which never answers. */
const unlisted = await other.issueClient({ subject: { CN: 'unlisted' } });
const silent = (): void => undefined;
const logger = { debug: silent, info: silent, warn: silent, error: silent };

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

let responder: Server;
/** Of every connection that a server takes and everybody it lets in, as long as they are there. */
const seen: { readonly what: string; readonly ref: WeakRef<object> }[] = [];
const note = (what: string, thing: object): unknown => seen.push({ what, ref: new WeakRef(thing) });
const noteIdentity = (event: unknown): void => {
  const { identity } = event as DecisionEvent;
  if (identity !== null) note('identity', identity);
};

beforeAll(async () => {
  subscribe('peercert:decision', noteIdentity);
  responder = createServer(() => undefined).listen(0, '127.0.0.1');
  await once(responder, 'listening');
});
afterAll(() => {
  unsubscribe('peercert:decision', noteIdentity);
  responder.closeAllConnections();
  responder.close();
});
const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function open(kind: string): Promise<{ port: number; verifier: Verifier; server: Server }> {
  const ocsp = { responder: `http://127.0.0.1:${(responder.address() as AddressInfo).port}`, timeoutSeconds: 0.5 };
  const trust = { ca: kit.trust, intermediates: other.certificate };
  const verifier = createVerifier({ trust, revocation: { ...kit.revocation, ocsp }, closeAfterSeconds: 600, logger });
  const tls = serverTls(verifier, { key: kit.https.key, cert: kit.https.cert });
  const { port, server, close } = await serve(kind, { mtls: { verifier, tls }, tls: tls.options });
  closing.push(close, () => verifier.close());
  server.on('secureConnection', (socket: object) => note('socket', socket));
  server.on('session', (session: object) => note('session', session));
  return { port, verifier, server: server as Server };
}

/** What is still there when there is nothing left to collect. */
async function left(): Promise<readonly string[]> {
  let there: string[] = [];
  for (let round = 0; round < 200; round++) {
    collect();
    // A reference that was looked at is kept until the turn is over (ECMAScript, section 9.10).
    await setTimeout(20);
    there = seen.filter(({ ref }) => ref.deref() !== undefined).map(({ what }) => what);
    if (there.length === 0) break;
    await setTimeout(20);
  }
  return there;
}

type Use = (port: number, verifier: Verifier) => Promise<void>;

/** Begins something on a connection of its own, and leaves once the server has begun to answer. */
const leaving =
  (head: string, tls: ConnectionOptions): Use =>
  async (port) => {
    const socket = connectRaw({ host: '127.0.0.1', port, rejectUnauthorized: false, ...tls });
    socket.on('error', silent);
    await once(socket, 'secureConnect');
    socket.write(`${head}\r\nHost: localhost\r\n\r\n`);
    await once(socket, 'data');
    socket.destroy();
  };

const uses: readonly [string, Use][] = [
  [
    'asked and left',
    async (port) => {
      const line = new KeepAliveLine(port, alice.tls);
      for (const _ of [1, 2]) expect((await line.ask()).status).toBe(200);
      line.close();
    },
  ],
  [
    'were refused and left',
    async (port) => {
      for (const tls of [{}, kit.clients.expired.tls, kit.clients.wrongAuthority.tls]) {
        const line = new KeepAliveLine(port, tls);
        expect((await line.ask()).status).toBe(403);
        line.close();
      }
    },
  ],
  [
    'were revoked, and left before the grace was over',
    async (port, verifier) => {
      const line = new KeepAliveLine(port, mallory.tls);
      expect((await line.ask()).status).toBe(200);
      verifier.deny(mallory.certificate);
      expect((await line.ask()).status).toBe(403);
      line.close();
    },
  ],
  [
    'left before the verdict',
    async (port) => {
      const socket = connectRaw({ host: '127.0.0.1', port, rejectUnauthorized: false, ...unlisted.tls });
      const asked = once(responder, 'request');
      socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
      await asked;
      socket.destroy();
    },
  ],
  ['left an answer that was not complete', leaving('GET /stream HTTP/1.1', alice.tls)],
  ['left a WebSocket', leaving('GET / HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: websocket', alice.tls)],
];

describe.each(['Fastify', 'Express'])('%s holds nothing of clients that', (kind) => {
  test.each(uses)('%s', async (_what, use) => {
    const { port, verifier } = await open(kind);
    seen.length = 0;
    await use(port, verifier);
    expect(seen.length).toBeGreaterThan(0);
    expect(await left()).toEqual([]);
  });
});

describe('Fastify over HTTP/2 holds nothing of clients that', () => {
  test.each<[string, (line: SessionLine, verifier: Verifier) => Promise<void>]>([
    ['asked and left', async (line) => void expect((await line.ask()).status).toBe(200)],
    [
      'left a stream that was not complete',
      async ({ session }) => void (await once(session.request({ ':path': '/stream' }).on('error', silent), 'data')),
    ],
    [
      'were revoked, and left before the grace was over',
      async ({ session }, verifier) => {
        await once(session.request({ ':path': '/stream' }).on('error', silent), 'data');
        const told = once(session, 'goaway');
        verifier.deny(alice.certificate);
        await told;
      },
    ],
  ])('%s', async (_what, use) => {
    const { port, verifier } = await open('Fastify over HTTP/2');
    seen.length = 0;
    const line = new SessionLine(port, alice.tls);
    await use(line, verifier);
    line.close();
    expect(seen.map(({ what }) => what).sort()).toEqual(expect.arrayContaining(['identity', 'session', 'socket']));
    expect(await left()).toEqual([]);
  });
});
