import { asBuffer } from '../../asn1/index.js';
import type { CertificateList, Name } from '../../x509/index.js';
import { type Crl, isNewer } from './crl.js';
import { provenKeys } from './signatures.js';

/** Lists of one issuer and one scope, complete and delta, in no order. */
export type CrlGroup = readonly Crl[];

/**
 * Lists that nobody has verified yet may be this many in one group, besides those that are verified: whoever brings lists over an open
 * network can bring as many as they like.
 */
const maxUnproven = 16;

/** The lists that are known, found by their issuer. Immutable: a change makes another one, so a decision sees the lists of one moment. */
export class CrlCollection {
  static readonly empty = new CrlCollection(new Map());

  /** By the key of the issuer's name, then by scope. */
  readonly #groups: ReadonlyMap<string, ReadonlyMap<string, CrlGroup>>;

  private constructor(groups: ReadonlyMap<string, ReadonlyMap<string, CrlGroup>>) {
    this.#groups = groups;
  }

  /** A collection of these lists, as far as `with` keeps them. */
  static of(crls: Iterable<Crl>, at: number): CrlCollection {
    let all = CrlCollection.empty;
    for (const crl of crls) all = all.with(crl, at);
    return all;
  }

  /**
   * The collection with one more list. It takes the place of lists that are older, of the same issuer, scope and key, and expire no
   * later; and none is taken in that others make superfluous in the same way. Only a list whose signature has been verified, and whose
   * thisUpdate is not after `at`, takes another's place: anyone can write a larger CRLNumber.
   */
  with(crl: Crl, at: number): CrlCollection {
    const issuer = crl.list.issuer.key;
    const scopes = new Map(this.#groups.get(issuer));
    const group = scopes.get(crl.scope.key) ?? [];
    if (group.some(({ list }) => asBuffer(list.der).equals(crl.list.der))) return this;
    scopes.set(crl.scope.key, tidied([...group, crl], at));
    return new CrlCollection(new Map(this.#groups).set(issuer, scopes));
  }

  /** The lists that this authority issued, by scope. */
  issuedBy(issuer: Name): Iterable<CrlGroup> {
    return this.#groups.get(issuer.key)?.values() ?? [];
  }

  /** All lists. */
  *[Symbol.iterator](): Generator<Crl, void, void> {
    for (const scopes of this.#groups.values()) for (const group of scopes.values()) yield* group;
  }
}

function tidied(group: CrlGroup, at: number): CrlGroup {
  const needed = group.filter((crl) => !group.some((other) => replaces(other, crl, at)));
  const unproven = needed.filter(({ list }) => provenKeys(list).size === 0);
  const dropped = new Set(unproven.slice(0, Math.max(0, unproven.length - maxUnproven)));
  return Object.freeze(needed.filter((crl) => !dropped.has(crl)));
}

/**
 * | newer    | older    | the older one is superfluous when                                                         |
 * | -------- | -------- | ----------------------------------------------------------------------------------------- |
 * | complete | complete | it expires no later                                                                       |
 * | delta    | delta    | it expires no later, and its base is no later: it tells all changes since                 |
 * | complete | delta    | it expires no later: a delta is combined with lists of smaller numbers alone              |
 * | delta    | complete | never                                                                                     |
 */
function replaces(newer: Crl, older: Crl, at: number): boolean {
  const [one, other] = [newer.list, older.list];
  if (newer === older || !isNewer(newer, older) || !(one.thisUpdate <= at) || one.nextUpdate < other.nextUpdate) return false;
  if (newer.isDelta && !(older.isDelta && (one.deltaCRLIndicator as bigint) <= (other.deltaCRLIndicator as bigint))) return false;
  return haveSameKey(one, other);
}

function haveSameKey(one: CertificateList, other: CertificateList): boolean {
  const keys = provenKeys(other);
  for (const key of provenKeys(one)) if (keys.has(key)) return true;
  return false;
}
