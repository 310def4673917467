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

/** What was found of signatures: by the SHA-256 of the certificate, then of the key. The same for whoever asks, and for all of one verification. */
export class SignatureKnowledge {
  readonly #found = new Map<string, Map<string, SignatureFault | undefined>>();

  of({ fingerprint256 }: Certificate): Map<string, SignatureFault | undefined> {
    let found = this.#found.get(fingerprint256);
    if (found === undefined) {
      found = new Map();
      this.#found.set(fingerprint256, found);
    }
    return found;
  }
}

/**
 * Signature checks of one search: each pair of certificate and key is verified once, however many paths it is part of, and however many searches share what
 * they know. A key that cannot have made the signature is told without verifying, and costs nothing.
 */
export class SignatureChecks {
  readonly #budget: Budget;
  readonly #knowledge: SignatureKnowledge;
  readonly #triedAnchors = new Set<string>();

  constructor(budget: Budget, knowledge: SignatureKnowledge = new SignatureKnowledge()) {
    this.#budget = budget;
    this.#knowledge = knowledge;
  }

  /** RFC 5280, section 6.1.3 (a)(1): the certificate was signed with the issuer's key. */
  check(certificate: Certificate, issuer: Signer, depth: number): Refusal | undefined {
    const { spki256 } = issuer.certificate;
    if (isProven(certificate, spki256)) return undefined;
    const known = this.#knowledge.of(certificate);
    if (!known.has(spki256)) {
      const { publicKey } = issuer;
      const { signatureAlgorithm, tbsCertificate, signature } = certificate;
      let found = checkSignatureFits(publicKey, signatureAlgorithm, signature);
      if (found === undefined) {
        const cost = verificationCost(publicKey);
        if (!this.#budget.spend('signatures', cost) || !this.#budget.spend('bytes', tbsCertificate.length)) return exhausted(this.#budget);
        found = verifySignature(publicKey, signatureAlgorithm, tbsCertificate, signature);
        if (found !== undefined && !this.#isFree(issuer) && !this.#budget.spend('invalidSignatures', cost)) return exhausted(this.#budget);
      }
      known.set(spki256, found);
    }
    const fault = known.get(spki256);
    if (fault === undefined) prove(certificate, spki256);
    return fault === undefined ? undefined : refusal(fault.code, evidence(certificate, depth, fault.detail));
  }

  /**
   * The first signature that an anchor did not make: where the operator trusts many of one name, and nothing tells them apart, the right one must be found.
   */
  #isFree(issuer: Signer): boolean {
    const { spki256 } = issuer.certificate;
    if (!('isAuthority' in issuer) || this.#triedAnchors.has(spki256)) return false;
    this.#triedAnchors.add(spki256);
    return true;
  }
}

/**
 * Keys that certificates were signed with, for as long as the certificates are held: those that are configured or remembered verify many others, and anybody
 * can send them again. Nearly all are signed with one, and a set for it would take more memory than the name of the key.
 */
const proven = new WeakMap<Certificate, string | Set<string>>();

function isProven(certificate: Certificate, spki256: string): boolean {
  const keys = proven.get(certificate);
  return typeof keys === 'object' ? keys.has(spki256) : keys === spki256;
}

function prove(certificate: Certificate, spki256: string): void {
  const keys = proven.get(certificate);
  if (keys === undefined) proven.set(certificate, spki256);
  else if (typeof keys === 'object') keys.add(spki256);
  else if (keys !== spki256) proven.set(certificate, new Set([keys, spki256]));
}

/** The refusal for a budget that ran out. */
export function exhausted(budget: Budget): Refusal {
  return refusal('PEERCERT_BUDGET_EXHAUSTED', { detail: `the limit on ${budget.exhausted} was met` });
}
