import { once } from 'node:events';
import { connect } from 'node:tls';
import { beforeEach, describe, expect, it } from 'vitest';
import { ask, json, oneConnection } from '../../../test/support/ask.js';
import { alice, asking, bob, expired, mallory, payments, root, selfSigned, trusting } from '../../../test/support/cast.js';
import { mtls } from '../src/index.js';
import { type Line, listening, makeApp } from './support/apps.js';

const cases = [
  ['without a certificate', undefined, 'PEERCERT_CERTIFICATE_MISSING', 'A client certificate is required', 'close'],
  [
    'with a certificate of another authority',
    mallory,
    'PEERCERT_ISSUER_UNKNOWN',
    'The client certificate is not issued by a trusted authority',
    'close',
  ],
  [
    'with a certificate that vouches for itself',
    selfSigned,
    'PEERCERT_ISSUER_UNKNOWN',
    'The client certificate is not issued by a trusted authority',
    'close',
  ],
  ['with an expired certificate', expired, 'PEERCERT_CERTIFICATE_EXPIRED', 'The client certificate has expired', 'keep-alive'],
] as const;

describe('a guarded application', () => {
  let port: number;
  let log: Line[];
  const ran: string[] = [];

  beforeEach(async () => {
    ran.length = 0;
    const made = makeApp();
    log = made.log;
    await made.app.register(mtls, trusting);
    made.app.addHook('preParsing', async (request, _reply, payload) => {
      ran.push(`preParsing ${request.method}`);
      return payload;
    });
    made.app.addContentTypeParser('text/plain', { parseAs: 'string' }, async (_request: unknown, body: string) => {
      ran.push('body');
      return body;
    });
    made.app.get('/', async (request) => ({ CN: request.clientIdentity?.subject.attributes.CN }));
    made.app.route({
      method: ['POST', 'PUT', 'OPTIONS'],
      url: '/write',
      handler: async (request) => {
        ran.push('handler');
        return { body: request.body };
      },
    });
    port = await listening(made.app);
  });

  it.each(cases)('refuses a client %s with 403', async (_who, client, code, message, connection) => {
    const told = await ask(port, { client, headers: { connection: 'keep-alive' } });
    expect(told.status).toBe(403);
    expect(json(told)).toEqual({ statusCode: 403, code, error: 'Forbidden', message });
    expect(told.headers['content-type']).toBe('application/json; charset=utf-8');
    expect(told.headers.connection).toBe(connection);
  });

  it.each([
    ['HEAD', '/'],
    ['OPTIONS', '/write'],
    ['OPTIONS', '/'],
    ['POST', '/write'],
    ['GET', '/nowhere'],
    ['DELETE', '/'],
    ['GET', '//'],
    ['GET', '/?path=%2f'],
    ['GET', '/%2e%2e/'],
    ['GET', '/constructor'],
  ])('refuses %s %s without a certificate, before anything of a route runs', async (method, path) => {
    const told = await ask(port, { method, path, ...(method === 'POST' ? { body: 'x', headers: { 'content-type': 'text/plain' } } : {}) });
    expect(told.status).toBe(403);
    if (method !== 'HEAD') expect(json(told).code).toBe('PEERCERT_CERTIFICATE_MISSING');
    expect(ran).toEqual([]);
  });

  it('admits a good client, to routes and to 404 alike, and says who it is', async () => {
    expect(json(await ask(port, { client: alice }))).toEqual({ CN: ['alice'] });
    expect((await ask(port, { client: alice, method: 'HEAD' })).status).toBe(200);
    expect((await ask(port, { client: alice, path: '/nowhere' })).status).toBe(404);
    const posted = await ask(port, { client: alice, method: 'POST', path: '/write', body: 'x', headers: { 'content-type': 'text/plain' } });
    expect(json(posted)).toEqual({ body: 'x' });
    expect(ran.slice(-3)).toEqual(['preParsing POST', 'body', 'handler']);
  });

  it('reads nothing about who a client is from what it writes', async () => {
    const headers = {
      'x-client-cert': alice.certificate.replaceAll('\n', '%0A'),
      'client-cert': ':AA==:',
      clientidentity: '{"subject":{"attributes":{"CN":["root"]}}}',
    };
    const told = await ask(port, { path: '/?clientIdentity[subject]=x&__proto__[clientIdentity]=y', headers });
    expect(json(told).code).toBe('PEERCERT_CERTIFICATE_MISSING');
  });

  it('tells the log, and not the client, what was found and what to do', async () => {
    await ask(port, { client: mallory });
    const line = log.find(({ code }) => code === 'PEERCERT_ISSUER_UNKNOWN');
    expect(line).toMatchObject({ level: 30, status: 403, trace: [expect.objectContaining({ depth: 0, subject: 'OU=payments,CN=alice' })] });
    expect(line?.msg).toMatch(/PEERCERT_ISSUER_UNKNOWN: .*CN=Stranger.*; mend: /);
    expect(line?.reqId).toBeDefined();
  });

  it('decides of every request on a connection that is kept', async () => {
    const agent = oneConnection(alice);
    for (let i = 0; i < 3; i++) expect((await ask(port, { agent })).status).toBe(200);
    agent.destroy();
    const refused = oneConnection(expired);
    for (let i = 0; i < 3; i++) expect((await ask(port, { agent: refused })).status).toBe(403);
    refused.destroy();
  });
});

