import type { Refusal } from '@peercert/core';
import type { PathQuestion, Revocation } from './conformance-case.js';
import {
  type Name,
  path,
  type RevocationFinding,
  revocation,
  type Status,
  type Steps,
  type TrustAnchor,
  type ValidatedPath,
  verifier,
  x509,
} from './core.js';
import { pause, readable, readCrl } from './read.js';
import type { Decided, Outcome } from './verdict.js';

/** The verifier reads so many certificates beside the end entity (see longestPresentedChain in core). */
const mostPresented = 16;

/**
 * Searches and judges as the verifier does: another way up is tried where one is revoked. The peer's part is timed: reading what it presents,
 * the search, and what CRLs say. Anchors and CRLs are the operator's, read beforehand; so is what a case has beyond the number that a peer may
 * present. CRLs may be signed by anybody among the case's certificates, as if all of them were configured.
 */
export async function decidePath(question: PathQuestion): Promise<Decided> {
  const { endEntity, intermediates, at, rules } = question;
  const passedOver: Refusal[] = [];
  const anchors = question.anchors.flatMap((der) => orNote(trusted(der), passedOver));
  const read = (der: Uint8Array) => orNote(x509.readCertificate(der), passedOver);
  const presented = intermediates.slice(0, mostPresented).flatMap(read);
  const further = intermediates.slice(mostPresented).flatMap(read);
  const trustSet = new path.TrustSet('trust', anchors, [], rules);
  const configured = path.certificatePool(further);
  const everyone = path.certificatePool([...presented, ...further]);
  const signingPaths = new verifier.SigningPaths();
  const signers = (name: Name): Iterable<ValidatedPath> => signingPaths.ofName(trustSet, name, everyone, at);
  const judge = revocationJudge(question.revocation, at, signers);
  const presentedChain = (): readonly Uint8Array[] => intermediates.slice(0, mostPresented);

  const begun = performance.now();
  const claim = { endEntity, presentedChain, resumed: false };
  const found = await verifier.run(verifier.findPath(claim, { trustSets: [trustSet], remembered: () => configured, at, judge }));
  const milliseconds = performance.now() - begun;
  const verdict = { isAccepted: found.ok, refusal: found.ok ? undefined : found.refusal, passedOver };
  return { verdict, milliseconds };
}

type Judge = (candidate: ValidatedPath) => Steps<Outcome<RevocationFinding>>;

/** From the anchor down, the anchor left out: it is removed, not revoked. A list that cannot be read is a source that is not available. */
function revocationJudge(asked: Revocation | undefined, at: number, signers: (name: Name) => Iterable<ValidatedPath>): Judge {
  const finding: Outcome<RevocationFinding> = { ok: true, value: { revocation: 'good', validUntil: Number.POSITIVE_INFINITY } };
  const read = (asked?.crls ?? []).map(readCrl);
  const lists = read.flatMap((each) => (each.ok ? [each.value] : []));
  const crls = revocation.CrlCollection.of(lists, at);
  const unavailable = read.find((each) => !each.ok)?.refusal;
  return function* (candidate) {
    if (asked === undefined) return finding;
    for (let index = candidate.certificates.length - 1; index >= 0; index--) {
      if (candidate.certificates[index] === candidate.trustAnchor.certificate) continue;
      const known = yield* verifier.wait(revocation.evaluateCrls(candidate, index, { crls, at, signers, pause }));
      const judged = verifier.judgeStatus(candidate, index, withUnavailable(known, unavailable), asked.exceptions, at);
      if (!judged.ok) return judged;
    }
    return finding;
  };
}

function withUnavailable(status: Status, unavailable: Refusal | undefined): Status {
  if (unavailable === undefined || status.status !== 'unknown' || status.why !== 'noInformation') return status;
  return { status: 'unknown', why: 'unavailable', detail: unavailable.trace[0]?.detail ?? unavailable.text };
}

/**
 * Whether a key that is trusted signed any of what the peer presents. Who holds no such certificate is a stranger, and may cost less
 * (5 ms) than who does (50 ms).
 */
export function holdsTrustedSignature({ anchors, intermediates, endEntity }: PathQuestion): boolean {
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

function trusted(der: Uint8Array): Outcome<TrustAnchor> {
  const certificate = x509.readCertificate(der);
  return certificate.ok ? path.trustAnchor(certificate.value) : certificate;
}

function orNote<T>(outcome: Outcome<T>, refusals: Refusal[]): readonly T[] {
  if (outcome.ok) return [outcome.value];
  refusals.push(outcome.refusal);
  return [];
}
