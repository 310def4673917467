import { X509Certificate } from 'node:crypto';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { createSecureServer } from 'node:http2';
import { createServer, type Server, type ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import { connect, createSecureContext, type TLSSocket } from 'node:tls';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type ServerTls, type ServerTlsOptions, serverTls } from '../../src/server/index.js';
import { WatchedFiles } from '../../src/sources/index.js';
import { createVerifier, type ReloadEvent, type Verifier } from '../../src/verifier/index.js';
import { TestFolder } from '../sources/folder.js';
import { testKey } from '../support/certificate-builder.js';
import { client, LogRecord, root } from '../verifier/fakes.js';
import { keyPem, pem, serverCredentials } from './credentials.js';
import { answering, Connection, closeAll, get, listen, presenting } from './sockets.js';

const [ca, other] = [root(), root('Other')];
const first = serverCredentials({ subject: 'first.test', key: testKey('ec', 'first server') });
const second = serverCredentials({ subject: 'second.test', key: testKey('ec', 'second server') });

let folder: TestFolder;
let logger: LogRecord;
let verifier: Verifier;
let reloads: ReloadEvent[];
const note = (event: unknown): void => void reloads.push(event as ReloadEvent);

beforeEach(() => {
  folder = new TestFolder();
  logger = new LogRecord();
  verifier = createVerifier({ trust: folder.write('ca.crt', pem(ca.der)), logger, pollSeconds: 600 });
  folder.write('server.key', first.key);
  folder.write('server.crt', first.cert);
  reloads = [];
  subscribe('peercert:reload', note);
});

afterEach(async () => {
  unsubscribe('peercert:reload', note);
  closeAll();
  await verifier.close();
  folder.remove();
});

// Polled seldom, so that what is noticed was watched.
const make = (options: Partial<ServerTlsOptions> = {}): ServerTls =>
  serverTls(verifier, { key: folder.at('server.key'), cert: folder.at('server.crt'), pollSeconds: 600, ...options });

function serve(tls: ServerTls, options: ServerOptions = {}): Server {
  const server = createServer({ ...tls.options, ...options }, answering({ verifier }));
  tls.attach(server);
  return server;
}

/** The name in the certificate that a server shows. */
async function shown(port: number, options: object = {}): Promise<string> {
  const socket: TLSSocket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false, ...options });
  await once(socket, 'secureConnect');
  const { CN } = socket.getPeerCertificate().subject;
  socket.destroy();
  return String(CN);
}

const shows = (port: number, name: string): Promise<void> =>
  vi.waitFor(async () => expect(await shown(port)).toBe(name), { timeout: 30_000 });

function renew(): void {
  folder.rename('server.crt', second.cert);
  folder.rename('server.key', second.key);
}

