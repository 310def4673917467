import type { Row } from './harness/row.js';
import { figure } from './harness/table.js';

/** Why a target may be missed: what the same run says of it, and what was measured once, by whoever wrote it here. */
type Reason = (row: Row, rows: readonly Row[]) => string | undefined;

/** By the beginning of the row's name. */
const reasons: readonly (readonly [row: string, reason: Reason])[] = [
  ['request on', () => servedRequest],
  ['handshake with', ofReading],
  ['memory a connection holds', () => heldByConnections],
  ['verification from DER of a new end entity', () => quickVerification],
  ['load a CRL', () => quickLoad],
  ['', ofPace],
];

/** Measured on 2026-11-22 by leaving out one part after the other: 300 batches of 200 requests, by turns. */
const servedRequest =
  'a decision takes 0.4 us where nothing else is done in between, and 1 to 1.5 us in a server, where each request finds the processor’s caches full of TLS and ' +
  'HTTP; of 40 us that is 3 %. What surrounds the decision, a listener and a property of the request, was not to be told from nothing. Two bare servers side by side ' +
  'differed by up to 1.5 %.';

const quickVerification =
  'a quick run verifies 1,000 to 1,500 before it counts, and V8 goes on compiling for some thousand more; runs of the same day gave 0.72 to 1.36.';

const quickLoad =
  'a quick run loads a list of 200,000 entries, for which runs of the same day gave 0.18 to 0.32; with 1,000,000 it was 0.15 to 0.18.';

const heldByConnections =
  'the certificate itself is some 500 bytes of it, with what Node.js needs to hold them. Runs of one day, with 170 to 400 connections at a time, gave 1,855 to 2,279 bytes on ' +
  'Node.js 20; what the smaller ones had less is not known. A quick run opens 60, beside which anything else on the heap counts.';

/** Nobody who looks at a certificate can do so without reading it. */
function ofReading(row: Row, rows: readonly Row[]): string | undefined {
  if (row.target === '') return undefined;
  const beside = rows.find(({ name }) => name === `${row.name}, beside reading it`);
  if (beside?.other == null || row.other === null || beside.ratio === null) return `in part it is reading the certificate. ${firstRead}.`;
  const read =
    `a bare server that does nothing but call \`getPeerCertificate()\` once takes ${figure(beside.other)} us in the same run, ` +
    `${figure(beside.other / row.other)} times what one takes that does not; beside that one, ours takes ${figure(beside.ratio)} times as much. ${firstRead}`;
  return row.name.includes('never-seen') ? `${read}. ${ofVerifying(rows)}` : `${read}.`;
}

function ofVerifying(rows: readonly Row[]): string {
  const [hot, alone] = ['', cachesEmptied].map((more) => rows.find(({ name }) => name === `${verificationOfNew}${more}`));
  const once = 'To verify a certificate takes';
  if (hot === undefined) return `${once} the rest.`;
  if (alone == null || alone.other === null) return `${once} ${figure(hot.ours)} us one after the other. ${verifiedAlone}`;
  return (
    `${once} ${figure(hot.ours)} us one after the other, and ${figure(alone.ours)} us where the processor’s caches are emptied before each, much as in a server, where it comes ` +
    `alone and finds them full of the handshake; the signature by itself takes ${figure(alone.other)} us then.`
  );
}

const verificationOfNew = 'verification from DER of a new end entity, issuers known';
const cachesEmptied = ", the processor's caches emptied before";

/** Measured on 2026-11-22, medians of 600. */
const verifiedAlone =
  'In a server each comes alone, and finds the processor’s caches full of the handshake: where they were emptied before each, 260 to 272 us became 776 to 865, and the ' +
  'signature by itself went from 159 to 170 us to 337 to 377.';

/** Measured on 2026-11-22 on 300 connections each, the smallest and the median. */
const firstRead =
  'The first `getPeerCertificate()` of a connection takes longer than all else that is ours, as a profile has it: 150 to 220 us on Node.js 20, 110 to ' +
  '180 us on 26, where the second takes 40 to 60 us and 55 to 90 us. `getPeerX509Certificate()` takes longer on Node.js 20, and loses the chain there';

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
