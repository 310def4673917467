import { connect as connectHttp2, createSecureServer, type Http2ServerRequest, type Http2ServerResponse } from 'node:http2';
import { createServer, type Server } from 'node:https';
import { type ConnectionOptions, connect, createSecureContext, type TlsOptions, type Server as TlsServer } from 'node:tls';
import { afterEach, describe, expect, it } from 'vitest';
import { type Decision, Guard, type GuardRequest } from '../../src/guard/index.js';
import { simulatePeer } from '../../src/peer/index.js';
import { serverTls } from '../../src/server/index.js';
import { serverCredentials, verifierOf } from '../server/credentials.js';
import { closeAll, listen, presenting } from '../server/sockets.js';
import { client, FakeSocket, requestOver, root } from '../verifier/fakes.js';

const ca = root();
const alice = client(ca);
const { verifier } = verifierOf(ca);
const guard = new Guard({ verifier });
const credentials = serverCredentials();
const { options } = serverTls(verifier, credentials);

afterEach(closeAll);

const codeOf = (decision: Decision): string => (decision.ok ? 'accepted' : decision.refusal.code.replace('PEERCERT_', ''));

/** As Node.js has it on a socket of a server whose contexts a callback of the operator's chooses. */
function over(servername: unknown, host: unknown, { more = {}, socket = {} }: { more?: object; socket?: object } = {}): GuardRequest {
  const connection = Object.assign(new FakeSocket([alice]), { servername, _SNICallback: () => undefined, ...socket });
  return requestOver(connection, { headers: { host }, url: '/', ...more }) as GuardRequest;
}

const decided = (request: GuardRequest): string => codeOf(guard.decide(request) as Decision);

describe('on a server whose contexts a callback chooses, a request', () => {
  it.each([
    ['of another host', 'a.example', 'b.example'],
    ['of a host below', 'a.example', 'b.a.example'],
    ['of a host above', 'b.a.example', 'a.example'],
    ['of an IP address, for which no name is sent', 'a.example', '192.0.2.1'],
    ['of an IPv6 address', 'a.example', '[2001:db8::1]:8443'],
    ['over a connection without name', false, 'a.example'],
    ['over a connection whose name is not told', undefined, 'a.example'],
    ['with a host that is none', 'a.example', 'a.example/b.example'],
    ['with somebody before the host', 'a.example', 'a.example@b.example'],
    ['with two hosts', 'a.example', 'a.example, b.example'],
    ['with a list of hosts', 'a.example', ['a.example', 'b.example']],
    ['with a port that is none', 'a.example', 'a.example:port'],
    ['with dots enough for two roots', 'a.example', 'a.example..'],
    ['with white space', 'a.example', ' a.example'],
    ['with a host of brackets alone', 'a.example', '[]'],
    ['with an unfinished address', false, '[2001:db8::1'],
  ])('%s is refused', (_what, servername, host) => {
    expect(decided(over(servername, host))).toBe('MISDIRECTED');
  });

  it.each([
    ['of the very host', 'a.example', 'a.example'],
    ['with a port', 'a.example', 'a.example:8443'],
    ['with an empty port, as RFC 3986 has it', 'a.example', 'a.example:'],
    ['in capitals', 'a.example', 'A.Example'],
    ['whose handshake was in capitals', 'A.EXAMPLE', 'a.example'],
    ["with the root's dot", 'a.example', 'a.example.:443'],
    ['of an IP address, over a connection without name', false, '192.0.2.1:8443'],
    ['of an IPv6 address, over a connection without name', false, '[2001:db8::1]'],
    ['of an IPv4 address in IPv6, over a connection without name', false, '[::ffff:192.0.2.1]:443'],
    ['of no host', 'a.example', undefined],
    ['of an empty host, as RFC 9112 allows', 'a.example', ''],
  ])('%s is not', (_what, servername, host) => {
    expect(decided(over(servername, host))).toBe('accepted');
  });

  it('is judged by each host that it names', () => {
    const authority = { headers: { ':authority': 'a.example', host: 'b.example' } };
    expect(decided(over('a.example', '', { more: authority }))).toBe('MISDIRECTED');
    expect(decided(over('b.example', '', { more: authority }))).toBe('MISDIRECTED');
    for (const url of ['https://b.example/pay', 'HTTP://b.example:8443?x', 'https://a.example@b.example/', 'https://b.example'])
      expect([url, decided(over('a.example', 'a.example', { more: { url } }))]).toEqual([url, 'MISDIRECTED']);
    for (const url of ['https://a.example/pay', '/https://b.example/', '/?to=https://b.example', '*'])
      expect([url, decided(over('a.example', 'a.example', { more: { url } }))]).toEqual([url, 'accepted']);
  });

  it('for a tunnel names where that ends, unless it asks for a protocol', () => {
    const tunnel = { method: 'CONNECT', url: 'b.example:443' };
    expect(decided(over('a.example', 'b.example:443', { more: tunnel }))).toBe('accepted');
    const webSocket = { ...tunnel, url: '/', headers: { ':protocol': 'websocket', ':authority': 'b.example' } };
    expect(decided(over('a.example', '', { more: webSocket }))).toBe('MISDIRECTED');
  });

  it('over a resumed session of TLS 1.2, which does not tell its name, is refused, and over one of TLS 1.3 is not', () => {
    const resumed = (protocol: string): object => ({ isSessionReused: () => true, getProtocol: () => protocol });
    expect(decided(over(false, '192.0.2.1', { socket: resumed('TLSv1.2') }))).toBe('MISDIRECTED');
    expect(decided(over(false, 'a.example', { socket: resumed('TLSv1.2') }))).toBe('MISDIRECTED');
    expect(decided(over(false, '192.0.2.1', { socket: resumed('TLSv1.3') }))).toBe('accepted');
    expect(decided(over('a.example', 'a.example', { socket: resumed('TLSv1.3') }))).toBe('accepted');
  });

  it('is refused whoever sends it, so that he can come back with the certificate of the other host', () => {
    const nobody = requestOver(Object.assign(new FakeSocket(), { servername: 'a.example', _SNICallback: () => undefined }), {
      headers: { host: 'b.example' },
    });
    for (const policy of ['required', 'optional'] as const)
      expect(codeOf(guard.decide(nobody, guard.compile(policy, 'policy')) as Decision)).toBe('MISDIRECTED');
    expect(codeOf(guard.decide(nobody, guard.compile(false, 'policy')) as Decision)).toBe('accepted');
  });

  it('gets 421, and the log says which names differ, however long they are', () => {
    const decision = guard.decide(over('a.example', 'b'.repeat(10_000))) as Decision & { ok: false };
    expect(decision.refusal).toMatchObject({ status: 421, text: 'This connection is not for the requested host' });
    const detail = decision.refusal.trace[0]?.detail;
    expect(detail).toBe(`the request is for "${'b'.repeat(253)}", and its connection has the server name "a.example"`);
  });
});

