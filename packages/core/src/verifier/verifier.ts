import { type Outcome, type Refusal, type RefusalCode, refused } from '../errors/index.js';
import type { ClientIdentity } from '../identity/index.js';
import { connectionKey, type Peer, type PeerRequest, readPeer, withoutRequest } from '../peer/index.js';
import { compileRequirement, type MaybePromise, Requirement, type RoutePolicy } from '../policy/index.js';
import type { Certificate, Name } from '../x509/index.js';
import { endings, tellOfEnd } from './endings.js';
import { publishEnd } from './events.js';
import { ExpiryWatch } from './expiry-watch.js';
import { explain, type PathNote } from './explain.js';
import type { ExplainOptions, Explanation } from './explanation.js';
import { derOfGiven, type GivenCertificates } from './given-certificates.js';
import { InheritedTrust } from './inherited-trust.js';
import { LiveConnections, type Recheck } from './live-connections.js';
import { defaultLogger, type Logger, safeLogger } from './logger.js';
import { Memory, searchedFor } from './memory.js';
import { parseVerifierOptions, revocationOptions, type VerifierOptions } from './options.js';
import type { DenyInput } from './revocation-sources/deny-input.js';
import { Revocation } from './revocation-sources/revocation.js';
import type { Claim } from './search.js';
import { SigningPaths } from './signing-paths.js';
import { run, type Steps } from './steps.js';
import type { Trust } from './trust.js';
import { TrustSources } from './trust-sources.js';
import { isAlive, refusalVerdict, type Verdict, Verdicts } from './verdict.js';
import { Verification } from './verification.js';

/** How often an evaluation is begun again because trust, or what is known of revocation, changed during it. */
const attempts = 3;

/**
 * Makes a verifier. Files are read now, so that a mistake in them throws here, as `ConfigurationError`; `verifier.ready` settles when
 * all that comes later has come.
 */
export function createVerifier(options: VerifierOptions = {}): Verifier {
  return new Verifier(options);
}

/** Decides of certificates whom they stand for. Shared by all the guards, servers and routes that trust alike. */
export class Verifier {
  /** Resolves when every source has been read once, or has failed; never rejects. */
  readonly ready: Promise<void>;
  readonly logger: Logger;
  readonly #clock: () => number;
  readonly #sources: TrustSources | undefined;
  readonly #inherited: InheritedTrust | undefined;
  readonly #revocation: Revocation;
  readonly #signingPaths = new SigningPaths();
  readonly #memory = new Memory();
  readonly #verification: Verification;
  readonly #connections = new WeakMap<object, Connection>();
  readonly #live: LiveConnections;
  readonly #recheckKept: Recheck = (key) => {
    const connection = this.#connections.get(key);
    return connection && run(this.#recheck(key, connection));
  };
  readonly #expiry: ExpiryWatch;
  readonly #observers = new Set<TrustObserver>();
  #closed = false;

