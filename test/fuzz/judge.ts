import { describeRefusal, type Refusal } from '@peercert/core';
import type { Input } from './inputs.js';
import type { Reader } from './reader.js';

/** What core made of an input, and what is wrong with that by itself. */
export interface Verdict {
  readonly isAccepted: boolean;
  /** Whether the mutated certificate can be read, extensions included. */
  readonly isRead: boolean;
  /** Why it is refused: the mutated certificate's own fault where there is one. */
  readonly refusal: Refusal | undefined;
  readonly milliseconds: number;
  readonly problems: readonly Problem[];
}

export interface Problem {
  readonly kind: ProblemKind;
  readonly reason: string;
}

export type ProblemKind =
  | 'thrown'
  | 'internal'
  | 'slow'
  | 'changes its mind'
  | 'writes into its input'
  | 'unfit for a log'
  | 'inconsistent'
  | 'accepted alone'
  | 'refused without a written reason';

/** Nothing that a peer sends may take longer. */
const mostMilliseconds = 50;
/** A line of a log holds this much at most. */
const longestLine = 20_000;

/** Reads and verifies the input twice, the second time from other memory. */
export function judge(input: Input, reader: Reader): Verdict {
  const first = timed(input, reader);
  const copy = elsewhere(input);
  const again = timed(copy, reader);
  const problems = [...first.problems];
  const problem = (kind: ProblemKind, reason: string): void => void problems.push({ kind, reason });
  if (first.outcome !== again.outcome) problem('changes its mind', `${first.outcome}\nthen\n${again.outcome}`);
  if (!copy.isUntouched) problem('writes into its input', 'the octets are not the same after they were read');
  const { isAccepted, isRead, refusal } = first;
  if (isAccepted && !isRead) problem('inconsistent', 'the verifier accepts a certificate that cannot be read');
  for (const each of first.refusals) {
    if (each.code === 'PEERCERT_INTERNAL') problem('internal', `${describeRefusal(each)} ${String(each.cause)}`);
    checkLine(each, problem);
  }
  const milliseconds = least(Math.min(first.milliseconds, again.milliseconds), () => timed(input, reader));
  if (milliseconds > mostMilliseconds) problem('slow', `${milliseconds.toFixed(1)} ms, the shortest of several times`);
  return { isAccepted, isRead, refusal, milliseconds, problems };
}

/**
 * A collection of garbage does not come every time, and while a neighbour on the machine has the processor, none is used here: so the shortest
 * of several times counts, by the clock or by the processor. (That is the whole process's, its other threads included.)
 */
function least(milliseconds: number, act: () => { milliseconds: number }): number {
  for (let attempt = 0; attempt < 5 && milliseconds > worthAnotherLook; attempt++) {
    const before = process.cpuUsage();
    const byClock = act().milliseconds;
    const { user, system } = process.cpuUsage(before);
    milliseconds = Math.min(milliseconds, byClock, (user + system) / 1_000);
  }
  return milliseconds;
}

const worthAnotherLook = 10;

interface Timed {
  readonly isAccepted: boolean;
  readonly isRead: boolean;
  readonly refusal: Refusal | undefined;
  /** Of the mutated certificate by itself, and of the path. */
  readonly refusals: readonly Refusal[];
  /** All that came out of it, as text. */
  readonly outcome: string;
  readonly milliseconds: number;
  readonly problems: readonly Problem[];
}

function timed({ mutated, certificates, role }: Input, reader: Reader): Timed {
  const begun = performance.now();
  try {
    const read = reader.readCertificate(mutated);
    const fault = read.ok ? reader.checkExtensions(read.value) : read.refusal;
    const verified = reader.verify(certificates);
    // Everything that handlers and logs do with an outcome is part of it.
    const outcome = verified.ok ? JSON.stringify(verified.value) + String(verified.value) : describeRefusal(verified.refusal);
    const described = fault === undefined ? 'readable' : describeRefusal(fault);
    const milliseconds = performance.now() - begun;
    const own = role === 'intermediate' || !read.ok ? fault : undefined;
    const problems: Problem[] = [];
    if (role === 'CRL' && read.ok) problems.push({ kind: 'inconsistent', reason: 'what was made of a CRL is read as a certificate' });
    return {
      isAccepted: verified.ok,
      isRead: fault === undefined,
      refusal: verified.ok ? undefined : (own ?? verified.refusal),
      refusals: [...(fault === undefined ? [] : [fault]), ...(verified.ok ? [] : [verified.refusal])],
      outcome: `${described}\n${outcome}`,
      milliseconds,
      problems,
    };
  } catch (error) {
    const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return {
      isAccepted: false,
      isRead: false,
      refusal: undefined,
      refusals: [],
      outcome: `thrown: ${reason}`,
      milliseconds: performance.now() - begun,
      problems: [{ kind: 'thrown', reason }],
    };
  }
}

/** The same octets as a part of a larger buffer, as they come from a socket; and whether they are still the same later. */
function elsewhere(input: Input): Input & { isUntouched: boolean } {
  const copies = new Map([...new Set([input.mutated, ...input.certificates])].map((der) => [der, embedded(der)]));
  const copyOf = (der: Uint8Array): Uint8Array => copies.get(der) as Uint8Array;
  return {
    ...input,
    mutated: copyOf(input.mutated),
    certificates: input.certificates.map(copyOf),
    get isUntouched() {
      return [...copies].every(([der, copy]) => Buffer.compare(der, copy) === 0);
    },
  };
}

function embedded(der: Uint8Array): Uint8Array {
  const around = new Uint8Array(der.length + 6).fill(0x30);
  around.set(der, 3);
  return Buffer.from(around.buffer, 3, der.length);
}

/** A peer chooses what its names hold; a line of a log must stay one line, of a bearable length. */
function checkLine(refusal: Refusal, problem: (kind: ProblemKind, reason: string) => void): void {
  const line = describeRefusal(refusal);
  if (/[\p{Cc}\p{Zl}\p{Zp}]/u.test(line)) problem('unfit for a log', `a control character: ${JSON.stringify(line.slice(0, 1_000))}`);
  if (line.length > longestLine) problem('unfit for a log', `${line.length} characters: ${line.slice(0, 1_000)}`);
}
