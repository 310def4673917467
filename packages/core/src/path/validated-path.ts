import type { Certificate } from '../x509/index.js';
import type { TrustAnchor } from './trust-anchor.js';

interface Findings {
  readonly certificates: readonly Certificate[];
  readonly trustAnchor: TrustAnchor;
  readonly trustSet: string;
  readonly validPolicies: readonly string[];
}

/** What the constructor asks for, since TypeScript's `private` is gone at run time, where an instance leads to its constructor. */
const validator = Symbol('path validator');

let makePath: (findings: Findings) => ValidatedPath;

/**
 * Proof that a certification path was validated (RFC 5280, section 6.1). Only this folder can make one, so whoever is handed
 * one need not ask whether its certificates are genuine: only whether it is still valid.
 */
export class ValidatedPath {
  /** The end entity first, then its issuers; the trust anchor is not among them, unless it is the end entity itself. */
  readonly certificates: readonly Certificate[];
  readonly trustAnchor: TrustAnchor;
  /** The name of the trust set that holds the anchor. */
  readonly trustSet: string;
  /** RFC 5280, section 6.1.6: the user-constrained-policy-set, as OIDs; empty where no certificate policy is valid on the whole path. */
  readonly validPolicies: readonly string[];
  /** Milliseconds since the epoch: every certificate of the path, and the anchor, is valid from here on … */
  readonly validFrom: number;
  /** … and until just before here. */
  readonly validUntil: number;
  // A private field makes the type nominal: an object that merely looks alike is no path.
  readonly #validated = true;

  private constructor(caller: symbol, findings: Findings) {
    if (caller !== validator) throw new TypeError('only the path validator makes a ValidatedPath');
    const { certificates, trustAnchor, trustSet, validPolicies } = findings;
    let validFrom = trustAnchor.certificate.notBefore;
    let until = validUntil(trustAnchor.certificate);
    for (const certificate of certificates) {
      validFrom = Math.max(validFrom, certificate.notBefore);
      until = Math.min(until, validUntil(certificate));
    }
    this.certificates = Object.freeze([...certificates]);
    this.trustAnchor = trustAnchor;
    this.trustSet = trustSet;
    this.validPolicies = validPolicies.length === 0 ? noPolicies : Object.freeze([...validPolicies]);
    this.validFrom = validFrom;
    this.validUntil = until;
    Object.freeze(this);
  }

  get endEntity(): Certificate {
    return this.certificates[0] as Certificate;
  }

  static isValidated(value: unknown): value is ValidatedPath {
    return typeof value === 'object' && value !== null && #validated in value;
  }

  static {
    makePath = (findings) => new ValidatedPath(validator, findings);
  }
}

const noPolicies: readonly string[] = Object.freeze([]);

/** For the validator alone: not exported from the folder. */
export function validatedPath(findings: Findings): ValidatedPath {
  return makePath(findings);
}

/** notAfter is inclusive and has whole seconds: the certificate is valid during that second (RFC 5280, section 4.1.2.5). */
export function validUntil(certificate: Certificate): number {
  return certificate.notAfter + 1_000;
}
