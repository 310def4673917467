import type { IncomingMessage, ServerResponse } from 'node:http';
import { createSecureServer } from 'node:http2';
import { createServer } from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import type { TlsOptions } from 'node:tls';
import websocket from '@fastify/websocket';
import { answerTo, type ClientIdentity, Guard, type GuardRequest, type Verifier } from '@peercert/core';
import { mtls as expressMtls, RefusedError } from '@peercert/express';
import { mtls as fastifyMtls } from '@peercert/fastify';
import express from 'express';
import Fastify, { type FastifyInstance, type FastifyReply } from 'fastify';
import { type WebSocket, WebSocketServer } from 'ws';

/**
 * One site on every kind of server: `/` needs a certificate and `/pay` one of the department payments, both for requests and for WebSockets, which say who came
 * and then repeat what they hear; `/events` is a stream of server-sent events that does not end.
 */
export type ServerKind = keyof typeof kinds;

/** A server that runs. */
export interface Site {
  readonly port: number;
  readonly server: Server;
  /** Whom handlers were called for, request by request: `/pay alice`. */
  readonly handled: readonly string[];
  close(): Promise<void>;
}

export function startSite(kind: ServerKind, verifier: Verifier, tls: TlsOptions): Promise<Site> {
  return kinds[kind](verifier, tls);
}

const kinds = {
  Fastify: (verifier: Verifier, tls: TlsOptions) => withFastify({ https: tls }, verifier),
  'Fastify with http2': (verifier: Verifier, tls: TlsOptions) => withFastify({ http2: true, https: tls }, verifier),
  'Fastify with http2 and allowHTTP1': (verifier: Verifier, tls: TlsOptions) =>
    withFastify({ http2: true, https: { ...tls, allowHTTP1: true } }, verifier),
  Express: withExpress,
  'node:https': (verifier: Verifier, tls: TlsOptions) => withoutFramework(createServer(tls), verifier),
  'node:http2 with allowHTTP1': (verifier: Verifier, tls: TlsOptions) =>
    withoutFramework(createSecureServer({ ...tls, allowHTTP1: true }), verifier),
};

export const serverKinds = Object.keys(kinds) as ServerKind[];

const payments = { subject: { OU: 'payments' } };
const eventStream = { 'content-type': 'text/event-stream' };

function nameOf(identity: ClientIdentity | null | undefined): string {
  return identity?.subject.attributes.CN?.[0] ?? 'nobody';
}

async function withFastify(options: object, verifier: Verifier): Promise<Site> {
  const handled: string[] = [];
  const app = Fastify({ ...options, forceCloseConnections: true } as object) as unknown as FastifyInstance;
  const hello = async (request: { url: string; clientIdentity: ClientIdentity | null }): Promise<object> => {
    handled.push(`${request.url} ${nameOf(request.clientIdentity)}`);
    return { CN: nameOf(request.clientIdentity) };
  };
  const greet = (socket: WebSocket, request: { url: string; clientIdentity: ClientIdentity | null }): void => {
    handled.push(`${request.url} ${nameOf(request.clientIdentity)}`);
    converse(socket, request.clientIdentity);
  };
  await app.register(websocket);
  await app.register(fastifyMtls, { verifier });
  app.route({ method: 'GET', url: '/', handler: hello, wsHandler: greet });
  app.route({ method: ['GET', 'POST'], url: '/orders', handler: hello });
  app.route({ method: 'GET', url: '/pay', config: { mtls: payments }, handler: hello, wsHandler: greet });
  app.get('/events', (request, reply: FastifyReply) => {
    handled.push(`/events ${nameOf(request.clientIdentity)}`);
    reply.hijack();
    reply.raw.writeHead(200, eventStream);
    reply.raw.write(`data: ${nameOf(request.clientIdentity)}\n\n`);
  });
  await app.listen({ port: 0, host: '127.0.0.1' });
  return { ...listening(app.server), handled, close: async () => void (await app.close()) };
}