describe('a server without contexts never answers 421', () => {
  it.each(['a.example', '192.0.2.1', 'a.example@b.example', undefined])('whatever the host is: %s', (host) => {
    for (const _SNICallback of [undefined, null]) expect(decided(over('b.example', host, { socket: { _SNICallback } }))).toBe('accepted');
  });

  it('nor does a simulated client meet one', () => {
    const request = { socket: { remoteAddress: '127.0.0.1' }, headers: { host: 'a.example' } };
    simulatePeer(request, [alice], createServer());
    expect(decided(request as GuardRequest)).toBe('accepted');
  });
});

it('where trust would be taken from a server with contexts, that is the fault', () => {
  const inheriting = new Guard({ logger: verifier.logger });
  expect(codeOf(inheriting.decide(over('a.example', 'b.example')) as Decision)).toBe('TRUST_NOT_CONFIGURED');
});

/** A server with contexts for a.example and everything below example.net; the rest has the server's own. */
async function withContexts(make: (tls: TlsOptions) => TlsServer, tls: TlsOptions = options, ofA: TlsOptions = options): Promise<number> {
  const server = make(tls);
  server.addContext('a.example', ofA);
  server.addContext('*.example.net', options);
  return listen(server);
}

const https = (tls: TlsOptions): Server =>
  createServer(tls, (request, response) => void response.end(codeOf(guard.decide(request) as Decision)));

interface Answered {
  readonly told: string;
  readonly session: Buffer | undefined;
  readonly isResumed: boolean;
  /** Of the server's certificate. */
  readonly serverName: string | string[] | undefined;
}

