import type { TrustSet, ValidatedPath } from '../path/index.js';
import { type KnownPath, KnownPaths } from './known-paths.js';
import { RecentCertificates } from './recent-certificates.js';
import { RememberedIssuers } from './remembered-issuers.js';
import type { Trust } from './trust.js';

/** What is shared between connections: all of it comes from accepted paths, is bounded, and goes with the trust that it was accepted under. */
export class Memory {
  readonly #issuers = new WeakMap<TrustSet, RememberedIssuers>();
  readonly #paths = new WeakMap<Trust, KnownPaths>();
  readonly #recent = new RecentCertificates();

  /** Intermediates, which are candidates like any other. */
  issuersIn(trustSet: TrustSet): RememberedIssuers {
    let issuers = this.#issuers.get(trustSet);
    if (issuers === undefined) {
      issuers = new RememberedIssuers();
      this.#issuers.set(trustSet, issuers);
    }
    return issuers;
  }

  /** Whole paths, for clients that come again. */
  pathsUnder(trust: Trust): KnownPaths {
    let paths = this.#paths.get(trust);
    if (paths === undefined) {
      paths = new KnownPaths();
      this.#paths.set(trust, paths);
    }
    return paths;
  }

  /** `sets` tells which trust sets were searched, as `searchedFor` writes it. */
  remember(trust: Trust, sets: string, known: KnownPath): void {
    this.issuersIn(known.trustSet).remember(known.path);
    this.pathsUnder(trust).remember(sets, known);
  }

  /** What was read of an end entity that is accepted, now or again, is kept for a while and then let go. */
  use({ endEntity, trustAnchor }: ValidatedPath): void {
    if (endEntity !== trustAnchor.certificate) this.#recent.add(endEntity);
  }
}

/** Of the trust sets that are searched, one name; empty for all of them. Requirements keep their lists, so that each is written once. */
export function searchedFor(trustSets: readonly string[] | undefined): string {
  if (trustSets === undefined) return '';
  let name = written.get(trustSets);
  if (name === undefined) {
    name = JSON.stringify(trustSets);
    // A list that may be changed is written anew.
    if (Object.isFrozen(trustSets)) written.set(trustSets, name);
  }
  return name;
}

const written = new WeakMap<readonly string[], string>();
