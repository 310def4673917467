import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { createServer as createHttpServer } from 'node:http';
import { createServer } from 'node:https';
import { connect as connectPlain } from 'node:net';
import { type ConnectionOptions, connect } from 'node:tls';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { reportHandshakeFailures } from '../../src/server/handshake-failures.js';
import { type ServerTlsOptions, serverTls } from '../../src/server/index.js';
import type { HandshakeFailureEvent } from '../../src/verifier/index.js';
import { client, LogRecord, root } from '../verifier/fakes.js';
import { serverCredentials, verifierOf } from './credentials.js';
import { closeAll, listen, presenting } from './sockets.js';

const ca = root();
const credentials = serverCredentials();

let told: Promise<HandshakeFailureEvent>;
let tell: (event: unknown) => void;

beforeEach(() => {
  told = new Promise((resolve) => {
    tell = (event) => resolve(event as HandshakeFailureEvent);
  });
  subscribe('peercert:handshake-failure', tell);
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
  expect(logger.of('info')).toEqual([`a TLS handshake failed: ${attributes['peercert.handshake.reason']}`]);
  return attributes;
}

describe('peercert:handshake-failure tells', () => {
  it('of a protocol version that is not shared', async () => {
    const attributes = await failure({ minVersion: 'TLSv1.3' }, { maxVersion: 'TLSv1.2' });
    expect(attributes['error.type']).toBe('ERR_SSL_UNSUPPORTED_PROTOCOL');
    expect(attributes['peercert.handshake.reason']).toMatch(/unsupported protocol/i);
  });

  it('of a client that speaks no TLS', async () => {
    const { verifier } = verifierOf(ca);
    const tls = serverTls(verifier, credentials);
    const https = createServer(tls.options);
    tls.attach(https);
    const socket = connectPlain(await listen(https), '127.0.0.1').on('error', () => undefined);
    socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
    expect((await told).attributes).toEqual({ 'error.type': 'ERR_SSL_HTTP_REQUEST', 'peercert.handshake.reason': 'http request' });
    socket.destroy();
  });

  it.each([
    ['nobody', [], /certificate|UNABLE_TO_GET_ISSUER_CERT/i],
    ['a stranger', [client(root('Stranger'))], /^UNABLE_TO_VERIFY_LEAF_SIGNATURE$/],
    ['somebody expired', [client(ca, 'alice', { notAfter: '2021-01-01' })], /^CERT_HAS_EXPIRED$/],
  ])('of what rejectUnauthorized keeps out, with the socket’s own reason: %s', async (_, certificates, reason) => {
    const attributes = await failure({ rejectUnauthorized: true }, { ...presenting(...certificates), maxVersion: 'TLSv1.2' });
    expect(attributes['peercert.handshake.reason']).toMatch(reason);
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
    expect((await told).attributes).toEqual({ 'error.type': 'TypeError', 'peercert.handshake.reason': 'just this' });
  });
});
