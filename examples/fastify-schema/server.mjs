// A zod schema as policy: what it takes gets in, and what it makes of the identity is the handler's, with its type. Here a SPIFFE ID becomes a workload.
//
// Run it where ca.crt, server.key, server.crt and workload.crt lie: `cd .demo` after `npm run demo`, and
//   node ../examples/fastify-schema/server.mjs
//   curl --cacert ca.crt --cert workload.crt --key workload.key https://localhost:8443/
import { createVerifier, mtls, serverTls } from '@peercert/fastify';
import Fastify from 'fastify';
import { z } from 'zod';

const workload = z.object({ spiffeId: z.string().regex(/^spiffe:\/\/example\.com\/ns\/[^/]+\/sa\/[^/]+$/) }).transform(({ spiffeId }) => {
  const [, , trustDomain = '', , namespace = '', , service = ''] = spiffeId.split('/');
  return { trustDomain, namespace, service };
});

const verifier = createVerifier({ trust: 'ca.crt' });
const tls = serverTls(verifier, { key: 'server.key', cert: 'server.crt' });
const app = Fastify({ https: tls.options, logger: true });
await app.register(mtls, { verifier, tls });

app.get('/', { config: { mtls: workload } }, async (request) => request.clientIdentityValue);

// Rules and a schema together: of allOf, the last that makes something of the identity is heard.
const ofPayments = { allOf: [{ spiffeId: { glob: 'spiffe://example.com/ns/payments/sa/*' } }, workload] };
app.get('/pay', { config: { mtls: ofPayments } }, async (request) => ({ paidBy: request.clientIdentityValue }));

app.get('/billing', { config: { mtls: { spiffeId: { glob: 'spiffe://example.com/ns/billing/**' } } } }, async () => ({ billed: true }));

await app.listen({ port: Number(process.env.PORT ?? 8443) });
