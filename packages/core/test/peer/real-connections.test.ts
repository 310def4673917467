import { once } from 'node:events';
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import {
  type ClientHttp2Session,
  connect as connectHttp2,
  createServer as createPlainHttp2,
  createSecureServer,
  type Http2ServerRequest,
  type IncomingHttpHeaders,
  type ServerHttp2Stream,
} from 'node:http2';
import { createServer as createHttpsServer } from 'node:https';
import { connect as connectTcp, type Server } from 'node:net';
import { type ConnectionOptions, connect, createServer as createTlsServer, TLSSocket } from 'node:tls';
import { afterEach, describe, expect, it } from 'vitest';
import { type Decision, Guard, type GuardRequest } from '../../src/guard/index.js';
import { isGone, type PeerRequest } from '../../src/peer/index.js';
import { serverTls } from '../../src/server/index.js';
import { serverCredentials, verifierOf } from '../server/credentials.js';
import { Connection, closeAll, listen, presenting } from '../server/sockets.js';
import { client, root } from '../verifier/fakes.js';

/** The odd shapes that Node's own connections have, and what a guard says of each: on every line of Node.js these are what it meets, and no imitations. */
const ca = root();
const alice = client(ca);
const { verifier } = verifierOf(ca);
const guard = new Guard({ verifier });
const credentials = serverCredentials();
const { options } = serverTls(verifier, credentials);
const silent = (): void => undefined;

afterEach(closeAll);

/** What a guard says at once: never an exception, never a promise. */
function codeOf(request: unknown): string {
  const decision = guard.decide(request as GuardRequest) as Decision;
  return decision.ok ? (decision.identity?.toString() ?? 'nobody') : decision.refusal.code.replace('PEERCERT_', '');
}

/** What the handler of a server says of the only request. */
function said<Arguments extends unknown[]>(server: Server, event: string, handler: (...given: Arguments) => unknown): Promise<unknown> {
  return new Promise((resolve, reject) => {
    server.once(event, (...given: unknown[]) => void Promise.resolve(handler(...(given as Arguments))).then(resolve, reject));
  });
}

const gone = (stream: NodeJS.EventEmitter): Promise<unknown> => new Promise((resolve) => stream.on('error', silent).once('close', resolve));

/** Sends one request over HTTP/1.1. */
async function sendTo(server: Server, tls: ConnectionOptions | null = presenting(alice)): Promise<Connection | undefined> {
  const port = await listen(server);
  const line = 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n';
  if (tls === null) {
    connectTcp(port, '127.0.0.1').on('error', silent).end(line);
    return undefined;
  }
  const connection = await Connection.open(port, tls);
  connection.socket.on('error', silent).write(line);
  return connection;
}

async function sessionTo(server: Server, tls: ConnectionOptions | null = presenting(alice)): Promise<ClientHttp2Session> {
  const url = `${tls === null ? 'http' : 'https'}://127.0.0.1:${await listen(server)}`;
  const session = connectHttp2(url, { rejectUnauthorized: false, ...tls });
  session.on('error', silent);
  return session;
}

const openStream = (session: ClientHttp2Session) => session.request({ ':path': '/' }).on('error', silent).resume();

