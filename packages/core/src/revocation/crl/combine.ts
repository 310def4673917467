import { type Crl, isNewer } from './crl.js';
import type { RevokedEntry } from './entry.js';

/** What lists of one issuer, scope and key say together. */
export interface Combined {
  /** The entry that revokes the certificate, and its list. */
  readonly revoked: { readonly entry: RevokedEntry; readonly crl: Crl } | undefined;
  /** Complete lists that do not list it, each with the delta CRL that brings it up to date. */
  readonly complete: readonly Combination[];
  /** Lists whose thisUpdate is not reached yet. */
  readonly notYetValid: readonly Crl[];
}

export interface Combination {
  readonly crl: Crl;
  readonly delta: Crl | undefined;
  /** Milliseconds since the epoch: a delta CRL that is current keeps an older complete list in use (RFC 5280, section 6.3.3 (a)(1)(i)). */
  readonly nextUpdate: number;
}

/**
 * RFC 5280, sections 5.2.4 and 6.3.3 (c), (h) to (k). What is listed is revoked, even by a list that is expired, not begun, or a delta CRL
 * without its base: the authority did sign it. Only what is newer takes it back: a complete list without it, or removeFromCRL in a delta
 * CRL.
 *
 * Of the complete lists the newest counts; when it is expired, and an older one is not, that one tells too.
 */
export function combine(crls: readonly Crl[], at: number, find: (crl: Crl) => RevokedEntry | undefined): Combined {
  const begun = crls.filter(({ list }) => list.thisUpdate <= at);
  const notYetValid = crls.filter((crl) => !begun.includes(crl));
  const complete = begun.filter(({ isDelta }) => !isDelta);
  const deltas = begun.filter(({ isDelta }) => isDelta);
  const newest = complete.filter((crl) => !complete.some((other) => isNewer(other, crl)));

  let inForce = newest.map((crl) => combination(crl, deltas));
  if (!inForce.some(({ nextUpdate }) => at < nextUpdate)) {
    const current = complete.map((crl) => combination(crl, deltas)).filter(({ nextUpdate }) => at < nextUpdate);
    inForce = [...inForce, ...current.filter(({ crl }) => !current.some((other) => isNewer(other.crl, crl)))];
  }

  const alone = deltas.filter((delta) => !isSuperseded(delta, newest, deltas));
  for (const crl of [...notYetValid, ...alone]) {
    const entry = find(crl);
    // Without a base there is nothing to be removed from.
    if (entry !== undefined && !isRemoval(crl, entry) && !inForce.some(({ delta }) => delta === crl))
      return { revoked: { entry, crl }, complete: [], notYetValid };
  }
  for (const { crl, delta } of inForce) {
    const changed = delta === undefined ? undefined : find(delta);
    if (changed !== undefined && delta !== undefined) {
      if (!isRemoval(delta, changed)) return { revoked: { entry: changed, crl: delta }, complete: [], notYetValid };
      continue;
    }
    const entry = find(crl);
    if (entry !== undefined) return { revoked: { entry, crl }, complete: [], notYetValid };
  }
  return { revoked: undefined, complete: inForce, notYetValid };
}

/** Section 5.2.4: the newest delta CRL whose base is this list or an earlier one, and which follows it. */
function combination(crl: Crl, deltas: readonly Crl[]): Combination {
  let delta: Crl | undefined;
  for (const candidate of deltas) if (follows(candidate, crl) && (delta === undefined || isNewer(candidate, delta))) delta = candidate;
  const { nextUpdate } = crl.list;
  return { crl, delta, nextUpdate: delta === undefined ? nextUpdate : Math.max(nextUpdate, delta.list.nextUpdate) };
}

function follows({ list: delta }: Crl, { list: complete }: Crl): boolean {
  if (complete.cRLNumber === undefined || delta.cRLNumber === undefined || delta.deltaCRLIndicator === undefined) return false;
  return delta.deltaCRLIndicator <= complete.cRLNumber && complete.cRLNumber < delta.cRLNumber;
}

/** Whether a newer list tells all that the delta CRL does. */
function isSuperseded(delta: Crl, complete: readonly Crl[], deltas: readonly Crl[]): boolean {
  const base = delta.list.deltaCRLIndicator as bigint;
  return (
    complete.some((crl) => !isNewer(delta, crl)) ||
    deltas.some((other) => isNewer(other, delta) && (other.list.deltaCRLIndicator as bigint) <= base)
  );
}

/** Section 5.3.1: removeFromCRL "may only appear in delta CRLs"; in a complete list it is an entry like the others. */
function isRemoval(crl: Crl, { reason }: RevokedEntry): boolean {
  return crl.isDelta && reason === 'removeFromCRL';
}
