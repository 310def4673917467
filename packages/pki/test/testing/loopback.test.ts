import { createServer as createPlainServer, type RequestListener } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { type Auth, mtls } from '@peercert/express';
import express, { type Express } from 'express';
import express4 from 'express4';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type ClientChoice, createTestKit, type LoopbackServer, type Question } from '../../src/testing/index.js';

const kit = await createTestKit();
const { alice, expired, otherDepartment } = kit.clients;
const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

function makeApp(make: typeof express = express): { app: Express; auth: Auth } {
  const auth = mtls({ trust: kit.trust, logger: silent });
  const app = make();
  app.use(auth);
  app.get('/', ({ clientIdentity }, res) => void res.json({ CN: clientIdentity?.subject.attributes.CN }));
  app.get('/pay', auth.require({ subject: { OU: 'payments' } }), (_req, res) => void res.json({ paid: true }));
  app.post('/echo', express.text({ type: '*/*' }), (req, res) => void res.status(201).set('x-own', req.get('x-own')).send(req.body));
  return { app, auth };
}

async function serving(
  app: RequestListener = (request, response) => void response.end(request.url),
  options = {},
): Promise<LoopbackServer> {
  const server = await kit.serve(app, options);
  onTestFinished(server.close);
  return server;
}

describe('request refuses', () => {
  it.each([
    ['undefined', undefined],
    ['a name', 'alice'],
    ['a plain key and certificate', alice.tls],
  ])('%s as client: a slip must not be taken for nobody', async (_, client) => {
    const server = await serving();
    await expect(server.request({ client: client as never })).rejects.toThrow(/^request: client is no client of the kit/);
    await expect(kit.request(server.url, { client: client as never })).rejects.toThrow(/^request: client is no client of the kit/);
  });

  it.each(['url', 'payload', 'Client'])('the unknown option %s', async (option) => {
    await expect((await serving()).request({ [option]: '/' } as Question)).rejects.toThrow(`request: unknown option '${option}'`);
  });

  it.each(['//example.com/', 'https://example.com/', 'http://127.0.0.1/'])('a path that leads to another server: %s', async (path) => {
    await expect((await serving()).request({ path })).rejects.toThrow(`'${path}' leads away from https://127.0.0.1:`);
  });

  it.each([
    ['nothing', undefined],
    ['null', null],
    ['a Fastify application', { routing: () => undefined, ready: async () => undefined }],
    ['a server', createPlainServer()],
  ])('%s in the place of an application', async (_, app) => {
    await expect(kit.request(app as never)).rejects.toThrow(/expected an Express application or a request handler; for Fastify use inject/);
    await expect(kit.serve(app as never)).rejects.toThrow(/expected an Express application or a request handler; for Fastify use inject/);
  });

  it('a server whose certificate is not of the kit', async () => {
    const other = await createTestKit();
    const server = await other.serve((_request, response) => void response.end());
    onTestFinished(server.close);
    await expect(kit.request(server.url)).rejects.toThrow(/self-signed certificate|unable to verify/i);
  });

  it('a server without TLS', async () => {
    await expect(kit.request('http://127.0.0.1:1/')).rejects.toThrow(/Protocol "http:" not supported/);
  });
});

describe('request rejects where there is no answer', () => {
  it('because the server itself refused the certificate', async () => {
    const server = await serving(undefined, { rejectUnauthorized: true });
    expect((await server.request({ client: alice })).status).toBe(200);
    await expect(server.request({ client: kit.clients.wrongAuthority })).rejects.toThrow();
    await expect(server.request({ client: null })).rejects.toThrow();
  });

  it('because the server hung up', async () => {
    await expect((await serving(({ socket }) => void socket.destroy())).request()).rejects.toThrow(/socket hang up|ECONNRESET/);
  });

  it('because the test gave up waiting', async () => {
    const server = await serving(() => undefined);
    await expect(server.request({ signal: AbortSignal.timeout(50) })).rejects.toThrow(/abort/i);
  });
});

describe.each([
  ['Express 5', express],
  ['Express 4', express4 as unknown as typeof express],
])('%s', (_, make) => {
  it.each<[string, ClientChoice, string, number, string]>([
    ['lets a good client in', alice, '/', 200, '{"CN":["alice"]}'],
    ['lets it in where the policy fits', alice, '/pay', 200, '{"paid":true}'],
    ['refuses it where the policy does not', otherDepartment, '/pay', 403, 'PEERCERT_POLICY_MISMATCH'],
    ['refuses a bad certificate', expired, '/', 403, 'PEERCERT_CERTIFICATE_EXPIRED'],
    ['refuses a client without one', null, '/', 403, 'PEERCERT_CERTIFICATE_MISSING'],
  ])('%s', async (_does, client, path, status, text) => {
    const answer = await kit.request(makeApp(make).app, { client, path });
    expect(answer.status).toBe(status);
    expect(await answer.text()).toContain(text);
  });

  it('sends method, headers and body, and answers like fetch', async () => {
    const { app } = makeApp(make);
    const answer = await kit.request(app, {
      client: alice,
      path: '/echo',
      method: 'POST',
      headers: { 'x-own': 'yes', 'content-type': 'application/json' },
      body: '{"a":1}',
    });
    expect(answer).toBeInstanceOf(Response);
    expect([answer.status, answer.statusText, answer.ok, answer.headers.get('x-own')]).toEqual([201, 'Created', true, 'yes']);
    expect(await answer.json()).toEqual({ a: 1 });
  });
});

