import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer, IncomingMessage, request as send } from 'node:http';
import { connect, createServer as createHttp2Server } from 'node:http2';
import { type AddressInfo, type Server, Socket } from 'node:net';
import { join } from 'node:path';
import { Duplex, Readable } from 'node:stream';
import { TLSSocket } from 'node:tls';
import { afterEach, describe, expect, it, onTestFinished } from 'vitest';
import type { Outcome } from '../../src/errors/index.js';
import type { ClientIdentity } from '../../src/identity/index.js';
import * as entry from '../../src/index.js';
import {
  connectionKey,
  hasServerNameContexts,
  longestPresentedChain,
  type PeerRequest,
  readPeer,
  serverOf,
  simulatePeer,
} from '../../src/peer/index.js';
import * as testing from '../../src/testing.js';
import { createVerifier } from '../../src/verifier/index.js';
import { atOnce } from '../support/at-once.js';
import { client, intermediate, legacyChain, root } from '../verifier/fakes.js';

const ca = root();
const sub = intermediate(ca);
const alice = client(ca);
const bob = client(ca, 'bob');

/** A request as light-my-request makes it, as far as anyone looks at it: over a socket that no bytes come through. */
const injected = (): PeerRequest => ({ socket: { remoteAddress: '127.0.0.1' } });

function simulated(certificates: readonly Uint8Array[], server?: object): PeerRequest {
  const request = injected();
  simulatePeer(request, certificates, server);
  return request;
}

const codeOf = (request: unknown): string => {
  const peer = readPeer(request as PeerRequest);
  return peer.ok ? 'accepted' : peer.refusal.code;
};
const result = (outcome: Outcome<ClientIdentity>): string => (outcome.ok ? outcome.value.toString() : outcome.refusal.code);

const mayBeReal = /refuses a request that may have a connection/;

