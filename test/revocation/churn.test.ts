import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import type { Agent } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createVerifier, type ReloadEvent, type RevocationEvent } from '@peercert/core';
import { createAuthority } from '@peercert/pki';
import { afterAll, describe, expect, test } from 'vitest';
import { ask, json, oneConnection } from '../support/ask.js';
import { startFastify } from '../support/servers.js';
import { matchesSomeState, Timeline } from './churn.js';

/** Ten seconds, unless told; the issue's minute is PEERCERT_CHURN_SECONDS=60. */
const seconds = Number(process.env.PEERCERT_CHURN_SECONDS ?? 10);
const requestsPerSecond = 200;
const clientCount = 20;
/** Whose authority comes and goes. */
const guestCount = 4;
/**
 * By then an addition to a file must have been noticed: 50 ms are promised on a local disk that nobody else uses. Of a time in which everything stands still
 * 10 ms count.
 */
const noticedAfter = 1_000;
const tick = 10;
async function ticks(milliseconds: number): Promise<void> {
  for (let passed = 0; passed < milliseconds; passed += tick) await sleep(tick, undefined, { ref: false });
}

const folder = mkdtempSync(join(tmpdir(), 'peercert-churn-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('whether a state gives a decision', () => {
  const changing = new Timeline();
  changing.set('yes', 10);
  changing.set('no', 20);

  test('is told of one source', () => {
    expect(matchesSomeState([changing], true, 0, 9)).toBe(false);
    expect(matchesSomeState([changing], true, 0, 10)).toBe(true);
    expect(matchesSomeState([changing], false, 0, 10)).toBe(true);
    expect(matchesSomeState([changing], false, 11, 19)).toBe(false);
    expect(matchesSomeState([changing], false, 11, 20)).toBe(true);
    expect(matchesSomeState([changing], true, 21, 30)).toBe(false);
  });

  test('is told of several, at the same moment', () => {
    const other = new Timeline();
    other.set('yes', 20);
    // One ends when the other begins: at no moment nobody denies.
    expect(matchesSomeState([changing, other], false, 10, 30)).toBe(false);
    other.set('maybe', 40);
    expect(matchesSomeState([changing, other], false, 30, 40)).toBe(true);
    expect(matchesSomeState([changing, other], true, 41, 50)).toBe(true);
    changing.forget(30);
    expect(matchesSomeState([changing], true, 31, 50)).toBe(false);
  });
});

