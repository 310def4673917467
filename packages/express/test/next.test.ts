import type { IncomingMessage, ServerResponse } from 'node:http';
import express from 'express';
import express4 from 'express4';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { ask } from '../../../test/support/ask.js';
import { alice, bob, payments, trusting } from '../../../test/support/cast.js';
import { createVerifier, type Middleware, mtls, RefusedError, type Verifier } from '../src/index.js';
import { listening, serverFor } from './support/hosts.js';

afterEach(() => {
  vi.restoreAllMocks();
});

/** As a verifier will be that has to wait for something. */
function waiting(): Verifier {
  const verifier = createVerifier(trusting);
  const authenticate = verifier.authenticate.bind(verifier);
  const later = async (...given: Parameters<Verifier['authenticate']>) => {
    const outcome = authenticate(...given);
    await new Promise((resolve) => setTimeout(resolve, 10));
    return outcome;
  };
  return Object.defineProperty(verifier, 'authenticate', { value: later });
}

/** The middleware, with a note of every call of `next`. */
function counted(middleware: Middleware): { middleware: Middleware; calls: unknown[][] } {
  const calls: unknown[][] = [];
  const noting: Middleware = (request, response, next) =>
    middleware(request, response, (...given: [unknown?]) => {
      calls.push(given);
      next(...given);
    });
  return { middleware: noting, calls };
}

const verifiers: [string, () => Verifier][] = [
  ['at once', () => createVerifier(trusting)],
  ['later', waiting],
];
const frameworks: [string, typeof express][] = [
  ['Express 5', express],
  ['Express 4', express4],
];

describe.each(verifiers)('next, where the decision comes %s', (when, makeVerifier) => {
  describe.each(frameworks)('in %s', (name, make) => {
    const handlers: [string, express.RequestHandler][] = [
      ['answers', (_req, res) => void res.json({})],
      [
        'throws',
        () => {
          throw new Error('mine');
        },
      ],
      [
        'throws null',
        () => {
          // biome-ignore lint/style/useThrowOnlyError: it is what is tested.
          throw null;
        },
      ],
      ['passes an error on', (_req, _res, next) => next(new Error('mine'))],
      ['passes the request on', (_req, _res, next) => next()],
      ["passes 'route' on", (_req, _res, next) => next('route')],
      ...(name === 'Express 5'
        ? ([
            ['rejects', async () => await Promise.reject(new Error('mine'))],
            ['rejects with nothing', async () => await Promise.reject()],
          ] as [string, express.RequestHandler][])
        : []),
    ];

    it.each(handlers)('is called once, without an argument, whatever comes after: a handler that %s', async (_what, handler) => {
      const app = make();
      const { middleware, calls } = counted(mtls({ verifier: makeVerifier() }));
      const handled = vi.fn(handler);
      app.use(middleware);
      app.get('/', handled);
      app.use((_error: unknown, _req: express.Request, res: express.Response, _next: express.NextFunction) => void res.status(500).end());
      const port = await listening(serverFor(app));
      await ask(port, { client: alice });
      expect(calls).toEqual([[]]);
      expect(handled).toHaveBeenCalledTimes(1);
    });

    it.each<[string, express.ErrorRequestHandler]>([
      ['answers', (_error, _req, res, _next) => void res.status(403).end()],
      [
        'throws',
        () => {
          throw new Error('mine');
        },
      ],
      ['passes it on', (error, _req, _res, next) => next(error)],
      ['forgets it', (_error, _req, _res, next) => next()],
    ])('is called once, with the refusal, whatever comes after: an error handler that %s', async (_what, onError) => {
      vi.spyOn(console, 'error').mockImplementation(() => undefined);
      const app = make();
      const { middleware, calls } = counted(mtls({ verifier: makeVerifier() }));
      const handled = vi.fn();
      app.get('/', middleware, handled);
      app.use(onError);
      const port = await listening(serverFor(app));
      await ask(port);
      expect(calls).toEqual([[expect.any(RefusedError)]]);
      expect(handled).not.toHaveBeenCalled();
    });

    it('is called once for each of several guards', async () => {
      const auth = mtls({ verifier: makeVerifier() });
      const [first, second, third] = [counted(auth), counted(auth.require(payments)), counted(auth.optional())];
      const app = make();
      const handled = vi.fn((_req: express.Request, res: express.Response) => void res.end());
      app.use(first.middleware);
      app.get('/', second.middleware, third.middleware, handled);
      app.use((_error: unknown, _req: express.Request, res: express.Response, _next: express.NextFunction) => void res.status(403).end());
      const port = await listening(serverFor(app));
      await ask(port, { client: bob });
      expect([first.calls, second.calls, third.calls]).toEqual([
        [[]],
        [[expect.objectContaining({ code: 'PEERCERT_POLICY_MISMATCH' })]],
        [],
      ]);
      await ask(port, { client: alice });
      expect([first.calls.length, second.calls.length, third.calls.length]).toEqual([2, 2, 1]);
      expect(handled).toHaveBeenCalledTimes(1);
    });
  });

  describe('in node:https', () => {
    it('passes on what is thrown behind it, as any function would, and is not called again', async () => {
      const thrown: unknown[] = [];
      const others = process.listeners('uncaughtException');
      process.removeAllListeners('uncaughtException');
      process.on('uncaughtException', (error) => void thrown.push(error));
      try {
        const auth = mtls({ verifier: makeVerifier() });
        const calls: unknown[][] = [];
        const mine = new Error('mine');
        const port = await listening(
          serverFor((request: IncomingMessage, response: ServerResponse) =>
            auth(request, response, (...given) => {
              calls.push(given);
              response.end();
              throw mine;
            }),
          ),
        );
        await ask(port, { client: alice });
        await ask(port);
        await expect.poll(() => thrown).toEqual([mine, mine]);
        expect(calls).toEqual([[], [expect.any(RefusedError)]]);
      } finally {
        process.removeAllListeners('uncaughtException');
        for (const listener of others) process.on('uncaughtException', listener);
      }
    });

    it('has the identity on the request only where it may pass', async () => {
      const auth = mtls({ verifier: makeVerifier() });
      const seen: unknown[] = [];
      const port = await listening(
        serverFor((request, response) =>
          auth.require(payments)(request, response, (error) => {
            seen.push([
              (error as RefusedError | undefined)?.code,
              Object.getOwnPropertyDescriptor(request, 'clientIdentity')?.value?.subject.attributes.CN,
            ]);
            response.end();
          }),
        ),
      );
      await ask(port, { client: bob });
      await ask(port, { client: alice });
      expect(seen).toEqual([
        ['PEERCERT_POLICY_MISMATCH', undefined],
        [undefined, ['alice']],
      ]);
    });

    it('is called though the client is gone meanwhile, and then lets nobody in', async () => {
      const auth = mtls({ verifier: makeVerifier() });
      const calls: unknown[][] = [];
      const server = serverFor((request, response) => {
        auth(request, response, (...given) => {
          calls.push(given);
          response.end();
        });
        request.socket.destroy();
      });
      const port = await listening(server);
      await ask(port, { client: alice }).catch(() => undefined);
      const closed = [expect.objectContaining({ code: 'PEERCERT_CONNECTION_CLOSED' })];
      await expect.poll(() => calls).toEqual([when === 'at once' ? [] : closed]);
    });
  });
});

