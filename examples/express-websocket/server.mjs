// WebSockets beside Express: an upgrade never passes `app.use`, so the guard wraps its listener; others are never called.
//
// Run it where ca.crt, server.key and server.crt lie: those of the README, or `cd .demo` after `npm run demo`, and
//   node ../examples/express-websocket/server.mjs
//   node ../examples/express-websocket/client.mjs
import { createServer } from 'node:https';
import { createVerifier, mtls, serverTls } from '@peercert/express';
import express from 'express';
import { WebSocketServer } from 'ws';

const verifier = createVerifier({ trust: 'ca.crt', logger: console });
const tls = serverTls(verifier, { key: 'server.key', cert: 'server.crt' });
const auth = mtls({ verifier, tls });
const app = express();
app.use(auth);

const server = createServer(tls.options, app);
auth.check(server);

const sockets = new WebSocketServer({ noServer: true });
const upgrade = auth.upgrade({ subject: { OU: 'payments' } }, (/** @type {any} */ request, socket, head) => {
  sockets.handleUpgrade(request, socket, head, (ws) => {
    ws.on('error', (error) => console.error(error.message));
    ws.send(`hello ${request.clientIdentity.subject.attributes.CN}`);
    ws.on('message', (message) => ws.send(`you said ${message}`));
  });
});
server.on('upgrade', upgrade);

const port = Number(process.env.PORT ?? 8443);
server.listen(port, () => console.log(`listening on https://localhost:${port}`));
