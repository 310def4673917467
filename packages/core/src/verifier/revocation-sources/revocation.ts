import type { Outcome } from '../../errors/index.js';
import type { TrustSet, ValidatedPath } from '../../path/index.js';
import {
  type Crl,
  CrlCollection,
  type CrlStatus,
  checkCrlSignature,
  type DenyEntry,
  DenyList,
  describeCrl,
  evaluateCrls,
  provenKeys,
} from '../../revocation/index.js';
import type { FetchOptions, FetchResult, SourceProblem } from '../../sources/index.js';
import type { Certificate, Name } from '../../x509/index.js';
import { publishRevocation, publishSource } from '../events.js';
import type { Logger } from '../logger.js';
import { type Steps, wait } from '../steps.js';
import { describeContent } from './crl-content.js';
import { type DenyInput, denyEntries } from './deny-input.js';
import { DistributionPoints } from './distribution-points.js';
import { combined, type Exceptions, judgeStatus, type RevocationFinding, refuse, type Status } from './matrix.js';
import { OcspClient } from './ocsp-client.js';
import type { RevocationOptions } from './options.js';
import { RevocationRules } from './revocation-rules.js';
import type { Unknown } from './status.js';

export interface RevocationSetup {
  /** What holds for every trust set. */
  readonly general: RevocationOptions | undefined;
  /** What holds for one besides, by its name. */
  readonly bySet: ReadonlyMap<string, RevocationOptions>;
  readonly logger: Logger;
  readonly now: () => number;
  /** Validated paths to certificates of that name, of any purpose, in that trust set: who may sign CRLs without being on the path in question. */
  readonly signers: (trustSet: TrustSet, name: Name) => Iterable<ValidatedPath>;
  /** A validated path to that certificate, of any purpose, with what stands on another path as intermediates. */
  readonly pathTo: (trustSet: TrustSet, certificate: Certificate, beside: ValidatedPath) => ValidatedPath | undefined;
  /** Configured authorities of that name. */
  readonly authorities: (name: Name) => Iterable<Certificate>;
  /** What is known changed: whoever was let in has to be looked at again. */
  readonly onChange: () => void;
  readonly fetchBytes?: ((url: string, options: FetchOptions) => Promise<FetchResult>) | undefined;
}

/** Everything that is known of revocation, whichever source it came from, and the decision on a path. */
export class Revocation {
  readonly #setup: RevocationSetup;
  readonly #general: RevocationRules | undefined;
  readonly #bySet = new Map<string, RevocationRules>();
  /** Denied in code, whatever the options say. */
  readonly #denied = new DenyList();
  readonly #remotes = new Map<RevocationRules, Remote>();
  readonly #snapshots = new Map<string, Snapshot>();
  /** Lists whose faults have been told of. */
  readonly #prepared = new WeakSet<Crl>();
  #generation: object = {};
  /** A deny store may tell while it is being subscribed to, when there is nobody yet who was let in. */
  #isMade = false;
  readonly #closing = new AbortController();

  /** Reads files now; throws `ConfigurationError` for what is wrong with them. */
  constructor(setup: RevocationSetup) {
    this.#setup = setup;
    this.#general = setup.general && this.#rules(setup.general, 'revocation');
    for (const [name, options] of setup.bySet) {
      this.#bySet.set(name, this.#rules(options, name === 'default' ? 'trust.revocation' : `trustSets.${name}.revocation`));
    }
    this.#isMade = true;
  }

  /** Another object whenever anything changed that could make a decision another one. */
  get generation(): object {
    return this.#generation;
  }

