import { inspect } from 'node:util';
import { type Answer, answerTo, describeRefusal, type Refusal, type RefusalCode } from '@peercert/core';

/**
 * What `next` is called with for a refused request. Express, and whatever reads `status`, `expose` and `headers` as it does, answers with
 * the status and the constant text; `code` is for your own error handler. What was found stands in `refusal.trace`, for logs alone:
 * `console.error(error)`, which is how Express 5 logs, shows it, and the stack, which Express shows to clients outside of production, does not.
 */
export class RefusedError extends Error {
  readonly code: RefusalCode;
  readonly status: number;
  readonly statusCode: number;
  readonly expose = true;
  readonly headers: Answer['headers'];
  readonly #refusal: Refusal;

  constructor(refusal: Refusal, httpVersionMajor?: number) {
    const { code, status, message, headers } = answerTo(refusal, httpVersionMajor);
    super(message);
    this.name = 'RefusedError';
    this.code = code;
    this.status = status;
    this.statusCode = status;
    this.headers = headers;
    this.#refusal = refusal;
    Object.defineProperty(this, 'stack', { value: `${code}: ${message}`, writable: true, configurable: true });
  }

  /** No property of the error itself, so that an error handler that sends all of them does not send the trace. */
  get refusal(): Refusal {
    return this.#refusal;
  }

  /** The line that the operator needs: what was found, and what to do. */
  [inspect.custom](): string {
    return describeRefusal(this.#refusal);
  }
}
