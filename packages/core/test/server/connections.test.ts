import { connect as connectHttp2, createSecureServer, type Http2ServerRequest, type Http2ServerResponse } from 'node:http2';
import { createServer } from 'node:https';
import { afterEach, describe, expect, it } from 'vitest';
import { Guard } from '../../src/guard/index.js';
import { serverTls } from '../../src/server/index.js';
import { createVerifier } from '../../src/verifier/index.js';
import { client, FakeClock, intermediate, LogRecord, root } from '../verifier/fakes.js';
import { serverCredentials } from './credentials.js';
import { answering, Connection, closeAll, get, listen, losesPresentedChains, presenting } from './sockets.js';

const credentials = serverCredentials();
const ca = root();
const stranger = root('Stranger');
const sub = intermediate(ca);
const alice = client(sub);

const logger = new LogRecord();
const verifierOf = (...authorities: readonly { der: Uint8Array }[]) => createVerifier({ trust: authorities.map(({ der }) => der), logger });

afterEach(closeAll);

describe('a fresh handshake', () => {
  it.each(['TLSv1.2', 'TLSv1.3'] as const)('over %s lets in whom the guard lets in, and tells the others why', async (version) => {
    const verifier = verifierOf(ca);
    const tls = serverTls(verifier, credentials);
    const port = await listen(createServer(tls.options, answering({ verifier, tls })));
    const ask = async (...certificates: Uint8Array[]): Promise<unknown> => {
      const { who } = await get(port, { ...presenting(...certificates), maxVersion: version, minVersion: version });
      return who;
    };
    expect(await ask()).toBe('PEERCERT_CERTIFICATE_MISSING');
    expect(await ask(client(stranger))).toBe('PEERCERT_ISSUER_UNKNOWN');
    expect(await ask(client(stranger), stranger.der)).toBe('PEERCERT_ISSUER_UNKNOWN');
    expect(await ask(client(ca, 'alice', { notAfter: '2021-01-01' }))).toBe('PEERCERT_CERTIFICATE_EXPIRED');
    expect(await ask(alice)).toBe('PEERCERT_ISSUER_UNKNOWN');
    expect(await ask(client(ca, 'bob'))).toBe('CN=bob');
  });

  it.skipIf(losesPresentedChains)('takes the intermediates that are presented, and remembers them', async () => {
    const verifier = verifierOf(ca);
    const port = await listen(createServer(serverTls(verifier, credentials).options, answering({ verifier })));
    expect((await get(port, presenting(alice))).who).toBe('PEERCERT_ISSUER_UNKNOWN');
    expect((await get(port, presenting(alice, sub.der))).who).toBe('CN=alice');
    expect((await get(port, presenting(alice))).who).toBe('CN=alice');
  });

  it.each(['anchors', 'none'] as const)('takes the intermediates that are configured, with caHints %s', async (caHints) => {
    const verifier = verifierOf(ca, sub);
    const port = await listen(createServer(serverTls(verifier, { ...credentials, caHints }).options, answering({ verifier })));
    expect((await get(port, presenting(alice))).who).toBe('CN=alice');
  });

  it.each(['TLSv1.2', 'TLSv1.3'] as const)('over %s lets no forged signature in', async (maxVersion) => {
    const verifier = verifierOf(ca);
    const port = await listen(createServer(serverTls(verifier, credentials).options, answering({ verifier })));
    const forged = presenting(client({ ...ca, key: stranger.key }));
    // Over TLS 1.2 OpenSSL leaves its own error behind, and Node.js may end the connection before there is an answer.
    const outcomes = maxVersion === 'TLSv1.2' ? ['PEERCERT_SIGNATURE_INVALID', 'closed'] : ['PEERCERT_SIGNATURE_INVALID'];
    const { who } = await get(port, { ...forged, maxVersion }).catch(() => ({ who: 'closed' }));
    expect(outcomes).toContain(who);
  });

  it('is the only kind of handshake unless resumption is allowed', async () => {
    const verifier = verifierOf(ca);
    const port = await listen(createServer(serverTls(verifier, credentials).options, answering({ verifier })));
    for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
      const certificate = presenting(client(ca));
      const { session } = await get(port, { ...certificate, maxVersion });
      const again = await get(port, { ...certificate, maxVersion, ...(session === undefined ? {} : { session }) });
      expect(again).toMatchObject({ who: 'CN=alice', resumed: false, isResumed: false });
    }
  });
});

