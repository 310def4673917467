// @ts-check
/**
 * Lets clients in through every kind of source, has one wait for a verdict, closes, and says what is held then. It has to end by itself: nothing here calls
 * `process.exit`.
 *
 *     node closing.mjs '{ "kind": "Express", "close": ["server", "verifier"], "folder": "…", "revocation": { … } }'
 */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect as connectHttp2 } from 'node:http2';
import { Agent, request } from 'node:https';
import { join } from 'node:path';

import { serve } from './guarded-server.mjs';
import { reportAtEnd } from './resources.mjs';

/** @type {{ kind: string, close: readonly string[], folder: string, revocation: import('@peercert/core').RevocationOptions }} */
const { kind, close, folder, revocation } = JSON.parse(process.argv[2] ?? '{}');
const read = (/** @type {string} */ name) => readFileSync(join(folder, name), 'utf8');
const tlsOf = (/** @type {string} */ name) => ({ key: read(`${name}.key`), cert: read(`${name}.crt`) });
const overHttp2 = kind === 'Fastify over HTTP/2';

const serving = await serve(kind, {
  mtls: { trust: join(folder, 'ca.crt'), revocation, closeAfterSeconds: 600 },
  tls: { ...tlsOf('server'), ca: read('ca.crt'), requestCert: true, rejectUnauthorized: false },
});
const { verifier } = serving;

/** @type {(() => void)[]} */
const leaving = [];
const alice = openLine('alice');
const mallory = openLine('mallory');
const waiting = openLine('unlisted');
const statuses = [await alice(), await mallory()];
// Its connection is in its grace when everything is closed.
verifier.deny(read('mallory.crt'));
// Its responder never answers.
const asked = once(serving.server, 'request');
const last = waiting();
await asked;

const began = performance.now();
const closing = [];
if (close.includes('server')) closing.push(serving.close());
if (close.includes('verifier')) closing.push(verifier.close());
statuses.push(await last);
for (const leave of leaving) leave();
await Promise.all(closing);

reportAtEnd(began, { statuses });

/** One connection of a client, which it keeps until the end. @param {string} name @returns {() => Promise<number>} */
function openLine(name) {
  const options = { ...tlsOf(name), rejectUnauthorized: false };
  if (overHttp2) {
    const session = connectHttp2(`https://127.0.0.1:${serving.port}`, options);
    leaving.push(() => session.close());
    return async () => {
      const stream = session.request({ ':path': '/' });
      const [headers] = await once(stream, 'response');
      await once(stream.resume(), 'close');
      return headers[':status'];
    };
  }
  const agent = new Agent({ keepAlive: true, maxSockets: 1, ...options });
  leaving.push(() => agent.destroy());
  return async () => {
    const [response] = await once(request({ host: '127.0.0.1', port: serving.port, agent }).end(), 'response');
    await once(response.resume(), 'close');
    return response.statusCode;
  };
}
