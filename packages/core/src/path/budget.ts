/**
 * What a peer can make the verifier do, bounded. One budget covers one verification, whatever number of trust sets and
 * candidate paths it looks at; when a counter is empty, the search ends with PEERCERT_BUDGET_EXHAUSTED.
 */
export interface BudgetLimits {
  /**
   * Signatures verified. rustls/webpki allows 100 a path building; a path of ten certificates needs ten, so this leaves room
   * for backtracking over cross-certificates.
   */
  readonly signatures: number;
  /**
   * Signatures that did not verify. A peer that holds nothing a trusted key signed can cause only these, so they bound what a
   * stranger costs: sixteen RSA-4096 or P-256 verifications take about a millisecond.
   */
  readonly invalidSignatures: number;
  /** Candidate issuers looked at. Google Cloud's load balancer allows 100 iterations; comparing names is cheap, so ten times that. */
  readonly candidates: number;
}

export const defaultBudget: BudgetLimits = Object.freeze({ signatures: 100, invalidSignatures: 16, candidates: 1_000 });

export class Budget {
  readonly #left: { -readonly [Counter in keyof BudgetLimits]: number };
  #exhausted: keyof BudgetLimits | undefined;

  constructor(limits: BudgetLimits = defaultBudget) {
    this.#left = { ...limits };
  }

  /** Takes one from the counter; false, now and for ever, once any counter was empty. */
  spend(counter: keyof BudgetLimits): boolean {
    if (this.#exhausted !== undefined) return false;
    if (this.#left[counter] === 0) {
      this.#exhausted = counter;
      return false;
    }
    this.#left[counter] -= 1;
    return true;
  }

  /** The counter that ran out, if one did. */
  get exhausted(): keyof BudgetLimits | undefined {
    return this.#exhausted;
  }
}