describe('the options', () => {
  it.each([
    ['an unknown one', { trsut: root.certificate }, /^unknown option 'trsut' \(did you mean 'trust'\?\)/],
    ['an inherited one', Object.create({ policy: false }) as object, /^policy: is inherited/],
    ['a policy that is undefined', { ...trusting, policy: undefined }, /^policy: is undefined/],
    ['a policy without rules', { ...trusting, policy: {} }, /^policy: has no rules/],
    ['true for a policy', { ...trusting, policy: true }, /^policy: true is no policy/],
    [
      'a status that HTTP has not',
      { ...trusting, statuses: { PEERCERT_CERTIFICATE_MISSING: 200 } },
      /^statuses\.PEERCERT_CERTIFICATE_MISSING: expected an HTTP status/,
    ],
    [
      'an unknown code',
      { ...trusting, statuses: { PEERCERT_CERTIFICATE_MISING: 401 } },
      /unknown option 'PEERCERT_CERTIFICATE_MISING' \(did you mean/,
    ],
    ['a file that is not there', { trust: '/nowhere/ca.crt' }, /^trust\.ca.*\/nowhere\/ca\.crt/],
    ['a prefix, which narrows nothing', { ...trusting, prefix: '/admin' }, /^prefix: narrows nothing here/],
  ])('end the boot with %s', async (_what, options, problem) => {
    const { app } = makeApp();
    app.register(mtls, options as object);
    await expect(app.ready()).rejects.toMatchObject({ code: 'PEERCERT_CONFIGURATION', message: expect.stringMatching(problem) });
  });

  it('are proof against a polluted prototype', async () => {
    const prototype = Object.prototype as { policy?: unknown };
    prototype.policy = false;
    try {
      const { app } = makeApp();
      app.register(mtls, trusting);
      await expect(app.ready()).rejects.toThrow(/^policy: is inherited/);
    } finally {
      delete prototype.policy;
    }
  });

  it('take no option from __proto__', async () => {
    const { app } = makeApp();
    app.register(mtls, { ...JSON.parse('{"__proto__":{"policy":false}}'), ...trusting });
    await expect(app.ready()).rejects.toThrow(/^unknown option '__proto__'/);
  });

  it("name statuses of the operator's own choice", async () => {
    const { app } = makeApp();
    await app.register(mtls, { ...trusting, statuses: { PEERCERT_CERTIFICATE_MISSING: 401, PEERCERT_POLICY_MISMATCH: 404 } });
    app.get('/', { config: { mtls: payments } }, async () => 'in');
    const port = await listening(app);
    expect(json(await ask(port))).toEqual({
      statusCode: 401,
      code: 'PEERCERT_CERTIFICATE_MISSING',
      error: 'Unauthorized',
      message: 'A client certificate is required',
    });
    expect((await ask(port, { client: bob })).status).toBe(404);
    expect((await ask(port, { client: mallory })).status).toBe(403);
  });

  it('let CORS preflights through when they say so, and nothing that only resembles one', async () => {
    const { app } = makeApp();
    await app.register(mtls, { ...trusting, allowCorsPreflight: true });
    app.options('/', async (request) => ({ identity: request.clientIdentity }));
    app.post('/', async () => 'in');
    const port = await listening(app);
    const preflight = { origin: 'https://example.com', 'access-control-request-method': 'POST' };
    const told = await ask(port, { method: 'OPTIONS', headers: preflight });
    expect([told.status, json(told)]).toEqual([200, { identity: null }]);
    expect((await ask(port, { method: 'POST', headers: preflight })).status).toBe(403);
    expect((await ask(port, { method: 'OPTIONS', headers: { origin: 'https://example.com' } })).status).toBe(403);
    expect((await ask(port, { method: 'OPTIONS', headers: { 'access-control-request-method': 'POST' } })).status).toBe(403);
  });

  it('refuse CORS preflights otherwise', async () => {
    const { app } = makeApp();
    await app.register(mtls, trusting);
    app.options('/', async () => 'in');
    const told = await ask(await listening(app), {
      method: 'OPTIONS',
      headers: { origin: 'https://example.com', 'access-control-request-method': 'POST' },
    });
    expect(told.status).toBe(403);
  });

  it('may be left out: trust then comes from the server', async () => {
    const { app, log } = makeApp();
    await app.register(mtls);
    app.get('/', async (request) => ({ CN: request.clientIdentity?.subject.attributes.CN }));
    const port = await listening(app);
    expect((await ask(port)).status).toBe(403);
    expect((await ask(port, { client: mallory })).status).toBe(403);
    expect(json(await ask(port, { client: alice }))).toEqual({ CN: ['alice'] });
    expect(log.filter(({ msg }) => msg.startsWith('trust taken from'))).toHaveLength(1);
  });

  it('do not guess where the server says nothing of trust', async () => {
    const { ca: _ca, ...withoutAuthorities } = asking;
    const { app } = makeApp({ https: withoutAuthorities });
    await app.register(mtls);
    app.get('/', async () => 'in');
    const told = await ask(await listening(app), { client: alice });
    expect(json(told)).toEqual({
      statusCode: 500,
      code: 'PEERCERT_TRUST_NOT_CONFIGURED',
      error: 'Internal Server Error',
      message: 'The server is not configured to verify client certificates',
    });
  });
});

describe('a client that does not wait', () => {
  it('is refused when it is gone before its certificate could be read, and the server stands', async () => {
    const { app, log } = makeApp();
    let met: () => void = () => undefined;
    const request = new Promise<void>((resolve) => {
      met = resolve;
    });
    app.addHook('onRequest', async ({ raw, url }) => {
      if (url !== '/slow') return;
      met();
      await once(raw.socket, 'close');
    });
    await app.register(mtls, trusting);
    app.get('/slow', async () => 'in');
    app.get('/', async () => 'in');
    const port = await listening(app);
    const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false, ...alice.tls });
    socket.write('GET /slow HTTP/1.1\r\nHost: a\r\n\r\n');
    await request;
    socket.destroy();
    await expect.poll(() => log.some(({ code }) => code === 'PEERCERT_CONNECTION_CLOSED')).toBe(true);
    expect((await ask(port, { client: alice })).status).toBe(200);
  });
});
