import type { RefusalCode } from '../errors/index.js';

/** A policy that could not be evaluated: its code threw, or did not come back. Whatever stands around it, it lets nobody in. */
export class PolicyFailure extends Error {
  readonly code: RefusalCode;

  constructor(message: string, cause?: unknown, code: RefusalCode = 'PEERCERT_POLICY_FAILED') {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}
