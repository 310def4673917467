import type { Refusal, RefusalCode } from '../errors/index.js';

/** How a refusal is told to the client: this and nothing else. */
export interface Answer {
  readonly status: number;
  readonly code: RefusalCode;
  readonly message: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** After these the client may come back with another certificate, which takes a new connection: browsers ask their user again. */
const closing: ReadonlySet<RefusalCode> = new Set(['PEERCERT_CERTIFICATE_MISSING', 'PEERCERT_ISSUER_UNKNOWN']);

/** Seconds after which to try again, when that may help: as long as a refusal is remembered. */
const retryAfter = '5';

/** `httpVersionMajor` tells whether there is a `Connection` header: HTTP/2 has none (RFC 9113, section 8.2.2). */
export function answerTo({ status, code, text }: Refusal, httpVersionMajor = 1): Answer {
  const headers: Record<string, string> = {};
  if (closing.has(code) && httpVersionMajor < 2) headers.connection = 'close';
  if (status === 503) headers['retry-after'] = retryAfter;
  return { status, code, message: text, headers };
}
