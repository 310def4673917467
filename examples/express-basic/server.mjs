// What follows `app.use(auth)` asks for a certificate that ca.crt stands behind.
//
// Run it where ca.crt, server.key and server.crt lie: those of the README, or `cd .demo` after `npm run demo`, and
//   node ../examples/express-basic/server.mjs
//   curl --cacert ca.crt --cert client.crt --key client.key https://localhost:8443/
import { createServer } from 'node:https';
import { createVerifier, mtls, serverTls } from '@peercert/express';
import express from 'express';

const verifier = createVerifier({ trust: 'ca.crt', logger: console });
const tls = serverTls(verifier, { key: 'server.key', cert: 'server.crt' });
const auth = mtls({ verifier, tls });
const app = express();

app.use(auth);
app.get('/', (req, res) => {
  res.json({ hello: req.clientIdentity.subject.attributes.CN });
});

// A refusal comes as an error like any other. Without this, Express answers with its own page.
app.use((error, _req, res, _next) => {
  res.status(error.status ?? 500).json({ code: error.code, message: error.expose ? error.message : 'Internal Server Error' });
});

const server = createServer(tls.options, app);
auth.check(server);
const port = Number(process.env.PORT ?? 8443);
server.listen(port, () => console.log(`listening on https://localhost:${port}`));
