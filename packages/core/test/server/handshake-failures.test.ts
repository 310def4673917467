import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { createServer as createHttpServer } from 'node:http';
import { createServer } from 'node:https';
import { connect as connectPlain } from 'node:net';
import { type ConnectionOptions, connect } from 'node:tls';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { reportHandshakeFailures } from '../../src/server/handshake-failures.js';
import { type ServerTlsOptions, serverTls } from '../../src/server/index.js';
import type { HandshakeFailureEvent } from '../../src/verifier/index.js';
import { extendedKeyUsage } from '../support/certificate-builder.js';
import { client, LogRecord, root } from '../verifier/fakes.js';
import { pem, serverCredentials, verifierOf } from './credentials.js';
import { closeAll, listen, presenting } from './sockets.js';

const ca = root();
const credentials = serverCredentials();

let told: Promise<HandshakeFailureEvent>;
let tell: (event: unknown) => void;

/** Waits for another. */
function again(): void {
  unsubscribe('peercert:handshake-failure', tell);
  told = new Promise((resolve) => {
    tell = (event) => resolve(event as HandshakeFailureEvent);
  });
  subscribe('peercert:handshake-failure', tell);
}

beforeEach(() => {
  tell = () => undefined;
  again();
});

afterEach(() => {
  unsubscribe('peercert:handshake-failure', tell);
  closeAll();
});

/** What is told of a handshake between a server with these options and a client with those. */
async function failure(server: Partial<ServerTlsOptions>, offered: ConnectionOptions) {
  const { verifier, logger } = verifierOf(ca);
  const tls = serverTls(verifier, { ...credentials, ...server });
  const https = createServer(tls.options);
  tls.attach(https);
  const socket = connect({ port: await listen(https), host: '127.0.0.1', rejectUnauthorized: false, ...offered });
  socket.on('error', () => undefined);
  const { error, attributes } = await told;
  socket.destroy();
  expect(error).toBeInstanceOf(Error);
  expect(logger.lines).toMatchObject([{ level: 'info', fields: { ...attributes, err: error } }]);
  const found: Record<string, string | undefined> = { ...attributes, line: logger.of('info')[0] };
  return found;
}

describe('peercert:handshake-failure tells', () => {
  it('of a protocol version that is not shared', async () => {
    const attributes = await failure({ minVersion: 'TLSv1.3' }, { maxVersion: 'TLSv1.2' });
    expect(attributes['error.type']).toBe('ERR_SSL_UNSUPPORTED_PROTOCOL');
    expect(attributes['peercert.handshake.reason']).toMatch(/unsupported protocol/i);
    expect(attributes).toMatchObject({ 'peercert.handshake.cause': 'version', 'client.address': '127.0.0.1' });
    expect(attributes.line).toMatch(/^a TLS handshake failed: there is no TLS version that both sides speak; update the client, or /);
  });

  it('of a cipher that is not shared', async () => {
    const ciphers = { ciphers: 'TLS_AES_128_GCM_SHA256', minVersion: 'TLSv1.3' } as const;
    expect(await failure(ciphers, { ciphers: 'TLS_AES_256_GCM_SHA384' })).toMatchObject({
      'peercert.handshake.cause': 'cipher',
      line: expect.stringMatching(/no cipher, group or signature algorithm that both sides know/),
    });
  });

  it('of an application protocol that is not shared', async () => {
    expect(await failure({ ALPNProtocols: ['h2'] }, { ALPNProtocols: ['other'] })).toMatchObject({
      'peercert.handshake.cause': 'application-protocol',
    });
  });

  it('of a Node.js client that does not trust the server, as well as can be told: it just goes', async () => {
    const offered = { rejectUnauthorized: true, ca: pem(root('Stranger').der), servername: 'localhost', maxVersion: 'TLSv1.3' } as const;
    expect(await failure({}, offered)).toMatchObject({
      'peercert.handshake.cause': 'vanished',
      'server.address': 'localhost',
      line: expect.stringMatching(/the client went away after the server had shown its certificate; .* give them the CA that issued it$/),
    });
  });

  it('of a client that speaks no TLS', async () => {
    const { verifier } = verifierOf(ca);
    const tls = serverTls(verifier, credentials);
    const https = createServer(tls.options);
    tls.attach(https);
    const socket = connectPlain(await listen(https), '127.0.0.1').on('error', () => undefined);
    socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
    expect((await told).attributes).toEqual({
      'error.type': 'ERR_SSL_HTTP_REQUEST',
      'peercert.handshake.cause': 'not-tls',
      'peercert.handshake.reason': 'http request',
      'client.address': '127.0.0.1',
    });
    socket.destroy();
  });

  it('of one that goes before it has said anything', async () => {
    const { verifier, logger } = verifierOf(ca);
    const tls = serverTls(verifier, credentials);
    const https = createServer(tls.options);
    tls.attach(https);
    connectPlain(await listen(https), '127.0.0.1')
      .on('error', () => undefined)
      .end();
    expect((await told).attributes).toMatchObject({ 'peercert.handshake.cause': 'vanished' });
    expect(logger.of('info')[0]).toMatch(/before the handshake was over/);
  });

  it.each([
    [
      'nobody',
      [],
      'certificate-missing',
      /did not return a certificate/,
      /sent no certificate, .* its CA is not among those that this server names/,
    ],
    ['a stranger', [client(root('Stranger'))], 'issuer-unknown', /^UNABLE_TO_VERIFY_LEAF_SIGNATURE$/, /put its CA into trust/],
    [
      'somebody expired',
      [client(ca, 'alice', { notAfter: '2021-01-01' })],
      'certificate-expired',
      /^CERT_HAS_EXPIRED$/,
      /outside its validity \(CERT_HAS_EXPIRED\); renew it$/,
    ],
    [
      'a server’s certificate',
      [client(ca, 'alice', { extensions: [extendedKeyUsage('1.3.6.1.5.5.7.3.1')] })],
      'certificate-refused',
      /^INVALID_PURPOSE$/,
      /leave rejectUnauthorized false/,
    ],
  ])('of what rejectUnauthorized keeps out, with the socket’s own reason: %s', async (_, certificates, cause, reason, line) => {
    for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
      again();
      const attributes = await failure({ rejectUnauthorized: true }, { ...presenting(...certificates), maxVersion });
      expect(attributes['peercert.handshake.reason']).toMatch(reason);
      expect(attributes).toMatchObject({ 'peercert.handshake.cause': cause, line: expect.stringMatching(line) });
    }
  });

  it('nothing of a handshake that succeeds', async () => {
    const { verifier, logger } = verifierOf(ca);
    const tls = serverTls(verifier, { ...credentials, rejectUnauthorized: true });
    const https = createServer(tls.options);
    tls.attach(https);
    const socket = connect({ port: await listen(https), host: '127.0.0.1', rejectUnauthorized: false, ...presenting(client(ca)) });
    await new Promise((resolve) => socket.once('secureConnect', resolve));
    expect(logger.lines).toEqual([]);
    socket.destroy();
  });
});

