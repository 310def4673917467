import { createServer as createPlainServer, type Server } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TlsOptions } from 'node:tls';
import { type MtlsOptions as ExpressOptions, mtls as expressMtls } from '@peercert/express';
import { type MtlsOptions as FastifyOptions, mtls as fastifyMtls } from '@peercert/fastify';
import express, { type Request } from 'express';
import Fastify, { type FastifyInstance } from 'fastify';

/** A server under test: `/` needs a certificate, `/pay` one of the department `payments`, `/health` none. */
export interface Running {
  readonly port: number;
  readonly server: Server;
  close(): Promise<void>;
}

export interface Setup {
  /** Options of `mtls()`. */
  readonly mtls: FastifyOptions & ExpressOptions;
  /** Options of the TLS server; absent for plain HTTP. */
  readonly tls?: TlsOptions;
  /** Does something to each request before the guard sees it. */
  readonly before?: (request: { socket: object }) => void;
  /** Does something to the server once it listens. */
  readonly whenListening?: (server: Server) => void;
}

const payments = { subject: { OU: 'payments' } } as const;

export async function startFastify(
  { mtls, tls, before, whenListening }: Setup,
  prepare?: (app: FastifyInstance) => void,
): Promise<Running> {
  const app = (tls === undefined ? Fastify() : Fastify({ https: tls })) as FastifyInstance;
  if (before !== undefined) app.addHook('onRequest', async (request) => before(request.raw));
  prepare?.(app);
  await app.register(fastifyMtls, mtls);
  app.get('/', async (request) => ({ CN: request.clientIdentity?.subject.attributes.CN ?? null }));
  app.get('/pay', { config: { mtls: payments } }, async () => ({ paid: true }));
  app.get('/health', { config: { mtls: false } }, async (request) => ({ ok: true, identity: request.clientIdentity }));
  await app.listen({ port: 0, host: '127.0.0.1' });
  whenListening?.(app.server);
  return { port: (app.server.address() as AddressInfo).port, server: app.server, close: async () => void (await app.close()) };
}

export async function startExpress({ mtls, tls, before, whenListening }: Setup): Promise<Running> {
  const auth = expressMtls(mtls);
  const app = express();
  if (before !== undefined) {
    app.use((req, _res, next) => {
      before(req);
      next();
    });
  }
  app.get('/health', (_req, res) => void res.json({ ok: true }));
  app.use(auth);
  app.get('/', (req: Request, res) => void res.json({ CN: req.clientIdentity?.subject.attributes.CN ?? null }));
  app.get('/pay', auth.require(payments), (_req, res) => void res.json({ paid: true }));
  app.use(
    (error: { code?: string; status?: number; message: string }, _req: Request, res: express.Response, _next: express.NextFunction) => {
      res.status(error.status ?? 500).json({ code: error.code, message: error.message });
    },
  );
  const server = (tls === undefined ? createPlainServer(app) : createServer(tls, app)) as Server;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  whenListening?.(server);
  return {
    port: (server.address() as AddressInfo).port,
    server,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
