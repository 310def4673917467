import createError, { type FastifyError } from '@fastify/error';
import type { Answer, Refusal, RefusalCode } from '@peercert/core';

/**
 * What a refused request ends with, and an error handler gets. The client is told `statusCode`, `code` and the constant message; what was
 * found stands in `refusal.trace`, for logs alone.
 */
export interface RefusedError extends FastifyError {
  readonly code: RefusalCode;
  readonly statusCode: number;
  /** No property of the error itself, so that an error handler that sends all of them does not send the trace. */
  readonly refusal: Refusal;
}

/** The answer as an error of Fastify's own kind. */
export function refusedError(answer: Answer, refusal: Refusal): RefusedError {
  const name = `${answer.code} ${answer.status}`;
  let Kind = kinds.get(name);
  if (Kind === undefined) {
    Kind = kindOf(answer);
    kinds.set(name, Kind);
  }
  return new Kind(refusal);
}

/** By code and status; there are no more of them than there are codes, for each set of `statuses`. */
const kinds = new Map<string, new (refusal: Refusal) => RefusedError>();

function kindOf({ code, message, status }: Answer): new (refusal: Refusal) => RefusedError {
  const CodedError = createError(code, message, status, Error, false);
  return class extends CodedError {
    declare readonly code: RefusalCode;
    declare readonly statusCode: number;
    readonly #refusal: Refusal;

    constructor(refusal: Refusal) {
      super();
      this.#refusal = refusal;
      // Where it was made tells nobody anything, and handlers do send stacks.
      Object.defineProperty(this, 'stack', { value: `${code}: ${message}`, writable: true, configurable: true });
    }

    get refusal(): Refusal {
      return this.#refusal;
    }
  };
}
