import type { Outcome, Refusal } from '../errors/index.js';
import type { ClientIdentity } from '../identity/index.js';
import type { TrustSet, ValidatedPath } from '../path/index.js';
import type { Trust } from './trust.js';

/**
 * What was decided of a connection's certificate, with what it depends on. A verdict is alive: it is used only while its trust and what was known of
 * revocation are those in force, and the time is inside `[validFrom, validUntil)`; else it is made anew.
 */
export interface Verdict {
  readonly outcome: Outcome<ClientIdentity>;
  readonly trust: Trust | undefined;
  /** The generation of what was known of revocation. */
  readonly revocation: object;
  /** Milliseconds since the epoch, inclusive. */
  readonly validFrom: number;
  /** Milliseconds since the epoch, exclusive. */
  readonly validUntil: number;
  /**
   * What is accepted, or was before a refusal: kept, so that news of revocation is held against it without verifying a signature again while trust is the
   * same, and so that what was opened under it is ended.
   */
  readonly accepted: AcceptedPath | undefined;
}

export interface AcceptedPath {
  readonly path: ValidatedPath;
  readonly trustSet: TrustSet;
  readonly identity: ClientIdentity;
  /** Under which it was found. */
  readonly trust: Trust;
}

/** What a verdict depends on besides the time. */
export interface Grounds {
  readonly trust: Trust | undefined;
  readonly revocation: object;
}

/**
 * A connection's verdicts, by the names of the trust sets searched; the empty name stands for all of them. Most connections have that one alone, and a map for
 * it would take more memory than the verdict.
 */
export class Verdicts {
  #ofAll: Verdict | undefined;
  #others: Map<string, Verdict> | undefined;

  get(name: string): Verdict | undefined {
    return name === '' ? this.#ofAll : this.#others?.get(name);
  }

  set(name: string, verdict: Verdict): void {
    if (name === '') {
      this.#ofAll = verdict;
      return;
    }
    this.#others ??= new Map();
    this.#others.set(name, verdict);
  }

  *[Symbol.iterator](): Generator<readonly [name: string, verdict: Verdict], void, void> {
    if (this.#ofAll !== undefined) yield ['', this.#ofAll];
    if (this.#others !== undefined) yield* this.#others;
  }
}

/** How long a refusal is remembered, on its connection alone, before the certificate is looked at again. */
const refusalLifetime = 5_000;

export function isAlive(verdict: Verdict, trust: Trust | undefined, revocation: object, at: number): boolean {
  return verdict.trust === trust && verdict.revocation === revocation && at >= verdict.validFrom && at < verdict.validUntil;
}

/** Alive for as long as the path is valid and what is known of its certificates holds. */
export function acceptance(accepted: AcceptedPath, knownUntil: number, grounds: Grounds): Verdict {
  const { path, identity } = accepted;
  // Written out: to spread what two objects hold takes as long as to read a certificate.
  return {
    outcome: { ok: true, value: identity },
    trust: grounds.trust,
    revocation: grounds.revocation,
    validFrom: path.validFrom,
    validUntil: Math.min(path.validUntil, knownUntil),
    accepted,
  };
}

export function refusalVerdict(refusal: Refusal, grounds: Grounds, at: number): Verdict {
  const { trust, revocation } = grounds;
  return { outcome: { ok: false, refusal }, trust, revocation, validFrom: at, validUntil: at + refusalLifetime, accepted: undefined };
}