describe('a request that came over a connection', () => {
  it('cannot be simulated: HTTP/1.1', async () => {
    const server = createServer();
    const seen = once(server, 'request');
    send({ port: await listening(server), host: '127.0.0.1' })
      .on('error', () => undefined)
      .end();
    const [request] = (await seen) as [IncomingMessage];

    expect(() => simulatePeer(request, [alice])).toThrow(mayBeReal);
    expect(codeOf(request)).toBe('PEERCERT_NOT_TLS');
  });

  it('cannot be simulated: HTTP/1.1, with another prototype, as light-my-request gives it to all of Express', async () => {
    const server = createServer();
    const seen = once(server, 'request');
    send({ port: await listening(server), host: '127.0.0.1' })
      .on('error', () => undefined)
      .end();
    const [request] = (await seen) as [IncomingMessage];

    Object.setPrototypeOf(request, Readable.prototype);
    request.on('error', () => undefined);
    expect(request).not.toBeInstanceOf(IncomingMessage);
    expect(() => simulatePeer(request, [alice])).toThrow(mayBeReal);
  });

  it('cannot be simulated: HTTP/2', async () => {
    const server = createHttp2Server();
    const seen = once(server, 'request');
    const session = connect(`http://127.0.0.1:${await listening(server)}`);
    onTestFinished(() => session.destroy());
    session
      .on('error', () => undefined)
      .request()
      .on('error', () => undefined)
      .end();
    const [request] = (await seen) as [object];

    expect(() => simulatePeer(request, [alice])).toThrow(mayBeReal);
    session.destroy();
    await once((request as { stream: Duplex }).stream, 'close');
    expect(() => simulatePeer(request, [alice])).toThrow(mayBeReal);
  });

  it.each([
    ['upgrade', 'GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n'],
    ['connect', 'CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n'],
  ])("cannot be simulated: the server's event '%s'", async (event, bytes) => {
    const server = createServer();
    const seen = once(server, event);
    const socket = new Socket().on('error', () => undefined);
    socket.connect(await listening(server), '127.0.0.1').end(bytes);
    const [request, taken] = (await seen) as [object, Duplex];
    taken.destroy();

    expect(() => simulatePeer(request, [alice])).toThrow(mayBeReal);
  });

  const duplex = () => new Duplex({ read: () => undefined });
  it.each([
    ['an IncomingMessage without a living socket', () => new IncomingMessage(new Socket())],
    ['an IncomingMessage whose socket was exchanged', () => Object.assign(new IncomingMessage(new Socket()), { socket: {} })],
    ['what inherits from one', () => Object.create(new IncomingMessage(new Socket())) as object],
    ['a Proxy of one', () => new Proxy(new IncomingMessage(new Socket()), {})],
    [
      'a Proxy that denies all of it',
      () => new Proxy(new IncomingMessage(new Socket()), { getPrototypeOf: () => null, get: () => undefined }),
    ],
    ['a Proxy of an injected request', () => new Proxy(injected(), {})],
    ['any object over a net.Socket', () => ({ socket: new Socket() })],
    ['any object over a TLSSocket', () => ({ socket: new TLSSocket(new Socket()) })],
    ['any object over a stream of both directions', () => ({ socket: duplex() })],
    ['any object over a Proxy of a socket', () => ({ socket: new Proxy({}, {}) })],
    ['any object that inherits its socket', () => Object.create({ socket: duplex() }) as object],
    ['a request with an HTTP/2 stream', () => ({ socket: {}, stream: {} })],
    [
      'a request that throws when it is looked at',
      () => ({
        get socket() {
          throw new Error('the session is gone');
        },
      }),
    ],
  ])('cannot be simulated: %s', (_, make) => {
    const request = make();
    expect(() => simulatePeer(request, [alice])).toThrow(mayBeReal);
    expect(codeOf(request)).not.toBe('accepted');
  });

  it('is what its connection is, also where it gets one after it was simulated', () => {
    const real = { encrypted: true, getPeerCertificate: () => ({ raw: bob }) };
    const request = simulated([alice]) as { socket: object };
    expect(codeOf(request)).toBe('accepted');

    request.socket = Object.assign(new Duplex({ read: () => undefined }), real);
    const peer = readPeer(request);
    expect(peer.ok && peer.value.endEntity).toBe(bob);
    expect(connectionKey(request)).toBe(request.socket);

    request.socket = new Socket();
    expect(codeOf(request)).toBe('PEERCERT_NOT_TLS');
  });
});

describe('simulatePeer refuses', () => {
  it.each([[undefined], [null], ['request'], [1], [() => undefined]])('%o in the place of a request', (request) => {
    expect(() => simulatePeer(request as object, [])).toThrow(/takes a request object/);
  });

  it('a request that is simulated already, so that nobody on it becomes somebody else', () => {
    const request = simulated([alice]);
    expect(() => simulatePeer(request, [bob])).toThrow(/simulated already/);
    expect(() => simulatePeer(request, [alice])).toThrow(/simulated already/);
    const peer = readPeer(request);
    expect(peer.ok && Buffer.from(peer.value.endEntity).equals(alice)).toBe(true);
  });

  it.each([
    ['no list', undefined, /takes a list of certificates/],
    ['one certificate without a list', alice, /takes a list of certificates/],
    ['what looks like a list', { length: 1, 0: alice }, /takes a list of certificates/],
    ['PEM', ['-----BEGIN CERTIFICATE-----'], /certificate 0 is no Uint8Array/],
    ['an ArrayBuffer', [alice, new ArrayBuffer(2)], /certificate 1 is no Uint8Array/],
    ['a hole', Object.assign([alice], { 2: sub.der }), /certificate 1 is no Uint8Array/],
  ])('%s as certificates, and leaves the request as it was', (_, certificates, message) => {
    const request = injected();
    expect(() => simulatePeer(request, certificates as Uint8Array[])).toThrow(message);
    expect(codeOf(request)).toBe('PEERCERT_NOT_TLS');
  });
});

