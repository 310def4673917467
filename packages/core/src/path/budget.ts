/**
 * What a peer can make the verifier do, bounded. One budget covers one verification, whatever number of trust sets and
 * candidate paths it looks at; when a counter cannot pay, the search ends with PEERCERT_BUDGET_EXHAUSTED.
 *
 * Signatures are counted in checks with a P-256 key, about 0.1 ms each: a key that takes longer costs more (see verification-cost.ts).
 */
export interface BudgetLimits {
  /**
   * Signatures verified. rustls/webpki and Go allow 100 a path building. The limit is what the longest path that the default depth allows
   * costs when all its authorities have P-521 keys, the dearest that anyone uses: eleven times 16. It keeps a peer that a trusted key
   * vouches for below 50 ms.
   */
  readonly signatures: number;
  /**
   * Signatures that did not verify. A peer that holds nothing a trusted key signed can cause these alone, besides those of genuine intermediates,
   * which anybody can send: 16 signatures under P-256 keys, two under P-384 or one under P-521, and the one more that meets the limit, stay
   * below 5 ms.
   */
  readonly invalidSignatures: number;
  /** Candidate issuers looked at. Google Cloud's load balancer allows 100 iterations; looking costs some microseconds, so five times that. */
  readonly candidates: number;
  /**
   * Octets of certificates that signatures are verified over. OpenSSL accepts 100 KB of certificates in a handshake (SSL_CTX_set_max_cert_list); each
   * of them may be verified with several keys. Hashing takes about 1 ms a megabyte.
   */
  readonly bytes: number;
  /** Names compared with name constraints. rustls/webpki allows 250,000 a path building; one takes 50 to 200 ns, so fewer stay below 50 ms. */
  readonly nameComparisons: number;
  /** Nodes and edges of policy graphs (RFC 9618). A real path has fewer than a hundred. */
  readonly policyNodes: number;
}

export const defaultBudget: BudgetLimits = Object.freeze({
  signatures: 176,
  invalidSignatures: 16,
  candidates: 500,
  bytes: 2_097_152,
  nameComparisons: 100_000,
  policyNodes: 10_000,
});

export class Budget {
  readonly #left: { -readonly [Counter in keyof BudgetLimits]: number };
  #exhausted: keyof BudgetLimits | undefined;

  constructor(limits: BudgetLimits = defaultBudget) {
    this.#left = { ...limits };
  }

  /** Takes `amount` from the counter; false, now and for ever, once any counter did not hold enough. */
  spend(counter: keyof BudgetLimits, amount = 1): boolean {
    if (this.#exhausted !== undefined) return false;
    this.#left[counter] -= amount;
    // Written so that a limit that is not a number allows nothing.
    if (!(this.#left[counter] >= 0)) this.#exhausted = counter;
    return this.#exhausted === undefined;
  }

  /** The counter that ran out, if one did. */
  get exhausted(): keyof BudgetLimits | undefined {
    return this.#exhausted;
  }
}
