import type { IncomingHttpHeaders } from 'node:http';
import { ConfigurationError, type Outcome, type Refusal, type RefusalCode, type Refused, refusal } from '../errors/index.js';
import { type ClientIdentity, isClientIdentity } from '../identity/index.js';
import type { PeerRequest } from '../peer/index.js';
import {
  compileRequirement,
  fileRequirement,
  type MaybePromise,
  PolicyBook,
  type PolicyFileContent,
  type Requirement,
  type RequirementSettings,
  whenKnown,
} from '../policy/index.js';
import { type Logger, publishDecision, type Verifier } from '../verifier/index.js';
import { checkConnection, unlessGone } from './check-connection.js';
import { checkServer } from './check-server.js';
import type { Decision } from './decision.js';
import { logDecision, logReported, logTrace } from './log.js';
import { type GuardOptions, type ParsedGuardOptions, parseGuardOptions } from './options.js';
import { type PolicyFeed, policyFeed } from './policy-feed.js';
import { policyRunner } from './policy-runner.js';
import { type Judgement, PolicyJudge } from './run-policies.js';
import { guardUpgrades, type UpgradeListener, upgradeListener } from './upgrade.js';
import { closeWebSocket, isWebSocket } from './web-socket.js';

/** What a guard reads of a request: Node's own, of either HTTP version, and what frameworks derive from it. */
export interface GuardRequest extends PeerRequest {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly httpVersionMajor?: number;
  /** Of Node's own: whether the request goes to listeners for 'upgrade' or 'connect'. */
  readonly upgrade?: unknown;
}

/**
 * The gate, free of any framework: (request, requirement) -> decision. Adapters translate: options in, the decision out.
 *
 * It never throws and never leaves a request undecided: whatever goes wrong inside is a refusal with PEERCERT_INTERNAL.
 */
export class Guard {
  readonly verifier: Verifier;
  /** What holds where no route says otherwise. */
  readonly requirement: Requirement;
  readonly #options: ParsedGuardOptions;
  readonly #book: PolicyBook;
  readonly #policyFeed: PolicyFeed | undefined;
  readonly #judge: PolicyJudge;
  readonly #protected = new WeakSet<object>();

  /** Throws `ConfigurationError` for options that cannot be. `logger` is used where they name none. */
  constructor(options: GuardOptions = {}, logger?: Logger) {
    this.#options = parseGuardOptions(options, logger);
    const { verifier, policy, policies, policyFile, policyTimeoutSeconds } = this.#options;
    this.verifier = verifier;
    this.#policyFeed = policyFile === undefined ? undefined : policyFeed(policyFile, verifier.logger);
    this.#book = new PolicyBook(policies, this.#settings('policies'), this.#policyFeed?.content);
    this.#judge = new PolicyJudge(policyRunner(policyTimeoutSeconds));
    this.requirement = this.#default(policy);
    this.#policyFeed?.start((content) => this.#replacePolicies(content));
  }

