import { type Outcome, refusalCodes } from '../errors/index.js';
import type { ClientIdentity } from '../identity/index.js';
import type { TrustSet, ValidatedPath } from '../path/index.js';
import { type CompiledPolicy, type Demands, type Judgement, type MaybePromise, PolicyJudge, passing } from '../policy/index.js';
import type { Crl } from '../revocation/index.js';
import {
  deeplyFrozen,
  explainedPaths,
  explainedPolicies,
  explainedPresented,
  explainedRevocation,
  instant,
  listsIn,
  readPresented,
  type TriedPath,
} from './explained.js';
import type { ExplainOptions, Explanation } from './explanation.js';
import { anonymous, type ClientQuestion, internalRefusal, type JudgedClient, judgeClient } from './judge-client.js';
import { policyRunner } from './policy-runner.js';
import type { RevocationFinding } from './revocation-sources/matrix.js';

/** Told of each path that is valid, with what revocation says of it. */
export type PathNote = (path: ValidatedPath, trustSet: TrustSet, judged: Outcome<RevocationFinding>) => void;

/** What an explanation needs of the verifier: the very verification that clients get, and what it knew. */
export interface Explainable {
  readonly trustSets: readonly string[] | undefined;
  readonly crls: readonly Crl[];
  /** May be NaN. */
  readonly at: number;
  verify(trustSets: readonly string[] | undefined, note: PathNote): MaybePromise<Outcome<ClientIdentity>>;
}

/** Verifies and judges as a guard does, and tells everything that came up on the way. */
export async function explain(
  certificates: readonly Uint8Array[],
  demands: Demands,
  subject: Explainable,
  options: ExplainOptions = {},
): Promise<Explanation> {
  const inquiry = new Inquiry(demands, subject, options);
  const judged = demands.presence === 'none' ? anonymous : await inquiry.judge();
  const { tried, chosen } = inquiry;
  const presented = certificates.map(readPresented);
  const refusal = judged.ok ? undefined : judged.refusal;
  return deeplyFrozen({
    at: instant(subject.at),
    verdict: {
      ok: judged.ok,
      code: refusal?.code ?? null,
      text: refusal?.text ?? null,
      demand: demands.presence,
      dependsOnRequest: judged.ok && judged.identity !== null && inquiry.leavesAuthorizeOut,
    },
    presented: explainedPresented(presented, chosen === undefined ? tried : [chosen]),
    paths: explainedPaths(tried, chosen),
    revocation: explainedRevocation(chosen ?? tried.at(-1), listsIn(subject, tried, presented)),
    policies: explainedPolicies(demands, inquiry.demands, judged.judgement, inquiry.identity),
    findings: refusal?.trace ?? [],
    mend: refusal === undefined ? null : refusalCodes[refusal.code].mend,
  });
}

/** The certificate's question to verifier and policies, and what was noted while it was answered. */
class Inquiry implements ClientQuestion {
  readonly demands: Demands;
  /** Whom the policies were asked about, as the decision has it. */
  identity: ClientIdentity | undefined;
  /** Whether there are questions for which there is no request. */
  readonly leavesAuthorizeOut: boolean;
  readonly #subject: Explainable;
  readonly #judge: PolicyJudge;
  readonly #request: unknown;
  readonly #attempts: Attempt[] = [];
  readonly #judgements = new Map<Judgement, ClientIdentity>();

  constructor(demands: Demands, subject: Explainable, { request, policyTimeoutSeconds = 5 }: ExplainOptions) {
    this.leavesAuthorizeOut = request === undefined && demands.policies.some(({ authorize }) => authorize.length > 0);
    this.demands = this.leavesAuthorizeOut ? { ...demands, policies: demands.policies.map(withoutAuthorize) } : demands;
    this.#subject = subject;
    this.#request = request;
    // Of its own: nothing that was remembered for a connection is an explanation.
    this.#judge = new PolicyJudge(policyRunner(policyTimeoutSeconds));
  }

  get trustSets(): readonly string[] | undefined {
    return this.#subject.trustSets;
  }

  async judge(): Promise<JudgedClient> {
    let judged: JudgedClient;
    try {
      judged = await judgeClient(this);
    } catch (error) {
      judged = internalRefusal(error);
    }
    this.identity = judged.judgement && this.#judgements.get(judged.judgement);
    return judged;
  }

  async authenticate(trustSets?: readonly string[]): Promise<Outcome<ClientIdentity>> {
    const tried: TriedPath[] = [];
    const outcome = await this.#subject.verify(trustSets, (path, trustSet, judged) =>
      tried.push({ path, trustSet: trustSet.name, judged }),
    );
    this.#attempts.push({ tried, identity: outcome.ok ? outcome.value : undefined });
    return outcome;
  }

  async ask(identity: ClientIdentity): Promise<Judgement> {
    const judgement =
      this.demands.policies.length === 0 ? { ...passing } : await this.#judge.judge(identity, this.demands, this.#request, silently);
    this.#judgements.set(judgement, identity);
    return judgement;
  }

  get tried(): readonly TriedPath[] {
    return this.#attempts.flatMap((attempt) => attempt.tried);
  }

  /** The path that the policies were asked about; undefined where no certificate was accepted. */
  get chosen(): TriedPath | undefined {
    const attempt = this.identity && this.#attempts.find(({ identity }) => identity === this.identity);
    return attempt?.tried.findLast(({ judged }) => judged.ok);
  }
}

/** One verification, in some trust sets. */
interface Attempt {
  readonly tried: readonly TriedPath[];
  readonly identity: ClientIdentity | undefined;
}

/** Nobody has to be told what the explanation itself tells. */
const silently = { evaluated: () => undefined, reported: () => undefined };

function withoutAuthorize(policy: CompiledPolicy): CompiledPolicy {
  return policy.authorize.length === 0 ? policy : { ...policy, authorize: [] };
}