describe('a key and certificate that are renewed', () => {
  it('are shown on every server that was attached, from the next handshake on; connections that are open stay', async () => {
    const tls = make();
    const servers = [serve(tls), serve(tls), createSecureServer(tls.options)];
    tls.attach(servers[2] as object);
    const ports = await Promise.all(servers.map(listen));
    const open = await Connection.open(ports[0] as number, presenting(client(ca)));
    expect(await Promise.all(ports.map((port) => shown(port)))).toEqual(['first.test', 'first.test', 'first.test']);
    renew();
    for (const port of ports) await shows(port, 'second.test');
    expect((await open.get()).who).toBe('CN=alice');
    const fingerprint256 = (cert: string): string => new X509Certificate(cert).fingerprint256.replaceAll(':', '').toLowerCase();
    expect(reloads).toEqual([
      {
        kind: 'credentials',
        source: `${folder.at('server.key')}, ${folder.at('server.crt')}`,
        added: [{ subject: 'CN=second.test', fingerprint256: fingerprint256(second.cert) }],
        removed: [{ subject: 'CN=first.test', fingerprint256: fingerprint256(first.cert) }],
      },
    ]);
    expect(logger.of('info')).toContainEqual(
      expect.stringMatching(/^serverTls: .*: the server's certificate is now the one that is valid to Jan {2}1 00:00:00 2040 GMT$/),
    );
  });

  it('are taken together or not at all: a certificate waits for its key, and the last good pair stays', async () => {
    const tls = make();
    const port = await listen(serve(tls));
    folder.rename('server.crt', second.cert);
    await expect.poll(() => logger.of('error')).toHaveLength(1);
    expect(logger.of('error')[0]).toMatch(
      /server\.crt cannot be used: key: is not the key of CN=second\.test; .*; the server goes on with the key and certificate that it had$/,
    );
    expect(await shown(port)).toBe('first.test');
    folder.rename('server.key', second.key);
    await shows(port, 'second.test');
    await expect.poll(() => logger.of('info')).toContainEqual(expect.stringMatching(/^serverTls: .* is in order again$/));
  });

  it.each([
    ['the key is gone', () => rmSync(folder.at('server.key')), /server\.key is not there/],
    ['the certificate is cut off', () => folder.write('server.crt', second.cert.slice(0, -40)), /cert: holds no certificate/],
    [
      'a chain is cut off',
      () => folder.write('server.crt', first.cert + second.cert.slice(0, -40)),
      /cert: is cut off inside a certificate/,
    ],
    ['the key is encrypted', () => folder.write('server.key', keyPem(testKey('ec', 'first server'), 'secret')), /key: cannot be used/],
  ])('stay as they were where %s', async (_, fail, why) => {
    const tls = make();
    const port = await listen(serve(tls));
    await shows(port, 'first.test');
    fail();
    await expect.poll(() => logger.of('error')[0]).toMatch(why);
    expect(await shown(port)).toBe('first.test');
    expect(reloads).toEqual([]);
  });

  it('may be links that certbot sets to the newest of its archive', async () => {
    for (const [name, text] of [...Object.entries(first), ...Object.entries(second).map(([kind, held]) => [`${kind}2`, held])]) {
      folder.write(`archive/${name}.pem`, text as string);
    }
    for (const name of ['key', 'cert']) folder.link(`${name}.pem`, `archive/${name}.pem`);
    const port = await listen(serve(make({ key: folder.at('key.pem'), cert: folder.at('cert.pem') })));
    for (const name of ['cert', 'key']) folder.link(`${name}.pem`, `archive/${name}2.pem`);
    await shows(port, 'second.test');
  });

  it('may stand in one file, and have a passphrase', async () => {
    const both = (of: typeof first, key: string): string => of.cert + keyPem(testKey('ec', key), 'secret');
    const file = folder.write('both.pem', both(first, 'first server'));
    const port = await listen(serve(make({ key: file, cert: file, passphrase: 'secret' })));
    expect(await shown(port)).toBe('first.test');
    folder.rename('both.pem', both(second, 'second server'));
    await shows(port, 'second.test');
  });

  it('are found by a server that is attached later, and by one that listens again', async () => {
    const tls = make();
    const server = serve(tls);
    const port = await listen(server);
    renew();
    await shows(port, 'second.test');
    const late = serve(tls);
    expect(await shown(await listen(late))).toBe('second.test');
    for (const each of [server, late]) await new Promise((resolve) => each.close(resolve));
    folder.rename('server.key', first.key);
    folder.rename('server.crt', first.cert);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    await shows((server.address() as AddressInfo).port, 'first.test');
    server.close();
  });
});

describe('a reload leaves', () => {
  it('everything else as it was: versions, ciphers, no tickets, and what a server was given besides', async () => {
    const ticketKeys = Buffer.alloc(48, 7);
    const tls = make({ minVersion: 'TLSv1.3', ciphers: 'TLS_AES_128_GCM_SHA256' });
    const server = serve(tls, { ticketKeys, sessionTimeout: 77, honorCipherOrder: false, ecdhCurve: 'P-256' });
    const port = await listen(server);
    const of = (name: string): unknown => (server as unknown as Record<string, unknown>)[name];
    const names = [
      'minVersion',
      'ciphers',
      'secureOptions',
      'ticketKeys',
      'sessionTimeout',
      'honorCipherOrder',
      'ecdhCurve',
      'ca',
      'sessionIdContext',
    ];
    const before = names.map(of);
    renew();
    await shows(port, 'second.test');
    expect(names.map(of)).toEqual(before);
    await expect(shown(port, { maxVersion: 'TLSv1.2' })).rejects.toThrow(/protocol version|EPROTO|alert/i);
    await expect(shown(port, { ciphers: 'TLS_AES_256_GCM_SHA384' })).rejects.toThrow(/handshake failure|EPROTO|alert/i);
    expect(server.getTicketKeys()).toEqual(ticketKeys);
  });

  it('what somebody put in the place of ours: a certificate, authorities, a session context', async () => {
    const own = serverCredentials({ subject: 'own.test', key: testKey('ec', 'own server') });
    const tls = make();
    const server = serve(tls, { ...own, ca: [pem(other.der)], sessionIdContext: 'shared' });
    const plain = serve(tls);
    const [port, plainPort] = [await listen(server), await listen(plain)];
    renew();
    await shows(plainPort, 'second.test');
    expect(await shown(port)).toBe('own.test');
    folder.rename('ca.crt', pem(ca.der, other.der));
    await expect.poll(() => (plain as { ca?: unknown }).ca).toHaveLength(2);
    expect((server as { ca?: unknown }).ca).toEqual([pem(other.der)]);
    // Bound to the new trust, so that sessions of before are not resumed, whoever shares the keys.
    expect((server as { sessionIdContext?: unknown }).sessionIdContext).toMatch(/^[0-9a-f]{32}$/);
  });

  it('contexts for server names alone', async () => {
    const tls = make();
    const server = serve(tls);
    const own = serverCredentials({ subject: 'own.test', key: testKey('ec', 'own server') });
    server.addContext('own.test', createSecureContext(own));
    const port = await listen(server);
    renew();
    await shows(port, 'second.test');
    expect(await shown(port, { servername: 'own.test' })).toBe('own.test');
  });

  it('sessions to be resumed where trust is the same', async () => {
    const tls = make({ allowSessionResumption: true });
    const server = serve(tls);
    const port = await listen(server);
    const { session } = await get(port, { ...presenting(client(ca)), maxVersion: 'TLSv1.2' });
    renew();
    await shows(port, 'second.test');
    expect(await get(port, { session: session as Buffer, maxVersion: 'TLSv1.2' })).toMatchObject({ who: 'CN=alice', isResumed: true });
  });
});

describe('authorities that change', () => {
  it('are those that the server names and verifies with, and no session of before is resumed', async () => {
    const ticketKeys = Buffer.alloc(48, 7);
    const tls = make({ allowSessionResumption: true, rejectUnauthorized: true });
    const server = serve(tls, { ticketKeys });
    const port = await listen(server);
    const alice = presenting(client(ca));
    const { session, who } = await get(port, { ...alice, maxVersion: 'TLSv1.2' });
    expect(who).toBe('CN=alice');
    const { sessionIdContext } = server as { sessionIdContext?: unknown };
    folder.rename('ca.crt', pem(other.der));
    await expect.poll(() => (server as { ca?: unknown }).ca).toEqual([pem(other.der)]);
    expect((server as { sessionIdContext?: unknown }).sessionIdContext).not.toBe(sessionIdContext);
    await expect(get(port, { session: session as Buffer, maxVersion: 'TLSv1.2' })).rejects.toThrow();
    await expect(get(port, { ...alice, maxVersion: 'TLSv1.2' })).rejects.toThrow();
    expect((await get(port, presenting(client(other, 'bob')))).who).toBe('CN=bob');
    expect(await shown(port, presenting(client(other, 'bob')))).toBe('first.test');
  });

  it('and are more than a handshake can name, leave those named that were, and tell so', async () => {
    const long = (letter: string) => root({ O: letter.repeat(25_000) }, { key: testKey('ec', 'long') });
    const tls = make();
    const server = serve(tls);
    const port = await listen(server);
    folder.rename('ca.crt', pem(ca.der, long('a').der, long('b').der));
    await expect.poll(() => logger.of('error')).toHaveLength(1);
    expect(logger.of('error')[0]).toMatch(
      /^serverTls: caHints: the names of 3 authorities .*; the server goes on with the authorities that it named before$/,
    );
    expect((server as { ca?: unknown }).ca).toEqual([pem(ca.der)]);
    expect((await get(port, presenting(client(ca)))).who).toBe('CN=alice');
  });
});

describe('nothing is watched yet', () => {
  it('before a server listens, which then has what is there at that time', async () => {
    const tls = make();
    const server = serve(tls);
    const watching = vi.spyOn(WatchedFiles.prototype, 'start');
    renew();
    expect(watching).not.toHaveBeenCalled();
    const port = await listen(server);
    expect(watching).toHaveBeenCalledOnce();
    await shows(port, 'second.test');
    watching.mockRestore();
  });
});

describe('nothing is watched any more', () => {
  it.each([
    ['the verifier is closed', () => verifier.close()],
    ['the last server is closed', (server: Server) => new Promise((resolve) => server.close(resolve))],
  ])('when %s', async (_, close) => {
    const tls = make();
    const server = serve(tls);
    await listen(server);
    await verifier.ready;
    await close(server);
    const set = vi.spyOn(server, 'setSecureContext');
    renew();
    folder.rename('ca.crt', pem(other.der));
    const control = createVerifier({ trust: folder.at('ca.crt'), logger, pollSeconds: 600 });
    await control.ready;
    folder.rename('ca.crt', pem(ca.der));
    await expect.poll(() => control.trust?.generation).toBe(2);
    await control.close();
    expect(set).not.toHaveBeenCalled();
    expect(reloads.filter(({ kind }) => kind === 'credentials')).toEqual([]);
  });
});
