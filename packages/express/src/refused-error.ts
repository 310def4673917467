import { type Answer, answerTo, type Refusal, type RefusalCode } from '@peercert/core';

/**
 * What `next` is called with for a refused request. Express, and whatever reads `status`, `expose` and `headers` as it does, answers with
 * the status and the constant text; `code` is for your own error handler. What was found stands in `refusal.trace`, for logs alone: the
 * stack is left out, since Express shows it to the client outside of production.
 */
export class RefusedError extends Error {
  readonly code: RefusalCode;
  readonly status: number;
  readonly statusCode: number;
  readonly expose = true;
  readonly headers: Answer['headers'];
  /** Not enumerable, so that an error handler that sends the error as JSON does not send the trace. */
  declare readonly refusal: Refusal;

  constructor(refusal: Refusal, httpVersionMajor?: number) {
    const { code, status, message, headers } = answerTo(refusal, httpVersionMajor);
    super(message);
    this.name = 'RefusedError';
    this.code = code;
    this.status = status;
    this.statusCode = status;
    this.headers = headers;
    Object.defineProperty(this, 'refusal', { value: refusal });
    Object.defineProperty(this, 'stack', { value: `${code}: ${message}` });
  }
}
