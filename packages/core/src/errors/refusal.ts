import { type RefusalCode, refusalCodes } from './codes.js';

/** What one check found, for the operator's log; never for the client. */
export interface Evidence {
  /** One sentence that names what was found. */
  readonly detail: string;
  /** Which certificate of the path it is about: 0 is the end entity, larger numbers are nearer to the trust anchor. */
  readonly depth?: number;
  /** That certificate's subject, as RFC 4514 writes it. */
  readonly subject?: string;
  /** The rule of a policy that failed, as a path into the policy: `subject.OU`. */
  readonly rule?: string;
  /** What the rule wanted. */
  readonly expected?: string;
  /** What was there. */
  readonly found?: string;
}

/**
 * A refusal: returned, never thrown, for everything that a peer controls.
 *
 * `code`, `status` and `text` may be shown to the client. `trace` and `cause` are for the operator: `trace` begins with the
 * finding that decided, near misses follow.
 */
export interface Refusal {
  readonly code: RefusalCode;
  readonly status: number;
  readonly text: string;
  readonly trace: readonly Evidence[];
  readonly cause?: unknown;
}

/** Either a value, or why there is none. */
export type Outcome<T> = { readonly ok: true; readonly value: T } | Refused;

export interface Refused {
  readonly ok: false;
  readonly refusal: Refusal;
}

/** Makes the refusal for `code`, with what was found. */
export function refusal(code: RefusalCode, evidence: Evidence | readonly Evidence[], cause?: unknown): Refusal {
  const { status, text } = refusalCodes[code];
  const trace = Object.freeze(Array.isArray(evidence) ? [...evidence] : [evidence]) as readonly Evidence[];
  return Object.freeze(cause === undefined ? { code, status, text, trace } : { code, status, text, trace, cause });
}

/** The refused side of an `Outcome`. */
export function refused(code: RefusalCode, evidence: Evidence | readonly Evidence[], cause?: unknown): Refused {
  return { ok: false, refusal: refusal(code, evidence, cause) };
}

/** A refusal as one line for a log: code, what was found, where, and what to do. */
export function describeRefusal({ code, trace }: Refusal): string {
  const [first, ...others] = trace;
  const line = [`${code}: ${first === undefined ? refusalCodes[code].text : describeEvidence(first)}`];
  for (const other of others) line.push(`also: ${describeEvidence(other)}`);
  line.push(`mend: ${refusalCodes[code].mend}`);
  return line.join('; ');
}

function describeEvidence({ detail, depth, subject, rule, expected, found }: Evidence): string {
  const where = depth === undefined ? '' : ` (depth ${depth}${subject === undefined ? '' : `, ${subject || 'empty subject'}`})`;
  const what = rule === undefined ? '' : ` [${rule}: expected ${expected}, found ${found}]`;
  return detail + what + where;
}
