// Certificates become the application's own users: a function as policy looks them up, and `authorize` compares the certificate with the request.
//
// Run it where ca.crt, server.key, server.crt and client.crt lie: those of the README, or `cd .demo` after `npm run demo`, and
//   node ../examples/express-users/server.mjs
//   curl --cacert ca.crt --cert client.crt --key client.key https://localhost:8443/accounts/alice
import { createServer } from 'node:https';
import { createVerifier, mtls, serverTls } from '@peercert/express';
import express from 'express';

const users = new Map([
  ['alice', { id: 7, name: 'Alice', roles: ['payments'] }],
  ['carol', { id: 9, name: 'Carol', roles: [] }],
]);

const verifier = createVerifier({ trust: 'ca.crt', logger: console });
const tls = serverTls(verifier, { key: 'server.key', cert: 'server.crt' });
const auth = mtls({ verifier, tls });
const app = express();

/** One common name, and somebody who has it. The answer is remembered for five minutes on the connection. */
const user = auth.require({
  decide: async ({ subject }) => {
    const [name, ...others] = subject.attributes.CN ?? [];
    const found = name === undefined || others.length > 0 ? undefined : await Promise.resolve(users.get(name));
    return found === undefined ? { allow: false, reason: 'no such user' } : { allow: true, value: found };
  },
  rememberForSeconds: 300,
});
app.get('/', user, (req, res) => res.json({ hello: user.value(req).name }));

// Asked at each request: the account of somebody else is none of theirs.
const own = auth.require({
  authorize: ({ subject }, request) => subject.attributes.CN?.length === 1 && subject.attributes.CN[0] === request.params.name,
});
app.get('/accounts/:name', user, own, (req, res) => res.json({ account: user.value(req).id }));

app.use((error, _req, res, _next) => {
  res.status(error.status ?? 500).json({ code: error.code, message: error.expose ? error.message : 'Internal error' });
});

const server = createServer(tls.options, app);
auth.check(server);
const port = Number(process.env.PORT ?? 8443);
server.listen(port, () => console.log(`listening on https://localhost:${port}`));