  /** Compiles a route's policy, composed with the default; `option` names it in the `ConfigurationError` thrown for nonsense. */
  compile(policy: unknown, option: string): Requirement {
    return compileRequirement(policy, { ...this.#settings(option), ...this.#following(), default: this.requirement });
  }

  /**
   * Decides of a request. Synchronous, unless something has to be waited for. `asked` is what `authorize` of a policy is given: the framework's request, where
   * that is another object.
   */
  decide(
    request: GuardRequest,
    requirement: Requirement = this.requirement,
    logger: Logger = this.verifier.logger,
    asked: unknown = request,
  ): MaybePromise<Decision> {
    let question: Question = { request, demands: this.requirement.demands, logger, asked };
    try {
      if (requirement !== this.requirement) question = { ...question, demands: requirement.demands };
      if (question.demands.presence === 'none' || this.#isPermittedPreflight(request)) return this.#conclude(question, anonymous);
      const fault = checkConnection(request, this.verifier);
      if (fault !== undefined) return this.#conclude(question, fault);
      const judged = whenKnown(this.verifier.authenticate(request, question.demands.trustSets), (outcome) =>
        this.#decide(question, outcome),
      );
      if (!(judged instanceof Promise)) return this.#conclude(question, judged);
      return judged.catch(internal).then((decision) => this.#conclude(question, unlessGone(request, decision)));
    } catch (error) {
      return this.#conclude(question, internal(error));
    }
  }

  /** The decision on a request whose route has a policy that cannot be used. */
  misconfigured(request: GuardRequest, error: ConfigurationError, logger: Logger = this.verifier.logger): Decision {
    const decision: Decision = { ok: false, refusal: refusal('PEERCERT_POLICY_INVALID', { detail: error.message }, error) };
    return this.#conclude({ request, demands: this.requirement.demands, logger, asked: request }, decision);
  }

  /**
   * Guards a server as a whole, once: `serverTls` is attached, and an upgrade that passes no guard is destroyed. `vouch` tells of
   * listeners, besides those of `upgrade()`, that lead an upgrade through a guard. Called when a request shows the server, so it never
   * throws: a server that cannot bring certificates refuses its requests one by one.
   */
  protect(server: object, vouch?: (listener: UpgradeListener) => boolean): void {
    if (vouch === undefined && this.#protected.has(server)) return;
    this.#protected.add(server);
    guardUpgrades(server, this.verifier.logger, vouch);
    try {
      this.#options.tls?.attach(server);
    } catch (error) {
      this.verifier.logger.error(
        { err: error },
        `serverTls could not be attached: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
  }

  /** Guards a server before its first connection. Throws `ConfigurationError` for a TLS server that asks for no certificate; warns of one without TLS. */
  check(server: object, vouch?: (listener: UpgradeListener) => boolean): void {
    checkServer(server, this.verifier.logger);
    this.#options.tls?.attach(server);
    this.protect(server, vouch);
  }

  /** A listener for 'upgrade' or 'connect' that passes on what satisfies the policy, with the identity, and ends the rest. */
  upgrade(requirement: Requirement, listener: (...args: [...Parameters<UpgradeListener>, ClientIdentity | null]) => void): UpgradeListener {
    return upgradeListener((request) => this.decide(request as GuardRequest, requirement), listener);
  }

  /**
   * Ends the watching of the policy file, and closes the verifier, if the guard made it: one that was given, by itself or with `serverTls`, may serve others, and is
   * its giver's to close.
   */
  async close(): Promise<void> {
    this.#policyFeed?.close();
    if (this.#options.ownsVerifier) await this.verifier.close();
  }

  #conclude({ request, logger }: Question, { judgement, ...decision }: Judged): Decision {
    if (decision.ok) {
      publishDecision(request, decision.identity, undefined, judgement);
      // What lives on after the request is told when its certificate is accepted no more.
      if (decision.identity !== null && isWebSocket(request)) this.verifier.onEnd(request, () => closeWebSocket(request.socket));
      return decision;
    }
    const status = this.#options.statuses[decision.refusal.code];
    const refused: Refusal = status === undefined ? decision.refusal : Object.freeze({ ...decision.refusal, status });
    logDecision(logger, request, refused);
    publishDecision(request, null, refused, judgement);
    return { ok: false, refusal: refused };
  }

  #decide(question: Question, outcome: Outcome<ClientIdentity>): MaybePromise<Judged> {
    const { demands } = question;
    if (!outcome.ok) {
      const absent = outcome.refusal.code === 'PEERCERT_CERTIFICATE_MISSING';
      return absent && demands.presence === 'optional' ? anonymous : this.#ofAnotherTrustSet(question, outcome);
    }
    const identity: unknown = outcome.value;
    // Only what the verifier made is an identity, whatever else a value may look like.
    if (outcome.ok !== true || !isClientIdentity(identity)) return internal(new TypeError('the verifier returned no identity'));
    return whenKnown(this.#ask(question, identity), (judgement): MaybePromise<Judged> => {
      if (judgement.refusal === undefined) return { ok: true, identity, value: judgement.value, judgement };
      const first: Judged = { ok: false, refusal: judgement.refusal, judgement };
      const others = judgement.refusal.code === 'PEERCERT_POLICY_MISMATCH' ? this.#otherTrustSets(question, identity) : [];
      return others.length === 0 ? first : this.#inAnotherTrustSet(question, others, first);
    });
  }

  #ask({ request, demands, logger, asked }: Question, identity: ClientIdentity): MaybePromise<Judgement> {
    if (demands.policies.length === 0) return unconditional;
    return this.#judge.judge(identity, demands, asked, (judgement) => {
      logTrace(logger, request, judgement);
      for (const reported of judgement.reported) logReported(logger, request, reported);
    });
  }

  /** The sets in which the same certificate may find another path, on which the policies may say something else. */
  #otherTrustSets({ demands }: Question, { trustSet }: ClientIdentity): readonly string[] {
    if (!demands.policies.some(({ node }) => node.dependsOnPath)) return [];
    return (demands.trustSets ?? this.verifier.trustSets ?? []).filter((name) => name !== trustSet);
  }

  /** The search goes on until a path is found that the policies allow; if none is, what was said of the first counts. */
  #inAnotherTrustSet(question: Question, [name, ...others]: readonly string[], first: Judged): MaybePromise<Judged> {
    if (name === undefined) return first;
    return whenKnown(this.verifier.authenticate(question.request, [name]), (outcome) => {
      if (!outcome.ok || !isClientIdentity(outcome.value)) return this.#inAnotherTrustSet(question, others, first);
      const identity = outcome.value;
      return whenKnown(
        this.#ask(question, identity),
        (judgement): MaybePromise<Judged> =>
          judgement.refusal === undefined
            ? { ok: true, identity, value: judgement.value, judgement }
            : this.#inAnotherTrustSet(question, others, first),
      );
    });
  }

  /** A client that another trust set stands behind is not unknown: what it fails is the rule that names the set, and the log should say so. */
  #ofAnotherTrustSet(question: Question, outcome: Refused): MaybePromise<Judged> {
    const { demands, request } = question;
    if (demands.trustSets === undefined || !issuerFaults.has(outcome.refusal.code)) return outcome;
    return whenKnown(this.verifier.authenticate(request), (anywhere) => {
      if (!anywhere.ok) return outcome;
      return whenKnown(
        this.#ask(question, anywhere.value),
        (judgement): Judged => (judgement.refusal === undefined ? outcome : { ok: false, refusal: judgement.refusal, judgement }),
      );
    });
  }

  /** The Fetch standard's CORS-preflight request; neither header is ever empty there, and none of them upgrades. */
  #isPermittedPreflight({ method, headers }: GuardRequest): boolean {
    if (!this.#options.allowCorsPreflight || method !== 'OPTIONS' || headers.upgrade !== undefined) return false;
    return [headers.origin, headers['access-control-request-method']].every((value) => value !== undefined && value !== '');
  }

  #default(policy: ParsedGuardOptions['policy']): Requirement {
    const hasFileDefault = this.#policyFeed?.content.default !== undefined;
    if (policy !== undefined && hasFileDefault)
      throw new ConfigurationError('policy', 'is given, and the policy file has a default as well: leave one of them out');
    const settings = { ...this.#settings('policy'), book: this.#book };
    if (policy !== undefined) return compileRequirement(policy.given, { ...settings, ...this.#following() });
    return fileRequirement({ ...settings, option: hasFileDefault ? 'default policy of the policy file' : 'policy' });
  }

  #replacePolicies(content: PolicyFileContent): void {
    if (content.default !== undefined && this.#options.policy !== undefined)
      throw new ConfigurationError('default', 'is in the policy file, and the option policy is given as well: leave one of them out');
    this.#book.replace(content);
  }

  #settings(option: string): RequirementSettings {
    return { option, trustSets: this.verifier.trustSets ?? ['default'] };
  }

  /** Without a file nothing is ever replaced, and routes that come and go need not be kept. */
  #following(): Pick<RequirementSettings, 'book' | 'policies'> {
    return this.#policyFeed === undefined ? { policies: this.#book.policies } : { book: this.#book };
  }
}

/** A decision, and what the policies said for it, where they were asked. */
type Judged = Decision & { readonly judgement?: Judgement };

/** One request, and what is demanded of it. What is demanded is read once: a policy file may be replaced while something is waited for. */
interface Question {
  readonly request: GuardRequest;
  readonly demands: Requirement['demands'];
  readonly logger: Logger;
  /** What `authorize` is given. */
  readonly asked: unknown;
}

const unconditional: Judgement = Object.freeze({
  refusal: undefined,
  value: undefined,
  reported: Object.freeze([]),
  until: Number.POSITIVE_INFINITY,
  trace: () => [],
});

const anonymous: Decision = Object.freeze({ ok: true, identity: null });

const issuerFaults: ReadonlySet<RefusalCode> = new Set(['PEERCERT_ISSUER_UNKNOWN', 'PEERCERT_CHAIN_INCOMPLETE', 'PEERCERT_DEPTH_EXCEEDED']);

function internal(error: unknown): Decision {
  const detail = error instanceof Error ? `${error.name}: ${error.message}` : 'something that is no error was thrown';
  return { ok: false, refusal: refusal('PEERCERT_INTERNAL', { detail }, error) };
}