describe('over HTTP/1.1, a request', () => {
  it('without TLS is NOT_TLS', async () => {
    const server = createHttpServer();
    const answer = said(server, 'request', codeOf);
    await sendTo(server, null);
    expect(await answer).toBe('NOT_TLS');
  });

  it.each([
    ['without a certificate is CERTIFICATE_MISSING', {}, 'CERTIFICATE_MISSING'],
    ['without a certificate, where none is asked for, is NOT_REQUESTED', { requestCert: false }, 'NOT_REQUESTED'],
    ['likewise where it is asked for by something else than true', { requestCert: 1 as never }, 'NOT_REQUESTED'],
  ])('%s', async (_what, tls, code) => {
    const server = createHttpsServer({ ...options, ...tls });
    const answer = said(server, 'request', codeOf);
    await sendTo(server, {});
    expect(await answer).toBe(code);
  });

  it('whose connection is destroyed before the guard is CONNECTION_CLOSED, whoever destroyed it', async () => {
    for (const end of ['server', 'client']) {
      const server = createHttpsServer(options);
      let socket: TLSSocket | undefined;
      const answer = said(server, 'request', async (request: IncomingMessage) => {
        const isClosed = gone(request.socket);
        if (end === 'server') request.socket.destroy();
        else socket?.destroy();
        await isClosed;
        return codeOf(request);
      });
      socket = (await sendTo(server))?.socket;
      expect([end, await answer]).toEqual([end, 'CONNECTION_CLOSED']);
    }
  });

  it('is so too where an earlier one on the connection was let in, and is remembered', async () => {
    const server = createHttpsServer(options);
    const first = said(server, 'request', (request: IncomingMessage, response: ServerResponse) => {
      response.end('{}');
      return codeOf(request);
    });
    const connection = await sendTo(server);
    expect(await first).toBe('CN=alice');
    const second = said(server, 'request', async (request: IncomingMessage) => {
      const before = codeOf(request);
      const isClosed = gone(request.socket);
      connection?.socket.destroy();
      await isClosed;
      return [before, codeOf(request)];
    });
    connection?.socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
    expect(await second).toEqual(['CN=alice', 'CONNECTION_CLOSED']);
  });

  it('of a client that has only ended its own side is decided as ever, while it is there', async () => {
    const server = Object.assign(createHttpsServer(options), { httpAllowHalfOpen: true });
    const answer = said(server, 'request', async (request: IncomingMessage, response: ServerResponse) => {
      await once(request.socket, 'end');
      response.end();
      return codeOf(request);
    });
    const connection = await sendTo(server);
    connection?.socket.end();
    expect(await answer).toBe('CN=alice');
  });
});

