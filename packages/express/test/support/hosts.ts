import { createServer as createPlainServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createSecureServer } from 'node:http2';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TlsOptions } from 'node:tls';
import fastifyExpress from '@fastify/express';
import express from 'express';
import express4 from 'express4';
import Fastify from 'fastify';
import { afterEach } from 'vitest';
import { asking } from '../../../../test/support/cast.js';
import type { ClientIdentity, Middleware, RefusedError } from '../../src/index.js';

/** The same site for every host of middlewares: each route answers with the name of its client. */
export interface Site {
  /** What every request passes. */
  readonly use?: readonly Middleware[];
  /** What a route demands besides. */
  readonly routes?: Readonly<Record<string, readonly Middleware[]>>;
  /** Absent for TLS that asks for certificates, null for none. */
  readonly tls?: TlsOptions | null;
  /** Called whenever a handler runs. */
  readonly handled?: (request: IncomingMessage) => void;
}

export type Host = (site: Site) => Promise<{ readonly port: number; readonly server: Server }>;

const everyRoute = { '/': [] };
const closing: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()));
});

/** Lets a server listen until the test is over. */
export async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(async () => {
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections?.();
    await closed;
  });
  return (server.address() as AddressInfo).port;
}

export function serverFor(handler: (request: IncomingMessage, response: ServerResponse) => void, tls: TlsOptions | null = asking): Server {
  return (tls === null ? createPlainServer(handler) : createServer(tls, handler)) as Server;
}

/** What a handler says of its client. */
function who(request: IncomingMessage): { CN: string | null | undefined } {
  const { clientIdentity } = request as IncomingMessage & { clientIdentity?: ClientIdentity | null };
  return { CN: clientIdentity === null ? null : clientIdentity?.subject.attributes.CN?.[0] };
}

const withExpress =
  (make: typeof express): Host =>
  async ({ use = [], routes = everyRoute, tls, handled }) => {
    const app = make();
    for (const middleware of use) app.use(middleware);
    for (const [path, guards] of Object.entries(routes)) {
      app.all(path, ...guards, (req, res) => {
        handled?.(req);
        res.json(who(req));
      });
    }
    app.use((error: RefusedError, _req: express.Request, res: express.Response, _next: express.NextFunction) => {
      res.status(error.status).json({ code: error.code, message: error.message });
    });
    const server = serverFor(app, tls);
    return { port: await listening(server), server };
  };

/** Middlewares without a framework: one after the other, until one passes an error on. */
const handlerWithout =
  ({ use = [], routes = everyRoute, handled }: Site) =>
  (request: IncomingMessage, response: ServerResponse): void => {
    const guards = routes[request.url?.split('?')[0] ?? ''];
    const answer = (status: number, body: unknown): void =>
      void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    const run = ([first, ...rest]: readonly Middleware[]): void => {
      if (first !== undefined) {
        first(request, response, (error) => {
          if (error === undefined) return run(rest);
          const { status, code, message } = error as RefusedError;
          answer(status, { code, message });
        });
      } else if (guards === undefined) {
        answer(404, {});
      } else {
        handled?.(request);
        answer(200, who(request));
      }
    };
    run([...use, ...(guards ?? [])]);
  };

const withoutFramework: Host = async (site) => {
  const server = serverFor(handlerWithout(site), site.tls);
  return { port: await listening(server), server };
};

/** HTTP/2 is refused by Express, not by middlewares. */
export const withHttp2: Host = async (site) => {
  const server = createSecureServer({ ...(site.tls ?? asking), allowHTTP1: true }, handlerWithout(site) as never) as unknown as Server;
  return { port: await listening(server), server };
};

const withFastify: Host = async ({ use = [], routes = everyRoute, tls = asking, handled }) => {
  const app = Fastify({ ...(tls === null ? {} : { https: tls }), forceCloseConnections: true });
  await app.register(fastifyExpress);
  for (const middleware of use) app.use(middleware);
  for (const [path, guards] of Object.entries(routes)) {
    for (const guard of guards) app.use(path, guard);
    app.all(path, async ({ raw }) => {
      handled?.(raw);
      return who(raw);
    });
  }
  await app.listen({ port: 0, host: '127.0.0.1' });
  closing.push(() => app.close());
  return { port: (app.server.address() as AddressInfo).port, server: app.server };
};

export const hosts: readonly (readonly [string, Host])[] = [
  ['Express 5', withExpress(express)],
  ['Express 4', withExpress(express4)],
  ['node:https', withoutFramework],
  ['@fastify/express', withFastify],
];
