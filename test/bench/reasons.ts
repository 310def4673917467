import type { Row } from './harness/row.js';
import { figure } from './harness/table.js';

/** Why a target may be missed: what the same run says of it, and what was measured once, by whoever wrote it here. */
type Reason = (row: Row, rows: readonly Row[]) => string | undefined;

/** By the beginning of the row's name. */
const reasons: readonly (readonly [row: string, reason: Reason])[] = [
  ['request on', () => servedRequest],
  ['handshake with', ofReading],
  ['memory a connection holds', () => quickMemory],
  ['', ofPace],
];

/** Measured on 2026-11-22 by leaving out one part after the other: 300 batches of 200 requests, by turns. */
const servedRequest =
  'a decision takes 0.4 us where nothing else is done in between, and 1 to 1.5 us in a server, where each request finds the processor’s caches full of TLS and ' +
  'HTTP; of 40 us that is 3 %. What surrounds the decision, a listener and a property of the request, was not to be told from nothing. Two bare servers side by side ' +
  'differed by up to 1.5 %.';

const quickMemory = 'a quick run opens too few connections: what is kept of the last 256 certificates alone counts as theirs.';

/** Nobody who looks at a certificate can do so without reading it, and the first read of a connection has OpenSSL convert the key. */
function ofReading(row: Row, rows: readonly Row[]): string | undefined {
  const beside = rows.find(({ name }) => name === `${row.name}, beside reading it`);
  if (beside?.other == null || row.other === null || beside.ratio === null) return undefined;
  const read =
    `a bare server that does nothing but call \`getPeerCertificate()\` once takes ${figure(beside.other)} us in the same run, ` +
    `${figure(beside.other / row.other)} times what one takes that does not; beside that one, ours takes ${figure(beside.ratio)} times as much. ` +
    'The first call on a connection converts the client’s key, which takes longer than all else that is ours: 150 to 220 us on Node.js 20, 110 to 180 us on 26, where the second takes ' +
    '40 to 60 us and 55 to 90 us. `getPeerX509Certificate()` takes as long on Node.js 20, and loses the chain there';
  const once = rows.find(({ name }) => name.startsWith('verification from DER of a new end entity'));
  const isNew = row.name.includes('never-seen') && once !== undefined;
  return isNew ? `${read}. To verify it takes ${figure(once.ours)} us by itself, nearly all of it the ECDSA check.` : `${read}.`;
}

/** A promise in microseconds was made on one machine. */
function ofPace({ target, unit, ours }: Row, rows: readonly Row[]): string | undefined {
  const openssl = rows.find(({ otherName }) => otherName.endsWith('X509_verify_cert'))?.other;
  if (openssl == null || !target.startsWith('ours') || (unit !== 'us' && unit !== 'ms')) return undefined;
  const pace = openssl / verificationWherePromised;
  return (
    `the target is a time, set where OpenSSL verifies the three certificates in ${verificationWherePromised} us; here that takes ${figure(openssl)} us. ` +
    `At that machine’s pace ours would be ${figure(ours / pace)} ${unit}.`
  );
}

/** Microseconds: DESIGN, "Speed". */
const verificationWherePromised = 267;

export function reasonFor(row: Row, rows: readonly Row[]): string {
  for (const [name, reason] of reasons) {
    const found = row.name.startsWith(name) ? reason(row, rows) : undefined;
    if (found !== undefined) return found;
  }
  return 'the reason is not known.';
}
