import { isDeepStrictEqual } from 'node:util';
import type { Refusal } from '@peercert/core';
import type { Question } from './conformance-case.js';
import { type Certificate, path, type TrustAnchor, x509 } from './core.js';

/** What core answers to a question. */
export interface Verdict {
  readonly isAccepted: boolean;
  readonly refusal: Refusal | undefined;
  /** Certificates beside the end entity that could not be read, or trusted, and were passed over. */
  readonly passedOver: readonly Refusal[];
}

/** A verdict with what is demanded of every call, whatever its answer: that it is repeatable, without side effects, and quick. */
export interface Observation {
  readonly verdict: Verdict;
  /** Of two calls and, where `limit` was exceeded, of further ones: the shortest, since a busy machine only ever adds. */
  readonly milliseconds: number;
  readonly isRepeatable: boolean;
  readonly areInputsUntouched: boolean;
}

const mostAttempts = 20;

export function observe(question: Question, limit = Number.POSITIVE_INFINITY): Observation {
  const before = snapshot(question);
  const first = timed(question);
  const second = timed(question);
  let milliseconds = Math.min(first.milliseconds, second.milliseconds);
  for (let attempt = 2; attempt < mostAttempts && milliseconds > limit; attempt++) {
    milliseconds = Math.min(milliseconds, timed(question).milliseconds);
  }
  return {
    verdict: first.verdict,
    milliseconds,
    isRepeatable: isDeepStrictEqual(plain(first.verdict), plain(second.verdict)),
    areInputsUntouched: isDeepStrictEqual(before, snapshot(question)),
  };
}

/**
 * Whether a key that is trusted signed any of what the peer presents. Who holds no such certificate is a stranger, and may cost less
 * (5 ms) than who does (50 ms).
 */
export function holdsTrustedSignature({ anchors, intermediates, endEntity }: Question): boolean {
  const presented = [endEntity, ...intermediates].flatMap(readable);
  return anchors.flatMap(readable).some((anchor) => {
    const key = x509.preparePublicKey(anchor.subjectPublicKeyInfo);
    if (!key.ok) return false;
    return presented.some(
      ({ issuer, signatureAlgorithm, tbsCertificate, signature }) =>
        issuer.equals(anchor.subject) && x509.verifySignature(key.value, signatureAlgorithm, tbsCertificate, signature) === undefined,
    );
  });
}

/** The verifier reads so many certificates beside the end entity (see longestPresentedChain in core). */
const mostPresented = 16;

/**
 * The peer's part is timed: reading what it presents, and the search. Anchors are the operator's, prepared beforehand; so is what a case has
 * beyond the number that a peer may present, which the search goes through all the same.
 */
function timed(question: Question): { readonly verdict: Verdict; readonly milliseconds: number } {
  const passedOver: Refusal[] = [];
  const read = (der: Uint8Array) => orNote(x509.readCertificate(der), passedOver);
  const anchors = question.anchors.flatMap((der) => orNote(trusted(der), passedOver));
  const trustSet = new path.TrustSet('trust', anchors, [], question.rules);
  const configured = question.intermediates.slice(mostPresented).flatMap(read);
  const begun = performance.now();
  const presented = question.intermediates.slice(0, mostPresented).flatMap(read);
  const decided = decide(question, trustSet, [...presented, ...configured]);
  return { verdict: { ...decided, passedOver }, milliseconds: performance.now() - begun };
}

function decide(
  { endEntity, at }: Question,
  trustSet: InstanceType<typeof path.TrustSet>,
  intermediates: readonly Certificate[],
): Omit<Verdict, 'passedOver'> {
  const read = x509.readCertificate(endEntity);
  if (!read.ok) return { isAccepted: false, refusal: read.refusal };
  const budget = new path.Budget();
  const pools = [path.certificatePool(intermediates)];
  const signatures = new path.SignatureChecks(budget);
  const { done, value } = path.validatedPaths(read.value, { trustSet, pools, at, budget, signatures }).next();
  return done === true ? { isAccepted: false, refusal: value.refusal } : { isAccepted: true, refusal: undefined };
}

type Outcome<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly refusal: Refusal };

function trusted(der: Uint8Array): Outcome<TrustAnchor> {
  const certificate = x509.readCertificate(der);
  return certificate.ok ? path.trustAnchor(certificate.value) : certificate;
}

function orNote<T>(outcome: Outcome<T>, refusals: Refusal[]): readonly T[] {
  if (outcome.ok) return [outcome.value];
  refusals.push(outcome.refusal);
  return [];
}

/** The certificate, or nothing where it cannot be read. */
export function readable(der: Uint8Array): readonly Certificate[] {
  const read = x509.readCertificate(der);
  return read.ok && x509.checkExtensions(read.value) === undefined ? [read.value] : [];
}

function snapshot({ anchors, intermediates, endEntity, at, rules }: Question): unknown {
  return structuredClone({ anchors, intermediates, endEntity, at, rules: { ...rules } });
}

/** A refusal's cause is an Error with a stack, which says where and not what. */
function plain({ isAccepted, refusal, passedOver }: Verdict): unknown {
  const said = (each: Refusal | undefined) => each && { code: each.code, trace: each.trace };
  return { isAccepted, refusal: said(refusal), passedOver: passedOver.map(said) };
}
