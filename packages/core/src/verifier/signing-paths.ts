import {
  Budget,
  type CertificatePool,
  certificatePool,
  SignatureChecks,
  TrustSet,
  type ValidatedPath,
  validatedPaths,
} from '../path/index.js';
import type { Certificate, Name } from '../x509/index.js';

/** How long paths to signers are kept before they are looked for again, and of how many names. */
const keptMilliseconds = 60_000;
const mostNames = 256;
/** Of one name: an authority has few keys. */
const mostPaths = 16;

/**
 * Validated paths to those who sign CRLs and OCSP answers, rather than be clients: whatever their purpose, and under whatever certificate policy.
 * Kept for a while, so that lists of a signer who is on no client's path cost no signature for each client.
 */
export class SigningPaths {
  readonly #anyPurpose = new WeakMap<TrustSet, TrustSet>();
  readonly #kept = new WeakMap<TrustSet, Map<string, Kept>>();

  /** To certificates of that name which are configured or remembered. */
  ofName(trustSet: TrustSet, name: Name, remembered: CertificatePool, at: number): readonly ValidatedPath[] {
    const kept = this.#keptOf(trustSet);
    const known = kept.get(name.key);
    if (known !== undefined && Math.abs(at - known.at) < keptMilliseconds) return known.paths;
    const candidates = [...trustSet.pool.named(name), ...remembered.named(name)].slice(0, mostPaths);
    const paths = candidates.flatMap((candidate) => this.#to(trustSet, candidate, [remembered], at).slice(0, mostPaths));
    // Whoever is not known yet may be a moment later.
    if (paths.length === 0) return paths;
    kept.delete(name.key);
    kept.set(name.key, { paths, at });
    for (const key of kept.keys()) {
      if (kept.size <= mostNames) break;
      kept.delete(key);
    }
    return paths;
  }

  /** To one certificate, below the authorities of another path. */
  to(trustSet: TrustSet, certificate: Certificate, beside: ValidatedPath, at: number): ValidatedPath | undefined {
    return this.#to(trustSet, certificate, [certificatePool(beside.certificates)], at).find(
      ({ trustAnchor }) => trustAnchor.certificate.fingerprint256 === beside.trustAnchor.certificate.fingerprint256,
    );
  }

  #to(trustSet: TrustSet, certificate: Certificate, pools: readonly CertificatePool[], at: number): readonly ValidatedPath[] {
    const budget = new Budget();
    return [
      ...validatedPaths(certificate, {
        trustSet: this.#forAnyPurpose(trustSet),
        pools,
        at,
        budget,
        signatures: new SignatureChecks(budget),
      }),
    ];
  }

  #forAnyPurpose(trustSet: TrustSet): TrustSet {
    let made = this.#anyPurpose.get(trustSet);
    if (made === undefined) {
      const { name, anchors, intermediates, rules } = trustSet;
      made = new TrustSet(name, anchors, intermediates, { depth: rules.depth, keyPurposes: 'any' });
      this.#anyPurpose.set(trustSet, made);
    }
    return made;
  }

  #keptOf(trustSet: TrustSet): Map<string, Kept> {
    let kept = this.#kept.get(trustSet);
    if (kept === undefined) {
      kept = new Map();
      this.#kept.set(trustSet, kept);
    }
    return kept;
  }
}

interface Kept {
  readonly paths: readonly ValidatedPath[];
  readonly at: number;
}
