import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer as createPlainServer, type IncomingMessage, type RequestListener, request as sendPlain } from 'node:http';
import { connect, createSecureServer } from 'node:http2';
import type { AddressInfo, Server } from 'node:net';
import { Readable } from 'node:stream';
import { connect as connectTls } from 'node:tls';
import * as core from '@peercert/core';
import { simulatePeer } from '@peercert/core/testing';
import * as expressAdapter from '@peercert/express';
import * as fastifyAdapter from '@peercert/fastify';
import express from 'express';
import Fastify, { type FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { createTestKit, inject } from '../../src/testing/index.js';

/** What keeps simulated clients out of production: nothing that comes over a socket can be one, and nothing that production imports makes one. */
const kit = await createTestKit();
const { alice } = kit.clients;
const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const mtls = { trust: kit.trust, logger: silent };
const presented = alice.chain;

describe('what a client sends', () => {
  let app: FastifyInstance;
  let url: string;

  beforeAll(async () => {
    app = Fastify({ https: kit.https, forceCloseConnections: true, trustProxy: true }) as unknown as FastifyInstance;
    await app.register(fastifyAdapter.mtls, mtls);
    app.all('/', async ({ clientIdentity }) => ({ CN: clientIdentity?.subject.attributes.CN }));
    // The same application is under test at the same time: simulated clients get in.
    expect((await inject(app, { client: alice, url: '/' })).statusCode).toBe(200);
    await app.listen({ port: 0, host: '127.0.0.1' });
    url = `https://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
  });
  afterAll(() => app.close());

  const pem = encodeURIComponent(alice.credential.certificate);
  const base64 = `:${Buffer.from(alice.credential.der).toString('base64')}:`;
  const pollution = { __proto__: null, constructor: { prototype: { encrypted: true, simulated: true, raw: 'x' } } };
  const headers: readonly [string, Record<string, string>][] = [
    ['a mark', { 'x-peercert-simulated': '1', 'x-simulated': 'true', 'x-test': '1', 'peercert-client': 'alice' }],
    [
      'a certificate, as proxies forward them',
      { 'client-cert': base64, 'x-ssl-cert': pem, 'x-client-cert': pem, 'x-forwarded-client-cert': `Cert="${pem}"` },
    ],
    [
      'names of properties',
      { socket: 'x', stream: 'x', encrypted: 'true', authorized: 'true', islightmyrequest: 'true', clientidentity: '{}' },
    ],
    ['names that prototypes have', { __proto__x: '1', constructor: 'x', 'x-constructor.prototype.encrypted': 'true' }],
    ['the agent of injected requests', { 'user-agent': 'lightMyRequest', host: 'localhost:80' }],
    ['what proxies say of themselves', { 'x-forwarded-proto': 'https', 'x-forwarded-for': '127.0.0.1', 'x-ssl-client-verify': 'SUCCESS' }],
  ];

  it.each(headers)('makes nobody a simulated client: headers with %s', async (_, sent) => {
    for (const method of ['GET', 'POST', 'OPTIONS']) {
      const answer = await kit.request(url, { client: null, method, headers: sent });
      expect([answer.status, ((await answer.json()) as { code: string }).code]).toEqual([403, 'PEERCERT_CERTIFICATE_MISSING']);
    }
    const refused = await kit.request(url, { client: kit.clients.wrongAuthority, headers: sent });
    expect(((await refused.json()) as { code: string }).code).toBe('PEERCERT_ISSUER_UNKNOWN');
  });

  it('makes nobody a simulated client: bodies and queries that pollute', async () => {
    const body = JSON.stringify(pollution).replace('"constructor"', '"__proto__"');
    for (const path of ['/?__proto__[encrypted]=true&__proto__[raw]=x', '/?constructor[prototype][simulated]=1', '/#simulated']) {
      const answer = await kit.request(url, { method: 'POST', path, headers: { 'content-type': 'application/json' }, body });
      expect(await answer.text()).toMatch(/PEERCERT_CERTIFICATE_MISSING|FST_ERR_CTP/);
    }
    expect(await (await kit.request(url)).text()).toContain('PEERCERT_CERTIFICATE_MISSING');
  });

  it('makes nobody a simulated client: one connection, on which an injected request came between', async () => {
    const socket = connectTls({ host: '127.0.0.1', port: Number(new URL(url).port), ca: kit.trust });
    onTestFinished(() => void socket.destroy());
    const ask = async (): Promise<string> => {
      socket.write('GET / HTTP/1.1\r\nHost: localhost\r\nConnection: keep-alive\r\n\r\n');
      const [bytes] = (await once(socket, 'data')) as [Buffer];
      return bytes.toString();
    };
    expect(await ask()).toContain('PEERCERT_CERTIFICATE_MISSING');
    expect((await inject(app, { client: alice, url: '/' })).statusCode).toBe(200);
    const again = await Promise.race([ask(), once(socket, 'close').then(() => 'closed')]);
    expect(again).toMatch(/PEERCERT_CERTIFICATE_MISSING|closed/);
  });
});

/** What the handler of a real request says when it tries to have it simulated. */
const attempt = (request: object): string => {
  try {
    simulatePeer(request, presented);
    return 'simulated';
  } catch (error) {
    return (error as Error).message;
  }
};
const refusal = expect.stringContaining('simulatePeer refuses a request that may have a connection');

describe('even a handler cannot simulate a request that came', () => {
  const answering: RequestListener = (request, response) => void response.end(attempt(request));

  it('over HTTP/1.1 with TLS, with a certificate and without one', async () => {
    expect(await (await kit.request(answering)).text()).toEqual(refusal);
    expect(await (await kit.request(answering, { client: alice })).text()).toEqual(refusal);
  });

  it('over HTTP/1.1 without TLS', async () => {
    const port = await listening(createPlainServer(answering));
    const [response] = (await once(sendPlain({ port, host: '127.0.0.1', agent: false }).end(), 'response')) as [IncomingMessage];
    expect(String(await once(response, 'data'))).toEqual(refusal);
  });

  it('over HTTP/2', async () => {
    const server = createSecureServer(kit.https, answering as never);
    const session = connect(`https://127.0.0.1:${await listening(server)}`, { ca: kit.trust });
    onTestFinished(() => session.destroy());
    expect(String(await once(session.request({ ':path': '/' }), 'data'))).toEqual(refusal);
  });

  it.each([
    ['upgrade', 'GET / HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n'],
    ['connect', 'CONNECT localhost:443 HTTP/1.1\r\nHost: localhost\r\n\r\n'],
  ])("with the event '%s'", async (event, bytes) => {
    const server = await kit.serve(answering);
    onTestFinished(server.close);
    server.server.on(event, (request: IncomingMessage, socket: NodeJS.WritableStream) => socket.end(attempt(request)));
    const socket = connectTls({ host: '127.0.0.1', port: server.port, ca: kit.trust, ...alice.tls }, () => socket.write(bytes));
    expect(String(await once(socket, 'data'))).toEqual(refusal);
  });

  it('through Fastify, over HTTP/1.1 and HTTP/2', async () => {
    for (const options of [{ https: kit.https }, { https: { ...kit.https, allowHTTP1: true }, http2: true }]) {
      const app = Fastify({ ...options, forceCloseConnections: true } as object) as unknown as FastifyInstance;
      app.addHook('onRequest', async ({ raw }, reply) => reply.send(attempt(raw)));
      app.get('/', async () => 'never');
      await app.listen({ port: 0, host: '127.0.0.1' });
      onTestFinished(() => app.close());
      const { port } = app.server.address() as AddressInfo;
      expect(await (await kit.request(`https://127.0.0.1:${port}`)).text()).toEqual(refusal);
      if ('http2' in options) {
        const session = connect(`https://127.0.0.1:${port}`, { ca: kit.trust });
        onTestFinished(() => session.destroy());
        expect(String(await once(session.request({ ':path': '/' }), 'data'))).toEqual(refusal);
      }
    }
  });

  it('through Express, also with the prototypes of its requests exchanged, as light-my-request does', async () => {
    const app = express();
    app.get('/', (request, response) => void response.send(attempt(request)));
    app.get('/exchanged', (request, response) => {
      const prototype: unknown = Object.getPrototypeOf(request);
      Object.setPrototypeOf(request, Readable.prototype);
      const told = attempt(request);
      Object.setPrototypeOf(request, prototype as object);
      response.send(told);
    });
    expect(await (await kit.request(app)).text()).toEqual(refusal);
    expect(await (await kit.request(app, { path: '/exchanged' })).text()).toEqual(refusal);
  });
});

describe('what production imports', () => {
  const packages = { '@peercert/core': core, '@peercert/fastify': fastifyAdapter, '@peercert/express': expressAdapter };

  it.each(Object.entries(packages))('offers no way to simulate a client: %s', (_, exported) => {
    expect(Object.values(exported)).not.toContain(simulatePeer);
    expect(Object.keys(exported).filter((name) => /simul|mock|fake|testing/i.test(name))).toEqual([]);
  });

  it.each([
    ['core', ['.', './testing', './certificate-policy.schema.json', './package.json']],
    ['fastify', ['.', './package.json']],
    ['express', ['.', './package.json']],
    ['pki', ['.', './testing', './package.json']],
  ])('has no other entries: %s', (name, entries) => {
    const manifest = JSON.parse(readFileSync(new URL(`../../../${name}/package.json`, import.meta.url), 'utf8')) as { exports: object };
    expect(Object.keys(manifest.exports)).toEqual(entries);
  });

  it('cannot reach around the entries', async () => {
    for (const path of ['dist/peer/simulated.js', 'dist/peer/index.js', 'dist/testing.js']) {
      await expect(import(/* @vite-ignore */ `@peercert/core/${path}`)).rejects.toThrow(
        /not exported|Missing ".*" specifier|ERR_PACKAGE_PATH_NOT_EXPORTED/,
      );
    }
  });

  it('reaches simulatePeer neither over the guard nor over the verifier', () => {
    const guard = new core.Guard({ trust: kit.trust, logger: silent });
    for (const object of [guard, guard.verifier]) {
      const names = [...Reflect.ownKeys(object), ...Reflect.ownKeys(Object.getPrototypeOf(object) as object)].map(String);
      expect(names.filter((name) => /simul|mock|fake/i.test(name))).toEqual([]);
    }
  });
});

async function listening(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}
