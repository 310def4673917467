import type { IncomingHttpHeaders } from 'node:http';
import { ConfigurationError, type Outcome, type Refusal, refusal } from '../errors/index.js';
import { type ClientIdentity, isClientIdentity } from '../identity/index.js';
import type { PeerRequest } from '../peer/index.js';
import {
  compileRequirement,
  fileRequirement,
  type JudgeListener,
  type Judgement,
  type MaybePromise,
  PolicyBook,
  type PolicyFileContent,
  PolicyJudge,
  passing,
  type Requirement,
  type RequirementSettings,
} from '../policy/index.js';
import {
  anonymous,
  type ClientQuestion,
  type ExplainOptions,
  type Explanation,
  type GivenCertificates,
  internalRefusal,
  type JudgedClient,
  judgeClient,
  type Logger,
  policyRunner,
  publishDecision,
  type Verifier,
} from '../verifier/index.js';
import { checkConnection, unlessGone } from './check-connection.js';
import { checkServer } from './check-server.js';
import type { Decision } from './decision.js';
import { logDecision, logReported, logTrace } from './log.js';
import { forbidRenegotiation } from './no-renegotiation.js';
import { type GuardOptions, type ParsedGuardOptions, parseGuardOptions } from './options.js';
import { type PolicyFeed, policyFeed } from './policy-feed.js';
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
    const inquiry = { request, logger };
    try {
      const { demands } = requirement;
      if (demands.presence === 'none' || this.#isPermittedPreflight(request)) return this.#conclude(inquiry, anonymous);
      const fault = checkConnection(request, this.verifier);
      if (fault !== undefined) return this.#conclude(inquiry, fault);
      const known = this.#knownToPass(request, demands);
      if (known !== undefined) return this.#conclude(inquiry, known);
      const judged = judgeClient(new RequestQuestion(demands, request, logger, this.verifier, this.#judge, asked));
      if (!(judged instanceof Promise)) return this.#conclude(inquiry, judged);
      return judged.catch(internalRefusal).then((decision) => this.#conclude(inquiry, unlessGone(request, decision)));
    } catch (error) {
      return this.#conclude(inquiry, internalRefusal(error));
    }
  }

  /**
   * Explains the decision on a certificate that a request with this requirement would get: see `Verifier.explain`. Nothing is logged of it, and no decision published.
   */
  explain(
    certificates: GivenCertificates,
    requirement: Requirement = this.requirement,
    options: ExplainOptions = {},
  ): Promise<Explanation> {
    return this.verifier.explain(certificates, requirement, { policyTimeoutSeconds: this.#options.policyTimeoutSeconds, ...options });
  }

  /** The decision on a request whose route has a policy that cannot be used. */
  misconfigured(request: GuardRequest, error: ConfigurationError, logger: Logger = this.verifier.logger): Decision {
    const decision: Decision = { ok: false, refusal: refusal('PEERCERT_POLICY_INVALID', { detail: error.message }, error) };
    return this.#conclude({ request, logger }, decision);
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
    forbidRenegotiation(server);
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

  /** Most requests: what was found at an earlier one of the connection still holds, and lets it pass. Undefined for all others. */
  #knownToPass(request: GuardRequest, demands: Requirement['demands']): JudgedClient | undefined {
    const known = this.verifier.known(request, demands.trustSets);
    if (known?.ok !== true || !isClientIdentity(known.value)) return undefined;
    const judgement = this.#judge.remembered(known.value, demands);
    return judgement !== undefined && judgement.refusal === undefined
      ? { ok: true, identity: known.value, value: judgement.value, judgement }
      : undefined;
  }

  #conclude({ request, logger }: { request: GuardRequest; logger: Logger }, judged: JudgedClient): Decision {
    if (judged.ok) {
      const { identity } = judged;
      publishDecision(request, identity, undefined, judged.judgement);
      // What lives on after the request is told when its certificate is accepted no more.
      if (identity !== null && isWebSocket(request)) this.verifier.onEnd(request, () => closeWebSocket(request.socket));
      return { ok: true, identity, value: judged.value };
    }
    const status = this.#options.statuses[judged.refusal.code];
    const refused: Refusal = status === undefined ? judged.refusal : Object.freeze({ ...judged.refusal, status });
    logDecision(logger, request, refused);
    publishDecision(request, null, refused, judged.judgement);
    return { ok: false, refusal: refused };
  }

  /** The Fetch standard's CORS-preflight request; neither header is ever empty there, and none of them upgrades. */
  #isPermittedPreflight(request: GuardRequest): boolean {
    // Node.js makes an object of the headers when they are first asked for, which takes longer than all else that is decided of a request.
    if (!this.#options.allowCorsPreflight || request.method !== 'OPTIONS') return false;
    const { headers } = request;
    if (headers.upgrade !== undefined) return false;
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
    // What is cut off at its end may still be a policy file, and would let in everyone with a verified certificate.
    if (content.default === undefined && this.#book.fileDefault !== undefined)
      throw new ConfigurationError(
        'default',
        "is gone from the policy file: write 'default: required' if any verified certificate is to do",
      );
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

/** One request, and what is demanded of it. */
class RequestQuestion implements ClientQuestion, JudgeListener {
  readonly demands: Requirement['demands'];
  readonly request: GuardRequest;
  readonly logger: Logger;
  readonly #verifier: Verifier;
  readonly #judge: PolicyJudge;
  /** What `authorize` is given. */
  readonly #asked: unknown;

  constructor(
    demands: Requirement['demands'],
    request: GuardRequest,
    logger: Logger,
    verifier: Verifier,
    judge: PolicyJudge,
    asked: unknown,
  ) {
    this.demands = demands;
    this.request = request;
    this.logger = logger;
    this.#verifier = verifier;
    this.#judge = judge;
    this.#asked = asked;
  }

  get trustSets(): readonly string[] | undefined {
    return this.#verifier.trustSets;
  }

  authenticate(trustSets?: readonly string[]): MaybePromise<Outcome<ClientIdentity>> {
    return this.#verifier.authenticate(this.request, trustSets);
  }

  evaluated(judgement: Judgement): void {
    logTrace(this.logger, this.request, judgement);
  }

  reported(refused: Refusal): void {
    logReported(this.logger, this.request, refused);
  }

  ask(identity: ClientIdentity): MaybePromise<Judgement> {
    if (this.demands.policies.length === 0) return passing;
    return this.#judge.judge(identity, this.demands, this.#asked, this);
  }
}