describe('what nobody simulated', () => {
  it.each([
    ['a copy of a simulated request', (request: PeerRequest) => ({ ...request })],
    ['what inherits from one', (request: PeerRequest) => Object.create(request) as object],
    ['a Proxy of one', (request: PeerRequest) => new Proxy(request, {})],
    ['another request over the same socket', ({ socket }: PeerRequest) => ({ socket })],
    ['a request with one as its socket', (request: PeerRequest) => ({ socket: request })],
  ])('is NOT_TLS: %s', (_, make) => {
    expect(codeOf(make(simulated([alice])))).toBe('PEERCERT_NOT_TLS');
  });

  const polluted = {
    encrypted: true,
    simulated: true,
    peer: [alice],
    isSimulated: true,
    raw: alice,
    0: alice,
    length: 1,
    certificates: [alice],
  };
  afterEach(() => {
    for (const key of Object.keys(polluted)) delete (Object.prototype as Record<string, unknown>)[key];
  });

  it('is NOT_TLS whatever plain data stands on Object.prototype', () => {
    Object.assign(Object.prototype, polluted);
    expect(codeOf(injected())).toBe('PEERCERT_NOT_TLS');
  });

  it('is nobody: a polluted prototype fills neither an empty list of certificates nor a missing one', () => {
    Object.assign(Object.prototype, polluted);
    expect(codeOf(simulated([]))).toBe('PEERCERT_CERTIFICATE_MISSING');
    expect(() => simulated(new Array<Uint8Array>(1))).toThrow(/certificate 0 is no Uint8Array/);
    const peer = readPeer(simulated([alice]));
    expect(peer.ok && peer.value.presentedChain()).toEqual([]);
  });
});

