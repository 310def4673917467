import { inspect } from 'node:util';
import type { FastifyBaseLogger } from 'fastify';
import { describe, expect, it, vi } from 'vitest';
import { ask, json, upgrade } from '../../../test/support/ask.js';
import { alice, bob, mallory, payments, trusting } from '../../../test/support/cast.js';
import { createVerifier, mtls, type RefusedError, type Verifier } from '../src/index.js';
import { listening, makeApp, plugin } from './support/apps.js';

/** What only the log may say of mallory: the name of the authority. */
const secret = 'Stranger';

describe('an error handler', () => {
  it('sees code, status and what was found', async () => {
    const { app } = makeApp();
    const seen: RefusedError[] = [];
    await app.register(mtls, trusting);
    app.setErrorHandler<RefusedError>((error, _request, reply) => {
      seen.push(error);
      void reply.code(error.statusCode).send({ mine: error.code });
    });
    app.get('/', async () => 'in');
    const told = await ask(await listening(app), { client: mallory });
    expect([told.status, json(told)]).toEqual([403, { mine: 'PEERCERT_ISSUER_UNKNOWN' }]);
    expect(told.headers.connection).toBe('close');
    const [error] = seen;
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({
      name: 'FastifyError',
      code: 'PEERCERT_ISSUER_UNKNOWN',
      statusCode: 403,
      message: 'The client certificate is not issued by a trusted authority',
    });
    expect(error?.refusal).toMatchObject({
      code: 'PEERCERT_ISSUER_UNKNOWN',
      trace: [{ depth: 0, detail: expect.stringContaining(secret) }],
    });
    expect(String(error)).toBe('FastifyError [PEERCERT_ISSUER_UNKNOWN]: The client certificate is not issued by a trusted authority');
    expect(error?.stack).toBe('PEERCERT_ISSUER_UNKNOWN: The client certificate is not issued by a trusted authority');
  });

  it.each<[string, (error: RefusedError) => unknown]>([
    ['a copy of it', (error) => ({ ...error })],
    ['its JSON', (error) => error],
    [
      'all of its own properties',
      (error) => Object.fromEntries(Object.getOwnPropertyNames(error).map((name) => [name, error[name as keyof RefusedError]])),
    ],
    [
      'all that can be enumerated',
      (error) => {
        const all: Record<string, unknown> = {};
        for (const name in error) all[name] = error[name as keyof RefusedError];
        return all;
      },
    ],
    ['what an inspection shows', (error) => ({ text: inspect(error, { showHidden: true, depth: 9, getters: false }) })],
    ['its text and stack', (error) => ({ text: String(error), stack: error.stack, cause: error.cause })],
  ])('that sends %s sends nothing of what was found', async (_what, body) => {
    const { app, log } = makeApp();
    await app.register(mtls, trusting);
    app.setErrorHandler<RefusedError>((error, _request, reply) => void reply.code(error.statusCode).send(JSON.stringify(body(error))));
    app.get('/', async () => 'in');
    const told = await ask(await listening(app), { client: mallory });
    expect(told.status).toBe(403);
    expect(told.body).toContain('PEERCERT_ISSUER_UNKNOWN');
    expect(told.body).not.toMatch(/Stranger|trace:|alice|mend/);
    expect(JSON.stringify(log)).toContain(secret);
  });

  it('is that of the scope, and onError hooks run before it', async () => {
    const { app } = makeApp();
    const ran: string[] = [];
    await app.register(mtls, trusting);
    app.addHook('onError', async (_request, _reply, error) => void ran.push(`onError ${error.code}`));
    app.register(
      plugin(async (child) => {
        child.setErrorHandler(async (error: RefusedError, _request, reply) => reply.code(418).send({ child: error.code }));
        child.get('/', async () => 'in');
      }),
      { prefix: '/child' },
    );
    const port = await listening(app);
    expect((await ask(port, { path: '/child' })).status).toBe(418);
    expect((await ask(port, { path: '/nowhere' })).status).toBe(403);
    expect(ran).toContain('onError PEERCERT_CERTIFICATE_MISSING');
  });

  it('that swallows the error does not open the route', async () => {
    const { app } = makeApp();
    const handler = vi.fn(async () => 'in');
    await app.register(mtls, trusting);
    app.setErrorHandler(async () => ({ swallowed: true }));
    app.get('/', handler);
    const told = await ask(await listening(app));
    expect(json(told)).toEqual({ swallowed: true });
    expect(handler).not.toHaveBeenCalled();
  });
});

describe('a schema for the answer', () => {
  it.each<[string, object]>([
    ['takes everything', { type: 'object', additionalProperties: true }],
    [
      'names what it wants',
      { type: 'object', properties: { code: { type: 'string' }, message: { type: 'string' }, trace: {}, stack: {} } },
    ],
  ])('that %s gets nothing of what was found', async (_what, schema) => {
    const { app } = makeApp();
    await app.register(mtls, trusting);
    app.get('/', { schema: { response: { 403: schema } } }, async () => 'in');
    const told = await ask(await listening(app), { client: mallory });
    expect(told.status).toBe(403);
    expect(told.body).toMatch(/^\{.*\}$/);
    expect(told.body).not.toMatch(/Stranger|trace|mend/);
  });
});

