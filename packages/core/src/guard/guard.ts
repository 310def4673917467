import type { IncomingHttpHeaders } from 'node:http';
import {
  type ConfigurationError,
  describeRefusal,
  type Outcome,
  type Refusal,
  type RefusalCode,
  type Refused,
  refusal,
} from '../errors/index.js';
import { type ClientIdentity, isClientIdentity } from '../identity/index.js';
import type { PeerRequest } from '../peer/index.js';
import { compileRequirement, evaluateRequirement, type Requirement } from '../policy/index.js';
import { type Logger, publishDecision, safeLogger, type Verifier } from '../verifier/index.js';
import { checkServer } from './check-server.js';
import type { Decision, MaybePromise } from './decision.js';
import { type GuardOptions, type ParsedGuardOptions, parseGuardOptions } from './options.js';
import { requestLine } from './request-line.js';
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
  readonly #protected = new WeakSet<object>();

  /** Throws `ConfigurationError` for options that cannot be. `logger` is used where they name none. */
  constructor(options: GuardOptions = {}, logger?: Logger) {
    this.#options = parseGuardOptions(options, logger);
    this.verifier = this.#options.verifier;
    this.requirement = compileRequirement(this.#options.policy, this.#settings('policy'));
  }

  /** Compiles a route's policy, composed with the default; `option` names it in the `ConfigurationError` thrown for nonsense. */
  compile(policy: unknown, option: string): Requirement {
    return compileRequirement(policy, { ...this.#settings(option), default: this.requirement });
  }

  /** Decides of a request. Synchronous, unless something has to be waited for. */
  decide(
    request: GuardRequest,
    requirement: Requirement = this.requirement,
    logger: Logger = this.verifier.logger,
  ): MaybePromise<Decision> {
    try {
      if (requirement.presence === 'none' || this.#isPermittedPreflight(request)) return this.#conclude(request, anonymous, logger);
      const outcome: MaybePromise<Outcome<ClientIdentity>> = this.verifier.authenticate(request, requirement.trustSets);
      const judged =
        outcome instanceof Promise
          ? outcome.then((found) => this.#judge(found, requirement, request))
          : this.#judge(outcome, requirement, request);
      if (!(judged instanceof Promise)) return this.#conclude(request, judged, logger);
      return judged.catch(internal).then((decision) => this.#conclude(request, decision, logger));
    } catch (error) {
      return this.#conclude(request, internal(error), logger);
    }
  }

  /** The decision on a request whose route has a policy that cannot be used. */
  misconfigured(request: GuardRequest, error: ConfigurationError, logger: Logger = this.verifier.logger): Decision {
    return this.#conclude(request, { ok: false, refusal: refusal('PEERCERT_POLICY_INVALID', { detail: error.message }, error) }, logger);
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

  #conclude(request: GuardRequest, decision: Decision, logger: Logger): Decision {
    if (decision.ok) {
      publishDecision(request, decision.identity);
      // What lives on after the request is told when its certificate is accepted no more.
      if (decision.identity !== null && isWebSocket(request)) this.verifier.onEnd(request, () => closeWebSocket(request.socket));
      return decision;
    }
    const status = this.#options.statuses[decision.refusal.code];
    const refused: Refusal = status === undefined ? decision.refusal : Object.freeze({ ...decision.refusal, status });
    log(logger, request, refused);
    publishDecision(request, null, refused);
    return { ok: false, refusal: refused };
  }

  #judge(outcome: Outcome<ClientIdentity>, requirement: Requirement, request: GuardRequest): MaybePromise<Decision> {
    if (!outcome.ok) {
      const absent = outcome.refusal.code === 'PEERCERT_CERTIFICATE_MISSING';
      return absent && requirement.presence === 'optional' ? anonymous : this.#ofAnotherTrustSet(outcome, requirement, request);
    }
    // Only what the verifier made is an identity, whatever else a value may look like.
    if (outcome.ok !== true || !isClientIdentity(outcome.value)) return internal(new TypeError('the verifier returned no identity'));
    const mismatch = evaluateRequirement(requirement, outcome.value);
    return mismatch === undefined ? { ok: true, identity: outcome.value } : { ok: false, refusal: mismatch };
  }

  /** A client that another trust set stands behind is not unknown: what it fails is the rule that names the set, and the log should say so. */
  #ofAnotherTrustSet(outcome: Refused, requirement: Requirement, request: GuardRequest): MaybePromise<Refused> {
    if (requirement.trustSets === undefined || !issuerFaults.has(outcome.refusal.code)) return outcome;
    const explained = (anywhere: Outcome<ClientIdentity>): Refused => {
      const mismatch = anywhere.ok ? evaluateRequirement(requirement, anywhere.value) : undefined;
      return mismatch === undefined ? outcome : { ok: false, refusal: mismatch };
    };
    const anywhere = this.verifier.authenticate(request);
    return anywhere instanceof Promise ? anywhere.then(explained) : explained(anywhere);
  }

  /** The Fetch standard's CORS-preflight request; neither header is ever empty there, and none of them upgrades. */
  #isPermittedPreflight({ method, headers }: GuardRequest): boolean {
    if (!this.#options.allowCorsPreflight || method !== 'OPTIONS' || headers.upgrade !== undefined) return false;
    return [headers.origin, headers['access-control-request-method']].every((value) => value !== undefined && value !== '');
  }

  #settings(option: string): { option: string; trustSets: readonly string[] } {
    return { option, trustSets: this.verifier.trustSets ?? ['default'] };
  }
}

const anonymous: Decision = Object.freeze({ ok: true, identity: null });

const issuerFaults: ReadonlySet<RefusalCode> = new Set(['PEERCERT_ISSUER_UNKNOWN', 'PEERCERT_CHAIN_INCOMPLETE', 'PEERCERT_DEPTH_EXCEEDED']);

function internal(error: unknown): Decision {
  const detail = error instanceof Error ? `${error.name}: ${error.message}` : 'something that is no error was thrown';
  return { ok: false, refusal: refusal('PEERCERT_INTERNAL', { detail }, error) };
}

/** The peer's faults are for whoever looks; the operator's own must be seen. */
function log(logger: Logger, request: GuardRequest, refused: Refusal): void {
  const { code, status, trace, cause } = refused;
  const fields = { code, status, trace, ...(cause === undefined ? {} : { err: cause }) };
  safeLogger(logger)[status >= 500 ? 'error' : 'info'](fields, `${requestLine(request)}: ${describeRefusal(refused)}`);
}