describe('request', () => {
  it('takes any handler of node:http, and any credential as client', async () => {
    const dave = await kit.root.issueClient({ subject: { CN: 'dave' } });
    const subject: RequestListener = ({ socket }, response) => {
      response.end((socket as unknown as { getPeerCertificate(): { subject: { CN: string } } }).getPeerCertificate().subject.CN);
    };
    expect(await (await kit.request(subject, { client: dave })).text()).toBe('dave');
  });

  it.each([204, 205, 304])('gives an answer of status %i, which has no body', async (status) => {
    const answer = await kit.request((_request, response) => void response.writeHead(status).end());
    expect([answer.status, await answer.text()]).toEqual([status, '']);
  });

  it('gives every header of a name, and bytes as they came', async () => {
    const bytes = Uint8Array.of(0, 255, 128);
    const answer = await kit.request((_request, response) => {
      response.setHeader('set-cookie', ['a=1', 'b=2']);
      response.end(bytes);
    });
    expect(answer.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
    expect(new Uint8Array(await answer.arrayBuffer())).toEqual(bytes);
  });

  it.each([
    ['', undefined, '/'],
    ['', '/a?b=c', '/a?b=c'],
    ['/in/here?d=e', undefined, '/in/here?d=e'],
    ['/in/here', 'there', '/in/there'],
    ['/in/here', '/a b', '/a%20b'],
  ])('asks a server that listens already: %s, then %s', async (below, path, asked) => {
    const { url } = await serving();
    const question = path === undefined ? {} : { path };
    expect(await (await kit.request(url + below, question)).text()).toBe(asked);
    expect(await (await kit.request(new URL(url + below), question)).text()).toBe(asked);
  });

  it('leaves no server behind, however it went', async () => {
    const ports: number[] = [];
    const noting: RequestListener = ({ socket }, response) => {
      ports.push((socket.address() as AddressInfo).port);
      response.end();
    };
    await kit.request(noting);
    await expect(kit.request(noting, { client: undefined } as never)).rejects.toThrow();
    await expect(
      kit.request(({ socket }) => {
        ports.push((socket.address() as AddressInfo).port);
        socket.destroy();
      }),
    ).rejects.toThrow();
    expect(ports).toHaveLength(2);
    for (const port of ports) expect(await isOpen(port)).toBe(false);
  });
});

describe('serve', () => {
  it('listens on 127.0.0.1 until it is closed, idle connections notwithstanding', async () => {
    const server = await kit.serve((_request, response) => void response.end());
    const { address, port } = server.server.address() as AddressInfo;
    expect([address, server.url]).toEqual(['127.0.0.1', `https://127.0.0.1:${server.port}`]);
    expect(port).toBe(server.port);
    const idle = connect(port, '127.0.0.1').on('error', () => undefined);
    await server.request();
    await server.close();
    expect(await isOpen(port)).toBe(false);
    idle.destroy();
  });

  it('is closed by `await using`, and may be closed twice', async () => {
    const server = await kit.serve((_request, response) => void response.end());
    await server[Symbol.asyncDispose]();
    await server.close();
    expect(await isOpen(server.port)).toBe(false);
  });

  it('gives the server, for auth.check and for upgrades', async () => {
    const { app, auth } = makeApp();
    const server = await serving(app);
    auth.check(server.server);
    expect((await server.request({ client: alice })).status).toBe(200);
  });

  it('adds options to those of kit.https', async () => {
    const asksNobody = await serving(makeApp().app, { requestCert: false });
    expect(await (await asksNobody.request({ client: alice })).text()).toContain('PEERCERT_NOT_REQUESTED');
  });

  it('rejects for options that no server can have', async () => {
    await expect(kit.serve((_request, response) => void response.end(), { key: 'no key' })).rejects.toThrow();
  });
});

/** Whether anyone listens there. */
function isOpen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.on('connect', () => resolve(true)).on('error', () => resolve(false));
    socket.on('close', () => socket.destroy());
    socket.on('connect', () => socket.destroy());
  });
}
