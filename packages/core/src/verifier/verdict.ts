import type { Outcome, Refusal } from '../errors/index.js';
import type { ClientIdentity } from '../identity/index.js';
import type { Trust } from './trust.js';

/**
 * What was decided of a connection's certificate, with what it depends on. A verdict is alive: it is used only while its trust is
 * the one in force and the time is inside `[validFrom, validUntil)`, and else made anew.
 */
export interface Verdict {
  readonly outcome: Outcome<ClientIdentity>;
  readonly trust: Trust | undefined;
  /** Milliseconds since the epoch, inclusive. */
  readonly validFrom: number;
  /** Milliseconds since the epoch, exclusive. */
  readonly validUntil: number;
}

/** How long a refusal is remembered, on its connection alone, before the certificate is looked at again. */
const refusalLifetime = 5_000;

export function isAlive(verdict: Verdict, trust: Trust | undefined, at: number): boolean {
  return verdict.trust === trust && at >= verdict.validFrom && at < verdict.validUntil;
}

export function acceptance(identity: ClientIdentity, period: { validFrom: number; validUntil: number }, trust: Trust): Verdict {
  return { outcome: { ok: true, value: identity }, trust, validFrom: period.validFrom, validUntil: period.validUntil };
}

export function refusalVerdict(refusal: Refusal, trust: Trust | undefined, at: number): Verdict {
  return { outcome: { ok: false, refusal }, trust, validFrom: at, validUntil: at + refusalLifetime };
}