describe('over HTTP/2, a request', () => {
  it('without TLS is NOT_TLS', async () => {
    const server = createPlainHttp2();
    const answer = said(server, 'request', codeOf);
    const session = await sessionTo(server, null);
    openStream(session);
    expect(await answer).toBe('NOT_TLS');
    session.destroy();
  });

  it('without a certificate is CERTIFICATE_MISSING, or NOT_REQUESTED', async () => {
    for (const [requestCert, code] of [
      [true, 'CERTIFICATE_MISSING'],
      [false, 'NOT_REQUESTED'],
    ] as const) {
      const server = createSecureServer({ ...options, requestCert });
      const answer = said(server, 'request', codeOf);
      const session = await sessionTo(server, {});
      openStream(session);
      expect(await answer).toBe(code);
      session.destroy();
    }
  });

  it.each<[string, (request: Http2ServerRequest, session: ClientHttp2Session, stream: { close(code: number): void }) => void]>([
    ['whose session the client destroyed', (_request, session) => session.destroy()],
    ['whose session the server destroyed', ({ stream }) => stream.session?.destroy()],
    ['whose stream the client cancelled', (_request, _session, stream) => stream.close(8)],
    ['whose stream the server destroyed', ({ stream }) => stream.destroy()],
  ])('%s is CONNECTION_CLOSED, though an earlier one was let in', async (_what, end) => {
    const server = createSecureServer(options);
    const first = said(server, 'request', codeOf);
    const session = await sessionTo(server);
    openStream(session);
    expect(await first).toBe('CN=alice');
    const second = said(server, 'request', async (request: Http2ServerRequest) => {
      const before = codeOf(request);
      const isClosed = gone(request.stream);
      end(request, session, stream);
      await isClosed;
      return [before, codeOf(request)];
    });
    const stream = openStream(session);
    expect(await second).toEqual(['CN=alice', 'CONNECTION_CLOSED']);
    session.destroy();
  });

  it('on a session that takes no more of them, and is still answering, is decided as ever', async () => {
    const server = createSecureServer(options);
    const answer = said(server, 'request', async (request: Http2ServerRequest) => {
      request.stream.session?.close();
      await new Promise(setImmediate);
      return codeOf(request);
    });
    const session = await sessionTo(server);
    openStream(session);
    expect(await answer).toBe('CN=alice');
    session.destroy();
  });

  it("is decided likewise by Node's stream API, which has no request object", async () => {
    const server = createSecureServer(options);
    const asRequest = (stream: ServerHttp2Stream, headers: IncomingHttpHeaders): object => ({
      socket: stream.session?.socket,
      stream,
      headers,
      method: headers[':method'],
      url: headers[':path'],
      httpVersionMajor: 2,
    });
    const answer = said(server, 'stream', async (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => {
      const request = asRequest(stream, headers);
      const before = codeOf(request);
      const isClosed = gone(stream);
      stream.session?.destroy();
      await isClosed;
      return [before, codeOf(request), codeOf(asRequest(stream, headers))];
    });
    openStream(await sessionTo(server));
    expect(await answer).toEqual(['CN=alice', 'CONNECTION_CLOSED', 'CONNECTION_CLOSED']);
  });
});

describe('a bare TLS socket', () => {
  const asRequest = (socket: object): object => ({ socket, headers: {} });

  it('is read like that of a request', async () => {
    const server = createTlsServer(options);
    const answer = said(server, 'secureConnection', async (socket: TLSSocket) => {
      const before = codeOf(asRequest(socket));
      const isClosed = gone(socket);
      socket.destroy();
      await isClosed;
      return [before, codeOf(asRequest(socket))];
    });
    await Connection.open(await listen(server), presenting(alice));
    expect(await answer).toEqual(['CN=alice', 'CONNECTION_CLOSED']);
  });

  it('has no certificate before its handshake is over', async () => {
    const server = createHttpServer();
    server.removeAllListeners('connection');
    const answer = said(server, 'connection', (raw: ConstructorParameters<typeof TLSSocket>[0]) => {
      const socket = new TLSSocket(raw, { isServer: true, ...options }).on('error', silent);
      const code = codeOf(asRequest(socket));
      socket.destroy();
      return code;
    });
    connect({ port: await listen(server), host: '127.0.0.1', rejectUnauthorized: false }).on('error', silent);
    expect(['CERTIFICATE_MISSING', 'CONNECTION_CLOSED']).toContain(await answer);
  });
});

describe('isGone', () => {
  const throwing = new Proxy(
    {},
    {
      get: () => {
        throw new Error('ERR_HTTP2_SOCKET_UNBOUND');
      },
    },
  );

  it.each<[string, object, boolean]>([
    ['a destroyed socket', { socket: { destroyed: true } }, true],
    ['a destroyed stream', { socket: {}, stream: { destroyed: true, session: {} } }, true],
    ['a stream without session', { socket: {}, stream: {} }, true],
    ['a stream whose session is null', { socket: {}, stream: { session: null } }, true],
    ['a stream of a destroyed session', { socket: {}, stream: { session: { destroyed: true } } }, true],
    ['a stream that throws', { socket: {}, stream: throwing }, true],
    ['a socket that throws', { socket: throwing }, true],
    ['an open socket', { socket: { destroyed: false } }, false],
    ['a socket that does not say', { socket: {} }, false],
    ['a socket that is destroyed only truthily', { socket: { destroyed: 'yes' } }, false],
    ['a mock without a socket', {}, false],
    ['a stream of a session that is closing', { socket: {}, stream: { session: { closed: true, destroyed: false } } }, false],
  ])('says of %s what is so', (_what, request, expected) => {
    expect(isGone(request as PeerRequest)).toBe(expected);
  });

  it('has a guard refuse, and ask for nothing more', () => {
    const socket = {
      encrypted: true,
      destroyed: true,
      getPeerCertificate: () => {
        throw new Error('this was asked');
      },
    };
    for (const policy of ['required', 'optional'] as const) {
      const decision = guard.decide({ socket, headers: {} }, guard.compile(policy, 'policy')) as Decision & { ok: false };
      expect(decision.refusal).toMatchObject({ code: 'PEERCERT_CONNECTION_CLOSED', status: 403 });
      expect(decision.refusal.trace[0]?.detail).toBe('the client was gone before its request was decided');
    }
  });
});
