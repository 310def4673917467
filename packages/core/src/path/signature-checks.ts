import { type Refusal, refusal } from '../errors/index.js';
import { type Certificate, type PublicKey, verifySignature } from '../x509/index.js';
import type { Budget } from './budget.js';
import { evidence } from './checks/evidence.js';

/** Signature checks of one search: each pair of certificate and key is verified once, however many paths it is part of. */
export class SignatureChecks {
  readonly #budget: Budget;
  readonly #known = new Map<Certificate, Map<PublicKey, Refusal | undefined>>();

  constructor(budget: Budget) {
    this.#budget = budget;
  }

  /** RFC 5280, section 6.1.3 (a)(1): the certificate was signed with the working public key. */
  check(certificate: Certificate, workingPublicKey: PublicKey, depth: number): Refusal | undefined {
    const known = this.#known.get(certificate);
    if (known?.has(workingPublicKey) === true) return known.get(workingPublicKey);
    const result = this.#verify(certificate, workingPublicKey, depth);
    if (known === undefined) this.#known.set(certificate, new Map([[workingPublicKey, result]]));
    else known.set(workingPublicKey, result);
    return result;
  }

  #verify(certificate: Certificate, key: PublicKey, depth: number): Refusal | undefined {
    if (!this.#budget.spend('signatures')) return exhausted(this.#budget);
    const fault = verifySignature(key, certificate.signatureAlgorithm, certificate.tbsCertificate, certificate.signature);
    if (fault === undefined) return undefined;
    if (!this.#budget.spend('invalidSignatures')) return exhausted(this.#budget);
    return refusal(fault.code, evidence(certificate, depth, fault.detail));
  }
}

/** The refusal for a budget that ran out. */
export function exhausted(budget: Budget): Refusal {
  return refusal('PEERCERT_BUDGET_EXHAUSTED', { detail: `the limit on ${budget.exhausted} was met` });
}