async function withExpress(verifier: Verifier, tls: TlsOptions): Promise<Site> {
  const handled: string[] = [];
  const auth = expressMtls({ verifier });
  const app = express();
  const hello: express.RequestHandler = (request, response) => {
    handled.push(`${request.url} ${nameOf(request.clientIdentity)}`);
    response.json({ CN: nameOf(request.clientIdentity) });
  };
  app.use(auth);
  app.get('/', hello);
  app.all('/orders', hello);
  app.get('/pay', auth.require(payments), hello);
  app.get('/events', (request, response) => {
    handled.push(`/events ${nameOf(request.clientIdentity)}`);
    response.writeHead(200, eventStream).write(`data: ${nameOf(request.clientIdentity)}\n\n`);
  });
  app.use((error: Error, _request: express.Request, response: express.Response, next: express.NextFunction) => {
    if (error instanceof RefusedError) response.status(error.status).json({ code: error.code });
    else next(error);
  });
  const server = createServer(tls, app);
  const sockets = new WebSocketServer({ noServer: true });
  const greet = (request: IncomingMessage, socket: Parameters<typeof sockets.handleUpgrade>[1], head: Buffer): void => {
    const { clientIdentity } = request as IncomingMessage & { clientIdentity: ClientIdentity | null };
    handled.push(`${request.url} ${nameOf(clientIdentity)}`);
    sockets.handleUpgrade(request, socket, head, (accepted) => converse(accepted, clientIdentity));
  };
  const [anyone, payers] = [auth.upgrade(greet), auth.upgrade(payments, greet)];
  server.on('upgrade', byPath(anyone, payers));
  auth.check(server);
  return await served(server, handled);

  /** The listener of the server has to be one that a guard made. */
  function byPath(...[forAnyone, forPayers]: (typeof anyone)[]): typeof anyone {
    return auth.upgrade(false, (request, socket, head) => (request.url === '/pay' ? forPayers : forAnyone)?.(request, socket, head));
  }
}

async function withoutFramework(server: Server, verifier: Verifier): Promise<Site> {
  const handled: string[] = [];
  const guard = new Guard({ verifier });
  const requirements: Readonly<Record<string, typeof guard.requirement>> = { '/pay': guard.compile(payments, 'payments') };
  server.on('request', async (request: IncomingMessage, response: ServerResponse) => {
    const decision = await guard.decide(request as GuardRequest, requirements[request.url ?? '']);
    if (!decision.ok) {
      const { status, code, headers } = answerTo(decision.refusal, request.httpVersionMajor);
      return void response.writeHead(status, headers).end(JSON.stringify({ code }));
    }
    handled.push(`${request.url} ${nameOf(decision.identity)}`);
    if (request.url !== '/events') return void response.end(JSON.stringify({ CN: nameOf(decision.identity) }));
    response.writeHead(200, eventStream);
    response.write(`data: ${nameOf(decision.identity)}\n\n`);
  });
  const sockets = new WebSocketServer({ noServer: true });
  const greeting = (requirement: typeof guard.requirement) =>
    guard.upgrade(requirement, (request, socket, head, identity) => {
      handled.push(`${request.url} ${nameOf(identity)}`);
      sockets.handleUpgrade(request, socket, head, (accepted) => converse(accepted, identity));
    });
  const [anyone, payers] = [greeting(guard.requirement), greeting(requirements['/pay'] ?? guard.requirement)];
  server.on(
    'upgrade',
    guard.upgrade(guard.compile(false, 'upgrade'), (request, socket, head) =>
      (request.url === '/pay' ? payers : anyone)(request, socket, head),
    ),
  );
  guard.check(server);
  return await served(server, handled);
}

function converse(socket: WebSocket, identity: ClientIdentity | null): void {
  socket.on('error', () => undefined);
  socket.on('message', (message) => socket.send(String(message)));
  socket.send(nameOf(identity));
}

async function served(server: Server, handled: readonly string[]): Promise<Site> {
  const open = new Set<{ destroy(): void }>();
  server.on('secureConnection', (socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      for (const socket of open) socket.destroy();
    });
  return { ...listening(server), handled, close };
}

function listening(server: Server): { port: number; server: Server } {
  return { port: (server.address() as AddressInfo).port, server };
}
