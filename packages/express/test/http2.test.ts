import { createServer as createPlainServer } from 'node:http';
import { createServer as createPlainHttp2, createSecureServer } from 'node:http2';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import fastifyExpress from '@fastify/express';
import express from 'express';
import express4 from 'express4';
import Fastify, { type FastifyInstance } from 'fastify';
import { describe, expect, it } from 'vitest';
import { ask, json } from '../../../test/support/ask.js';
import { alice, asking, trusting } from '../../../test/support/cast.js';
import { ConfigurationError, mtls } from '../src/index.js';
import { listening } from './support/hosts.js';

const silent = (): void => undefined;
const auth = mtls({ ...trusting, logger: { debug: silent, info: silent, warn: silent, error: silent } });

describe.each([
  ['Express 5', express],
  ['Express 4', express4],
])('%s', (_name, make) => {
  it.each([true, false])('is refused as the handler of an HTTP/2 server (allowHTTP1: %s)', (allowHTTP1) => {
    const server = createSecureServer({ ...asking, allowHTTP1 }, make() as never);
    expect(() => auth.check(server)).toThrow(ConfigurationError);
    expect(() => auth.check(server)).toThrow(
      /^server: is of node:http2, and Express does not work over HTTP\/2\. .*https\.createServer\(\)/,
    );
    expect(() => auth.check(createPlainHttp2(make() as never))).toThrow(/^server: is of node:http2/);
  });

  it('is taken on every other server', () => {
    for (const server of [createServer(asking, make()), createPlainServer(make())]) auth.check(server);
  });
});

describe('@fastify/express on an HTTP/2 server', () => {
  it('lets nobody in over HTTP/1.1 either, so that it never seems to work', async () => {
    const app = Fastify({ http2: true, https: { ...asking, allowHTTP1: true } } as object) as unknown as FastifyInstance;
    const reached: string[] = [];
    await app.register(fastifyExpress);
    app.use(auth);
    app.get('/', async () => void reached.push('handler'));
    await app.listen({ port: 0, host: '127.0.0.1' });
    const { port } = app.server.address() as AddressInfo;
    const told = await ask(port, { client: alice });
    expect([told.status, json(told).code, reached]).toEqual([500, 'PEERCERT_POLICY_INVALID', []]);
    await app.close();
  });
});

it.each([
  ['Express 5', express],
  ['Express 4', express4],
])('%s on an HTTP/2 server lets nobody in over HTTP/1.1 either, so that it never seems to work', async (_name, make) => {
  const app = make();
  const reached: string[] = [];
  app.use(auth.optional());
  app.get('/', (_request, response) => {
    reached.push('handler');
    response.end();
  });
  app.use((error: { status: number; code: string }, _q: express.Request, response: express.Response, _next: express.NextFunction) => {
    response.status(error.status).json({ code: error.code });
  });
  const server = createSecureServer({ ...asking, allowHTTP1: true }, app as never);
  const port = await listening(server as never);
  const told = await ask(port, { client: alice });
  expect([told.status, json(told).code, reached]).toEqual([500, 'PEERCERT_POLICY_INVALID', []]);
});

it('a handler without Express is taken on an HTTP/2 server', () => {
  auth.check(createSecureServer(asking, () => undefined));
});
