import { createServer as createHttpServer } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { rootCertificates } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { connectionKey, hasServerNameContexts, isTlsServer, type PeerRequest, publicRoots, serverOf } from '../../src/peer/index.js';

const throwing = new Proxy(
  {},
  {
    get: () => {
      throw new Error('ERR_HTTP2_SOCKET_UNBOUND');
    },
  },
);

const request = (shape: object): PeerRequest => shape as PeerRequest;

describe('connectionKey', () => {
  it.each([
    ['no socket', {}],
    ['a null socket', { socket: null }],
    ['a socket that is no object', { socket: 'socket' }],
    ['a stream that throws', { socket: {}, stream: throwing }],
    ['a stream without session, whose socket is only of its request', { socket: {}, stream: { session: undefined } }],
  ])('is undefined for %s, so that nothing is remembered', (_, shape) => {
    expect(connectionKey(request(shape))).toBeUndefined();
  });

  it('is the session over HTTP/2, where each request has another socket', () => {
    const session = {};
    expect(connectionKey(request({ socket: {}, stream: { session } }))).toBe(session);
    expect(connectionKey(request({ socket: {}, stream: { session } }))).toBe(session);
  });

  it('is the socket over HTTP/1.1', () => {
    const socket = {};
    for (const stream of [undefined, null]) expect(connectionKey(request({ socket, stream }))).toBe(socket);
  });
});

describe('serverOf', () => {
  it.each([
    ['no socket', {}],
    ['a mock', { socket: { remoteAddress: '127.0.0.1' } }],
    ['a server that is no object', { socket: { server: 'server' } }],
    ['a null server', { socket: { server: null } }],
    ['a socket that throws', { socket: throwing }],
    ['a session that throws', { socket: { server: {} }, stream: { session: throwing } }],
    ['a stream without session', { socket: { server: {} }, stream: {} }],
  ])('is undefined for %s', (_, shape) => {
    expect(serverOf(request(shape))).toBeUndefined();
  });

  it("is the socket's, over HTTP/2 that of the session's socket", () => {
    const server = {};
    expect(serverOf(request({ socket: { server } }))).toBe(server);
    expect(serverOf(request({ socket: { server: {} }, stream: { session: { socket: { server } } } }))).toBe(server);
  });
});

describe('hasServerNameContexts', () => {
  it('is true where a callback may have chosen the context, and where nothing can be read', () => {
    expect(hasServerNameContexts(request({ socket: { _SNICallback: () => undefined } }))).toBe(true);
    expect(hasServerNameContexts(request({ socket: {}, stream: { session: { socket: { _SNICallback: () => undefined } } } }))).toBe(true);
    expect(hasServerNameContexts(request({ socket: throwing }))).toBe(true);
  });

  it('is false for a socket without one', () => {
    expect(hasServerNameContexts(request({ socket: {} }))).toBe(false);
    expect(hasServerNameContexts(request({ socket: { _SNICallback: null } }))).toBe(false);
  });
});

describe('isTlsServer', () => {
  it('tells TLS servers from others, whatever they claim', () => {
    expect(isTlsServer(createHttpsServer())).toBe(true);
    expect(isTlsServer(createHttpServer())).toBe(false);
    for (const other of [{ requestCert: true }, null, undefined, 'server']) expect(isTlsServer(other)).toBe(false);
  });
});

describe('publicRoots', () => {
  it('are those of Node.js', () => {
    expect(publicRoots()).toEqual(rootCertificates);
  });
});
