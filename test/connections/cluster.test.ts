import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { ConnectionOptions } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { KeepAliveLine } from '../support/line.js';
import { type Answered, answered } from './answers.js';
import { expectedVerdicts, type WatchedFolder, watchedFolder } from './watched-folder.js';

/** Workers of node:cluster share a port, and by default the keys of their session tickets; each has a verifier of its own. */
const folders: WatchedFolder[] = [];
const children: ChildProcess[] = [];

afterAll(() => {
  for (const child of children) child.kill('SIGKILL');
  for (const folder of folders) folder.remove();
});

interface Cluster {
  readonly port: number;
  /** Resolves with the exit status, once every worker has ended by itself. */
  close(): Promise<number | null>;
}

async function startCluster(kind: string, { folder }: WatchedFolder, ...workers: readonly object[]): Promise<Cluster> {
  const setups = workers.map((worker) => ({ kind, folder, trust: 'root.crt', ...worker }));
  const child = fork(join(import.meta.dirname, 'programs/cluster.mjs'), [JSON.stringify(setups)]);
  children.push(child);
  const exit = once(child, 'exit') as Promise<[number | null]>;
  const ended = exit.then(([status]) => Promise.reject(new Error(`the cluster ended with ${status}`)));
  ended.catch(() => undefined);
  const [port] = (await Promise.race([once(child, 'message'), ended])) as [number];
  const close = async () => {
    child.send('close');
    return (await exit)[0];
  };
  return { port, close };
}

/** Each worker's answer. Connections go to one after the other, so that all have answered soon. */
async function ofEachWorker(ask: () => Promise<Answered>): Promise<Answered[]> {
  const answers = new Map<string, Answered>();
  for (let asked = 0; answers.size < 2; asked++) {
    if (asked === 10) throw new Error('one worker answers everything');
    const answer = await ask();
    answers.set(answer.by, answer);
  }
  return [...answers.values()];
}

/** A client with a TLS session of one worker, and what is asked with it of the other. */
async function resumedElsewhere(port: number, tls: ConnectionOptions): Promise<{ first: Answered; second: Answered }> {
  const first = await answered(port, tls);
  for (let asked = 0; asked < 10; asked++) {
    const second = await answered(port, { ...tls, ...(first.session === undefined ? {} : { session: first.session }) });
    if (second.by !== first.by) return { first, second };
  }
  throw new Error('one worker answers everything');
}

describe('workers', () => {
  let watched: WatchedFolder;
  let running: Cluster;

  beforeAll(async () => {
    watched = await watchedFolder();
    folders.push(watched);
    running = await startCluster('Fastify', watched, {}, {});
  });

  test('say the same to everybody, whichever is asked', async () => {
    for (const [who, client, verdict] of expectedVerdicts(watched)) {
      const answers = await ofEachWorker(() => answered(running.port, client?.tls));
      expect([who, ...answers.map((answer) => answer.verdict)]).toEqual([who, verdict, verdict]);
    }
  });

  test('resume no session, unless they are allowed to', async () => {
    const { second } = await resumedElsewhere(running.port, watched.people.alice.tls);
    expect(second).toMatchObject({ verdict: 'alice', resumed: false });
  });

  test.each<[string, (watched: WatchedFolder) => Promise<void>, keyof WatchedFolder['people'], string]>([
    ['a CRL', ({ people, revoke }) => revoke(people.mallory), 'mallory', 'PEERCERT_CERTIFICATE_REVOKED'],
    ['a deny list', ({ people, deny }) => deny(people.trudy), 'trudy', 'PEERCERT_CERTIFICATE_REVOKED'],
    ['the list of authorities', ({ distrust }) => distrust(), 'victor', 'PEERCERT_ISSUER_UNKNOWN'],
  ])('all end the connections of whom %s takes out, and let nobody of them in again', async (_what, change, name, code) => {
    const { tls } = watched.people[name];
    const closed = (await linesToBoth(running.port, tls)).map(whenClosed);
    await change(watched);
    await Promise.all(closed);
    const answers = await ofEachWorker(() => answered(running.port, tls));
    expect(answers.map(({ verdict }) => verdict)).toEqual([code, code]);
    expect((await answered(running.port, watched.people.alice.tls)).verdict).toBe('alice');
  });

  test('end by themselves when they are disconnected', async () => {
    expect(await running.close()).toBe(0);
  });
});

describe('workers that resume sessions', () => {
  const versions = ['TLSv1.2', 'TLSv1.3'] as const;
  const only = (version: (typeof versions)[number]) => ({ minVersion: version, maxVersion: version });
  let watched: WatchedFolder;
  let running: Cluster;

  beforeAll(async () => {
    watched = await watchedFolder();
    folders.push(watched);
    running = await startCluster('Express', watched, { allowSessionResumption: true }, { allowSessionResumption: true });
  });

  test.each(versions)('let nobody in with a %s session of another whom they would not let in without', async (version) => {
    for (const [who, client, verdict] of expectedVerdicts(watched)) {
      const { first, second } = await resumedElsewhere(running.port, { ...only(version), ...client?.tls });
      // Whoever resumes sends no issuers along, and this worker knows carol's no more than a stranger's.
      const elsewhere = who === 'carol' || who === 'a stranger' ? 'PEERCERT_CHAIN_INCOMPLETE' : verdict;
      expect([who, first.verdict, second.verdict, second.resumed]).toEqual([who, verdict, elsewhere, true]);
    }
  });

  test.each([
    ['TLSv1.2', 'mallory'],
    ['TLSv1.3', 'trudy'],
  ] as const)('let nobody in with a %s session who was revoked since it began', async (version, name) => {
    const tls = { ...only(version), ...watched.people[name].tls };
    const { verdict, session } = await answered(running.port, tls);
    expect([verdict, session]).toEqual([name, expect.any(Buffer)]);
    const closed = (await linesToBoth(running.port, tls)).map(whenClosed);
    await watched.revoke(watched.people[name]);
    await Promise.all(closed);
    const answers = await ofEachWorker(() => answered(running.port, { ...tls, session: session as Buffer }));
    expect(answers.map(({ verdict: again, resumed }) => [again, resumed])).toEqual(Array(2).fill(['PEERCERT_CERTIFICATE_REVOKED', true]));
  });

  test('begin anew with whoever comes from a worker that trusts otherwise', async () => {
    const divided = await startCluster(
      'Fastify',
      watched,
      { allowSessionResumption: true },
      { allowSessionResumption: true, trust: 'other.crt' },
    );
    for (const version of versions) {
      for (const { tls } of [watched.people.stranger, watched.people.alice]) {
        const { first, second } = await resumedElsewhere(divided.port, { ...only(version), ...tls });
        expect([first.verdict, second.verdict].sort()).toEqual(['PEERCERT_ISSUER_UNKNOWN', 'alice']);
        expect(second.resumed).toBe(false);
      }
    }
    expect(await divided.close()).toBe(0);
  });
});

/** Two connections that stay; the next worker has the second. */
async function linesToBoth(port: number, tls: ConnectionOptions): Promise<KeepAliveLine[]> {
  const lines = [new KeepAliveLine(port, tls), new KeepAliveLine(port, tls)];
  for (const line of lines) expect((await line.ask()).status).toBe(200);
  return lines;
}

function whenClosed({ socket }: KeepAliveLine): Promise<unknown> {
  return once(socket as NonNullable<typeof socket>, 'close');
}
