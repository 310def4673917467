import { channel } from 'node:diagnostics_channel';
import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createVerifier, type Verifier } from '@peercert/core';
import type { Bench, Benchmark } from '../bench.js';
import { crlOf } from '../fixtures/crl.js';
import { OpenSocket } from '../fixtures/open-socket.js';
import { certificateSignaturesIn } from '../harness/count-signatures.js';
import { cpu } from '../harness/cpu.js';
import { rowOf } from '../harness/row.js';

const rounds = 5;

/** What a new CRL costs when many connections are open, beside verifying each certificate again. */
export const refresh: Benchmark = {
  name: 'refresh',
  async measure(bench) {
    const { openConnections } = bench.scale;
    const { first, refreshes } = await refreshing(bench, openConnections, rounds);
    const shown = openConnections.toLocaleString('en');
    return [
      rowOf({
        name: `certificate signatures verified when a CRL is refreshed, ${shown} connections open`,
        unit: 'signatures',
        ours: refreshes.map(({ signatures }) => signatures),
        other: refreshes.map(() => first.signatures),
        otherName: 'verification of each',
        target: { of: 'ours', most: 0 },
      }),
      rowOf({
        name: 'the same, CPU for each connection',
        unit: 'us',
        ours: refreshes.map(({ cpu: each }) => each),
        other: refreshes.map(() => first.cpu),
        otherName: 'verification of each',
      }),
    ];
  },
};

interface Cost {
  readonly signatures: number;
  /** Microseconds for each connection. */
  readonly cpu: number;
}

/** Of so many connections: the first request of each, then its next after each new list. */
export async function refreshing(
  { pki, folder }: Bench,
  count: number,
  times: number,
): Promise<{ readonly first: Cost; readonly refreshes: readonly Cost[] }> {
  const file = join(folder, 'refreshed.crl');
  writeFileSync(file, crlOf(pki.issuing, 10));
  const verifier = createVerifier({
    trust: { ca: pki.root.certificate, intermediates: pki.issuing.certificate },
    revocation: { crl: [file, crlOf(pki.root, 0)], pollSeconds: 1 },
    logger: { debug() {}, info() {}, warn: console.error, error: console.error },
  });
  await verifier.ready;
  const sockets = pki.clients(count).map((der) => new OpenSocket(der));
  const first = await cost(count, async () => askAll(verifier, sockets));
  const refreshes: Cost[] = [];
  for (let round = 0; round < times; round++) {
    const news = nextNews();
    writeFileSync(`${file}.next`, crlOf(pki.issuing, 10, round + 2));
    refreshes.push(
      await cost(count, async () => {
        renameSync(`${file}.next`, file);
        await news;
        askAll(verifier, sockets);
        // What the verifier itself looks at, it looks at now.
        for (let turn = 0; turn < 100; turn++) await new Promise((resolve) => setImmediate(resolve));
      }),
    );
  }
  await verifier.close();
  return { first, refreshes };
}

function askAll(verifier: Verifier, sockets: readonly OpenSocket[]): void {
  for (const socket of sockets) {
    const outcome = verifier.authenticate({ socket });
    if (outcome instanceof Promise || !outcome.ok) throw new Error('a good certificate is refused');
  }
}

async function cost(count: number, act: () => Promise<void>): Promise<Cost> {
  let took = 0;
  const signatures = await certificateSignaturesIn(async () => {
    const before = cpu();
    await act();
    took = cpu() - before;
  });
  return { signatures, cpu: took / count };
}

function nextNews(): Promise<void> {
  const news = channel('peercert:revocation');
  return new Promise((resolve) => {
    // Nothing of a verifier's keeps a process running.
    const alive = setInterval(() => undefined, 1_000);
    const listener = (): void => {
      news.unsubscribe(listener);
      clearInterval(alive);
      resolve();
    };
    news.subscribe(listener);
  });
}
