// Two authorities for two kinds of people: a name counts only together with the authority that stands behind it.
//
// Run it where ca.crt, other-ca.crt, server.key and server.crt lie: `cd .demo` after `npm run demo`, and
//   node ../examples/trust-sets/server.mjs
//   curl --cacert ca.crt --cert other-ca-client.crt --key other-ca-client.key https://localhost:8443/partners
import { createVerifier, mtls, serverTls } from '@peercert/fastify';
import Fastify from 'fastify';

// Each may be an object as well, with intermediates and rules of its own: { ca, intermediates, depth, … }.
const verifier = createVerifier({ trustSets: { staff: 'ca.crt', partners: 'other-ca.crt' } });
const tls = serverTls(verifier, { key: 'server.key', cert: 'server.crt' });
const app = Fastify({ https: tls.options, logger: true });
await app.register(mtls, { verifier, tls });

app.get('/', async ({ clientIdentity }) => ({ hello: clientIdentity?.subject.attributes.CN, of: clientIdentity?.trustSet }));

app.get('/staff', { config: { mtls: { trustSet: 'staff' } } }, async () => ({ staff: true }));

app.get('/partners', { config: { mtls: { trustSet: 'partners' } } }, async () => ({ partner: true }));

// The partners' authority could issue a certificate for OU=payments, too: so this route names the set beside the attribute.
app.get('/pay', { config: { mtls: { trustSet: 'staff', subject: { OU: 'payments' } } } }, async () => ({ paid: true }));

await app.listen({ port: Number(process.env.PORT ?? 8443) });
