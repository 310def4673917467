import { once } from 'node:events';
import { createServer, type ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import { connect, createSecureContext, type TLSSocket, type TlsOptions } from 'node:tls';
import { createVerifier, Guard, serverTls, type Verifier, type VerifierOptions } from '@peercert/core';
import { type Authority, createAuthority, type TlsCredential } from '@peercert/pki';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { needs } from '../support/programs.js';
import { SClient } from '../support/s-client.js';

/** A session that is resumed lets nobody in whom a handshake would not, whatever TLS makes of it. */
const hour = 3_600_000;
const root = await createAuthority({ subject: { CN: 'Root' } });
const other = await createAuthority({ subject: { CN: 'Other' } });
const { tls: own } = await root.issueServer({ dns: 'localhost' });
const alice = await root.issueClient({ subject: { CN: 'alice' } });
const soon = await root.issueClient({ subject: { CN: 'soon' }, notAfter: new Date(Date.now() + hour) });
const bob = await other.issueClient({ subject: { CN: 'bob' } });
const silent = (): void => undefined;
const logger = { debug: silent, info: silent, warn: silent, error: silent };

const openssl = new SClient();
const closing: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});
afterAll(() => openssl.remove());

function verifierOf(options: VerifierOptions): Verifier {
  const verifier = createVerifier({ logger, ...options });
  closing.push(() => verifier.close());
  return verifier;
}

