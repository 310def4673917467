// An application that is built in one file, started in another, and tested in a third.
//
// Run it where ca.crt, server.key and server.crt lie: those of the README, or `cd .demo` after `npm run demo`, and
//   node ../examples/testing-your-routes/server.mjs
//   node --test ../examples/testing-your-routes/app.test.mjs
import { createVerifier, serverTls } from '@peercert/fastify';
import { createApp } from './app.mjs';

const verifier = createVerifier({ trust: 'ca.crt' });
const tls = serverTls(verifier, { key: 'server.key', cert: 'server.crt' });

const app = await createApp({ https: tls.options, logger: true, guard: { verifier, tls } });
await app.listen({ port: Number(process.env.PORT ?? 8443) });
