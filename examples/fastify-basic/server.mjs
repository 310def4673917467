// Every route asks for a certificate that ca.crt stands behind.
//
// Run it where ca.crt, server.key and server.crt lie: those of the README, or `cd .demo` after `npm run demo`, and
//   node ../examples/fastify-basic/server.mjs
//   curl --cacert ca.crt --cert client.crt --key client.key https://localhost:8443/
import { createVerifier, mtls, serverTls } from '@peercert/fastify';
import Fastify from 'fastify';

const verifier = createVerifier({ trust: 'ca.crt' });
const tls = serverTls(verifier, { key: 'server.key', cert: 'server.crt' });

const app = Fastify({ https: tls.options, logger: true });
await app.register(mtls, { verifier, tls });

app.get('/', async (request) => ({ hello: request.clientIdentity?.subject.attributes.CN }));

// The whole identity as plain data; logs take it the same way.
app.get('/whoami', async (request) => request.clientIdentity?.toJSON());

await app.listen({ port: Number(process.env.PORT ?? 8443) });
