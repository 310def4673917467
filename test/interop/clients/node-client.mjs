// @ts-check
/**
 * What Node.js offers to ask an HTTPS server with a certificate, in whichever version this is run by. Reads tasks as JSON from its argument, and writes for
 * each what it was answered.
 *
 * @typedef {{ how: string, url: string, ca: string, cert?: string, key?: string, pfx?: string, passphrase?: string }} Task
 */
import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import * as undici from 'undici';

/** @type {readonly Task[]} */
const tasks = JSON.parse(process.argv[2] ?? '[]');

/** @type {Readonly<Record<string, (url: string, tls: import('node:tls').ConnectionOptions) => Promise<{ status: number | undefined, body: string }>>>} */
const ways = {
  https: (url, tls) =>
    new Promise((resolve, reject) => {
      const sent = request(url, { ...tls, agent: false }, (response) => {
        let body = '';
        response.setEncoding('utf8').on('data', (text) => {
          body += text;
        });
        response.on('end', () => resolve({ status: response.statusCode, body }));
      });
      sent.on('error', reject).end();
    }),
  undici: (url, tls) =>
    withAgent(tls, async (dispatcher) => {
      const { statusCode, body } = await undici.request(url, { dispatcher });
      return { status: statusCode, body: await body.text() };
    }),
  fetch: (url, tls) =>
    withAgent(tls, async (dispatcher) => {
      const response = await fetch(url, /** @type {any} */ ({ dispatcher }));
      return { status: response.status, body: await response.text() };
    }),
};

/** @template T @param {import('node:tls').ConnectionOptions} connect @param {(agent: undici.Agent) => Promise<T>} work */
async function withAgent(connect, work) {
  const agent = new undici.Agent({ connect: /** @type {any} */ (connect) });
  try {
    return await work(agent);
  } finally {
    await agent.close();
  }
}

const answers = [];
for (const { how, url, ca, cert, key, pfx, passphrase } of tasks) {
  const read = (/** @type {string | undefined} */ file) => (file === undefined ? undefined : readFileSync(file));
  const own = { cert: read(cert), key: read(key), pfx: read(pfx), passphrase };
  const given = Object.fromEntries(Object.entries(own).filter(([, value]) => value !== undefined));
  answers.push(await ways[how]?.(url, { ca: readFileSync(ca), ...given }));
}
process.stdout.write(JSON.stringify(answers));
