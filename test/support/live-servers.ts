import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TlsOptions } from 'node:tls';
import type { Verifier } from '@peercert/core';
import { mtls as expressMtls } from '@peercert/express';
import { mtls as fastifyMtls } from '@peercert/fastify';
import express, { type Request } from 'express';
import Fastify, { type FastifyInstance } from 'fastify';
import { type WebSocket, WebSocketServer } from 'ws';

export type LiveKind = 'Fastify' | 'Fastify over HTTP/2' | 'Express';

/** A server with what stays open: `/` says who asks, `/events` never ends, `/ws` is a WebSocket that repeats what it hears. */
export interface LiveServer {
  readonly port: number;
  close(): Promise<void>;
}

export function startLive(kind: LiveKind, verifier: Verifier, tls: TlsOptions): Promise<LiveServer> {
  return kind === 'Express' ? startExpress(verifier, tls) : startFastify(kind, verifier, tls);
}

const eventStream = { 'content-type': 'text/event-stream' };

async function startFastify(kind: LiveKind, verifier: Verifier, tls: TlsOptions): Promise<LiveServer> {
  const options = kind === 'Fastify' ? { https: tls } : { http2: true, https: tls };
  const app = Fastify({ ...options, forceCloseConnections: true } as object) as unknown as FastifyInstance;
  await app.register(fastifyMtls, { verifier });
  app.get('/', async (request) => ({ CN: request.clientIdentity?.subject.attributes.CN?.[0] ?? null }));
  app.get('/events', (_request, reply) => {
    reply.hijack();
    reply.raw.writeHead(200, eventStream);
    reply.raw.write('data: hello\n\n');
  });
  const sockets = echo();
  app.server.on(
    'upgrade',
    app.mtls.upgrade('required', (request, socket, head) => sockets.handleUpgrade(request, socket, head, repeat)),
  );
  await app.listen({ port: 0, host: '127.0.0.1' });
  return { port: portOf(app.server), close: async () => void (await app.close()) };
}

async function startExpress(verifier: Verifier, tls: TlsOptions): Promise<LiveServer> {
  const auth = expressMtls({ verifier });
  const app = express();
  app.use(auth);
  app.get('/', (request: Request, response) => void response.json({ CN: request.clientIdentity?.subject.attributes.CN?.[0] ?? null }));
  app.get('/events', (_request, response) => {
    response.writeHead(200, eventStream);
    response.write('data: hello\n\n');
  });
  app.use((error: { code?: string; status?: number }, _request: Request, response: express.Response, _next: express.NextFunction) => {
    response.status(error.status ?? 500).json({ code: error.code });
  });
  const server = createServer(tls, app);
  const sockets = echo();
  server.on(
    'upgrade',
    auth.upgrade((request, socket, head) => sockets.handleUpgrade(request, socket, head, repeat)),
  );
  auth.check(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: portOf(server),
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function echo(): WebSocketServer {
  return new WebSocketServer({ noServer: true });
}

function repeat(socket: WebSocket): void {
  socket.on('message', (message) => socket.send(String(message)));
}

function portOf(server: { address(): unknown }): number {
  return (server.address() as AddressInfo).port;
}
