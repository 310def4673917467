// A TLS server that is there already: `mtls()` without options takes its trust from the server's own `ca`.
//
// Run it where ca.crt, server.key and server.crt lie: those of the README, or `cd .demo` after `npm run demo`, and
//   node ../examples/inherited-trust/server.mjs
//   curl --cacert ca.crt --cert client.crt --key client.key https://localhost:8443/
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { mtls } from '@peercert/express';
import express from 'express';

const app = express();
const auth = mtls();
app.use(auth);
app.get('/', (req, res) => {
  res.json({ hello: req.clientIdentity.subject.attributes.CN });
});

const server = createServer(
  {
    key: readFileSync('server.key'),
    cert: readFileSync('server.crt'),
    ca: readFileSync('ca.crt'),
    requestCert: true,
    // The handshake lets everyone through, and the guard answers with a reason. With true, clients would see a reset connection.
    rejectUnauthorized: false,
  },
  app,
);
auth.check(server);
const port = Number(process.env.PORT ?? 8443);
server.listen(port, () => console.log(`listening on https://localhost:${port}`));