  /** All lists that are in force. */
  get crls(): readonly Crl[] {
    const remote = [...this.#remotes.values()].flatMap(({ points }) => points?.crls ?? []);
    return [...this.#allRules().flatMap(({ crls }) => crls), ...remote];
  }

  /** Whether a decision can depend on anything but the path. */
  get isConfigured(): boolean {
    return this.#general !== undefined || this.#bySet.size > 0 || this.#denied.size > 0;
  }

  /** Begins to watch and refresh. Resolves when every source has been read once, or has failed. */
  async start(): Promise<void> {
    await Promise.all(this.#allRules().map((rules) => rules.start()));
    await this.prepareLists();
  }

  /** Verifies what configured authorities have signed, where they are new. */
  prepareLists(): Promise<void> {
    return this.#prepareAll(this.#allRules().flatMap(({ crls }) => crls));
  }

  close(): void {
    this.#closing.abort();
    for (const rules of this.#allRules()) rules.close();
  }

  /** Denies a certificate at once; false if it was denied already. Throws `ConfigurationError` for what names none. */
  deny(certificate: DenyInput): boolean {
    const added = denyEntries(certificate, 'deny').filter((entry) => this.#denied.add(entry)).length > 0;
    if (added) this.#changed();
    return added;
  }

  /** Takes back what `deny` did; false if nothing was denied. What files and stores deny stays denied. */
  undeny(certificate: DenyInput): boolean {
    const removed = denyEntries(certificate, 'undeny').filter((entry) => this.#denied.delete(entry)).length > 0;
    if (removed) this.#changed();
    return removed;
  }

  /**
   * Whether a path may be used: refused with CERTIFICATE_REVOKED, REVOCATION_UNKNOWN, or found to be usable until a time. From the anchor down, for what a
   * revoked authority has signed says nothing. A trust anchor is removed, not revoked.
   */
  *judge(path: ValidatedPath, trustSet: TrustSet, at: number): Steps<Outcome<RevocationFinding>> {
    if (!this.isConfigured) return notConfigured;
    const rules = this.#rulesOf(trustSet.name);
    const snapshot = this.#snapshot(trustSet.name, rules, at);
    // Whoever denies an anchor means it, though nobody could revoke it.
    for (let index = path.certificates.length; index >= 0; index--) {
      const denied = this.#findDenied(path, index, snapshot);
      if (denied !== undefined)
        return {
          ok: false,
          refusal: refuse(path, index, 'PEERCERT_CERTIFICATE_REVOKED', `it is on a deny list, by ${nameOfKind[denied.kind]}`),
        };
    }
    if (rules.length === 0) return notConfigured;
    const exceptions = exceptionsOf(rules);
    let finding: RevocationFinding = {
      revocation: snapshot.wantsCoverage ? 'good' : 'denyListOnly',
      validUntil: Math.min(...rules.map(({ deniedUntil }) => deniedUntil)),
    };
    const unavailable = rules.map((each) => each.deniedUnavailable(at)).find((problem) => problem !== undefined);
    if (unavailable !== undefined) {
      const judged = judgeStatus(path, 0, { status: 'unknown', why: 'unavailable', detail: unavailable }, exceptions, at);
      if (!judged.ok) return judged;
      finding = combined(finding, judged.value);
    }
    if (!snapshot.wantsCoverage) return { ok: true, value: finding };
    for (let index = path.certificates.length - 1; index >= 0; index--) {
      if (path.certificates[index] === path.trustAnchor.certificate) continue;
      const status = yield* this.#statusOf(path, index, trustSet, rules);
      const judged = judgeStatus(path, index, status, exceptions, at);
      if (!judged.ok) return judged;
      finding = combined(finding, judged.value);
    }
    return { ok: true, value: finding };
  }

  /** CRLs that are held, then those that the certificate points to, then OCSP. Revoked is what any of them says; good, the first that says so. */
  *#statusOf(path: ValidatedPath, index: number, trustSet: TrustSet, rules: readonly RevocationRules[]): Steps<Status> {
    const certificate = path.certificates[index] as Certificate;
    const { points, ocsp } = this.#remoteOf(rules);
    let status: Status = yield* this.#crlStatus(path, index, trustSet, rules);
    if (status.status === 'good' && points !== undefined) {
      return { ...status, validUntil: Math.min(status.validUntil, points.refreshFor(certificate)) };
    }
    if (status.status !== 'unknown') return status;
    if (points !== undefined) {
      const problem = yield* points.fetchFor(certificate);
      const fetched: CrlStatus = yield* this.#crlStatus(path, index, trustSet, rules);
      if (fetched.status !== 'unknown') return fetched;
      status = problem === undefined || fetched.why !== 'noInformation' ? fetched : unavailable(problem);
    }
    if (ocsp !== undefined) {
      const answer = yield* ocsp.statusOf(
        path,
        index,
        (responder) => this.#checkResponder(responder, path, trustSet),
        (responder) => this.#isDenied(responder, path, this.#snapshot(trustSet.name, rules, this.#setup.now())),
      );
      if (answer.status !== 'unknown') return answer;
      if (status.why === 'noInformation') status = answer;
    }
    // That nobody else knows anything does not make up for a source that might.
    const problem = rules.map(({ crlUnavailable }) => crlUnavailable).find((each) => each !== undefined);
    return status.why === 'noInformation' && problem !== undefined ? unavailable(problem) : status;
  }

  *#crlStatus(path: ValidatedPath, index: number, trustSet: TrustSet, rules: readonly RevocationRules[]): Steps<CrlStatus> {
    const at = this.#setup.now();
    const snapshot = this.#snapshot(trustSet.name, rules, at);
    const isDenied = (signer: ValidatedPath): boolean =>
      signer.certificates.some((_, step) => this.#findDenied(signer, step, snapshot) !== undefined);
    const signers = (name: Name): readonly ValidatedPath[] =>
      [...this.#setup.signers(trustSet, name)].filter((signer) => !isDenied(signer));
    return yield* wait(evaluateCrls(path, index, { crls: snapshot.crls, at, signers, pause }));
  }

  /** A responder, delegated by an authority of the path or configured; for an ECDSA signature written in another way, whichever of them signed it. */
  #isDenied(responder: Certificate, path: ValidatedPath, { denied }: Snapshot): boolean {
    const issuers = [...path.certificates, path.trustAnchor.certificate, responder];
    return issuers.some((issuer) => (this.#denied.find(responder, issuer) ?? denied.find(responder, issuer)) !== undefined);
  }

  #findDenied(path: ValidatedPath, index: number, { denied }: Snapshot): DenyEntry | undefined {
    const certificate = path.certificates[index] ?? path.trustAnchor.certificate;
    const issuer = path.certificates[index + 1] ?? path.trustAnchor.certificate;
    return this.#denied.find(certificate, issuer) ?? denied.find(certificate, issuer);
  }

  #rules(options: RevocationOptions, option: string): RevocationRules {
    const { logger } = this.#setup;
    const rules = new RevocationRules(options, option, {
      pause,
      prepare: (crls) => this.#prepareAll(crls),
      onChange: (source, content) => {
        const detail = content === undefined ? 'deny list' : describeContent(content);
        logger.info({ source }, `revocation: ${source} is in force: ${detail}`);
        publishRevocation({ source, detail });
        this.#changed();
      },
      onProblem: (problem, kind) => this.#onProblem(problem, kind),
    });
    return rules;
  }

  #onProblem(problem: SourceProblem, kind: 'failed' | 'recovered' | 'stale'): void {
    const { logger } = this.#setup;
    const fields = { source: problem.subject, since: new Date(problem.since).toISOString() };
    if (kind === 'recovered') logger.info(fields, `revocation: ${problem.message}`);
    else if (kind === 'failed') logger.warn(fields, `revocation: ${problem.message}; what it held last stays in force`);
    else logger.error(fields, `revocation: ${problem.message}; it has failed for too long and counts for nothing from now on`);
    publishSource({ source: problem.subject, kind, detail: problem.message, since: problem.since });
    // What a stale source told does not count any more, and counts again when it is back.
    if (kind !== 'failed') this.#changed();
  }

  #remoteOf(rules: readonly RevocationRules[]): Remote {
    const points = rules.find(({ options }) => options.distributionPoints !== undefined);
    const ocsp = rules.find(({ options }) => options.ocsp !== undefined);
    return { points: points && this.#remote(points).points, ocsp: ocsp && this.#remote(ocsp).ocsp };
  }

  #remote(rules: RevocationRules): Remote {
    let remote = this.#remotes.get(rules);
    if (remote === undefined) {
      remote = { points: this.#points(rules), ocsp: this.#ocsp(rules) };
      this.#remotes.set(rules, remote);
    }
    return remote;
  }

  #points({ options }: RevocationRules): DistributionPoints | undefined {
    const { now, logger, fetchBytes } = this.#setup;
    if (options.distributionPoints === undefined) return undefined;
    return new DistributionPoints({
      rules: options.distributionPoints,
      largestCrlBytes: options.largestCrlBytes ?? 64 * 1024 * 1024,
      mostEntries: options.mostCrlEntries ?? 8_388_608,
      allowDenyingAuthorities: false,
      now,
      pause,
      fetchBytes,
      signal: this.#closing.signal,
      prepare: (crls) => this.#prepareAll(crls),
      onCrls: (url, crls) => {
        const detail = describeContent({ crls, denied: [] });
        logger.info({ source: url }, `revocation: ${url} is in force: ${detail}`);
        publishRevocation({ source: url, detail });
        this.#changed();
      },
      onFailure: (url, problem) => {
        logger.warn({ source: url }, `revocation: ${problem}`);
        publishSource({ source: url, kind: 'failed', detail: problem, since: now() });
      },
    });
  }

  #ocsp({ options, responderCertificates }: RevocationRules): OcspClient | undefined {
    const { now, logger, fetchBytes } = this.#setup;
    if (options.ocsp === undefined) return undefined;
    return new OcspClient({
      options: options.ocsp,
      responderCertificates,
      now,
      fetchBytes,
      signal: this.#closing.signal,
      onChange: () => this.#changed(),
      onFailure: (source, problem) => {
        logger.warn({ source }, `revocation: OCSP responder ${source}: ${problem}`);
        publishSource({ source, kind: 'failed', detail: problem, since: now() });
      },
    });
  }

  /** By CRLs alone: a responder must not vouch for itself or for another in a circle. */
  *#checkResponder(responder: Certificate, beside: ValidatedPath, trustSet: TrustSet): Steps<number | undefined> {
    const path = this.#setup.pathTo(trustSet, responder, beside);
    if (path === undefined) return undefined;
    const rules = this.#rulesOf(trustSet.name);
    if (this.#findDenied(path, 0, this.#snapshot(trustSet.name, rules, this.#setup.now())) !== undefined) return undefined;
    const status = yield* this.#crlStatus(path, 0, trustSet, rules);
    return status.status === 'good' ? status.validUntil : undefined;
  }

  #snapshot(name: string, rules: readonly RevocationRules[], at: number): Snapshot {
    let snapshot = this.#snapshots.get(name);
    if (snapshot?.generation !== this.#generation) {
      const remote = [...this.#remotes].filter(([each]) => rules.includes(each)).flatMap(([, { points }]) => points?.crls ?? []);
      const lists = [...rules.flatMap(({ crls }) => crls), ...remote];
      snapshot = {
        generation: this.#generation,
        crls: lists.reduce((collection, crl) => collection.with(crl, at), CrlCollection.empty),
        denied: new DenyList(rules.flatMap(({ denied }) => denied)),
        wantsCoverage: rules.some(({ wantsCoverage }) => wantsCoverage),
      };
      this.#snapshots.set(name, snapshot);
    }
    return snapshot;
  }

  /**
   * Verifies the signatures of lists with the keys of configured authorities, so that no request has to wait for it. Another may have signed,
   * whom clients bring along; a list that none of those known has signed is told of.
   */
  async #prepareAll(crls: readonly Crl[]): Promise<void> {
    await Promise.all(crls.map((crl) => this.#prepare(crl)));
  }

  async #prepare(crl: Crl): Promise<void> {
    const { list } = crl;
    const authorities = [...this.#setup.authorities(list.issuer)];
    for (const authority of authorities) await checkCrlSignature(list, authority, pause);
    if (this.#prepared.has(crl)) return;
    this.#prepared.add(crl);
    const warn = (what: string): void => this.#setup.logger.warn({}, `revocation: ${describeCrl(crl)}, ${what}`);
    if (authorities.length > 0 && provenKeys(list).size === 0) warn('has a signature that no configured authority of that name made');
    if (list.nextUpdate <= this.#setup.now()) warn(`has expired: its nextUpdate is ${new Date(list.nextUpdate).toISOString()}`);
  }

  #changed(): void {
    this.#generation = {};
    if (this.#isMade) this.#setup.onChange();
  }

  #rulesOf(trustSet: string): readonly RevocationRules[] {
    const own = this.#bySet.get(trustSet);
    return [own, this.#general].filter((rules) => rules !== undefined);
  }

  #allRules(): readonly RevocationRules[] {
    return [...this.#bySet.values(), ...(this.#general === undefined ? [] : [this.#general])];
  }
}

/** What is known at one time, for one trust set. */
interface Snapshot {
  readonly generation: object;
  readonly crls: CrlCollection;
  readonly denied: DenyList;
  readonly wantsCoverage: boolean;
}

interface Remote {
  readonly points: DistributionPoints | undefined;
  readonly ocsp: OcspClient | undefined;
}

const notConfigured: Outcome<RevocationFinding> = Object.freeze({
  ok: true,
  value: Object.freeze({ revocation: 'notConfigured', validUntil: Number.POSITIVE_INFINITY }),
});

const nameOfKind: Readonly<Record<DenyEntry['kind'], string>> = {
  issuerAndSerialNumber: 'issuer and serial number',
  tbsCertificate: 'its content',
  publicKey: 'its key',
  fingerprint: 'its fingerprint',
};

/** Others get their turn between slices of work. */
function pause(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function exceptionsOf(rules: readonly RevocationRules[]): Exceptions {
  const first = <K extends keyof Exceptions>(name: K): Exceptions[K] =>
    rules.map(({ options }) => options[name]).find((value) => value !== undefined);
  return {
    allowNoInformation: first('allowNoInformation'),
    allowUnavailable: first('allowUnavailable'),
    acceptExpiredForSeconds: first('acceptExpiredForSeconds'),
  };
}

function unavailable(detail: string): Unknown {
  return { status: 'unknown', why: 'unavailable', detail };
}
