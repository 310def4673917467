import { type Outcome, type RefusalCode, refused } from '../errors/index.js';
import { type ClientIdentity, createIdentity, type IdentitySource } from '../identity/index.js';
import type { TrustSet, ValidatedPath } from '../path/index.js';
import { connectionKey, type Peer, type PeerRequest, readPeer } from '../peer/index.js';
import { InheritedTrust } from './inherited-trust.js';
import { defaultLogger, type Logger, safeLogger } from './logger.js';
import { parseVerifierOptions, type VerifierOptions } from './options.js';
import { RememberedIssuers } from './remembered-issuers.js';
import { type Claim, findPath } from './search.js';
import { configuredTrust, type Trust } from './trust.js';
import { acceptance, isAlive, refusalVerdict, type Verdict } from './verdict.js';

/** How often an evaluation is begun again because trust changed during it. */
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
  /** Resolves when every source has been read once. */
  readonly ready: Promise<void> = Promise.resolve();
  readonly logger: Logger;
  readonly #clock: () => number;
  readonly #configured: Trust | undefined;
  readonly #inherited: InheritedTrust | undefined;
  readonly #remembered = new WeakMap<TrustSet, RememberedIssuers>();
  readonly #connections = new WeakMap<object, Connection>();
  #closed = false;

  constructor(options: VerifierOptions) {
    const parsed = parseVerifierOptions(options);
    this.logger = safeLogger(parsed.logger ?? defaultLogger);
    this.#clock = parsed.clock ?? Date.now;
    this.#configured = configuredTrust(parsed);
    this.#inherited = this.#configured === undefined ? new InheritedTrust(parsed, this.logger) : undefined;
  }

  /** The names of the configured trust sets; undefined when trust is taken from the server. */
  get trustSets(): readonly string[] | undefined {
    return this.#configured === undefined ? undefined : [...this.#configured.sets.keys()];
  }

  /** The configured trust; undefined when it is taken from the server. */
  get trust(): Trust | undefined {
    return this.#configured;
  }

  /**
   * The verdict on the certificate of a request's connection. Read and verified at the first request; remembered on the connection, for
   * as long as it stays true. `trustSets` narrows the search to these; all are searched unless told. Returns whatever a peer can cause; throws
   * what the clock throws, and for a clock that tells no time.
   */
  authenticate(request: PeerRequest, trustSets?: readonly string[]): Outcome<ClientIdentity> {
    if (this.#closed) return notReady('the verifier is closed');
    const trust = this.#trustOf(request);
    const connection = this.#connectionOf(request);
    const key = trustSets === undefined ? '' : JSON.stringify(trustSets);
    const known = connection.verdicts.get(key);
    if (known !== undefined && isAlive(known, trust.ok ? trust.value : undefined, this.#now())) return known.outcome;
    return this.#evaluate(request, connection, trustSets, key);
  }

  /**
   * Verifies a certificate that came by another way than a request's connection: DER, end entity first; copied, since intermediates of an
   * accepted path are remembered. The verdict is not kept. Certificates are public: nothing here says that whoever sent one holds its key, so
   * the identity's `source` is `'given'`.
   */
  verify(certificates: readonly Uint8Array[], trustSets?: readonly string[]): Outcome<ClientIdentity> {
    if (this.#closed) return notReady('the verifier is closed');
    const [endEntity, ...others] = certificates.map((der) => Uint8Array.from(der));
    if (endEntity === undefined) return refused('PEERCERT_CERTIFICATE_MISSING', { detail: 'no certificate was given' });
    if (this.#configured === undefined) return refused('PEERCERT_TRUST_NOT_CONFIGURED', { detail: 'the verifier was given no trust' });
    const claim: Claim = { endEntity, presentedChain: () => others, resumed: false };
    return this.#verdictOn(claim, 'given', this.#configured, trustSets, this.#now()).outcome;
  }

  /** Ends the verifier: from now on every request is refused with NOT_READY. */
  async close(): Promise<void> {
    this.#closed = true;
  }

  /** The generation is captured before the first read and compared before the verdict is kept; if it moved, once more. */
  #evaluate(request: PeerRequest, connection: Connection, trustSets: readonly string[] | undefined, key: string): Outcome<ClientIdentity> {
    for (let attempt = 0; attempt < attempts; attempt++) {
      const trust = this.#trustOf(request);
      const verdict = this.#decide(request, connection, trust, trustSets);
      const now = this.#trustOf(request);
      if ((now.ok ? now.value : undefined) !== verdict.trust) continue;
      connection.verdicts.set(key, verdict);
      return verdict.outcome;
    }
    return notReady(`trust changed ${attempts} times during the verification`);
  }

  #decide(request: PeerRequest, connection: Connection, trust: Outcome<Trust>, trustSets: readonly string[] | undefined): Verdict {
    const at = this.#now();
    // A peer that could not be read is read again: the fault may have passed.
    if (connection.peer?.ok !== true) connection.peer = readPeer(request);
    const { peer } = connection;
    // No TLS, then nothing to judge by, then what the peer sent: the operator learns of the nearest fault first.
    const fault = !peer.ok && faultsOfTheConnection.has(peer.refusal.code) ? peer : !trust.ok ? trust : peer;
    if (!fault.ok) return refusalVerdict(fault.refusal, trust.ok ? trust.value : undefined, at);
    if (!peer.ok || !trust.ok) throw new TypeError('a fault of the peer or of trust was passed over');
    return this.#verdictOn(peer.value, 'tls', trust.value, trustSets, at);
  }

  #verdictOn(claim: Claim, source: IdentitySource, trust: Trust, names: readonly string[] | undefined, at: number): Verdict {
    const trustSets = [...trust.sets.values()].filter(({ name }) => names?.includes(name) ?? true);
    const path = findPath(claim, { trustSets, remembered: (trustSet) => this.#rememberedIn(trustSet), at });
    if (!path.ok) return refusalVerdict(path.refusal, trust, at);
    this.#remember(path.value, trust);
    return acceptance(createIdentity(path.value, { resumed: claim.resumed, source }), path.value, trust);
  }

  #trustOf(request: PeerRequest): Outcome<Trust> {
    if (this.#configured !== undefined) return { ok: true, value: this.#configured };
    return this.#inherited?.of(request) ?? refused('PEERCERT_TRUST_NOT_CONFIGURED', { detail: 'the verifier was given no trust' });
  }

  #connectionOf(request: PeerRequest): Connection {
    const key = connectionKey(request);
    const known = key === undefined ? undefined : this.#connections.get(key);
    if (known !== undefined) return known;
    const connection: Connection = { peer: undefined, verdicts: new Map() };
    if (key !== undefined) this.#connections.set(key, connection);
    return connection;
  }

  /** A clock that tells no time must not decide anything. */
  #now(): number {
    const at = this.#clock();
    if (Number.isFinite(at)) return at;
    throw new TypeError(`the clock returned ${String(at)}`);
  }

  #rememberedIn(trustSet: TrustSet): RememberedIssuers {
    let remembered = this.#remembered.get(trustSet);
    if (remembered === undefined) {
      remembered = new RememberedIssuers();
      this.#remembered.set(trustSet, remembered);
    }
    return remembered;
  }

  #remember(path: ValidatedPath, trust: Trust): void {
    const trustSet = trust.sets.get(path.trustSet);
    if (trustSet !== undefined) this.#rememberedIn(trustSet).remember(path);
  }
}

/** What is kept of a connection, on its socket or HTTP/2 session. */
interface Connection {
  peer: Outcome<Peer> | undefined;
  /** By the names of the trust sets searched. */
  readonly verdicts: Map<string, Verdict>;
}

const faultsOfTheConnection: ReadonlySet<RefusalCode> = new Set(['PEERCERT_NOT_TLS', 'PEERCERT_CONNECTION_CLOSED']);

function notReady(detail: string): Outcome<never> {
  return refused('PEERCERT_NOT_READY', { detail });
}