describe('reportHandshakeFailures', () => {
  it('listens to TLS servers alone', () => {
    const http = createHttpServer();
    const https = createServer();
    const before = https.listenerCount('tlsClientError');
    for (const server of [http, https]) reportHandshakeFailures(server, new LogRecord());
    expect(http.listenerCount('tlsClientError')).toBe(0);
    expect(https.listenerCount('tlsClientError')).toBe(before + 1);
  });

  it('finds words for an error that says little', async () => {
    const https = createServer();
    const logger = new LogRecord();
    reportHandshakeFailures(https, logger);
    https.removeAllListeners('clientError').on('clientError', () => undefined);
    https.emit('tlsClientError', new TypeError('just this'), { authorizationError: null } as never);
    expect((await told).attributes).toEqual({
      'error.type': 'TypeError',
      'peercert.handshake.cause': 'other',
      'peercert.handshake.reason': 'just this',
    });
  });

  it('writes ten lines a minute of each cause, and counts the rest; events tell of all', () => {
    vi.useFakeTimers();
    try {
      const https = createServer();
      const logger = new LogRecord();
      const events: unknown[] = [];
      const note = (event: unknown): unknown => events.push(event);
      subscribe('peercert:handshake-failure', note);
      reportHandshakeFailures(https, logger);
      https.removeAllListeners('clientError').on('clientError', () => undefined);
      const fail = (code: string): unknown => https.emit('tlsClientError', Object.assign(new Error('x'), { code }), {} as never);
      for (let count = 0; count < 1_000; count++) fail('ECONNRESET');
      fail('ERR_SSL_NO_SHARED_CIPHER');
      expect(logger.lines).toHaveLength(11);
      expect(logger.of('info').at(-1)).toMatch(/no cipher/);
      vi.advanceTimersByTime(60_000);
      expect(logger.of('info').at(-1)).toBe("TLS handshakes failed within a minute besides those above: 990 more of cause 'vanished'");
      fail('ECONNRESET');
      expect(logger.lines).toHaveLength(13);
      vi.advanceTimersByTime(60_000);
      expect(logger.lines).toHaveLength(13);
      for (let count = 0; count < 12; count++) fail('ECONNRESET');
      https.emit('close');
      expect(logger.of('info').at(-1)).toMatch(/: 2 more of cause 'vanished'$/);
      expect(vi.getTimerCount()).toBe(0);
      expect(events).toHaveLength(1_014);
      unsubscribe('peercert:handshake-failure', note);
    } finally {
      vi.useRealTimers();
    }
  });
});
