import { type Certificate, oids } from '../x509/index.js';
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
  readonly #leadNowhere = new Set<Certificate>();

  constructor(trustSet: TrustSet, pools: readonly CertificatePool[]) {
    this.#trustSet = trustSet;
    this.#pools = [trustSet.pool, ...pools];
  }

  /**
   * The certificates that bear the issuer's name, each once, likeliest first: those whose subjectKeyIdentifier is the one that the authority
   * key identifier names, anchors before intermediates. Identifiers order the search and exclude nothing (RFC 4158, section 3.5.12): a
   * certificate with another identifier may still be the issuer, and its signature decides.
   */
  of(certificate: Certificate): readonly Issuer[] {
    let issuers = this.#known.get(certificate);
    if (issuers === undefined) {
      issuers = likeliestFirst(certificate, this.#named(certificate));
      this.#known.set(certificate, issuers);
    }
    return issuers;
  }

  /**
   * Whether names lead from the certificate to an anchor, over however many others: a root that the client sent along, and that nobody
   * trusts, is unknown rather than too deep. It looks at each certificate once, and spends nothing that the search itself could need.
   */
  leadToAnchor(certificate: Certificate): boolean {
    if (this.#leadNowhere.has(certificate)) return false;
    const reached = new Set([certificate]);
    for (const each of reached) {
      for (const issuer of this.of(each)) {
        if (issuer.anchor !== undefined) return true;
        reached.add(issuer.certificate);
      }
    }
    for (const each of reached) this.#leadNowhere.add(each);
    return false;
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

function likeliestFirst(certificate: Certificate, issuers: readonly Issuer[]): readonly Issuer[] {
  const wanted = issuers.length > 1 ? authorityKeyIdentifier(certificate) : undefined;
  if (wanted === undefined) return issuers;
  const fitting: Issuer[] = [];
  const others: Issuer[] = [];
  for (const issuer of issuers) {
    const own = readable(() => issuer.certificate.subjectKeyIdentifier);
    (own !== undefined && Buffer.compare(own, wanted) === 0 ? fitting : others).push(issuer);
  }
  return [...fitting, ...others];
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