/** Answers with who is let in, or why nobody is, and with what TLS claims. */
async function serve(verifier: Verifier, options: TlsOptions, prepare?: (server: ReturnType<typeof createServer>) => void) {
  const guard = new Guard({ verifier });
  const server = createServer(options as ServerOptions, async (request, response) => {
    const { authorized } = request.socket as TLSSocket;
    const resumed = (request.socket as TLSSocket).isSessionReused();
    const decision = await guard.decide(request);
    response.setHeader('connection', 'close');
    response.end(JSON.stringify({ who: decision.ok ? String(decision.identity) : decision.refusal.code, authorized, resumed }));
  });
  prepare?.(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(
    () => server.close(),
    () => server.closeAllConnections(),
  );
  return { port: (server.address() as AddressInfo).port, server };
}

interface Told {
  readonly who: unknown;
  readonly resumed: unknown;
  readonly authorized: unknown;
}

/** A client that connects once, and then again with the session of the first time. */
interface Client {
  /** Undefined where there was no answer: the handshake failed. */
  connect(
    port: number,
    options: { client?: TlsCredential | undefined; servername?: string; version: Version; session?: unknown },
  ): Promise<{
    readonly told: Told | undefined;
    readonly session: unknown;
  }>;
}

type Version = 'TLSv1.2' | 'TLSv1.3';

const viaOpenssl: Client = {
  async connect(port, { client, servername, version, session }) {
    const sessionOut = openssl.session();
    const resuming = session === undefined ? {} : { sessionIn: session as string };
    const naming = servername === undefined ? {} : { servername };
    const { json } = await openssl.ask(port, { client, version, sessionOut, ...resuming, ...naming });
    return { told: json as Told | undefined, session: sessionOut };
  },
};

const viaNode: Client = {
  async connect(port, { client, servername, version, session }) {
    const socket = connect({
      port,
      host: '127.0.0.1',
      rejectUnauthorized: false,
      minVersion: version,
      maxVersion: version,
      ...client,
      ...(servername === undefined ? {} : { servername }),
      ...(session === undefined ? {} : { session: session as Buffer }),
    });
    let text = '';
    let latest: Buffer | undefined;
    socket.on('session', (ticket) => {
      latest = ticket;
    });
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
    socket.on('error', () => undefined);
    socket.write(`GET / HTTP/1.1\r\nHost: ${servername ?? 'localhost'}\r\n\r\n`);
    await new Promise((resolve) => socket.once('close', resolve));
    const body = /\{.*\}/.exec(text)?.[0];
    return { told: body === undefined ? undefined : (JSON.parse(body) as Told), session: latest };
  },
};

/** How a server remembers sessions: in tickets that the client keeps, or in a store of its own. */
const memories = [
  ['TLSv1.2', 'tickets'],
  ['TLSv1.2', 'session ids'],
  ['TLSv1.3', 'PSK'],
] as const;
type Memory = (typeof memories)[number][1];

function remembering(memory: Memory, server: ReturnType<typeof createServer>): void {
  if (memory !== 'session ids') return;
  const kept = new Map<string, Buffer>();
  server.on('newSession', (id: Buffer, data: Buffer, done: () => void) => {
    kept.set(id.toString('hex'), data);
    done();
  });
  server.on('resumeSession', (id: Buffer, done: (error: null, data: Buffer | null) => void) =>
    done(null, kept.get(id.toString('hex')) ?? null),
  );
}

/** Options of a server that lets sessions be resumed as far as TLS goes, in all it can. */
function resumable(verifier: Verifier, memory: Memory, more: TlsOptions = {}): TlsOptions {
  const { options } = serverTls(verifier, {
    key: own.key as string,
    cert: own.cert as string,
    allowSessionResumption: memory !== 'session ids',
  });
  return { ...options, ...more };
}

function sameEverywhere(name: string, client: Client): void {
  describe.each(memories)(`a session of ${name} over %s, by %s`, (version, memory) => {
    test('is resumed, and verified again', async () => {
      const verifier = verifierOf({ trust: root.certificate });
      const { port } = await serve(verifier, resumable(verifier, memory), (server) => remembering(memory, server));
      const first = await client.connect(port, { client: alice.tls, version });
      expect(first.told).toMatchObject({ who: 'CN=alice', resumed: false });
      const second = await client.connect(port, { version, session: first.session });
      expect(second.told).toMatchObject({ who: 'CN=alice', resumed: true });
    });

    test.each<[string, TlsCredential, string, (scene: Scene) => void]>([
      ['was revoked', alice.tls, 'PEERCERT_CERTIFICATE_REVOKED', ({ verifier }) => verifier.deny(alice.der)],
      ['has expired', soon.tls, 'PEERCERT_CERTIFICATE_EXPIRED', (scene) => scene.pass(2 * hour)],
    ])('of a certificate that %s since is refused', async (_, presented, code, change) => {
      let at = Date.now();
      const pass = (milliseconds: number): void => {
        at += milliseconds;
      };
      const scene: Scene = { verifier: verifierOf({ trust: root.certificate, clock: () => at }), pass };
      const { port } = await serve(scene.verifier, resumable(scene.verifier, memory, { rejectUnauthorized: true }), (server) =>
        remembering(memory, server),
      );
      const first = await client.connect(port, { client: presented, version });
      expect(first.told).toMatchObject({ who: expect.stringMatching(/^CN=/), authorized: true });
      change(scene);
      const second = await client.connect(port, { version, session: first.session });
      expect(second.told).toMatchObject({ who: code, resumed: true, authorized: true });
    });

    test('that showed no certificate at first shows none later', async () => {
      const verifier = verifierOf({ trust: root.certificate });
      const { port } = await serve(verifier, resumable(verifier, memory), (server) => remembering(memory, server));
      const first = await client.connect(port, { version });
      expect(first.told?.who).toBe('PEERCERT_CERTIFICATE_MISSING');
      const second = await client.connect(port, { client: alice.tls, version, session: first.session });
      // Whoever shows one now is asked for it only where the session is not resumed after all.
      expect(second.told?.who).toBe(second.told?.resumed === true ? 'PEERCERT_CERTIFICATE_MISSING' : 'CN=alice');
    });

    test('is not resumed where serverTls is not told to allow it', async () => {
      const verifier = verifierOf({ trust: root.certificate });
      const { options } = serverTls(verifier, { key: own.key as string, cert: own.cert as string });
      const { port } = await serve(verifier, options);
      const first = await client.connect(port, { client: alice.tls, version });
      const second = await client.connect(port, { client: alice.tls, version, session: first.session });
      expect(second.told).toMatchObject({ who: 'CN=alice', resumed: false });
    });

    test('that was made where another authority is trusted is refused elsewhere: servers that share keys, and whatever names sessions', async () => {
      const shared = { ticketKeys: Buffer.alloc(48, 7), sessionIdContext: 'shared' };
      const stores = new Map<string, Buffer>();
      const sharing = (server: ReturnType<typeof createServer>): void => {
        if (memory !== 'session ids') return;
        server.on('newSession', (id: Buffer, data: Buffer, done: () => void) => {
          stores.set(id.toString('hex'), data);
          done();
        });
        server.on('resumeSession', (id: Buffer, done: (error: null, data: Buffer | null) => void) =>
          done(null, stores.get(id.toString('hex')) ?? null),
        );
      };
      const [lax, strict] = [verifierOf({ trust: other.certificate }), verifierOf({ trust: root.certificate })];
      const from = await serve(lax, resumable(lax, memory, shared), sharing);
      const to = await serve(strict, resumable(strict, memory, { ...shared, rejectUnauthorized: true }), sharing);
      const first = await client.connect(from.port, { client: bob.tls, version });
      expect(first.told).toMatchObject({ who: 'CN=bob', authorized: true });
      const second = await client.connect(to.port, { version, session: first.session });
      expect(second.told).toMatchObject({ who: 'PEERCERT_CHAIN_INCOMPLETE', resumed: true, authorized: true });
      // And as serverTls has it, with a context for each trust, TLS does not resume it either.
      const guarded = await serve(strict, resumable(strict, memory, { ticketKeys: shared.ticketKeys }), sharing);
      const third = await client.connect(guarded.port, { client: bob.tls, version, session: first.session });
      expect(third.told?.who ?? 'no answer').not.toBe('CN=bob');
      expect(third.told?.resumed ?? false).toBe(false);
    });

    test('that was made under one server name is refused under another that trusts otherwise', async () => {
      const verifier = verifierOf({ trustSets: { a: root.certificate, b: other.certificate } });
      const guarded = new Guard({ verifier, policy: { trustSet: 'b' } });
      const contexts = (server: ReturnType<typeof createServer>): void => {
        remembering(memory, server);
        const context = (ca: Authority) => createSecureContext({ key: own.key as string, cert: own.cert as string, ca: ca.certificate });
        server.addContext('a.test', context(root));
        server.addContext('b.test', context(other));
        // What is behind b.test is for those of b alone.
        server.removeAllListeners('request').on('request', async (request, response) => {
          const { servername } = request.socket as TLSSocket;
          const decision = await guarded.decide(request);
          response.setHeader('connection', 'close');
          const { authorized } = request.socket as TLSSocket;
          const resumed = (request.socket as TLSSocket).isSessionReused();
          response.end(JSON.stringify({ who: decision.ok ? 'in' : decision.refusal.code, servername, authorized, resumed }));
        });
      };
      const { port } = await serve(verifier, resumable(verifier, memory, { rejectUnauthorized: true }), contexts);
      const direct = await client.connect(port, { client: alice.tls, servername: 'b.test', version });
      expect(direct.told?.who ?? 'no answer').not.toBe('in');
      const first = await client.connect(port, { client: alice.tls, servername: 'a.test', version });
      expect(first.told).toMatchObject({ who: 'PEERCERT_POLICY_MISMATCH', authorized: true });
      for (const servername of ['b.test', undefined]) {
        const second = await client.connect(port, { version, session: first.session, ...(servername === undefined ? {} : { servername }) });
        expect(second.told?.who ?? 'no answer').not.toBe('in');
      }
    });

    test('that was made before setSecureContext() is refused after it, though its keys stay', async () => {
      const shared = { ticketKeys: Buffer.alloc(48, 7), sessionIdContext: 'shared' };
      // Without trust of its own, the verifier takes the server's.
      const verifier = verifierOf({});
      const asking: TlsOptions = { ...own, ca: [root.certificate], requestCert: true, rejectUnauthorized: true, ...shared };
      const { port, server } = await serve(verifier, asking, (made) => remembering(memory, made));
      const first = await client.connect(port, { client: alice.tls, version });
      expect(first.told).toMatchObject({ who: 'CN=alice' });
      server.setSecureContext({ ...own, ca: [other.certificate], ...shared });
      const second = await client.connect(port, { version, session: first.session });
      // TLS calls it authorized; the certificate is of nobody that is trusted now.
      expect(second.told).toMatchObject({ who: 'PEERCERT_CHAIN_INCOMPLETE', resumed: true, authorized: true });
    });
  });
}

interface Scene {
  readonly verifier: Verifier;
  pass(milliseconds: number): void;
}

sameEverywhere('Node.js', viaNode);
needs('openssl')('with openssl', () => sameEverywhere('openssl', viaOpenssl));
