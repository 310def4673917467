import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { KeepAliveLine } from '../support/line.js';
import { answered } from './answers.js';
import { expectedVerdicts, type WatchedFolder, watchedFolder } from './watched-folder.js';

/** Threads of one process, each with a server and a verifier of its own, that share nothing but files and the keys of session tickets. */
const threads: Worker[] = [];
let ports: number[] = [];
let watched: WatchedFolder;

beforeAll(async () => {
  watched = await watchedFolder();
  const shared = { folder: watched.folder, trust: 'root.crt', allowSessionResumption: true, ticketKeys: randomBytes(48).toString('hex') };
  for (const kind of ['Fastify', 'Express']) {
    threads.push(new Worker(join(import.meta.dirname, 'programs/thread.mjs'), { workerData: { kind, ...shared } }));
  }
  ports = (await Promise.all(threads.map((thread) => once(thread, 'message')))).map(([port]) => port as number);
});

afterAll(async () => {
  await Promise.all(threads.map((thread) => thread.terminate()));
  watched.remove();
});

test('threads say the same to everybody', async () => {
  for (const [who, client, verdict] of expectedVerdicts(watched)) {
    const answers = await Promise.all(ports.map((port) => answered(port, client?.tls)));
    expect(new Set(answers.map(({ by }) => by)).size).toBe(2);
    expect([who, ...answers.map((answer) => answer.verdict)]).toEqual([who, verdict, verdict]);
  }
});

test.each(['TLSv1.2', 'TLSv1.3'] as const)(
  'a %s session of one thread lets nobody in at another who would not be let in without',
  async (version) => {
    const only = { minVersion: version, maxVersion: version };
    const [first, second] = ports as [number, number];
    for (const [who, client, verdict] of expectedVerdicts(watched)) {
      // A resumed session brings no issuers along; cluster.test.ts shows what that comes to.
      if (who === 'carol' || who === 'a stranger') continue;
      const { session } = await answered(first, { ...only, ...client?.tls });
      const there = await answered(second, { ...only, ...client?.tls, session: session as Buffer });
      expect([who, there.verdict, there.resumed]).toEqual([who, verdict, true]);
    }
  },
);

test.each<[string, (folder: WatchedFolder) => Promise<void>, keyof WatchedFolder['people'], string]>([
  ['a CRL', ({ people, revoke }) => revoke(people.mallory), 'mallory', 'PEERCERT_CERTIFICATE_REVOKED'],
  ['a deny list', ({ people, deny }) => deny(people.trudy), 'trudy', 'PEERCERT_CERTIFICATE_REVOKED'],
  ['the list of authorities', ({ distrust }) => distrust(), 'victor', 'PEERCERT_ISSUER_UNKNOWN'],
])('whom %s takes out is out in every thread', async (_what, change, name, code) => {
  const { tls } = watched.people[name];
  const lines = ports.map((port) => new KeepAliveLine(port, tls));
  for (const line of lines) expect((await line.ask()).status).toBe(200);
  const closed = lines.map(({ socket }) => once(socket as NonNullable<typeof socket>, 'close'));
  await change(watched);
  await Promise.all(closed);
  const answers = await Promise.all(ports.map((port) => answered(port, tls)));
  expect(answers.map(({ verdict }) => verdict)).toEqual([code, code]);
});

test('a thread that closes what it has ends by itself, and leaves the others alone', async () => {
  const [first, second] = threads as [Worker, Worker];
  const ended = once(first, 'exit');
  first.postMessage('close');
  expect(await ended).toEqual([0]);
  expect((await answered(ports[1] as number, watched.people.alice.tls)).verdict).toBe('alice');
  const killed = once(second, 'exit');
  await second.terminate();
  expect(await killed).toEqual([1]);
});