/** What is answered to a request for `host` on a connection for `servername`. */
function ask(port: number, servername: string | undefined, host: string, tls: ConnectionOptions = {}): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const name = servername === undefined ? {} : { servername };
    const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false, ...presenting(alice), ...tls, ...name });
    let text = '';
    let session: Buffer | undefined;
    let handshake = { isResumed: false, serverName: undefined as Answered['serverName'] };
    socket.on('session', (offered) => {
      session = offered;
    });
    socket.on('secureConnect', () => {
      handshake = { isResumed: socket.isSessionReused(), serverName: socket.getPeerCertificate().subject?.CN };
      socket.write(`GET / HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
    });
    socket.on('data', (chunk) => {
      text += String(chunk);
    });
    socket.on('error', reject);
    socket.on('close', () => resolve({ told: text.slice(text.indexOf('\r\n\r\n') + 4), session, ...handshake }));
  });
}

/** Whose context is whose, as Node.js chooses it. */
const pairs: readonly [servername: string | undefined, host: string, told: string][] = [
  ['a.example', 'a.example', 'accepted'],
  ['a.example', 'A.EXAMPLE.:8443', 'accepted'],
  ['a.example', 'b.example', 'MISDIRECTED'],
  ['a.example', '127.0.0.1', 'MISDIRECTED'],
  ['a.example', 'x.example.net', 'MISDIRECTED'],
  ['x.example.net', 'y.example.net', 'accepted'],
  ['x.example.net', 'x.y.example.net', 'MISDIRECTED'],
  ['x.example.net', 'a.example', 'MISDIRECTED'],
  ['b.example', 'c.example', 'accepted'],
  ['b.example', 'a.example', 'MISDIRECTED'],
  [undefined, 'b.example', 'accepted'],
  [undefined, '127.0.0.1', 'accepted'],
  [undefined, 'a.example', 'MISDIRECTED'],
];

describe('where addContext gave names their contexts', () => {
  it.each(['TLSv1.2', 'TLSv1.3'] as const)('a request is refused exactly where its host has another: %s', async (maxVersion) => {
    const port = await withContexts(https);
    const told = await Promise.all(pairs.map(async ([servername, host]) => (await ask(port, servername, host, { maxVersion })).told));
    expect(pairs.map(([servername, host], index) => [servername, host, told[index]])).toEqual(pairs);
  });

  it('a name in capitals has the context that Node.js gave it: newer lines fold the case, older ones do not', async () => {
    const port = await withContexts(https, options, serverTls(verifier, serverCredentials({ subject: 'a.example' })).options);
    const { told, serverName } = await ask(port, 'A.EXAMPLE', 'a.example');
    expect(told).toBe(serverName === 'a.example' ? 'accepted' : 'MISDIRECTED');
    expect((await ask(port, 'a.example', 'A.EXAMPLE')).told).toBe('accepted');
  });

  it('HTTP/2 is judged stream by stream, and goes on', async () => {
    const port = await withContexts((tls) => {
      const server = createSecureServer(tls);
      server.on('request', (request: Http2ServerRequest, response: Http2ServerResponse) => {
        const decision = guard.decide(request) as Decision;
        response.statusCode = decision.ok ? 200 : decision.refusal.status;
        response.end();
      });
      return server;
    });
    const session = connectHttp2(`https://127.0.0.1:${port}`, {
      servername: 'x.example.net',
      rejectUnauthorized: false,
      ...presenting(alice),
    });
    const statusFor = (headers: Record<string, string>): Promise<number> =>
      new Promise((resolve, reject) => {
        const stream = session.request({ ':path': '/', ...headers });
        stream
          .on('response', (answer) => resolve(Number(answer[':status'])))
          .on('error', reject)
          .resume();
      });
    const hosts = ['x.example.net', 'a.example', 'y.example.net:8443', 'b.example', 'X.EXAMPLE.NET'];
    expect(await Promise.all(hosts.map((host) => statusFor({ ':authority': host })))).toEqual([200, 421, 200, 421, 200]);
    expect(await statusFor({ ':authority': 'x.example.net', host: 'a.example' })).toBe(421);
    session.destroy();
  });

  it('what a session of TLS 1.3 resumes is judged by its own name; one of TLS 1.2, which hides it, is refused', async () => {
    const port = await withContexts(https, serverTls(verifier, { ...credentials, allowSessionResumption: true }).options);
    for (const [maxVersion, told] of [
      ['TLSv1.3', 'accepted'],
      ['TLSv1.2', 'MISDIRECTED'],
    ] as const) {
      const first = await ask(port, 'b.example', 'b.example', { maxVersion });
      expect(first).toMatchObject({ told: 'accepted', isResumed: false });
      const second = await ask(port, 'b.example', 'b.example', { maxVersion, session: first.session as Buffer });
      expect([maxVersion, second.told, second.isResumed]).toEqual([maxVersion, told, true]);
      const other = await ask(port, 'b.example', 'a.example', { maxVersion, session: first.session as Buffer });
      expect(other).toMatchObject({ told: 'MISDIRECTED', isResumed: true });
    }
  });
});

describe('where the SNICallback of the server chooses', () => {
  it('names are compared, since nothing else tells what it would choose, and it is not asked', async () => {
    const asked: string[] = [];
    const SNICallback: NonNullable<TlsOptions['SNICallback']> = (name, settle) => {
      asked.push(name);
      settle(null, createSecureContext(options));
    };
    const port = await listen(https({ ...options, SNICallback }));
    expect((await ask(port, 'a.example', 'a.example:1')).told).toBe('accepted');
    expect((await ask(port, 'a.example', 'b.example')).told).toBe('MISDIRECTED');
    expect((await ask(port, undefined, 'b.example')).told).toBe('MISDIRECTED');
    expect((await ask(port, undefined, '127.0.0.1')).told).toBe('accepted');
    expect(asked).toEqual(['a.example', 'a.example']);
  });
});

it('a server with one context answers whatever host is asked for, over any connection', async () => {
  const port = await listen(https(options));
  for (const [servername, host] of pairs) expect([host, (await ask(port, servername, host)).told]).toEqual([host, 'accepted']);
});
