import { hash } from 'node:crypto';
import type { Certificate, RevocationReason } from '../../x509/index.js';
import { describeRevocation, type OcspGood, type OcspRevoked } from './result.js';

/** Which certificate an answer is about: its issuer, by name and key, and its serial number. */
export interface OcspCacheKey {
  readonly issuer: string;
  readonly serialNumber: string;
}

/** The key of a certificate; both certificates are of one validated path. */
export function ocspCacheKey(certificate: Certificate, issuer: Certificate): OcspCacheKey {
  // The name too: one key may be two authorities', each with serial numbers of its own.
  const name = hash('sha256', certificate.issuer.der, 'hex');
  return { issuer: `${name}:${issuer.spki256}`, serialNumber: certificate.serialNumberHex };
}

/** An entry takes about 200 bytes: 20 MB in all. One server's open connections stay below this. */
const defaultMostEntries = 100_000;

/**
 * What OCSP responders said, a few numbers a certificate, bounded. When it is full, the issuer with the most entries loses the one that was
 * not asked for longest, so that an authority with many certificates crowds out none but its own.
 *
 * Whoever remembers a verdict notes `generation` before reading here. As long as that has not moved, nothing has changed for anybody; when it has,
 * the verdict is out of date if `changedAt` of one of its certificates is greater than what was noted.
 */
export class OcspCache {
  readonly #mostEntries: number;
  readonly #issuers = new Map<string, Map<string, Entry>>();
  #size = 0;
  #generation = 0;
  /** The latest change of any entry that was dropped: what it had told since then nobody knows any more. */
  #droppedAt = 0;

  constructor({ mostEntries = defaultMostEntries }: { readonly mostEntries?: number } = {}) {
    this.#mostEntries = mostEntries;
  }

  get size(): number {
    return this.#size;
  }

  /** Counts changes of what is known of a certificate; 0 at first. An answer that says the same for longer is no change. */
  get generation(): number {
    return this.#generation;
  }

  /** The generation with which what is known of this certificate last changed. */
  changedAt({ issuer, serialNumber }: OcspCacheKey): number {
    return this.#issuers.get(issuer)?.get(serialNumber)?.changedAt ?? this.#droppedAt;
  }

  /**
   * Keeps an answer, and tells what that did. Ignored is an answer that is older than the one held, one as old that is no worse and lasts
   * no longer, and one whose responder is still to be checked: hand it in again without `responderNeedsCheck` when it is.
   */
  put(key: OcspCacheKey, answer: OcspGood | OcspRevoked): 'changed' | 'renewed' | 'ignored' {
    if (answer.responderNeedsCheck !== undefined) return 'ignored';
    const held = this.#issuers.get(key.issuer)?.get(key.serialNumber);
    if (held !== undefined && !replaces(answer, held)) return 'ignored';
    const isChange = held === undefined || reasonOf(answer) !== held.reason;
    if (isChange) this.#generation += 1;
    this.#store(key, {
      thisUpdate: answer.thisUpdate,
      validFrom: answer.validFrom,
      validUntil: answer.validUntil,
      reason: reasonOf(answer),
      revocationDate: answer.status === 'revoked' ? answer.revocationDate : 0,
      changedAt: isChange ? this.#generation : held.changedAt,
    });
    return isChange ? 'changed' : 'renewed';
  }

  /**
   * What is known of a certificate at `at`, milliseconds since the epoch; undefined when it is time to ask. A revocation is told at any
   * time: past its `validUntil` asking again is right, and it holds until a newer answer says something else.
   */
  get(key: OcspCacheKey, at: number): OcspGood | OcspRevoked | undefined {
    const entry = this.#issuers.get(key.issuer)?.get(key.serialNumber);
    if (entry === undefined) return undefined;
    if (entry.reason === undefined && !(at >= entry.validFrom && at < entry.validUntil)) return undefined;
    this.#store(key, entry);
    return answerOf(entry);
  }

  /** Puts an entry in the last place, which is the one that is dropped last. */
  #store({ issuer, serialNumber }: OcspCacheKey, entry: Entry): void {
    let entries = this.#issuers.get(issuer);
    if (entries === undefined) {
      entries = new Map();
      this.#issuers.set(issuer, entries);
    }
    if (!entries.delete(serialNumber)) this.#size += 1;
    entries.set(serialNumber, entry);
    while (this.#size > this.#mostEntries) this.#dropOne();
  }

  #dropOne(): void {
    let issuer = '';
    let largest = new Map<string, Entry>();
    for (const [name, entries] of this.#issuers) {
      if (entries.size > largest.size) [issuer, largest] = [name, entries];
    }
    for (const [serialNumber, { changedAt }] of largest) {
      largest.delete(serialNumber);
      this.#size -= 1;
      this.#droppedAt = Math.max(this.#droppedAt, changedAt);
      if (largest.size === 0) this.#issuers.delete(issuer);
      return;
    }
  }
}

interface Entry {
  readonly thisUpdate: number;
  readonly validFrom: number;
  readonly validUntil: number;
  /** Undefined: good. */
  readonly reason: RevocationReason | undefined;
  readonly revocationDate: number;
  readonly changedAt: number;
}

function reasonOf(answer: OcspGood | OcspRevoked): RevocationReason | undefined {
  return answer.status === 'revoked' ? answer.reason : undefined;
}

function replaces(answer: OcspGood | OcspRevoked, held: Entry): boolean {
  if (answer.thisUpdate !== held.thisUpdate) return answer.thisUpdate > held.thisUpdate;
  const isWorse = answer.status === 'revoked' && held.reason === undefined;
  const isBetter = answer.status === 'good' && held.reason !== undefined;
  return isWorse || (!isBetter && answer.validUntil > held.validUntil);
}

function answerOf({ thisUpdate, validFrom, validUntil, reason, revocationDate }: Entry): OcspGood | OcspRevoked {
  const dates = { thisUpdate, validFrom, validUntil };
  if (reason === undefined) return { ...dates, status: 'good' };
  return { ...dates, status: 'revoked', reason, revocationDate, detail: describeRevocation(reason, revocationDate) };
}
