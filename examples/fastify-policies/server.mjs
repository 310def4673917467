// Each route says who may call it; what it says is added to the default policy, here: any certificate of the CA.
//
// Run it where ca.crt, server.key, server.crt and client.crt lie: those of the README, or `cd .demo` after `npm run demo`, and
//   node ../examples/fastify-policies/server.mjs
//   curl --cacert ca.crt --cert client.crt --key client.key https://localhost:8443/pay
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createVerifier, mtls, serverTls } from '@peercert/fastify';
import Fastify from 'fastify';

const verifier = createVerifier({ trust: 'ca.crt' });
const tls = serverTls(verifier, { key: 'server.key', cert: 'server.crt' });
const app = Fastify({ https: tls.options, logger: true });
await app.register(mtls, { verifier, tls });

const greet = async (request) => ({ hello: request.clientIdentity?.subject.attributes.CN ?? 'stranger' });

// One of several values; every attribute that is named must match.
app.get('/pay', { config: { mtls: { subject: { OU: ['payments', 'billing'] } } } }, greet);

// A regular expression always matches the whole value: /al/ is not enough for alice.
app.get('/team', { config: { mtls: { subject: { CN: /[a-z]+/, OU: /pay.*/ } } } }, greet);

// Alternative names, by their type. The clients of the README have none, and are refused here.
app.get('/mail', { config: { mtls: { subjectAltName: { email: /.+@example\.com/ } } } }, greet);

// This certificate and no other, whatever else the CA issues.
const pinned = new X509Certificate(readFileSync('client.crt')).fingerprint256;
app.get('/break-glass', { config: { mtls: { fingerprint256: [pinned] } } }, greet);

// No certificate will do; one that is sent must be good.
app.get('/welcome', { config: { mtls: 'optional' } }, greet);

// Nothing is asked and nothing is read.
app.get('/health', { config: { mtls: false } }, async () => ({ ok: true }));

await app.listen({ port: Number(process.env.PORT ?? 8443) });
