/** Loads one CRL in a process that does nothing else, and tells what that took and what it holds: memory can only be told of a fresh process. */
import { readFileSync } from 'node:fs';
import { core } from '../core.js';
import { collectAll, cpu, kept } from '../harness/cpu.js';

export interface CrlLoadSetup {
  readonly crl: string;
  /** DER of the certificate whose key signed it. */
  readonly issuer: string;
  readonly mostEntries: number;
}

export interface CrlLoaded {
  /** Microseconds of CPU. */
  readonly cpu: number;
  /** Milliseconds that passed. */
  readonly passed: number;
  /** Bytes of this process beyond what it held before: afterwards, and at most. */
  readonly retained: number;
  readonly peak: number;
  readonly entries: number;
}

const { crl: file, issuer: issuerFile, mostEntries } = JSON.parse(process.argv[2] as string) as CrlLoadSetup;
const pause = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
/** As the verifier does beside requests. */
const slice = 10_000;

const issuer = core.x509.readCertificate(readFileSync(issuerFile));
if (!issuer.ok) throw new Error(issuer.refusal.code);
// So that what is measured is the list, and not the first use of what reads it.
await pause();
collectAll();
const before = { cpu: cpu(), passed: performance.now(), rss: process.memoryUsage.rss() };
const read = core.x509.readCertificateList(readFileSync(file));
if (!read.ok) throw new Error(read.detail);
const indexing = new core.revocation.CrlIndexing(read.value, { maxEntries: mostEntries });
let indexed = indexing.advance(slice);
while (indexed === undefined) {
  await pause();
  indexed = indexing.advance(slice);
}
if (!indexed.ok) throw new Error(indexed.detail);
await core.revocation.checkCrlSignature(read.value, issuer.value, pause);
if (core.revocation.provenKeys(read.value).size !== 1) throw new Error('the signature of the list is not good');
const took = { cpu: cpu() - before.cpu, passed: performance.now() - before.passed };
collectAll();
kept.last = indexed.value;
process.send?.({
  ...took,
  retained: process.memoryUsage.rss() - before.rss,
  peak: process.resourceUsage().maxRSS * 1_024 - before.rss,
  entries: indexed.value.size,
} satisfies CrlLoaded);
process.disconnect();
