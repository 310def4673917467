import { type Evidence, type Refusal, type RefusalCode, refusal } from '../errors/index.js';

/**
 * From least to most telling. The further a path came, the more its refusal says: to find no issuer is less than to find one whose
 * signature does not fit, and that is less than a path whose signatures all hold but where a certificate has expired.
 * Whatever is not listed here comes after; of two alike, the one nearer to the end entity, for validation begins at the anchor.
 */
const order: readonly RefusalCode[] = [
  'PEERCERT_ISSUER_UNKNOWN',
  'PEERCERT_CHAIN_INCOMPLETE',
  'PEERCERT_DEPTH_EXCEEDED',
  'PEERCERT_SIGNATURE_INVALID',
  'PEERCERT_ISSUER_NOT_CA',
];

/** About the end entity itself, asked once its signature held, or without its issuer's key: no other path can mend these. */
const finalAtEndEntity: ReadonlySet<RefusalCode> = new Set([
  'PEERCERT_CERTIFICATE_MALFORMED',
  'PEERCERT_BUDGET_EXHAUSTED',
  'PEERCERT_CERTIFICATE_EXPIRED',
  'PEERCERT_CERTIFICATE_NOT_YET_VALID',
  'PEERCERT_ALGORITHM_NOT_ALLOWED',
  'PEERCERT_CRITICAL_EXTENSION_UNRECOGNIZED',
  'PEERCERT_KEY_NOT_ALLOWED',
  'PEERCERT_KEY_USAGE_MISMATCH',
]);

const nearMisses = 4;

/** Whether the search can stop: the refusal is about the end entity alone. That the budget is spent is the budget's to say. */
export function isFinal({ code, trace }: Refusal): boolean {
  return trace[0]?.depth === 0 && finalAtEndEntity.has(code);
}

/** Keeps the most telling of many refusals, with the others as near misses in its trace. */
export class NearestRefusal {
  #nearest: Refusal | undefined;
  readonly #others: Evidence[] = [];

  note(found: Refusal): void {
    const before = this.#nearest;
    if (before === undefined || saysMore(found, before)) {
      this.#nearest = found;
      if (before !== undefined) this.#miss(before);
    } else {
      this.#miss(found);
    }
  }

  /** The most telling refusal noted. */
  get refusal(): Refusal | undefined {
    const found = this.#nearest;
    if (found === undefined) return undefined;
    const others = this.#others.filter((other) => !found.trace.some((entry) => isSame(entry, other)));
    return others.length === 0 ? found : refusal(found.code, [...found.trace, ...others], found.cause);
  }

  #miss({ trace }: Refusal): void {
    const [entry] = trace;
    if (entry === undefined || this.#others.length >= nearMisses) return;
    if (!this.#others.some((other) => isSame(other, entry))) this.#others.push(entry);
  }
}

function isSame(one: Evidence, other: Evidence): boolean {
  return one.detail === other.detail && one.depth === other.depth && one.subject === other.subject;
}

function saysMore(found: Refusal, before: Refusal): boolean {
  const difference = rank(found) - rank(before);
  if (difference !== 0) return difference > 0;
  return rank(found) >= rankOfSignatures && depthOf(found) < depthOf(before);
}

function rank({ code }: Refusal): number {
  if (code === 'PEERCERT_BUDGET_EXHAUSTED') return order.length + 1;
  const place = order.indexOf(code);
  return place === -1 ? order.length : place;
}

const rankOfSignatures = order.indexOf('PEERCERT_SIGNATURE_INVALID');

function depthOf({ trace }: Refusal): number {
  return trace[0]?.depth ?? Number.POSITIVE_INFINITY;
}
