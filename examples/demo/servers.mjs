import { createServer } from 'node:https';
import { join } from 'node:path';
import * as expressSide from '@peercert/express';
import * as fastifySide from '@peercert/fastify';
import express from 'express';
import Fastify from 'fastify';
import { createPage } from './page/page.mjs';
import { guarded } from './policies.mjs';

/**
 * A server that guards its routes: `/health` is for everyone, as is the page at `/me`; the others have a policy each.
 *
 * @typedef {{ name: string, port: number, close: () => Promise<void> }} Running
 *
 * @typedef {object} Setting
 * @property {string} folder where ca.crt, crl.pem, server.crt and server.key lie
 * @property {number} port
 * @property {import('./handout.mjs').Handout} handout what the page tells of getting in
 * @property {(name: string, line: string) => void} log told why a visitor was turned away
 */

const host = '127.0.0.1';

/**
 * @param {Setting} setting
 * @returns {Promise<Running>}
 */
export async function startFastify({ folder, port, handout, log }) {
  const { createVerifier, mtls, serverTls } = fastifySide;
  const verifier = createVerifier({ trust: join(folder, 'ca.crt'), revocation: { crl: join(folder, 'crl.pem') } });
  const tls = serverTls(verifier, tlsOptions(folder));
  const stream = { write: (/** @type {string} */ line) => refusalsOf(line, (message) => log('Fastify', message)) };

  const app = Fastify({ https: tls.options, logger: { stream } });
  await app.register(mtls, { verifier, tls });
  app.get('/health', { config: { mtls: false } }, async () => ({ ok: true }));
  // It is not behind this guard, so that it can tell those who are refused why they are: the page asks a guard of its own.
  const page = createPage(verifier, 'Fastify', handout);
  app.get('/me', { config: { mtls: false } }, async (request, reply) => {
    const { status, headers, body } = await page(request.raw);
    return await reply.code(status).headers(headers).send(body);
  });
  for (const [path, policy] of Object.entries(guarded)) {
    app.get(path, { config: { mtls: policy } }, async (request) => ({ hello: request.clientIdentity?.subject.attributes.CN }));
  }

  await app.listen({ host, port });
  return { name: 'Fastify', port: portOf(app.server), close: () => app.close().then(() => verifier.close()) };
}

/**
 * @param {Setting} setting
 * @returns {Promise<Running>}
 */
export async function startExpress({ folder, port, handout, log }) {
  const { createVerifier, mtls, serverTls } = expressSide;
  const say = (/** @type {object} */ _fields, /** @type {string} */ message) => log('Express', message);
  const logger = { debug: () => {}, info: say, warn: say, error: say };
  const verifier = createVerifier({ trust: join(folder, 'ca.crt'), revocation: { crl: join(folder, 'crl.pem') }, logger });
  const tls = serverTls(verifier, tlsOptions(folder));

  const auth = mtls({ verifier, tls });
  const app = express();
  app.get('/health', (_req, res) => res.json({ ok: true }));
  const page = createPage(verifier, 'Express', handout);
  app.get('/me', async (req, res) => {
    const { status, headers, body } = await page(req);
    res.status(status).set(headers).send(body);
  });
  app.use(auth);
  for (const [path, policy] of Object.entries(guarded)) {
    app.get(path, auth.require(policy), (req, res) => res.json({ hello: req.clientIdentity?.subject.attributes.CN }));
  }
  // Express would answer with a page of HTML; four parameters make this an error handler.
  app.use((error, _req, res, _next) => res.status(error.status ?? 500).json({ code: error.code, message: error.message }));

  const server = createServer(tls.options, app);
  auth.check(server);
  await new Promise((resolve, reject) => {
    server.once('error', reject).listen(port, host, () => resolve(undefined));
  });
  const close = () =>
    new Promise((/** @type {(value: void) => void} */ resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    }).then(() => verifier.close());
  return { name: 'Express', port: portOf(server), close };
}

/**
 * Beside the server's own key and certificate, two things that the story needs. Sessions are resumed only where that is allowed.
 * And Node.js 24.21 and 26.8 hide the intermediates of clients that OpenSSL accepts by itself (nodejs/node#65579); without CA
 * hints it accepts nobody, and all is left to the guard. A server that knows its intermediates (trust.intermediates) needs neither.
 *
 * @param {string} folder
 */
function tlsOptions(folder) {
  const credentials = { key: join(folder, 'server.key'), cert: join(folder, 'server.crt') };
  return /** @type {const} */ ({ ...credentials, allowSessionResumption: true, caHints: 'none' });
}

/**
 * Fastify's log has a line of JSON for everything that happens; the guard's are those with a code.
 *
 * @param {string} line
 * @param {(message: string) => void} log
 */
function refusalsOf(line, log) {
  const { code, msg } = JSON.parse(line);
  if (typeof code === 'string') log(msg);
}

/** @param {import('node:net').Server} server */
function portOf(server) {
  return /** @type {import('node:net').AddressInfo} */ (server.address()).port;
}
