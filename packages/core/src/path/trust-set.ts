import type { Certificate, GeneralSubtree, Name } from '../x509/index.js';
import type { TrustAnchor } from './trust-anchor.js';

/** What a trust set asks of paths, besides that they end in it. */
export interface TrustSetRules {
  /** Intermediates between the end entity and the anchor, neither counted: as OpenSSL counts for `ssl_verify_depth` and `SSLVerifyDepth`. */
  readonly depth: number;
  /** Key purposes of which a certificate with extendedKeyUsage must hold one, as OIDs; `any` where the purpose does not matter. */
  readonly keyPurposes: readonly string[] | 'any';
  /** RFC 5280, section 6.1.1 (c): the user-initial-policy-set, as OIDs; any-policy unless told. */
  readonly initialPolicies?: readonly string[] | undefined;
  /** RFC 5280, section 6.1.1 (e): initial-policy-mapping-inhibit. */
  readonly inhibitPolicyMapping?: boolean | undefined;
  /** RFC 5280, section 6.1.1 (f): initial-explicit-policy. */
  readonly requireExplicitPolicy?: boolean | undefined;
  /** RFC 5280, section 6.1.1 (g): initial-any-policy-inhibit. */
  readonly inhibitAnyPolicy?: boolean | undefined;
  /** RFC 5280, section 6.1.1 (h): initial-permitted-subtrees; every name unless told. */
  readonly permittedSubtrees?: readonly GeneralSubtree[] | undefined;
  /** RFC 5280, section 6.1.1 (i): initial-excluded-subtrees; none unless told. */
  readonly excludedSubtrees?: readonly GeneralSubtree[] | undefined;
}

/** Trust anchors and extra intermediates, found by subject name. Immutable. */
export class TrustSet {
  readonly name: string;
  readonly rules: TrustSetRules;
  readonly anchors: readonly TrustAnchor[];
  /** Further issuers that the operator knows; not trusted by themselves. */
  readonly intermediates: readonly Certificate[];
  readonly pool: CertificatePool;
  readonly #anchorsBySubject: ReadonlyMap<string, readonly TrustAnchor[]>;
  readonly #anchorsByFingerprint: ReadonlyMap<string, TrustAnchor>;

  constructor(name: string, anchors: readonly TrustAnchor[], intermediates: readonly Certificate[], rules: TrustSetRules) {
    this.name = name;
    this.rules = frozenRules(rules);
    this.anchors = Object.freeze([...anchors]);
    this.intermediates = Object.freeze([...intermediates]);
    this.pool = certificatePool(intermediates);
    this.#anchorsBySubject = grouped(anchors, (anchor) => anchor.certificate.subject.key);
    this.#anchorsByFingerprint = new Map(anchors.map((anchor) => [anchor.certificate.fingerprint256, anchor]));
  }

  /** The anchors that bear this name. */
  anchorsNamed(name: Name): readonly TrustAnchor[] {
    return this.#anchorsBySubject.get(name.key) ?? [];
  }

  /** The anchor that is this very certificate. */
  anchorIdenticalTo(certificate: Certificate): TrustAnchor | undefined {
    return this.#anchorsByFingerprint.get(certificate.fingerprint256);
  }
}

function frozenRules(rules: TrustSetRules): TrustSetRules {
  const copied = Object.entries(rules).map(([name, value]) => [name, Array.isArray(value) ? Object.freeze([...value]) : value]);
  return Object.freeze(Object.fromEntries(copied) as unknown as TrustSetRules);
}

/** Certificates that may be issuers, found by subject name. Nothing in a pool is trusted. */
export interface CertificatePool {
  named(name: Name): readonly Certificate[];
}

export function certificatePool(certificates: readonly Certificate[]): CertificatePool {
  const bySubject = grouped(certificates, (certificate) => certificate.subject.key);
  return { named: (name) => bySubject.get(name.key) ?? [] };
}

function grouped<T>(items: readonly T[], key: (item: T) => string): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(key(item));
    if (group === undefined) groups.set(key(item), [item]);
    else group.push(item);
  }
  return groups;
}
