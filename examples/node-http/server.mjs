// No framework: the guard that both adapters are made of, on a server of node:https.
//
// Run it where ca.crt, server.key and server.crt lie: those of the README, or `cd .demo` after `npm run demo`, and
//   node ../examples/node-http/server.mjs
//   curl --cacert ca.crt --cert client.crt --key client.key https://localhost:8443/
import { createServer } from 'node:https';
import { answerTo, createVerifier, Guard, serverTls } from '@peercert/core';

const verifier = createVerifier({ trust: 'ca.crt', logger: console });
const tls = serverTls(verifier, { key: 'server.key', cert: 'server.crt' });
const guard = new Guard({ verifier, tls });
const payments = guard.compile({ subject: { OU: 'payments' } }, 'payments');

const server = createServer(tls.options, async (request, response) => {
  const decision = await guard.decide(request, request.url === '/pay' ? payments : guard.requirement);
  if (!decision.ok) {
    const { status, code, message, headers } = answerTo(decision.refusal);
    return send(response, status, { code, message }, headers);
  }
  return send(response, 200, { hello: decision.identity?.subject.attributes.CN });
});

function send(response, status, body, headers = {}) {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}

guard.check(server);
const port = Number(process.env.PORT ?? 8443);
server.listen(port, () => console.log(`listening on https://localhost:${port}`));
