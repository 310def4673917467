import { readPem } from '../../asn1/index.js';
import {
  type Crl,
  CrlIndexing,
  type DenyEntry,
  denyEntriesOf,
  denyEntryKey,
  describeCrl,
  isNewer,
  provenKeys,
} from '../../revocation/index.js';
import type { Read } from '../../sources/index.js';
import { readCertificate, readCertificateList } from '../../x509/index.js';
import { type Steps, wait } from '../steps.js';
import { isAuthority } from './deny-input.js';

/** What a source of CRLs holds: lists, and certificates that are denied. */
export interface CrlContent {
  readonly crls: readonly Crl[];
  readonly denied: readonly DenyEntry[];
}

export interface CrlLimits {
  readonly mostEntries: number;
  readonly allowDenyingAuthorities: boolean;
  /** Lists in one source; any number unless told. */
  readonly mostLists?: number | undefined;
}

/** An authority has a few lists at one address; whoever sits between us and it could send any number. */
export const mostRemoteLists = 64;

/** How long entries are walked before others get their turn, in milliseconds, and how many between two looks at the clock: code that runs for the first time is slow. */
const slice = 1;
const step = 1_000;

/**
 * Reads CRLs: one as DER, or PEM with any number of `X509 CRL` and `CERTIFICATE` blocks. Without `pause` all at once; with it in slices of about a
 * millisecond. A source of which a part cannot be read is refused as a whole: the part might be the one that matters.
 */
export function* readCrlContent(bytes: Uint8Array, limits: CrlLimits, pause?: () => Promise<void>): Steps<Read<CrlContent>> {
  const crls: Crl[] = [];
  const denied: DenyEntry[] = [];
  const blocks = blocksOf(bytes);
  if (!blocks.ok) return blocks;
  for (const { label, der } of blocks.value) {
    if (label === 'X509 CRL') {
      if (crls.length >= (limits.mostLists ?? Number.POSITIVE_INFINITY))
        return { ok: false, problem: `holds more than ${limits.mostLists} CRLs` };
      if (pause !== undefined) yield* wait(pause());
      const read = yield* readCrl(der, limits, pause);
      if (!read.ok) return read;
      crls.push(read.value);
    } else if (label === 'CERTIFICATE') {
      const read = readDenied(der, limits);
      if (!read.ok) return read;
      denied.push(...read.value);
    } else return { ok: false, problem: `holds a block ${JSON.stringify(label.slice(0, 40))}, which is neither a CRL nor a certificate` };
  }
  if (crls.length === 0 && denied.length === 0) return { ok: false, problem: 'holds neither a CRL nor a certificate' };
  return { ok: true, value: { crls, denied } };
}

function* readCrl(der: Uint8Array, { mostEntries }: CrlLimits, pause?: () => Promise<void>): Steps<Read<Crl>> {
  const list = readCertificateList(der);
  if (!list.ok) return { ok: false, problem: `holds a CRL that cannot be read: ${list.detail}` };
  const indexing = new CrlIndexing(list.value, { maxEntries: mostEntries });
  for (;;) {
    const indexed = pause === undefined ? indexing.advance(Number.POSITIVE_INFINITY) : advanceForAWhile(indexing);
    if (indexed?.ok === false) return { ok: false, problem: `holds a CRL that cannot be read: ${indexed.detail}` };
    if (indexed?.ok === true) return indexed;
    if (pause !== undefined) yield* wait(pause());
  }
}

function advanceForAWhile(indexing: CrlIndexing): ReturnType<CrlIndexing['advance']> {
  const until = performance.now() + slice;
  for (;;) {
    const indexed = indexing.advance(step);
    if (indexed !== undefined || performance.now() >= until) return indexed;
  }
}

/** Certificates beside CRLs: people add a client's to the file that their server reads CRLs from, and mean that it is revoked. */
export function readDenied(der: Uint8Array, { allowDenyingAuthorities }: CrlLimits): Read<readonly DenyEntry[]> {
  const read = readCertificate(der);
  if (!read.ok) return { ok: false, problem: `holds a certificate that cannot be read: ${read.refusal.trace[0]?.detail}` };
  try {
    if (isAuthority(read.value) && !allowDenyingAuthorities) {
      const name = read.value.subject.toString();
      return {
        ok: false,
        problem: `holds the authority ${name}, which would deny all below it: take it out, or set allowDenyingAuthorities`,
      };
    }
  } catch {
    return { ok: false, problem: 'holds a certificate whose basicConstraints cannot be read' };
  }
  return { ok: true, value: denyEntriesOf(read.value) };
}

function blocksOf(bytes: Uint8Array): Read<readonly { readonly label: string; readonly der: Uint8Array }[]> {
  if (bytes[0] === 0x30) return { ok: true, value: [{ label: 'X509 CRL', der: bytes }] };
  try {
    const blocks = readPem(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1'));
    return { ok: true, value: blocks.map(({ label, bytes: der }) => ({ label, der })) };
  } catch (error) {
    return { ok: false, problem: `cannot be read: ${error instanceof Error ? error.message : String(error)}` };
  }
}

/**
 * What is in force when a source that held `inForce` holds `next`: an older list never takes a newer one's place, and one that nobody is known to have
 * signed, or another has, never that of one whose signature was verified, since anyone on the way can write a larger CRLNumber, or send another issuer's. Of a
 * file what is missing was taken out; of the network only a verified successor ends a verified list. What is kept besides `next` is bounded: of each issuer and
 * scope, the newest list and the newest verified one.
 */
export function withoutRollback(inForce: readonly Crl[], next: readonly Crl[], from: 'file' | 'network' = 'file'): readonly Crl[] {
  const staysWhenMissing = from === 'network';
  const kept = inForce.filter((crl, index) => {
    if (next.includes(crl)) return false;
    const successors = next.filter((other) => isSameSeries(crl, other));
    if (successors.length === 0 && !(staysWhenMissing && isProven(crl))) return false;
    // Of two that are alike, the first stays.
    const better = inForce.filter((other, place) => isSameSeries(crl, other) && (isNewer(other, crl) || place < index));
    return ![...successors, ...better].some((other) => takesThePlaceOf(other, crl));
  });
  return kept.length === 0 ? next : [...next, ...kept];
}

function takesThePlaceOf(next: Crl, crl: Crl): boolean {
  if (isNewer(crl, next)) return false;
  const keys = provenKeys(next.list);
  return !isProven(crl) || [...provenKeys(crl.list)].some((key) => keys.has(key));
}

function isProven({ list }: Crl): boolean {
  return provenKeys(list).size > 0;
}

/** Whether `next` still tells what `inForce` told, of every issuer and scope. */
export function tellsAsMuch(inForce: CrlContent, next: CrlContent): boolean {
  const denied = new Set(next.denied.map(denyEntryKey));
  return (
    inForce.denied.every((entry) => denied.has(denyEntryKey(entry))) &&
    inForce.crls.every((crl) => next.crls.some((other) => isSameSeries(crl, other) && !isNewer(crl, other)))
  );
}

function isSameSeries(one: Crl, other: Crl): boolean {
  return one.list.issuer.key === other.list.issuer.key && one.scope.key === other.scope.key && one.isDelta === other.isDelta;
}

/** For logs. */
export function describeContent({ crls, denied }: CrlContent): string {
  const lists = crls.slice(0, 3).map((crl) => `${describeCrl(crl)}, ${crl.size} entries`);
  const more = crls.length > 3 ? [`${crls.length - 3} more CRLs`] : [];
  return [...lists, ...more, ...(denied.length > 0 ? [`${denied.length / 2} denied certificates`] : [])].join('; ');
}
