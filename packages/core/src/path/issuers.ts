import { type Certificate, type Name, oids } from '../x509/index.js';
import type { TrustAnchor } from './trust-anchor.js';
import type { CertificatePool, TrustSet } from './trust-set.js';

/** A certificate that bears the name of an issuer; with `anchor` when it is a trust anchor. */
export interface Issuer {
  readonly certificate: Certificate;
  readonly anchor: TrustAnchor | undefined;
}

/** Finds issuers for one search, which asks for the same certificate's again and again as it backtracks: each is answered once. */
export class Issuers {
  readonly #trustSet: TrustSet;
  readonly #pools: readonly CertificatePool[];
  readonly #known = new Map<Certificate, readonly Issuer[]>();
  readonly #distances = new Map<string, number>();

  constructor(trustSet: TrustSet, pools: readonly CertificatePool[]) {
    this.#trustSet = trustSet;
    this.#pools = [trustSet.pool, ...pools];
  }

  /**
   * The certificates that bear the issuer's name, each once, likeliest first: those whose subjectKeyIdentifier is the one that the authority
   * key identifier names, anchors before intermediates, those nearer to an anchor before others. Identifiers order the search and exclude nothing
   * (RFC 4158, section 3.5.12): a certificate with another identifier may still be the issuer, and its signature decides.
   */
  of(certificate: Certificate): readonly Issuer[] {
    let issuers = this.#known.get(certificate);
    if (issuers === undefined) {
      issuers = likeliestFirst(certificate, this.#nearestFirst(this.#named(certificate)));
      this.#known.set(certificate, issuers);
    }
    return issuers;
  }

  /**
   * How many intermediates must stand above the certificate at least, by their names: 0 where an anchor bears its issuer's name, infinite where
   * names lead to no anchor. A search that knows it walks towards anchors alone, however many certificates a peer presents.
   */
  distanceToAnchor({ issuer }: Certificate): number {
    const known = this.#distances.get(issuer.key);
    if (known !== undefined) return known;
    const near = this.#nearby(issuer);
    if (near === undefined) this.#measure(issuer);
    else this.#distances.set(issuer.key, near);
    return this.#distances.get(issuer.key) ?? Number.POSITIVE_INFINITY;
  }

  /** 0 or 1, which nearly all are, without measuring anything else. */
  #nearby(name: Name): 0 | 1 | undefined {
    if (this.#trustSet.anchorsNamed(name).length > 0) return 0;
    const below = (pool: CertificatePool): boolean => pool.named(name).some(({ issuer }) => this.#trustSet.anchorsNamed(issuer).length > 0);
    return this.#pools.some(below) ? 1 : undefined;
  }

  /** Looks at each certificate above the name once, and spends nothing that the search itself could need. */
  #measure(name: Name): void {
    const reached = new Map([[name.key, name]]);
    const below = new Map<string, Set<string>>();
    let nearest: string[] = [];
    for (const [key, each] of reached) {
      this.#distances.set(key, Number.POSITIVE_INFINITY);
      if (this.#trustSet.anchorsNamed(each).length > 0) nearest.push(key);
      for (const pool of this.#pools) {
        for (const { issuer } of pool.named(each)) {
          if (!reached.has(issuer.key) && reached.size >= mostNames) {
            // Too many to look at: this one may be as near as any.
            if (!this.#distances.has(issuer.key)) nearest.push(key);
            continue;
          }
          reached.set(issuer.key, issuer);
          const those = below.get(issuer.key);
          if (those === undefined) below.set(issuer.key, new Set([key]));
          else those.add(key);
        }
      }
    }
    for (let distance = 0; nearest.length > 0; distance++) {
      const unmeasured = nearest.filter((key) => this.#distances.get(key) === Number.POSITIVE_INFINITY);
      for (const key of unmeasured) this.#distances.set(key, distance);
      nearest = unmeasured.flatMap((key) => [...(below.get(key) ?? [])]);
    }
  }

  #nearestFirst(issuers: readonly Issuer[]): readonly Issuer[] {
    if (issuers.length < 2) return issuers;
    const distance = ({ certificate, anchor }: Issuer): number => (anchor === undefined ? this.distanceToAnchor(certificate) : -1);
    const measured = issuers.map((issuer) => ({ issuer, distance: distance(issuer) }));
    return measured.sort((one, other) => compare(one.distance, other.distance)).map(({ issuer }) => issuer);
  }

  /**
   * RFC 5280, section 6.1: "A certificate MUST NOT appear more than once in a prospective certification path", so none is its own issuer. A
   * copy of an anchor among the intermediates is that anchor: what is above it does not matter.
   */
  #named({ issuer: name, fingerprint256: own }: Certificate): readonly Issuer[] {
    const distinct = new Map<string, Issuer>();
    const add = (certificate: Certificate, anchor: TrustAnchor | undefined): void => {
      const { fingerprint256 } = certificate;
      if (fingerprint256 !== own && !distinct.has(fingerprint256)) distinct.set(fingerprint256, { certificate, anchor });
    };
    for (const anchor of this.#trustSet.anchorsNamed(name)) add(anchor.certificate, anchor);
    for (const pool of this.#pools) for (const certificate of pool.named(name)) add(certificate, undefined);
    return [...distinct.values()];
  }
}

/** Names that are measured for one search, which is more than lead anywhere in any real one. */
const mostNames = 256;

/** Whether the trust set has an authority of the issuer's name that bears the key identifier which the certificate names. */
export function holdsNamedIssuer(trustSet: TrustSet, certificate: Certificate): boolean {
  const wanted = authorityKeyIdentifier(certificate);
  if (wanted === undefined) return false;
  const named = [
    ...trustSet.anchorsNamed(certificate.issuer).map((anchor) => anchor.certificate),
    ...trustSet.pool.named(certificate.issuer),
  ];
  return named.some((issuer) => bears(issuer, wanted));
}

/** Not by subtraction: two infinite ones are alike. */
function compare(one: number, other: number): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}

function likeliestFirst(certificate: Certificate, issuers: readonly Issuer[]): readonly Issuer[] {
  const wanted = issuers.length > 1 ? authorityKeyIdentifier(certificate) : undefined;
  if (wanted === undefined) return issuers;
  const fitting: Issuer[] = [];
  const others: Issuer[] = [];
  for (const issuer of issuers) {
    (bears(issuer.certificate, wanted) ? fitting : others).push(issuer);
  }
  return [...fitting, ...others];
}

function bears(certificate: Certificate, identifier: Uint8Array): boolean {
  const own = readable(() => certificate.subjectKeyIdentifier);
  return own !== undefined && Buffer.compare(own, identifier) === 0;
}

/** Nothing has signed it yet, so a long one, which could hold thousands of names to decode, is no hint. */
function authorityKeyIdentifier(certificate: Certificate): Uint8Array | undefined {
  const extension = certificate.extensions.get(oids.extension.authorityKeyIdentifier);
  if (extension === undefined || extension.value.length > longestHint) return undefined;
  return readable(() => certificate.authorityKeyIdentifier?.keyIdentifier);
}

/** With the issuer's name and serial number beside the identifier, real ones stay below 200 bytes. */
const longestHint = 1_024;

/** An identifier that cannot be read gives no hint; whether it is malformed is for the validation to say. */
function readable<T>(read: () => T | undefined): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
