// @ts-check
/**
 * Many connections opened and closed, and many held while what is known of revocation changes: what a server holds has to return to its level.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Held, visits } from './clients.mjs';
import { Pki } from './pki.mjs';

/**
 * @typedef {{ heapUsed: number, external: number, rss: number, connections: number }} Memory in bytes
 * @typedef {{ connections: number, held: number, reloads: number, tell?: (line: string) => void }} Plan
 * @typedef {Awaited<ReturnType<typeof soak>>} Figures
 */

/** Connections that are opened at the same time. */
const abreast = 16;
/** Reloads before those that count, each kind twice. */
const rehearsedReloads = 6;
/** What may be left, in bytes: much less than as many connections hold that are not let go. */
const mostGrowth = 2 * 1024 * 1024;

/** @param {Plan} plan */
export async function soak({ connections, held, reloads, tell = () => undefined }) {
  const folder = mkdtempSync(join(tmpdir(), 'peercert-soak-'));
  try {
    const pki = await Pki.create(folder);
    /** @param {number} count @param {string} name */
    const issued = (count, name) => Promise.all(Array.from({ length: count }, (_, index) => pki.client(`${name} ${index}`)));
    const clients = await issued(held, 'client');
    const victims = await issued(reloads, 'victim');
    const firstVictims = await issued(rehearsedReloads, 'first victim');
    tell(`${held + reloads + rehearsedReloads} clients are issued`);

    const bare = await withServer({ guarded: false, folder }, (server) => heldBytes(server, clients));
    tell(`a connection without a guard: ${bare.heapEach} bytes of heap`);
    return await withServer({ guarded: true, folder }, async (server) => {
      const guarded = await heldBytes(server, clients);
      tell(`a connection with a guard: ${guarded.heapEach} bytes of heap`);
      const churned = await churn(server, connections, await visitors(pki, clients), tell);
      // What reloads need is compiled by then, and what they leave once, however many they are, is there.
      const rehearsed = await holdThroughReloads(server, { pki, clients, victims: firstVictims, tell });
      const reloaded = await holdThroughReloads(server, { pki, clients, victims, tell });
      return { connections, held, reloads, bare, guarded, churned, rehearsed, reloaded };
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What did not return to its level, as sentences. @param {Figures} figures */
export function leaks({ bare, guarded, churned, reloaded }) {
  const grown = {
    'connections that asked and left': churned.grown,
    'connections that were held, and left': guarded.grown,
    'reloads while connections were held': reloaded.grownWhileHeld,
    'reloads, when no connection was left': reloaded.grown,
  };
  const found = Object.entries(grown).filter(([, bytes]) => bytes > mostGrowth);
  // A measurement that does not even see connections that are open proves nothing.
  const isBlind = bare.heapEach < 500;
  return [...found.map(([what, bytes]) => `${bytes} bytes of heap are left of ${what}`), ...(isBlind ? ['nothing was measured'] : [])];
}

/** Connections that stay, each of which has asked once. @param {Server} server @param {readonly Client[]} clients */
async function hold({ port }, clients) {
  /** @type {Held[]} */
  const lines = [];
  await eachOf(clients, async (client) => {
    const line = new Held(port, client);
    lines.push(line);
    expectStatus(await line.ask(), 200);
  });
  return lines;
}

/** What a connection that has asked once holds, for as long as it is open. @param {Server} server @param {readonly Client[]} clients */
async function heldBytes(server, clients) {
  // What is made once, and what Node.js keeps for later, is none of theirs.
  await eachOf(clients, async (client) => void (await visits['asks and leaves']?.({ port: server.port, client })));
  const before = await server.idle();
  const lines = await hold(server, clients);
  const during = await server.memory();
  await Promise.all(lines.map((line) => line.close()));
  const after = await server.idle();
  const each = (/** @type {'heapUsed' | 'external' | 'rss'} */ what) => Math.round((during[what] - before[what]) / clients.length);
  return { heapEach: each('heapUsed'), externalEach: each('external'), rssEach: each('rss'), grown: heapBetween(before, after) };
}

/**
 * Whoever comes, in turn, and what they get.
 *
 * @param {Pki} pki @param {readonly Client[]} clients
 * @returns {Promise<(index: number) => { how: string, client: Client | undefined, status: number }>}
 */
async function visitors(pki, clients) {
  const expired = await pki.client('expired', { expired: true });
  const stranger = await pki.client('stranger', { stranger: true });
  return (index) => {
    const client = clients[index % clients.length];
    // Of 16: 10 who are let in, 4 who are refused, and 2 who do not stay that long.
    const turn = index % 16;
    if (turn === 0) return { how: 'asks and leaves', client: undefined, status: 403 };
    if (turn === 4) return { how: 'asks and leaves', client: expired, status: 403 };
    if (turn === 8) return { how: 'asks and leaves', client: stranger, status: 403 };
    if (turn === 12) return { how: 'asks and leaves', client: undefined, status: 403 };
    if (turn === 6) return { how: 'leaves before the answer', client, status: 200 };
    if (turn === 14) return { how: 'leaves in the handshake', client, status: 200 };
    return { how: 'asks and leaves', client, status: 200 };
  };
}

/** @param {Server} server @param {number} connections @param {Awaited<ReturnType<typeof visitors>>} visitor @param {(line: string) => void} tell */
async function churn(server, connections, visitor, tell) {
  // The first quarter is left for code to be compiled and caches to be filled.
  const batches = connections < 10_000 ? 8 : 20;
  const size = Math.ceil(connections / batches);
  /** @type {Memory[]} */
  const levels = [await server.idle()];
  const began = performance.now();
  for (let batch = 0; batch < batches; batch++) {
    const indices = Array.from({ length: size }, (_, index) => batch * size + index);
    await eachOf(indices, async (index) => {
      const { how, client, status } = visitor(index);
      const told = await visits[how]?.({ port: server.port, client });
      if (told !== undefined) expectStatus(told, status);
    });
    levels.push(await server.idle());
    tell(`${(batch + 1) * size} connections: ${levels.at(-1)?.heapUsed} bytes of heap`);
  }
  const seconds = (performance.now() - began) / 1_000;
  const settled = levels.slice(batches / 4);
  const bytesEach = slope(settled.map(({ heapUsed }, index) => [index * size, heapUsed]));
  return { seconds, levels, bytesEach, grown: heapBetween(settled[0], settled.at(-1)) };
}

/**
 * Each reload takes one client's right to be here. The others stay, and are let in each time.
 *
 * @param {Server} server @param {{ pki: Pki, clients: readonly Client[], victims: readonly Client[], tell: (line: string) => void }} cast
 */
async function holdThroughReloads(server, { pki, clients, victims, tell }) {
  const before = await server.idle();
  const lines = await hold(server, clients);
  const doomed = await hold(server, victims);
  const askAll = () => eachOf(lines, async (line) => expectStatus(await line.ask(), 200));
  const atFirst = await server.memory();
  /** One for each kind of thing that is reloaded. @type {readonly ((client: Client) => Promise<void>)[]} */
  const reloads = [
    (client) => pki.revoke(client),
    (client) => pki.deny(client),
    async (client) => {
      await pki.trustAnother();
      await pki.deny(client);
    },
  ];
  const tookMilliseconds = [];
  for (const [index, line] of doomed.entries()) {
    const began = performance.now();
    await reloads[index % reloads.length]?.(line.client);
    await line.closed;
    tookMilliseconds.push(performance.now() - began);
    await askAll();
    if ((index + 1) % 10 === 0) tell(`${index + 1} reloads: ${(await server.memory()).heapUsed} bytes of heap`);
  }
  const atLast = await server.memory();
  if (atLast.connections !== lines.length) throw new Error(`${atLast.connections} connections are open, not ${lines.length}`);
  await Promise.all(lines.map((line) => line.close()));
  await pki.forgive();
  for (const client of victims) await forgiven(server, client);
  const after = await server.idle();
  const median = tookMilliseconds.sort((a, b) => a - b)[tookMilliseconds.length >> 1] ?? 0;
  // Those who had to leave are no longer among what is held.
  const grownWhileHeld = heapBetween(atFirst, atLast);
  return { before, atFirst, atLast, after, grownWhileHeld, grown: heapBetween(before, after), medianMilliseconds: median };
}

/** @typedef {import('./pki.mjs').Client} Client */

/** What is taken out of a list acts when the file has stood still for a while. @param {Server} server @param {Client} client */
async function forgiven({ port }, client) {
  for (const end = performance.now() + 30_000; performance.now() < end; ) {
    if ((await visits['asks and leaves']?.({ port, client })) === 200) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('who was revoked, and is no more, is not let in');
}

class Server {
  #child;
  port;

  /** @param {import('node:child_process').ChildProcess} child @param {number} port */
  constructor(child, port) {
    this.#child = child;
    this.port = port;
  }

  /** @returns {Promise<Memory>} */
  async memory() {
    this.#child.send('memory');
    const [memory] = await once(this.#child, 'message');
    return memory;
  }

  /** Of a server without a connection, as soon as it has none. @returns {Promise<Memory>} */
  async idle() {
    for (let attempt = 0; attempt < 100; attempt++) {
      const memory = await this.memory();
      if (memory.connections === 0) return memory;
    }
    throw new Error('connections that their clients have closed stay open');
  }
}

/** @template T @param {{ guarded: boolean, folder: string }} setup @param {(server: Server) => Promise<T>} work @returns {Promise<T>} */
async function withServer(setup, work) {
  const child = fork(join(import.meta.dirname, 'server.mjs'), [JSON.stringify(setup)], { execArgv: ['--expose-gc'] });
  const exit = once(child, 'exit');
  try {
    const [port] = await Promise.race([
      once(child, 'message'),
      exit.then(([status]) => Promise.reject(new Error(`the server ended: ${status}`))),
    ]);
    const result = await work(new Server(child, port));
    child.send('close');
    const [status] = await exit;
    if (status !== 0) throw new Error(`the server ended with ${status}`);
    return result;
  } finally {
    child.kill('SIGKILL');
  }
}

/** A few at a time. @template T @param {readonly T[]} items @param {(item: T) => Promise<void>} work */
async function eachOf(items, work) {
  const rest = items.values();
  await Promise.all(
    Array.from({ length: abreast }, async () => {
      for (const item of rest) await work(item);
    }),
  );
}

/** @param {number} told @param {number} status */
function expectStatus(told, status) {
  if (told !== status) throw new Error(`got ${told} in place of ${status}`);
}

/** @param {Memory | undefined} first @param {Memory | undefined} last */
function heapBetween(first, last) {
  return (last?.heapUsed ?? Number.NaN) - (first?.heapUsed ?? Number.NaN);
}

/** Of the line that fits best (least squares). @param {readonly (readonly [number, number])[]} points */
function slope(points) {
  const mean = (/** @type {0 | 1} */ axis) => points.reduce((sum, point) => sum + point[axis], 0) / points.length;
  const [x, y] = [mean(0), mean(1)];
  const over = points.reduce((sum, point) => sum + (point[0] - x) * (point[1] - y), 0);
  return over / points.reduce((sum, point) => sum + (point[0] - x) ** 2, 0);
}
