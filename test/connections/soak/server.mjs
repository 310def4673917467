// @ts-check
/**
 * The server of the soak, in a process of its own: what it holds is measured here, and nothing of the clients is in it. Answers its parent's questions.
 *
 *     node --expose-gc server.mjs '{ "guarded": true, "folder": "…" }'
 */
import { join } from 'node:path';
import { createVerifier, mtls, serverTls } from '@peercert/fastify';
import Fastify from 'fastify';

/** @type {{ guarded: boolean, folder: string }} */
const { guarded, folder } = JSON.parse(process.argv[2] ?? '{}');
const file = (/** @type {string} */ name) => join(folder, name);
const silent = () => undefined;

const verifier = createVerifier({
  trust: { ca: file('root.crt'), intermediates: file('sub.crt') },
  revocation: { crl: [file('root.crl'), file('sub.crl')], denyList: file('denied.txt') },
  closeAfterSeconds: 0,
  logger: { debug: silent, info: silent, warn: silent, error: silent },
});
const tls = serverTls(verifier, { key: file('server.key'), cert: file('server.crt') });
const app = Fastify({ https: tls.options, keepAliveTimeout: 3_600_000 });
if (guarded) await app.register(mtls, { verifier, tls });
app.get('/', async (request) => ({ CN: guarded ? request.clientIdentity?.subject.attributes.CN?.[0] : 'anyone' }));
await app.listen({ port: 0, host: '127.0.0.1' });
await verifier.ready;

/** What is held when there is nothing left to collect, and how many connections are open. */
async function memory() {
  for (let round = 0; round < 3; round++) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    globalThis.gc?.();
  }
  const { heapUsed, external, rss } = process.memoryUsage();
  const connections = await new Promise((resolve) => app.server.getConnections((_error, count) => resolve(count)));
  return { heapUsed, external, rss, connections };
}

process.on('message', async (question) => {
  if (question === 'memory') process.send?.(await memory());
  if (question !== 'close') return;
  await app.close();
  await verifier.close();
  process.disconnect();
});
process.send?.(/** @type {import('node:net').AddressInfo} */ (app.server.address()).port);