describe('a simulated peer', () => {
  it('is read like one on a socket: end entity, chain, a fresh session', () => {
    const presented = [alice, sub.der, ca.der];
    const read = (request: PeerRequest) => {
      const peer = readPeer(request);
      if (!peer.ok) throw new Error(peer.refusal.code);
      const { endEntity, resumed } = peer.value;
      return { resumed, chain: [endEntity, ...peer.value.presentedChain()].map((der) => Buffer.from(der)) };
    };
    const real = { encrypted: true, getPeerCertificate: () => legacyChain(presented) };
    expect(read(simulated(presented))).toEqual(read({ socket: real }));
    expect(read(simulated(presented))).toEqual({ resumed: false, chain: presented.map((der) => Buffer.from(der)) });
  });

  it('presents no more than a real one can', () => {
    const peer = readPeer(simulated([alice, ...Array.from({ length: 40 }, () => sub.der)]));
    expect(peer.ok && peer.value.presentedChain()).toHaveLength(longestPresentedChain);
  });

  it('keeps what was presented, whatever becomes of the buffers and the list', () => {
    const der = Uint8Array.from(alice);
    const list: Uint8Array[] = [der];
    const request = simulated(list);
    der.fill(0);
    list.push(sub.der);
    const peer = readPeer(request);
    expect(peer.ok && Buffer.from(peer.value.endEntity).equals(alice)).toBe(true);
    expect(peer.ok && peer.value.presentedChain()).toEqual([]);
  });

  it('sent no certificate where the list is empty', () => {
    expect(codeOf(simulated([]))).toBe('PEERCERT_CERTIFICATE_MISSING');
    expect(codeOf(simulated([], { requestCert: true }))).toBe('PEERCERT_CERTIFICATE_MISSING');
  });

  it('was not asked by a server that asks nobody', () => {
    expect(codeOf(simulated([], { requestCert: false }))).toBe('PEERCERT_NOT_REQUESTED');
    expect(codeOf(simulated([alice], { requestCert: false }))).toBe('accepted');
  });

  it('belongs to the server that was named, else to none, and came without a server name', () => {
    const server = { requestCert: true, ca: Buffer.from(ca.der) };
    expect(serverOf(simulated([alice], server))).toBe(server);
    expect(serverOf(simulated([alice]))).toBeUndefined();
    expect(hasServerNameContexts(simulated([alice], server))).toBe(false);

    const inheriting = createVerifier({ logger: silent });
    expect(result(atOnce(inheriting.authenticate(simulated([alice], server))))).toBe('CN=alice');
    expect(result(atOnce(inheriting.authenticate(simulated([client(root('Stranger'))], server))))).toBe('PEERCERT_ISSUER_UNKNOWN');
    expect(result(atOnce(inheriting.authenticate(simulated([alice]))))).toBe('PEERCERT_TRUST_NOT_CONFIGURED');
  });

  it('has a connection of its own, though requests share a socket', () => {
    const verifier = createVerifier({ trust: ca.der });
    const socket = {};
    const as = (certificates: readonly Uint8Array[]): string => {
      const request = { socket };
      simulatePeer(request, certificates);
      return result(atOnce(verifier.authenticate(request)));
    };
    expect([as([alice]), as([bob]), as([]), as([client(root('Stranger'))]), as([alice])]).toEqual([
      'CN=alice',
      'CN=bob',
      'PEERCERT_CERTIFICATE_MISSING',
      'PEERCERT_ISSUER_UNKNOWN',
      'CN=alice',
    ]);
    expect(result(atOnce(verifier.authenticate({ socket })))).toBe('PEERCERT_NOT_TLS');
  });

  it('has the same connection for as long as the request lives', () => {
    const request = simulated([alice]);
    expect(connectionKey(request)).toBe(connectionKey(request));
    expect(connectionKey(request)).not.toBe(connectionKey(simulated([alice])));
    const verifier = createVerifier({ trust: ca.der });
    const first = atOnce(verifier.authenticate(request));
    expect(atOnce(verifier.authenticate(request))).toBe(first);
  });

  it('is judged by the clock of the verifier, at every request', () => {
    let now = Date.parse('2030-01-01');
    const verifier = createVerifier({ trust: ca.der, clock: () => now });
    const request = simulated([alice]);
    expect(result(atOnce(verifier.authenticate(request)))).toBe('CN=alice');
    now = Date.parse('2041-01-01');
    expect(result(atOnce(verifier.authenticate(request)))).toBe('PEERCERT_CERTIFICATE_EXPIRED');
  });
});

describe('the way to simulatePeer', () => {
  it('is the testing entry alone', () => {
    expect(Object.keys(testing)).toEqual(['simulatePeer']);
    expect(Object.values(entry)).not.toContain(simulatePeer);
    expect(Object.keys(entry).filter((name) => /simul|test|mock|fake/i.test(name))).toEqual([]);
  });

  it('is no method, property or static of anything that the main entry exports', () => {
    for (const [name, exported] of Object.entries(entry)) {
      const holders = [exported, (exported as { prototype?: unknown }).prototype].filter(
        (holder) => holder !== undefined && holder !== null,
      );
      const names = holders.flatMap((holder) => Reflect.ownKeys(Object(holder)).map(String));
      expect([name, ...names.filter((key) => /simul|mock|fake/i.test(key))]).toEqual([name]);
    }
  });

  it('stands open to no layer: only the testing entry names it', () => {
    const source = new URL('../../src/', import.meta.url).pathname;
    const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
    expect(files.length).toBeGreaterThan(50);
    const naming = files.filter((file) => readFileSync(join(source, file), 'utf8').includes('simulatePeer'));
    expect(naming.sort()).toEqual(['peer/index.ts', 'peer/simulated.ts', 'testing.ts']);
  });
});

const silent = { debug: ignore, info: ignore, warn: ignore, error: ignore };

function ignore(): void {}

/** Lets a server listen until the test is over. */
async function listening(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    (server as { closeAllConnections?: () => void }).closeAllConnections?.();
  });
  return (server.address() as AddressInfo).port;
}
