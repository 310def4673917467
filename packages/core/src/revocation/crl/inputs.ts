import type { ValidatedPath } from '../../path/index.js';
import type { Name } from '../../x509/index.js';
import type { CrlCollection } from './collection.js';
import type { CrlUnknown } from './status.js';

export interface CrlInputs {
  readonly crls: CrlCollection;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /**
   * Validated paths to certificates with this name, which may have signed lists although they are not on the path: another key of the
   * authority, or a separate issuer of lists. Any key purpose and key usage will do; it is asked only when nobody on the path has signed.
   */
  readonly signers?: (name: Name) => Iterable<ValidatedPath>;
  /** Whether a list counts when it is unknown whether its signer, who is not on the path, is revoked; it does not unless told. */
  readonly acceptUnknownSigner?: (status: CrlUnknown) => boolean;
  /** Awaited between slices of work on a list of more than 64 KiB, once a list and key. */
  readonly pause: () => Promise<void>;
}