  constructor(options: VerifierOptions) {
    const parsed = parseVerifierOptions(options);
    this.logger = safeLogger(parsed.logger ?? defaultLogger);
    this.#clock = parsed.clock ?? Date.now;
    const isTrustGiven = parsed.trust !== undefined || parsed.trustSets !== undefined;
    this.#sources = isTrustGiven ? new TrustSources(parsed, this.logger, () => this.#trustChanged()) : undefined;
    this.#inherited = isTrustGiven ? undefined : new InheritedTrust(parsed, this.logger);
    this.#live = new LiveConnections(
      () => this.#now(),
      parsed.closeAfterSeconds ?? 5,
      publishEnd,
      () => this.#inherited?.hasChanged() === true,
    );
    this.#revocation = new Revocation({
      ...revocationOptions(parsed),
      logger: this.logger,
      now: () => this.#now(),
      signers: (trustSet, name) => this.#signingPaths.ofName(trustSet, name, this.#memory.issuersIn(trustSet), this.#now()),
      pathTo: (trustSet, certificate, beside) => this.#signingPaths.to(trustSet, certificate, beside, this.#now()),
      authorities: (name) => this.#authorities(name),
      onChange: () => this.#changed(),
    });
    this.#verification = new Verification(this.#revocation, this.#memory, () => this.#now());
    this.#expiry = new ExpiryWatch(
      () => endings(this.trust, this.#revocation.crls),
      () => this.#nowOrNever(),
      (ending) => tellOfEnd(ending, this.logger),
    );
    this.ready = Promise.all([this.#revocation.start(), this.#sources?.start()])
      .catch((error: unknown) => this.logger.error({ err: error }, 'a source of trust or revocation could not be started'))
      .then(() => this.#expiry.check());
  }

  /** The names of the configured trust sets; undefined when trust is taken from the server. */
  get trustSets(): readonly string[] | undefined {
    return this.trust === undefined ? undefined : [...this.trust.sets.keys()];
  }

  /** The configured trust, as its files are now; undefined when it is taken from the server. */
  get trust(): Trust | undefined {
    return this.#sources?.current;
  }

  /** Calls `onTrust` after each change of the configured trust, and `onClose` when the verifier is closed. Returns what takes that back. */
  observe(observer: TrustObserver): () => void {
    this.#observers.add(observer);
    return () => void this.#observers.delete(observer);
  }

  /**
   * The verdict on the certificate of a request's connection. Read and verified at the first request; remembered on the connection, for
   * as long as it stays true. `trustSets` narrows the search to these; all are searched unless told. A promise only where a responder or a distribution point
   * has to be asked, or a long CRL verified. Returns whatever a peer can cause; throws what the clock throws, and for a clock that tells no time.
   */
  authenticate(request: PeerRequest, trustSets?: readonly string[]): MaybePromise<Outcome<ClientIdentity>> {
    if (this.#closed) return closed;
    const known = this.known(request, trustSets);
    if (known !== undefined) return known;
    const connection = this.#connectionOf(request);
    const name = searchedFor(trustSets);
    const pending = connection.pending?.get(name);
    if (pending !== undefined) return pending;
    const outcome = run(this.#evaluate({ request, connection, trustSets, name }));
    if (outcome instanceof Promise) {
      const underWay = connection.pending ?? new Map<string, Promise<Outcome<ClientIdentity>>>();
      connection.pending = underWay;
      const done = (): unknown => underWay.delete(name);
      underWay.set(name, outcome);
      outcome.then(done, done);
    }
    return outcome;
  }

  /**
   * What `authenticate` would say at once, since it was found at an earlier request of the connection and still holds; undefined where it would have to look. Throws as
   * that does.
   */
  known(request: PeerRequest, trustSets?: readonly string[]): Outcome<ClientIdentity> | undefined {
    if (this.#closed) return undefined;
    const key = connectionKey(request);
    const verdict = key === undefined ? undefined : this.#connections.get(key)?.verdicts.get(searchedFor(trustSets));
    if (verdict === undefined) return undefined;
    let { trust } = this;
    if (trust === undefined) {
      const inherited = this.#trustOf(request);
      trust = inherited.ok ? inherited.value : undefined;
    }
    return isAlive(verdict, trust, this.#revocation.generation, this.#now()) ? verdict.outcome : undefined;
  }

  /**
   * Verifies a certificate that came by another way than a request's connection: DER, end entity first; copied, since intermediates of an
   * accepted path are remembered. The verdict is not kept. Certificates are public: nothing here says that whoever sent one holds its key, so
   * the identity's `source` is `'given'`.
   */
  verify(certificates: readonly Uint8Array[], trustSets?: readonly string[]): MaybePromise<Outcome<ClientIdentity>> {
    return this.#verifyGiven(certificates, trustSets);
  }

  /**
   * Tells why a certificate is accepted or refused: PEM, DER or X509Certificate, end entity first, what is sent with it after it. It is verified just as `verify` does, and judged
   * as on a route with this policy (any verified certificate will do unless told); `describeExplanation` puts the answer into words. Functions of the policy are called; `authorize`
   * only where `options.request` is given.
   *
   * Rejects with `ConfigurationError` for what holds no certificate, and for a policy that is none.
   */
  async explain(
    certificates: GivenCertificates,
    policy: RoutePolicy | Requirement = 'required',
    options: ExplainOptions = {},
  ): Promise<Explanation> {
    const given = derOfGiven(certificates, 'certificates');
    const settings = { option: 'policy', trustSets: this.trustSets ?? ['default'] };
    const { demands } = policy instanceof Requirement ? policy : compileRequirement(policy, settings);
    const verify = (trustSets: readonly string[] | undefined, note: PathNote) => this.#verifyGiven(given, trustSets, note);
    return explain(given, demands, { trustSets: this.trustSets, crls: this.#revocation.crls, at: this.#nowOrNever(), verify }, options);
  }

  /**
   * Denies a certificate from now on, on connections that are open too: PEM, DER or X509Certificate; or `{ issuer, serialNumber }`, `{ spki256 }`,
   * `{ fingerprint256 }`. False if it was denied already. Throws `ConfigurationError` for what names no certificate.
   */
  deny(certificate: DenyInput): boolean {
    return this.#revocation.deny(certificate);
  }

  /** Takes back what `deny` did; false if there was nothing. What a file or a store denies stays denied. */
  undeny(certificate: DenyInput): boolean {
    return this.#revocation.undeny(certificate);
  }

  /**
   * Calls the listener once, when the certificate of the request's connection is accepted no more, while the connection is open: for what lives longer than a
   * request. The connection itself is closed a little later. Only for connections that have been accepted. Returns what takes that back.
   */
  onEnd(request: PeerRequest, listener: (refusal: Refusal) => void): () => void {
    const key = connectionKey(request);
    return key === undefined ? () => undefined : this.#live.listen(key, listener);
  }

  /**
   * Ends the verifier: from now on every request is refused with NOT_READY, those that wait for a verdict included, and nothing is watched or fetched any
   * more. Open connections are left alone.
   */
  async close(): Promise<void> {
    this.#closed = true;
    this.#sources?.close();
    this.#revocation.close();
    this.#live.close();
    this.#expiry.close();
    for (const { onClose } of this.#observers) onClose();
    this.#observers.clear();
  }

  /** Whoever was let in is looked at again, and so is what ends soon. */
  #changed(): void {
    this.#live.checkAll();
    this.#expiry.check();
  }

  #trustChanged(): void {
    if (this.#closed) return;
    this.#changed();
    // Lists of an authority that is new are verified before somebody has to wait for it.
    this.#revocation.prepareLists().catch((error: unknown) => this.logger.error({ err: error }, 'a CRL could not be verified ahead'));
    for (const { onTrust } of this.#observers) {
      try {
        onTrust();
      } catch (error) {
        this.logger.error({ err: error }, 'who was told that trust changed threw');
      }
    }
  }

  *#verifyClaim(claim: Claim, trustSets: readonly string[] | undefined, note?: PathNote): Steps<Outcome<ClientIdentity>> {
    for (let attempt = 0; attempt < attempts; attempt++) {
      const { trust } = this;
      if (trust === undefined) return refused('PEERCERT_TRUST_NOT_CONFIGURED', { detail: 'the verifier was given no trust' });
      const verdict = yield* this.#verification.verdictOn(claim, 'given', trust, trustSets, note);
      if (this.#closed) return closed;
      if (this.trust === verdict.trust && this.#revocation.generation === verdict.revocation) return verdict.outcome;
    }
    return notReady(changedTooOften);
  }

  /** What the evaluation depends on is captured before the first read, and compared before the verdict is kept; if it moved, once more. */
  *#evaluate(question: Question): Steps<Outcome<ClientIdentity>> {
    const { request, connection, name } = question;
    for (let attempt = 0; attempt < attempts; attempt++) {
      const verdict = yield* this.#decide(question);
      if (this.#closed) return closed;
      const now = this.#trustOf(request);
      if ((now.ok ? now.value : undefined) !== verdict.trust || this.#revocation.generation !== verdict.revocation) continue;
      connection.verdicts.set(name, verdict);
      this.#watch(question, verdict);
      return verdict.outcome;
    }
    return notReady(changedTooOften);
  }

  *#decide({ request, connection, trustSets, name }: Question): Steps<Verdict> {
    const trust = this.#trustOf(request);
    const grounds = { trust: trust.ok ? trust.value : undefined, revocation: this.#revocation.generation };
    const known = connection.verdicts.get(name);
    if (trust.ok && known !== undefined && connection.peer?.ok === true) {
      return yield* this.#verification.judgeOrSearch(connection.peer.value, known, trust.value, trustSets);
    }
    // A peer that could not be read is read again: the fault may have passed.
    if (connection.peer?.ok !== true) connection.peer = readPeer(request);
    const { peer } = connection;
    // No TLS, then nothing to judge by, then what the peer sent: the operator learns of the nearest fault first.
    const fault = !peer.ok && faultsOfTheConnection.has(peer.refusal.code) ? peer : !trust.ok ? trust : peer;
    if (!fault.ok) return { ...refusalVerdict(fault.refusal, grounds, this.#now()), accepted: known?.accepted };
    if (!peer.ok || !trust.ok) throw new TypeError('a fault of the peer or of trust was passed over');
    return yield* this.#verification.verdictOn(peer.value, 'tls', trust.value, trustSets);
  }

  #verifyGiven(certificates: readonly Uint8Array[], names?: readonly string[], note?: PathNote): MaybePromise<Outcome<ClientIdentity>> {
    if (this.#closed) return closed;
    const [endEntity, ...others] = certificates.map((der) => Uint8Array.from(der));
    if (endEntity === undefined) return refused('PEERCERT_CERTIFICATE_MISSING', { detail: 'no certificate was given' });
    return run(this.#verifyClaim({ endEntity, presentedChain: () => others, resumed: false }, names, note));
  }

  /** An accepted connection is looked at again when something changes, since it may be open for long without another request. */
  #watch({ request, connection }: Question, verdict: Verdict): void {
    const key = connectionKey(request);
    if (key === undefined || !verdict.outcome.ok) return;
    // Configured trust is asked of nobody.
    if (this.#inherited !== undefined) connection.asked = withoutRequest(request);
    this.#live.add(key, { validUntil: verdict.validUntil, recheck: this.#recheckKept });
  }

  /** Why the connection may not stay open: what was opened under a verdict that accepts no more must end, whatever others say; they may connect again. */
  *#recheck(key: object, connection: Connection): Steps<Refusal | undefined> {
    let validUntil = Number.POSITIVE_INFINITY;
    for (const [name, verdict] of connection.verdicts) {
      // A verdict that never accepted anything has opened nothing.
      if (verdict.accepted === undefined || connection.peer?.ok !== true) continue;
      const trust = this.#trustOf(connection.asked);
      if (!trust.ok) return trust.refusal;
      const isKnown = isAlive(verdict, trust.value, this.#revocation.generation, this.#now());
      const names = name === '' ? undefined : (JSON.parse(name) as readonly string[]);
      const again = isKnown ? verdict : yield* this.#verification.judgeOrSearch(connection.peer.value, verdict, trust.value, names);
      connection.verdicts.set(name, again);
      if (!again.outcome.ok) return again.outcome.refusal;
      validUntil = Math.min(validUntil, again.validUntil);
    }
    this.#live.add(key, { validUntil, recheck: this.#recheckKept });
    return undefined;
  }

  #trustOf(request: PeerRequest | undefined): Outcome<Trust> {
    if (this.trust !== undefined) return { ok: true, value: this.trust };
    return (
      (request && this.#inherited?.of(request)) ?? refused('PEERCERT_TRUST_NOT_CONFIGURED', { detail: 'the verifier was given no trust' })
    );
  }

  #connectionOf(request: PeerRequest): Connection {
    const key = connectionKey(request);
    const known = key === undefined ? undefined : this.#connections.get(key);
    if (known !== undefined) return known;
    const connection: Connection = { peer: undefined, verdicts: new Verdicts(), pending: undefined, asked: undefined };
    if (key !== undefined) this.#connections.set(key, connection);
    return connection;
  }

  /** A clock that tells no time must not decide anything. */
  #now(): number {
    const at = this.#clock();
    if (Number.isFinite(at)) return at;
    throw new TypeError(`the clock returned ${String(at)}`);
  }

  #nowOrNever(): number {
    try {
      return this.#clock();
    } catch {
      return Number.NaN;
    }
  }

  *#authorities(name: Name): Generator<Certificate, void, void> {
    for (const trustSet of this.trust?.sets.values() ?? []) {
      for (const { certificate } of trustSet.anchorsNamed(name)) yield certificate;
      yield* trustSet.pool.named(name);
    }
  }
}

/** Who wants to know when a verifier trusts otherwise. */
export interface TrustObserver {
  onTrust(): void;
  onClose(): void;
}

/** What is kept of a connection, on its socket or HTTP/2 session. */
interface Connection {
  peer: Outcome<Peer> | undefined;
  /** By the names of the trust sets searched. */
  readonly verdicts: Verdicts;
  /** Evaluations under way, which all requests that come meanwhile share; undefined until there is one, as there seldom is. */
  pending: Map<string, Promise<Outcome<ClientIdentity>>> | undefined;
  /** What leads to the connection's server; only where trust is taken from there, and something was accepted. */
  asked: PeerRequest | undefined;
}

interface Question {
  readonly request: PeerRequest;
  readonly connection: Connection;
  readonly trustSets: readonly string[] | undefined;
  /** The key of its verdict. */
  readonly name: string;
}

const faultsOfTheConnection: ReadonlySet<RefusalCode> = new Set(['PEERCERT_NOT_TLS', 'PEERCERT_CONNECTION_CLOSED']);

const changedTooOften = `trust or revocation changed ${attempts} times during the verification`;

const closed = notReady('the verifier is closed');

function notReady(detail: string): Outcome<never> {
  return refused('PEERCERT_NOT_READY', { detail });
}
