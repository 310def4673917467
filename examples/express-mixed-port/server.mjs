// One port for the public and for holders of a certificate: all may come in, some routes require one.
//
// Run it where ca.crt, server.key and server.crt lie: those of the README, or `cd .demo` after `npm run demo`, and
//   node ../examples/express-mixed-port/server.mjs
//   curl --cacert ca.crt https://localhost:8443/ https://localhost:8443/account
import { createServer } from 'node:https';
import { createVerifier, mtls, serverTls } from '@peercert/express';
import express from 'express';

const verifier = createVerifier({ trust: 'ca.crt', logger: console });
const tls = serverTls(verifier, { key: 'server.key', cert: 'server.crt' });
const auth = mtls({ verifier, tls });
const app = express();

// Without a certificate the identity is null; a bad certificate is refused even here.
app.use(auth.optional());
app.get('/', (req, res) => {
  res.json({ hello: req.clientIdentity?.subject.attributes.CN ?? 'stranger' });
});

app.get('/account', auth.require(), (req, res) => {
  res.json({ account: req.clientIdentity.subject.attributes.CN });
});
app.get('/pay', auth.require({ subject: { OU: 'payments' } }), (_req, res) => {
  res.json({ paid: true });
});

const server = createServer(tls.options, app);
auth.check(server);
const port = Number(process.env.PORT ?? 8443);
server.listen(port, () => console.log(`listening on https://localhost:${port}`));
