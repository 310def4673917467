import type { DenyInput } from './deny-input.js';

/** A deny list that many processes share, as the verifier wants it: it tells what is denied, and whether it still knows. */
export interface DenyStore {
  /** Resolves when all entries have been told for the first time. */
  readonly ready: PromiseLike<void>;
  /** When the store last knew that it has told everything, in milliseconds since the epoch; undefined before `ready`. */
  readonly confirmedAt: number | undefined;
  /** How long what it told counts after `confirmedAt`: then certificates are refused, unless `allowUnavailable`. */
  readonly staleAfterSeconds: number;
  /** Tells of every entry that is there or comes, and of every one that goes. Returns what ends it. */
  subscribe(listener: (change: DenyChange) => void): () => void;
}

export interface DenyChange {
  readonly denied?: readonly DenyInput[] | undefined;
  readonly undenied?: readonly DenyInput[] | undefined;
}