describe('whatever goes wrong inside', () => {
  it.each<[string, unknown]>([
    [
      'throws',
      () => {
        throw new Error('secret');
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
    ['rejects', async () => await Promise.reject(new Error('secret'))],
    ['resolves to nothing', async () => undefined],
  ])('next gets a refusal, and nobody gets in: the verifier %s', async (_what, authenticate) => {
    vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    const { middleware, calls } = counted(
      mtls({ verifier: Object.defineProperty(createVerifier(trusting), 'authenticate', { value: authenticate }) }),
    );
    const port = await listening(serverFor((request, response) => middleware(request, response, () => void response.end())));
    await ask(port, { client: alice });
    expect(calls).toEqual([
      [expect.objectContaining({ code: 'PEERCERT_INTERNAL', status: 500, message: 'The client certificate could not be verified' })],
    ]);
  });

  it('next gets a refusal where the socket throws whatever it is asked, as HTTP/2 has them', () => {
    vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    const socket = new Proxy(
      {},
      {
        get() {
          throw Object.assign(new Error('The socket has been disconnected from the Http2Session'), { code: 'ERR_HTTP2_SOCKET_UNBOUND' });
        },
      },
    );
    const { middleware, calls } = counted(mtls(trusting));
    const request = { method: 'GET', headers: {}, httpVersionMajor: 2, socket, stream: { session: { socket } } };
    middleware(request as unknown as IncomingMessage, { headersSent: false } as ServerResponse, () => undefined);
    expect(calls).toEqual([[expect.objectContaining({ code: 'PEERCERT_CONNECTION_CLOSED', status: 403 })]]);
  });
});