test(`${requestsPerSecond} requests a second while the CRL, the deny lists and the authorities change`, {
  timeout: seconds * 1_000 + 120_000,
}, async () => {
  const ca = await createAuthority({ subject: { CN: 'Churn CA' } });
  const server = await ca.issueServer({ dns: ['localhost'] });
  const clients = await Promise.all(
    Array.from({ length: clientCount }, (_, index) => ca.issueClient({ subject: { CN: `client ${index}` } })),
  );
  const guestCa = await createAuthority({ subject: { CN: 'Guest CA' } });
  const guests = await Promise.all(
    Array.from({ length: guestCount }, (_, index) => guestCa.issueClient({ subject: { CN: `guest ${index}` } })),
  );
  const everyone = [...clients, ...guests];
  const files = { ca: join(folder, 'ca.pem'), crl: join(folder, 'crl.pem'), deny: join(folder, 'deny.txt') };
  const lists = new Map<string, ReadonlySet<number>>();
  const timelines = everyone.map(() => ({ crl: new Timeline(), file: new Timeline(), code: new Timeline(), authority: new Timeline() }));
  let reloads = 0;
  const listed = new Set<number>();
  let number = 1_000n;

  const writeCrl = async (revoked: ReadonlySet<number>): Promise<void> => {
    number += 1n;
    lists.set(String(number), revoked);
    const crl = await ca.issueCrl({
      number,
      revoked: [...revoked].map((index) => ({ certificate: clients[index] as (typeof clients)[number] })),
    });
    writeFileSync(`${files.crl}.new`, crl.pem);
    renameSync(`${files.crl}.new`, files.crl);
  };
  const writeAuthorities = (withGuests: boolean): void => {
    for (const { authority } of timelines.slice(clientCount)) authority.set('maybe');
    writeFileSync(`${files.ca}.new`, ca.certificate + (withGuests ? guestCa.certificate : ''));
    renameSync(`${files.ca}.new`, files.ca);
  };
  await writeCrl(new Set());
  writeAuthorities(false);
  writeFileSync(files.deny, '');

  const silent = (): void => undefined;
  const verifier = createVerifier({
    trust: files.ca,
    revocation: { crl: [files.crl, (await guestCa.issueCrl()).pem], denyList: files.deny },
    closeAfterSeconds: 1,
    logger: { debug: silent, info: silent, warn: silent, error: silent },
  });
  await verifier.ready;
  const inForce = (message: unknown): void => {
    const [, current = ''] = /number (\d+)/.exec((message as RevocationEvent).detail) ?? [];
    const revoked = lists.get(current);
    if (revoked !== undefined) for (const [index, { crl }] of timelines.entries()) crl.set(revoked.has(index) ? 'yes' : 'no');
  };
  const trusted = (message: unknown): void => {
    const { added } = message as ReloadEvent;
    reloads += 1;
    for (const { authority } of timelines.slice(clientCount)) authority.set(added.length > 0 ? 'no' : 'yes');
  };
  subscribe('peercert:revocation', inForce);
  subscribe('peercert:reload', trusted);
  const { port, close } = await startFastify({
    mtls: { verifier },
    tls: { key: server.tls.key, cert: server.tls.cert, ca: ca.certificate, requestCert: true, rejectUnauthorized: false },
  });

  const agents: Agent[] = everyone.map((client) => oneConnection(client));
  const tally = { allowed: 0, denied: 0, broken: 0, failures: [] as string[], contradictions: [] as string[] };
  const send = async (index: number): Promise<void> => {
    const begun = performance.now();
    try {
      const told = await ask(port, { agent: agents[index] as Agent });
      const denied = told.status === 403;
      if (told.status !== 200 && !denied) tally.failures.push(`${told.status} ${told.body}`);
      else if (denied && !codesOf(index).includes(String(json(told).code))) tally.failures.push(told.body);
      const { crl, file, code, authority } = timelines[index] as (typeof timelines)[number];
      if (!matchesSomeState([crl, file, code, authority], denied, begun, performance.now())) {
        const states = [crl, file, code, authority].map((line) => line.at(begun)).join(', ');
        tally.contradictions.push(`client ${index}: ${told.status}; crl, file, code, authority: ${states}`);
      }
      tally[denied ? 'denied' : 'allowed'] += 1;
    } catch {
      // The server ends connections whose certificate was revoked: what was just being sent on one of them got no decision.
      tally.broken += 1;
    }
  };

  const collect = collector();
  const heap: number[] = [];
  const begun = performance.now();
  let second = 0;
  let sent = 0;
  const under = new Set<Promise<void>>();
  const changed: Promise<unknown>[] = [];
  while (performance.now() - begun < seconds * 1_000) {
    const elapsed = performance.now() - begun;
    if (elapsed >= second * 1_000) {
      second += 1;
      changed.push(writeCrl(new Set(Array.from(clients.keys()).filter((index) => (index + second) % 5 === 0))));
      // Seldom, since nothing is in force before two looks were alike, which may take a busy process seconds.
      if (second % 4 === 1) writeAuthorities(second % 8 === 1);
      changeDenyFile(second);
      changeCode(second);
      for (const lines of timelines) for (const line of Object.values(lines)) line.forget(performance.now() - 60_000);
      if (second % 2 === 0) heap.push(collect());
    }
    for (; sent < (elapsed / 1_000) * requestsPerSecond; sent++) {
      const request = send(sent % everyone.length).finally(() => under.delete(request));
      under.add(request);
    }
    await sleep(2);
  }
  await Promise.all([...under, ...changed]);
  unsubscribe('peercert:revocation', inForce);
  unsubscribe('peercert:reload', trusted);
  for (const agent of agents) agent.destroy();
  await close();
  await verifier.close();

  const megabytes = heap.map((bytes) => Number((bytes / 1_048_576).toFixed(1)));
  const rate = Math.round((tally.allowed + tally.denied) / seconds);
  console.info(
    `${sent} requests, ${rate} decided a second: ${tally.allowed} allowed, ${tally.denied} denied, ${tally.broken} broken off, ${reloads} changes of trust; heap in MB: ${megabytes.join(' ')}`,
  );
  expect(tally.failures).toEqual([]);
  expect(tally.contradictions).toEqual([]);
  expect(tally.allowed).toBeGreaterThan(seconds * 20);
  expect(tally.denied).toBeGreaterThan(seconds * 20);
  expect(reloads).toBeGreaterThan(0);
  expect(tally.broken).toBeLessThan(sent / 20);
  // What is there after a quarter of the time, when everything is warm, is all there will be.
  const warm = megabytes[Math.floor(megabytes.length / 4)] as number;
  expect((megabytes.at(-1) as number) - warm).toBeLessThan(8);

  /**
   * For five seconds one is added and one is taken out each second; nobody promises when one is gone while the file does not stand still. Then it
   * does, for three seconds, and whoever was taken out is let in again.
   */
  function changeDenyFile(now: number): void {
    if (now % 8 === 7) for (const [index, { file }] of timelines.entries()) if (!listed.has(index)) file.set('no');
    if (now % 8 >= 5) return;
    const added = (now * 3) % clientCount;
    const [removed] = listed.size < 3 ? [] : listed;
    if (removed !== undefined && listed.delete(removed)) timelines[removed]?.file.set('maybe');
    listed.add(added);
    const line = timelines[added]?.file as Timeline;
    line.set('maybe');
    void ticks(noticedAfter).then(() => listed.has(added) && line.set('yes'));
    writeFileSync(files.deny, [...listed].map((index) => `serial ${clients[index]?.x509.serialNumber} issuer CN=Churn CA\n`).join(''));
  }

  function changeCode(now: number): void {
    const [added, removed] = [(now * 7) % clientCount, ((now - 2) * 7 + 14 * clientCount) % clientCount];
    timelines[added]?.code.set('maybe');
    verifier.deny(clients[added]?.der as Uint8Array);
    timelines[added]?.code.set('yes');
    if (now <= 2) return;
    timelines[removed]?.code.set('maybe');
    verifier.undeny(clients[removed]?.der as Uint8Array);
    timelines[removed]?.code.set('no');
  }
});

/** On a session that is resumed, an issuer that is not trusted is one that was not sent. */
function codesOf(index: number): readonly string[] {
  return index < clientCount ? ['PEERCERT_CERTIFICATE_REVOKED'] : ['PEERCERT_ISSUER_UNKNOWN', 'PEERCERT_CHAIN_INCOMPLETE'];
}

/** Collects garbage, and tells how many bytes are in use. */
function collector(): () => number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  return () => {
    collect();
    return process.memoryUsage().heapUsed;
  };
}
