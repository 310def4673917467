import { X509Certificate } from 'node:crypto';
import { Agent, request } from 'node:https';
import { setTimeout as wait } from 'node:timers/promises';

/**
 * Plays the story against each of the servers, over real connections: for each row, the answers in the order of the servers.
 * Row follows upon row; only a row that waits for its certificate to run out does so beside the others.
 *
 * @param {readonly Row[]} story
 * @param {readonly import('./servers.mjs').Running[]} servers
 * @param {import('./pki.mjs').Pki} pki
 * @param {() => Promise<void>} revoke revokes the certificate of who leaves
 * @returns {Promise<readonly (readonly Answer[])[]>}
 */
export async function playAll(story, servers, pki, revoke) {
  const playRow = (/** @type {Row} */ row) => Promise.all(servers.map(({ port }) => play(row, port, pki, revoke)));
  /** @type {Promise<unknown>} */
  let previous = Promise.resolve();
  const rows = story.map((row) => {
    if (row.via === 'kept') return playRow(row);
    const answers = previous.then(() => playRow(row));
    previous = answers;
    return answers;
  });
  return await Promise.all(rows);
}

/**
 * @typedef {import('./story.mjs').Row} Row
 * @typedef {import('./judge.mjs').Answer} Answer
 * @typedef {import('node:https').RequestOptions & { session?: Buffer }} Options
 * @typedef {{ answer: Answer, session?: Buffer | undefined, socket?: import('node:net').Socket | undefined }} Asked
 */

/**
 * @param {Row} row
 * @param {number} port
 * @param {import('./pki.mjs').Pki} pki
 * @param {() => Promise<void>} revoke
 * @returns {Promise<Answer>}
 */
async function play({ route, as, via }, port, { ca, clients, issueBrief }, revoke) {
  /** @type {{ key?: string, cert?: string }} */
  const certificate = as === 'brief' ? await issueBrief() : as === undefined ? {} : clients[as];
  const options = { port, path: route, ca: ca.certificate, ...certificate };
  if (via === 'resumed') return await askResumed(options);
  if (via === 'kept') return await askTwice(options, () => wait(untilRunOut(String(options.cert))));
  if (via === 'revoked') return await askTwice(options, revoke);
  return (await ask({ ...options, agent: false })).answer;
}

/**
 * @param {Options} options
 * @returns {Promise<Answer>}
 */
async function askResumed(options) {
  const { answer, session } = await ask({ ...options, agent: false });
  if (session === undefined) return 'failure' in answer ? answer : { failure: 'the server offered no session to resume' };
  return (await ask({ ...options, agent: false, session })).answer;
}

/**
 * Asks, and asks again over the same connection once something has happened: until the answer is another, for news of a file take some milliseconds.
 *
 * @param {Options} options
 * @param {() => Promise<void>} happens
 * @returns {Promise<Answer>}
 */
async function askTwice(options, happens) {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  try {
    const before = await ask({ ...options, agent });
    await happens();
    const since = Date.now();
    let after = await ask({ ...options, agent });
    while ('status' in after.answer && after.answer.status === 200 && Date.now() - since < longestNews) {
      await wait(5);
      after = await ask({ ...options, agent });
    }
    if ('failure' in after.answer) return after.answer;
    return { ...after.answer, before: before.answer, sameConnection: after.socket === before.socket };
  } finally {
    agent.destroy();
  }
}

/** Milliseconds. */
const longestNews = 2_000;

/**
 * Milliseconds. The second that notAfter names is still valid (RFC 5280, section 4.1.2.5).
 *
 * @param {string} certificate PEM
 */
function untilRunOut(certificate) {
  return Date.parse(new X509Certificate(certificate).validTo) + 1_000 - Date.now() + 20;
}

/**
 * One request. It never throws: a connection that fails is an answer, too.
 *
 * @param {Options} options
 * @returns {Promise<Asked>}
 */
function ask(options) {
  return new Promise((resolve) => {
    /** @type {Buffer | undefined} */
    let session;
    /** @type {import('node:tls').TLSSocket | undefined} */
    let socket;
    const sent = request({ host: '127.0.0.1', timeout: 5_000, ...options }, (response) => {
      const resumed = socket?.isSessionReused() ?? false;
      let text = '';
      response.setEncoding('utf8').on('data', (chunk) => {
        text += chunk;
      });
      response.on('end', () => resolve({ answer: { status: response.statusCode ?? 0, body: parse(text), resumed }, session, socket }));
    });
    sent.on('socket', (used) => {
      socket = /** @type {import('node:tls').TLSSocket} */ (used);
      socket.removeAllListeners('session').on('session', (ticket) => {
        session = ticket;
      });
    });
    sent.on('timeout', () => sent.destroy(new Error('nothing came for five seconds')));
    sent.on('error', (error) => resolve({ answer: { failure: error.message } }));
    sent.end();
  });
}

/**
 * @param {string} text
 * @returns {Record<string, unknown>}
 */
function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return { text };
  }
}
