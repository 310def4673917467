// Revocation: who is listed in a CRL, or denied by an administrator, is refused from the next request on, on connections that are open too.
//
// Run it where ca.crt, crl.pem, server.key and server.crt lie: `cd .demo` after `npm run demo`, and
//   node ../examples/revocation/server.mjs
//   curl --cacert ca.crt --cert client.crt --key client.key https://localhost:8443/
//   curl --cacert ca.crt --cert revoked.crt --key revoked.key https://localhost:8443/
import { createVerifier, mtls, serverTls } from '@peercert/fastify';
import Fastify from 'fastify';

// The file is watched: replace it with a newer CRL, or append the certificate of who is to be kept out. Every authority in use needs its CRL in it.
const verifier = createVerifier({ trust: 'ca.crt', revocation: { crl: 'crl.pem' } });
const tls = serverTls(verifier, { key: 'server.key', cert: 'server.crt' });
const app = Fastify({ https: tls.options, logger: true });
await app.register(mtls, { verifier, tls });
app.addHook('onClose', () => verifier.close());

app.get('/', async ({ clientIdentity }) => ({ hello: clientIdentity?.subject.attributes.CN, revocation: clientIdentity?.revocation }));

// In code, at once; another process that is to know of it needs a list in a file, or a store that they share.
app.post('/deny', { config: { mtls: { subject: { OU: 'payments' } } } }, async (request) => {
  const { issuer, serialNumber } = /** @type {{ issuer: string, serialNumber: string }} */ (request.query);
  return { denied: verifier.deny({ issuer, serialNumber }) };
});

await app.listen({ port: Number(process.env.PORT ?? 8443) });
