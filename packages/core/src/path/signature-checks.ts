import { type Refusal, refusal } from '../errors/index.js';
import { type Certificate, checkSignatureFits, type PublicKey, type SignatureFault, verifySignature } from '../x509/index.js';
import type { Budget } from './budget.js';
import { evidence } from './checks/evidence.js';
import { verificationCost } from './verification-cost.js';

/** A certificate that may have issued another, with its key prepared. */
export interface Signer {
  readonly certificate: Certificate;
  readonly publicKey: PublicKey;
}

/**
 * Signature checks of one search: each pair of certificate and key is verified once, however many paths it is part of. A key that cannot have made the
 * signature is told without verifying, and costs nothing.
 */
export class SignatureChecks {
  readonly #budget: Budget;
  /** By certificate, then by the SHA-256 of the key: several certificates of an authority can have the same one. */
  readonly #known = new Map<Certificate, Map<string, SignatureFault | undefined>>();

  constructor(budget: Budget) {
    this.#budget = budget;
  }

  /** RFC 5280, section 6.1.3 (a)(1): the certificate was signed with the issuer's key. */
  check(certificate: Certificate, issuer: Signer, depth: number): Refusal | undefined {
    const known = this.#checksOf(certificate);
    const { spki256 } = issuer.certificate;
    if (!known.has(spki256)) {
      const { publicKey } = issuer;
      const { signatureAlgorithm, tbsCertificate, signature } = certificate;
      let found = checkSignatureFits(publicKey, signatureAlgorithm, signature);
      if (found === undefined) {
        const cost = verificationCost(publicKey);
        if (!this.#budget.spend('signatures', cost) || !this.#budget.spend('bytes', tbsCertificate.length)) return exhausted(this.#budget);
        found = verifySignature(publicKey, signatureAlgorithm, tbsCertificate, signature);
        if (found !== undefined && !this.#budget.spend('invalidSignatures', cost)) return exhausted(this.#budget);
      }
      known.set(spki256, found);
    }
    const fault = known.get(spki256);
    return fault === undefined ? undefined : refusal(fault.code, evidence(certificate, depth, fault.detail));
  }

  #checksOf(certificate: Certificate): Map<string, SignatureFault | undefined> {
    let known = this.#known.get(certificate);
    if (known === undefined) {
      known = new Map();
      this.#known.set(certificate, known);
    }
    return known;
  }
}

/** The refusal for a budget that ran out. */
export function exhausted(budget: Budget): Refusal {
  return refusal('PEERCERT_BUDGET_EXHAUSTED', { detail: `the limit on ${budget.exhausted} was met` });
}
