/** Loads one CRL in a process that does nothing else, and tells what that took and what it holds: memory can only be told of a fresh process. */
import { existsSync, readFileSync } from 'node:fs';
import { type Crl, core } from '../core.js';
import { collectAll, cpu, kept } from '../harness/cpu.js';

export interface CrlLoadSetup {
  readonly crl: string;
  /** A shorter one, which is read before anything is measured. */
  readonly before: string;
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

const { crl: file, before: warmUp, issuer: issuerFile, mostEntries } = JSON.parse(process.argv[2] as string) as CrlLoadSetup;
const pause = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const issuer = core.x509.readCertificate(readFileSync(issuerFile));
if (!issuer.ok) throw new Error(issuer.refusal.code);
const signer = issuer.value;
// What the process needs to read any list is not what this one holds.
await load(warmUp);
collectAll();
const before = { cpu: cpu(), passed: performance.now(), rss: process.memoryUsage.rss() };
const crl = await load(file);
const took = { cpu: cpu() - before.cpu, passed: performance.now() - before.passed };
collectAll();
kept.last = crl;
process.send?.({
  ...took,
  retained: process.memoryUsage.rss() - before.rss,
  peak: mostMemory() - before.rss,
  entries: crl.size,
} satisfies CrlLoaded);
process.disconnect();

/** In bytes, of this process: `maxRSS` begins with what the process held that started it (Linux, exec). */
function mostMemory(): number {
  const status = existsSync('/proc/self/status') ? readFileSync('/proc/self/status', 'latin1') : '';
  const [, kibibytes] = /^VmHWM:\s*(\d+) kB$/m.exec(status) ?? [];
  return 1_024 * (kibibytes === undefined ? process.resourceUsage().maxRSS : Number(kibibytes));
}

/** As the verifier does it beside requests, but for watching the file. */
async function load(name: string): Promise<Crl> {
  const limits = { mostEntries, allowDenyingAuthorities: false };
  const read = await core.steps.run(core.crlContent.readCrlContent(readFileSync(name), limits, pause));
  if (!read.ok) throw new Error(read.problem);
  const [loaded] = read.value.crls as readonly [Crl];
  await core.revocation.checkCrlSignature(loaded.list, signer, pause);
  if (core.revocation.provenKeys(loaded.list).size !== 1) throw new Error('the signature of the list is not good');
  return loaded;
}