describe.each(['TLSv1.2', 'TLSv1.3'] as const)('a resumed session over %s', (maxVersion) => {
  const resumable = { ...credentials, allowSessionResumption: true };

  it.skipIf(losesPresentedChains)('is verified again, with the intermediate that is remembered', async () => {
    const verifier = verifierOf(ca);
    const port = await listen(createServer(serverTls(verifier, resumable).options, answering({ verifier })));
    const first = await get(port, { ...presenting(alice, sub.der), maxVersion });
    expect(first).toMatchObject({ who: 'CN=alice', resumed: false, isResumed: false, chain: ['CN=alice', 'CN=Intermediate'] });
    const second = await get(port, { session: first.session as Buffer, maxVersion });
    expect(second).toMatchObject({ who: 'CN=alice', resumed: true, isResumed: true, chain: ['CN=alice', 'CN=Intermediate'] });
  });

  it('is CHAIN_INCOMPLETE for a verifier that does not know the intermediate', async () => {
    // One server, so that its tickets stay good, and two guards: the second knows the root alone.
    const guards = [new Guard({ verifier: verifierOf(ca, sub) }), new Guard({ verifier: verifierOf(ca) })];
    const { options } = serverTls(verifierOf(ca), resumable);
    const port = await listen(createServer(options, (request, response) => answering(guards.shift() as Guard)(request, response)));
    const first = await get(port, { ...presenting(alice), maxVersion });
    expect(first.who).toBe('CN=alice');
    const second = await get(port, { session: first.session as Buffer, maxVersion });
    expect(second).toMatchObject({ isResumed: true, who: 'PEERCERT_CHAIN_INCOMPLETE' });
  });

  it('without a certificate at first has none later, whatever Node.js calls it', async () => {
    const verifier = verifierOf(ca);
    const port = await listen(createServer(serverTls(verifier, resumable).options, answering({ verifier })));
    const first = await get(port, { maxVersion });
    expect(first).toMatchObject({ who: 'PEERCERT_CERTIFICATE_MISSING', authorized: false });
    const second = await get(port, { session: first.session as Buffer, maxVersion });
    expect(second).toMatchObject({ who: 'PEERCERT_CERTIFICATE_MISSING', isResumed: true });
  });

  it('of a certificate that has expired since is refused', async () => {
    const clock = new FakeClock();
    const verifier = createVerifier({ trust: ca.der, clock: clock.now, logger });
    const port = await listen(createServer(serverTls(verifier, resumable).options, answering({ verifier })));
    const first = await get(port, { ...presenting(client(ca, 'alice', { notAfter: '2031-01-01T00:00:00Z' })), maxVersion });
    expect(first.who).toBe('CN=alice');
    clock.set('2031-01-01T00:00:01Z');
    const second = await get(port, { session: first.session as Buffer, maxVersion });
    expect(second).toMatchObject({ who: 'PEERCERT_CERTIFICATE_EXPIRED', isResumed: true });
  });

  it('that was made under another trust is not resumed, though the servers share their ticket keys', async () => {
    const ticketKeys = Buffer.alloc(48, 7);
    const [lax, strict] = [verifierOf(stranger), verifierOf(ca)];
    const from = await listen(createServer({ ...serverTls(lax, resumable).options, ticketKeys }, answering({ verifier: lax })));
    const to = await listen(createServer({ ...serverTls(strict, resumable).options, ticketKeys }, answering({ verifier: strict })));
    const first = await get(from, { ...presenting(client(stranger)), maxVersion });
    expect(first).toMatchObject({ who: 'CN=alice', authorized: true });
    const second = await get(to, { session: first.session as Buffer, maxVersion }).catch((error: unknown) => error);
    expect(second).not.toMatchObject({ isResumed: true });
    expect(second).not.toMatchObject({ who: 'CN=alice' });
  });

  it('that was made under another trust is refused even where TLS does resume it, and calls it authorized', async () => {
    const shared = { ticketKeys: Buffer.alloc(48, 7), sessionIdContext: 'shared' };
    const [lax, strict] = [verifierOf(stranger), verifierOf(ca)];
    const from = await listen(createServer({ ...serverTls(lax, resumable).options, ...shared }, answering({ verifier: lax })));
    const to = await listen(
      createServer({ ...serverTls(strict, resumable).options, ...shared, rejectUnauthorized: true }, answering({ verifier: strict })),
    );
    const first = await get(from, { ...presenting(client(stranger)), maxVersion });
    const second = await get(to, { session: first.session as Buffer, maxVersion });
    expect(second).toMatchObject({ who: 'PEERCERT_CHAIN_INCOMPLETE', isResumed: true, authorized: true });
  });
});

