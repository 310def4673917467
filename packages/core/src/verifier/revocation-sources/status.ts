import type { CrlUnknown, OcspUnknown } from '../../revocation/index.js';

/** Why nothing is known of a certificate; `unavailable` where a source could not be read or reached. */
export interface Unknown {
  readonly status: 'unknown';
  readonly why: CrlUnknown['why'] | OcspUnknown['why'] | 'unavailable';
  readonly detail: string;
  /** With `expired`: since when what was known, and was good, is out of date. */
  readonly expiredAt?: number;
}