describe('a decision that takes time', () => {
  /** As a verifier will be that has to wait for something. */
  function waiting(): Verifier {
    const verifier = createVerifier(trusting);
    const authenticate = verifier.authenticate.bind(verifier);
    const later = async (...given: Parameters<Verifier['authenticate']>) => {
      const outcome = authenticate(...given);
      await new Promise((resolve) => setTimeout(resolve, 20));
      return outcome;
    };
    return Object.defineProperty(verifier, 'authenticate', { value: later });
  }

  it('ends as one that takes none', async () => {
    const { app } = makeApp();
    const handler = vi.fn(async (request: { clientIdentity: unknown }) => ({ has: request.clientIdentity !== null }));
    await app.register(mtls, { verifier: waiting() });
    app.get('/', { config: { mtls: payments } }, handler as never);
    app.get('/require', { onRequest: app.mtls.require(payments) }, handler as never);
    const port = await listening(app);
    for (const path of ['/', '/require']) {
      expect((await ask(port, { path })).status).toBe(403);
      expect((await ask(port, { path, client: bob })).status).toBe(403);
    }
    expect(handler).not.toHaveBeenCalled();
    for (const path of ['/', '/require']) expect(json(await ask(port, { path, client: alice }))).toEqual({ has: true });
    expect(handler).toHaveBeenCalledTimes(2);
  });

  it('changes nothing when the answer was given meanwhile', async () => {
    const { app } = makeApp();
    const handler = vi.fn(async () => 'in');
    await app.register(mtls, { verifier: waiting() });
    app.get('/', { handlerTimeout: 5 }, handler);
    const port = await listening(app);
    for (const client of [undefined, alice]) expect((await ask(port, { client })).status).toBe(503);
    await new Promise((resolve) => setTimeout(resolve, 40));
    expect(handler).not.toHaveBeenCalled();
  });

  it('guards upgrades likewise', async () => {
    const { app } = makeApp();
    await app.register(mtls, { verifier: waiting() });
    const reached = vi.fn((_request: unknown, socket: { end(text: string): void }) =>
      socket.end('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n'),
    );
    app.server.on('upgrade', app.mtls.upgrade('required', reached as never));
    const port = await listening(app);
    expect((await upgrade(port)).status).toBe(403);
    expect(reached).not.toHaveBeenCalled();
    expect((await upgrade(port, { client: alice })).status).toBe(101);
  });

  it('is a refusal when it fails', async () => {
    const { app } = makeApp();
    const verifier = Object.defineProperty(createVerifier(trusting), 'authenticate', { value: () => Promise.reject(new Error(secret)) });
    await app.register(mtls, { verifier });
    app.get('/', async () => 'in');
    const told = await ask(await listening(app), { client: alice });
    expect([told.status, json(told).code]).toEqual([500, 'PEERCERT_INTERNAL']);
    expect(told.body).not.toContain(secret);
  });
});

describe('whatever goes wrong', () => {
  it.each<[string, unknown]>([
    [
      'throws',
      () => {
        throw new Error(secret);
      },
    ],
    [
      'throws null',
      () => {
        // biome-ignore lint/style/useThrowOnlyError: it is what is tested.
        throw null;
      },
    ],
    ['returns nothing', () => undefined],
    ['returns true', () => true],
    ['returns what only looks like an identity', () => ({ ok: true, value: { subject: { attributes: { CN: ['alice'] } } } })],
    ['returns an object that is truthy where it should be true', () => ({ ok: 'yes', value: {} })],
    ['resolves to nothing', async () => undefined],
  ])('inside, nobody gets in: the verifier %s', async (_what, authenticate) => {
    const { app, log } = makeApp();
    await app.register(mtls, { verifier: Object.defineProperty(createVerifier(trusting), 'authenticate', { value: authenticate }) });
    app.get('/', async () => 'in');
    const told = await ask(await listening(app), { client: alice });
    expect([told.status, json(told)]).toEqual([
      500,
      {
        statusCode: 500,
        code: 'PEERCERT_INTERNAL',
        error: 'Internal Server Error',
        message: 'The client certificate could not be verified',
      },
    ]);
    expect(log.find(({ code }) => code === 'PEERCERT_INTERNAL')).toMatchObject({ level: 50 });
  });

  it.each([
    ['at once', false],
    ['later', true],
  ])('with the log, the decision stands: %s', async (_when, later) => {
    const { app } = makeApp({
      childLoggerFactory: (logger: FastifyBaseLogger, bindings: object) =>
        Object.assign(logger.child(bindings), {
          info: (fields: { code?: string }) => {
            if (fields.code?.startsWith('PEERCERT') === true) throw new Error(secret);
          },
        }),
    });
    const verifier = createVerifier(trusting);
    const authenticate = verifier.authenticate.bind(verifier);
    if (later)
      Object.defineProperty(verifier, 'authenticate', {
        value: async (...given: Parameters<Verifier['authenticate']>) => authenticate(...given),
      });
    await app.register(mtls, { verifier });
    app.get('/', async () => 'in');
    const port = await listening(app);
    expect(json(await ask(port)).code).toBe('PEERCERT_CERTIFICATE_MISSING');
    expect((await ask(port, { client: alice })).status).toBe(200);
  });

  it('a verifier that was closed answers 503, and when to come again', async () => {
    const { app } = makeApp();
    await app.register(mtls, trusting);
    app.get('/', async () => 'in');
    const port = await listening(app);
    await app.mtls.verifier.close();
    const told = await ask(port, { client: alice });
    expect([told.status, told.headers['retry-after'], json(told)]).toEqual([
      503,
      '5',
      { statusCode: 503, code: 'PEERCERT_NOT_READY', error: 'Service Unavailable', message: 'The service is not ready' },
    ]);
  });
});
