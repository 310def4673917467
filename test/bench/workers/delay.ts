/** A verifier whose CRL file is replaced by a long one while the event loop is watched: how long nobody else gets a turn. */
import { subscribe } from 'node:diagnostics_channel';
import { copyFileSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { createVerifier } from '@peercert/core';
import { collectAll, cpu } from '../harness/cpu.js';

export interface DelaySetup {
  /** Of the fixtures. */
  readonly folder: string;
  /** Holds `issuing.crl`, which is replaced. */
  readonly workFolder: string;
  /** The file that takes its place. */
  readonly next: string;
  /** DER, base64. */
  readonly rootCrl: string;
}

/** Milliseconds: the longest time in which the loop did not turn and this process worked; on a busy machine it waits for others too, which is not told here. */
export interface DelayMeasured {
  readonly idle: number;
  readonly loading: number;
}

const { folder, workFolder, next, rootCrl } = JSON.parse(process.argv[2] as string) as DelaySetup;
const file = join(workFolder, 'issuing.crl');
const verifier = createVerifier({
  trust: { ca: readFileSync(join(folder, 'root.pem'), 'utf8'), intermediates: readFileSync(join(folder, 'issuing.pem'), 'utf8') },
  revocation: { crl: [file, Buffer.from(rootCrl, 'base64')], pollSeconds: 1 },
  logger: { debug() {}, info() {}, warn: console.error, error: console.error },
});
await verifier.ready;
let isInForce = false;
subscribe('peercert:revocation', () => {
  isInForce = true;
});
copyFileSync(next, `${file}.next`);
collectAll();
const begun = performance.now();
const idle = await longest(() => performance.now() - begun > 500);
renameSync(`${file}.next`, file);
const loading = await longest(() => isInForce);
await verifier.close();
process.send?.({ idle, loading } satisfies DelayMeasured);
process.disconnect();

async function longest(isOver: () => boolean): Promise<number> {
  let most = 0;
  let last = { passed: performance.now(), worked: cpu() };
  while (!isOver()) {
    await new Promise((resolve) => setImmediate(resolve));
    const now = { passed: performance.now(), worked: cpu() };
    most = Math.max(most, Math.min(now.passed - last.passed, (now.worked - last.worked) / 1_000));
    last = now;
  }
  return most;
}