describe('a connection that stays open', () => {
  it('is refused from the second on in which its certificate has expired', async () => {
    const clock = new FakeClock('2030-12-31T23:59:59Z');
    const verifier = createVerifier({ trust: ca.der, clock: clock.now, logger });
    const port = await listen(createServer(serverTls(verifier, credentials).options, answering({ verifier })));
    const connection = await Connection.open(port, presenting(client(ca, 'alice', { notAfter: '2031-01-01T00:00:00Z' })));
    expect((await connection.get()).who).toBe('CN=alice');
    clock.set('2031-01-01T00:00:00.999Z');
    expect((await connection.get()).who).toBe('CN=alice');
    clock.set('2031-01-01T00:00:01Z');
    expect(await connection.get()).toMatchObject({ who: 'PEERCERT_CERTIFICATE_EXPIRED', authorized: true });
  });

  it('over HTTP/2 is read once for all of its requests, and expires likewise', async () => {
    const clock = new FakeClock('2031-01-01T00:00:00Z');
    const verifier = createVerifier({ trust: ca.der, clock: clock.now, logger });
    const guard = new Guard({ verifier });
    const server = createSecureServer(serverTls(verifier, credentials).options);
    let reads = 0;
    server.on('secureConnection', (socket) => {
      const read = socket.getPeerCertificate.bind(socket);
      Object.assign(socket, {
        getPeerCertificate: (): object => {
          reads += 1;
          return read();
        },
      });
    });
    server.on('request', (request: Http2ServerRequest, response: Http2ServerResponse) => {
      const decision = guard.decide(request) as { ok: boolean; identity?: unknown; refusal?: { code: string } };
      response.end(String(decision.ok ? decision.identity : decision.refusal?.code));
    });
    const options = presenting(client(ca, 'alice', { notAfter: '2031-01-01T00:00:00Z' }));
    const session = connectHttp2(`https://127.0.0.1:${await listen(server)}`, { ...options, rejectUnauthorized: false });
    const ask = async (): Promise<string> => {
      let text = '';
      for await (const chunk of session.request({ ':path': '/' })) text += String(chunk);
      return text;
    };
    expect(await Promise.all([ask(), ask(), ask()])).toEqual(['CN=alice', 'CN=alice', 'CN=alice']);
    clock.advance(1_000);
    expect(await ask()).toBe('PEERCERT_CERTIFICATE_EXPIRED');
    expect(reads).toBe(1);
    session.destroy();
  });

  it('of HTTP/2 that is closed before its request is decided is refused as closed', async () => {
    const verifier = verifierOf(ca);
    const guard = new Guard({ verifier });
    const server = createSecureServer(serverTls(verifier, credentials).options);
    const decided = new Promise<unknown>((resolve) => {
      server.on('request', (request) => {
        request.stream.session?.destroy();
        request.stream.once('close', () => setImmediate(() => resolve(guard.decide(request))));
      });
    });
    const session = connectHttp2(`https://127.0.0.1:${await listen(server)}`, { ...presenting(client(ca)), rejectUnauthorized: false });
    session.on('error', () => undefined);
    session.request({ ':path': '/' }).on('error', () => undefined);
    expect(await decided).toMatchObject({ ok: false, refusal: { code: 'PEERCERT_CONNECTION_CLOSED' } });
  });
});

describe('an upgrade over TLS', () => {
  it('reaches a guarded listener with the identity of its connection', async () => {
    const verifier = verifierOf(ca);
    const tls = serverTls(verifier, credentials);
    const guard = new Guard({ verifier, tls });
    const server = createServer(tls.options);
    server.on(
      'upgrade',
      guard.upgrade(guard.requirement, (_request, socket, _head, identity) => void socket.end(`{"who":"${String(identity)}"}`)),
    );
    guard.check(server);
    const port = await listen(server);
    const upgrade = async (...certificates: Uint8Array[]): Promise<string> => {
      const { socket } = await Connection.open(port, presenting(...certificates));
      socket.write('GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
      let text = '';
      for await (const chunk of socket) text += String(chunk);
      return text;
    };
    expect(await upgrade(client(ca))).toBe('{"who":"CN=alice"}');
    expect(await upgrade(client(stranger))).toContain('PEERCERT_ISSUER_UNKNOWN');
    expect(await upgrade()).toContain('PEERCERT_CERTIFICATE_MISSING');
  });
});
