// @ts-check
import { createServer } from 'node:https';
import { threadId } from 'node:worker_threads';
import { mtls as expressMtls } from '@peercert/express';
import { mtls as fastifyMtls } from '@peercert/fastify';
import express from 'express';
import Fastify from 'fastify';

/** Which process and thread answers: the header `answered-by`. */
const self = `${process.pid}.${threadId}`;

/**
 * A guarded server for programs: `/` says who asks, `/stream` begins an answer that it does not end, and an upgrade gets a socket that stays.
 *
 * @typedef {{ port: number, verifier: import('@peercert/core').Verifier, server: import('node:net').Server, close(): Promise<void> }} Serving
 * @typedef {{ mtls: import('@peercert/core').GuardOptions, tls: import('node:tls').TlsOptions, port?: number }} Setup
 */

/**
 * @param {string} kind 'Fastify', 'Fastify over HTTP/2' or 'Express'
 * @param {Setup} setup
 * @returns {Promise<Serving>} whose `close` is what the framework itself has for it
 */
export function serve(kind, setup) {
  if (kind === 'Express') return serveExpress(setup);
  if (kind === 'Fastify') return serveFastify(Fastify({ https: setup.tls }), setup);
  // Node.js holds on to a session until its time-out is over, closed or not; Fastify's is 72 seconds unless told.
  if (kind === 'Fastify over HTTP/2') return serveFastify(Fastify({ http2: true, https: setup.tls, http2SessionTimeout: 1_000 }), setup);
  throw new TypeError(`no server is called ${kind}`);
}

/**
 * @param {any} app a Fastify instance, whichever server it has
 * @param {Setup} setup
 * @returns {Promise<Serving>}
 */
async function serveFastify(app, { mtls, port = 0 }) {
  app.addHook('onRequest', async (/** @type {any} */ _request, /** @type {any} */ reply) => void reply.header('answered-by', self));
  await app.register(fastifyMtls, mtls);
  app.get('/', async (/** @type {any} */ { clientIdentity }) => ({ CN: nameIn(clientIdentity) }));
  app.get('/stream', (/** @type {any} */ _request, /** @type {any} */ reply) => void beginStream(reply.hijack().raw));
  app.server.on('upgrade', app.mtls.upgrade('required', beginSocket));
  await app.listen({ port, host: '127.0.0.1' });
  return { port: app.server.address().port, verifier: app.mtls.verifier, server: app.server, close: () => app.close() };
}

/**
 * @param {Setup} setup
 * @returns {Promise<Serving>}
 */
async function serveExpress({ mtls, tls, port = 0 }) {
  const auth = expressMtls(mtls);
  const app = express();
  app.use((_request, response, next) => {
    response.setHeader('answered-by', self);
    next();
  });
  app.use(auth);
  app.get('/', (request, response) => void response.json({ CN: nameIn(request.clientIdentity) }));
  app.get('/stream', (_request, response) => beginStream(response));
  app.use((/** @type {any} */ error, /** @type {any} */ _request, /** @type {any} */ response, /** @type {any} */ _next) => {
    response.status(error.status ?? 500).json({ code: error.code });
  });
  const server = createServer(tls, app);
  server.on('upgrade', auth.upgrade(beginSocket));
  auth.check(server);
  await new Promise((resolve) => server.listen(port, '127.0.0.1', () => resolve(undefined)));
  const address = /** @type {import('node:net').AddressInfo} */ (server.address());
  const close = () => new Promise((resolve) => server.close(() => resolve(undefined)));
  return { port: address.port, verifier: auth.verifier, server, close: async () => void (await close()) };
}

/** @param {any} response */
function beginStream(response) {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.write('data: hello\n\n');
}

/** @type {import('@peercert/core').UpgradeListener} */
function beginSocket(_request, socket) {
  socket.on('error', () => undefined);
  socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
}

/** @param {any} identity */
function nameIn(identity) {
  return identity?.subject.attributes.CN?.[0] ?? null;
}
