// WebSockets in Fastify: an upgrade passes the route's policy like any request, before there is a socket.
//
// Run it where ca.crt, server.key and server.crt lie: those of the README, or `cd .demo` after `npm run demo`, and
//   node ../examples/fastify-websocket/server.mjs
//   node ../examples/express-websocket/client.mjs
import websocket from '@fastify/websocket';
import { createVerifier, mtls, serverTls } from '@peercert/fastify';
import Fastify from 'fastify';

const verifier = createVerifier({ trust: 'ca.crt' });
const tls = serverTls(verifier, { key: 'server.key', cert: 'server.crt' });
const app = Fastify({ https: tls.options, logger: true });
await app.register(websocket);
await app.register(mtls, { verifier, tls });

app.get('/', { websocket: true, config: { mtls: { subject: { OU: 'payments' } } } }, (socket, request) => {
  socket.send(`hello ${request.clientIdentity?.subject.attributes.CN}`);
  socket.on('message', (message) => socket.send(`you said ${message}`));
});

await app.listen({ port: Number(process.env.PORT ?? 8443) });
