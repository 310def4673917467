// Policies in a file, which is watched: routes name them, and a change holds from the next request on.
//
// Run it where ca.crt, server.key, server.crt and client.crt lie: those of the README, or `cd .demo` after `npm run demo`, and
//   node ../examples/policy-file/server.mjs
//   curl --cacert ca.crt --cert client.crt --key client.key https://localhost:8443/pay
import { createVerifier, mtls, serverTls } from '@peercert/fastify';
import Fastify from 'fastify';

const verifier = createVerifier({ trust: 'ca.crt' });
const tls = serverTls(verifier, { key: 'server.key', cert: 'server.crt' });
const app = Fastify({ https: tls.options, logger: true });
await app.register(mtls, { verifier, tls, policyFile: process.env.POLICIES ?? new URL('policies.yaml', import.meta.url).pathname });

const greet = async (request) => ({ hello: request.clientIdentity.toString() });

app.get('/', greet);
app.get('/pay', { config: { mtls: { policy: 'payments' } } }, greet);
// Names and rules together: all of them hold.
app.get('/sync', { config: { mtls: { policy: ['workloads', 'long-lived-excluded'] } } }, greet);

await app.listen({ port: Number(process.env.PORT ?? 8443) });
