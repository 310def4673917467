import type { Refusal } from '@peercert/core';

/** What core answers to a question. */
export interface Verdict {
  readonly isAccepted: boolean;
  readonly refusal: Refusal | undefined;
  /** Certificates beside the end entity that could not be read, or trusted, and were passed over. */
  readonly passedOver: readonly Refusal[];
}

/** A verdict, and how long the part took that is the peer's. */
export interface Decided {
  readonly verdict: Verdict;
  readonly milliseconds: number;
}

/** Either a value, or why there is none. */
export type Outcome<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly refusal: Refusal };
