import { type Outcome, type RefusalCode, type Refused, refusal } from '../errors/index.js';
import { type ClientIdentity, isClientIdentity } from '../identity/index.js';
import { type Demands, type Judgement, type MaybePromise, whenKnown } from '../policy/index.js';

/** One client, and what is demanded of it: a request's, or a certificate that is to be explained. */
export interface ClientQuestion {
  /** Read once: a policy file may be replaced while something is waited for. */
  readonly demands: Demands;
  /** The names of all trust sets; undefined where trust is taken from the server. */
  readonly trustSets: readonly string[] | undefined;
  /** Whose certificate it is, looked for in these trust sets; in all unless told. */
  authenticate(trustSets?: readonly string[]): MaybePromise<Outcome<ClientIdentity>>;
  /** What the policies say. */
  ask(identity: ClientIdentity): MaybePromise<Judgement>;
}

/** Whose certificate it is (null where none was sent and none needed), or why not; and what the policies said, where they were asked. */
export type JudgedClient = ({ readonly ok: true; readonly identity: ClientIdentity | null; readonly value?: unknown } | Refused) & {
  readonly judgement?: Judgement;
};

/** A certificate that is verified, and what the policies say of it. Whoever asks has to turn what throws here into a refusal: `internalRefusal`. */
export function judgeClient(question: ClientQuestion): MaybePromise<JudgedClient> {
  return whenKnown(question.authenticate(question.demands.trustSets), (outcome) => judgeOutcome(question, outcome));
}

function judgeOutcome(question: ClientQuestion, outcome: Outcome<ClientIdentity>): MaybePromise<JudgedClient> {
  if (!outcome.ok) {
    const absent = outcome.refusal.code === 'PEERCERT_CERTIFICATE_MISSING';
    return absent && question.demands.presence === 'optional' ? anonymous : ofAnotherTrustSet(question, outcome);
  }
  const identity: unknown = outcome.value;
  // Only what the verifier made is an identity, whatever else a value may look like.
  if (outcome.ok !== true || !isClientIdentity(identity)) return internalRefusal(new TypeError('the verifier returned no identity'));
  return whenKnown(question.ask(identity), (judgement): MaybePromise<JudgedClient> => {
    if (judgement.refusal === undefined) return { ok: true, identity, value: judgement.value, judgement };
    const first: JudgedClient = { ok: false, refusal: judgement.refusal, judgement };
    const others = judgement.refusal.code === 'PEERCERT_POLICY_MISMATCH' ? otherTrustSets(question, identity) : [];
    return others.length === 0 ? first : inAnotherTrustSet(question, others, first);
  });
}

/** The sets in which the same certificate may find another path, on which the policies may say something else. */
function otherTrustSets({ demands, trustSets }: ClientQuestion, identity: ClientIdentity): readonly string[] {
  if (!demands.policies.some(({ node, authorize }) => node.dependsOnPath || authorize.length > 0)) return [];
  return (demands.trustSets ?? trustSets ?? []).filter((name) => name !== identity.trustSet);
}

/** The search goes on until a path is found that the policies allow; if none is, what was said of the first counts. */
function inAnotherTrustSet(
  question: ClientQuestion,
  [name, ...others]: readonly string[],
  first: JudgedClient,
): MaybePromise<JudgedClient> {
  if (name === undefined) return first;
  return whenKnown(question.authenticate([name]), (outcome) => {
    if (!outcome.ok || !isClientIdentity(outcome.value)) return inAnotherTrustSet(question, others, first);
    const identity = outcome.value;
    return whenKnown(
      question.ask(identity),
      (judgement): MaybePromise<JudgedClient> =>
        judgement.refusal === undefined
          ? { ok: true, identity, value: judgement.value, judgement }
          : inAnotherTrustSet(question, others, first),
    );
  });
}

/** A client that another trust set stands behind is not unknown: what it fails is the rule that names the set, and the log should say so. */
function ofAnotherTrustSet(question: ClientQuestion, outcome: Refused): MaybePromise<JudgedClient> {
  if (question.demands.trustSets === undefined || !issuerFaults.has(outcome.refusal.code)) return outcome;
  return whenKnown(question.authenticate(), (anywhere) => {
    if (!anywhere.ok) return outcome;
    return whenKnown(
      question.ask(anywhere.value),
      (judgement): JudgedClient => (judgement.refusal === undefined ? outcome : { ok: false, refusal: judgement.refusal, judgement }),
    );
  });
}

/** What is decided where nothing is asked for, or nothing sent and nothing needed. */
export const anonymous: JudgedClient = Object.freeze({ ok: true, identity: null });

const issuerFaults: ReadonlySet<RefusalCode> = new Set(['PEERCERT_ISSUER_UNKNOWN', 'PEERCERT_CHAIN_INCOMPLETE', 'PEERCERT_DEPTH_EXCEEDED']);

/** What threw inside lets nobody in. */
export function internalRefusal(error: unknown): Refused {
  const detail = error instanceof Error ? `${error.name}: ${error.message}` : 'something that is no error was thrown';
  return { ok: false, refusal: refusal('PEERCERT_INTERNAL', { detail }, error) };
}
