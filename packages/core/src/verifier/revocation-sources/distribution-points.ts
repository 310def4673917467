import { type Crl, provenKeys } from '../../revocation/index.js';
import { type FetchOptions, type FetchResult, fetchBytes, type Read } from '../../sources/index.js';
import type { Certificate, DistributionPoint } from '../../x509/index.js';
import { run, type Steps, wait } from '../steps.js';
import { type CrlLimits, mostRemoteLists, readCrlContent, withoutRollback } from './crl-content.js';
import type { RemoteRules } from './options.js';

export interface DistributionPointSettings extends CrlLimits {
  readonly rules: RemoteRules;
  readonly largestCrlBytes: number;
  readonly now: () => number;
  readonly pause: () => Promise<void>;
  /** Verifies what can be verified before lists are in force. */
  readonly prepare: (crls: readonly Crl[]) => Promise<void>;
  /** A list came from there. */
  readonly onCrls: (url: string, crls: readonly Crl[]) => void;
  readonly onFailure: (url: string, problem: string) => void;
  /** Calls off every request under way; what comes of them is told to nobody, and not put in force. */
  readonly signal?: AbortSignal | undefined;
  readonly fetchBytes?: ((url: string, options: FetchOptions) => Promise<FetchResult>) | undefined;
}

/** Addresses that are remembered; authorities have a few each. */
const mostUrls = 1_000;
/** Requests under way at a time. */
const mostPending = 8;
/** What is held of one host, in lists of the largest size. */
const mostHostLists = 2;
/** Of one certificate. */
const mostPoints = 8;
/** After a failure nobody is kept waiting for the same address for this long. */
const retryMilliseconds = 30_000;
/** No list is fetched again sooner, whatever its dates say. */
const shortestIntervalMilliseconds = 60_000;
/** When this part of a list's life is over it is fetched again, in the background. */
const refreshAfter = 0.75;

/** CRLs from where certificates of validated paths say that they are (RFC 5280, sections 4.2.1.13 and 4.2.1.15). */
export class DistributionPoints {
  readonly #settings: DistributionPointSettings;
  readonly #byUrl = new Map<string, Entry>();

  constructor(settings: DistributionPointSettings) {
    this.#settings = settings;
  }

  get crls(): readonly Crl[] {
    return [...this.#byUrl.values()].flatMap(({ crls }) => crls);
  }

  /**
   * Fetches what the certificate points to, unless it is there and fresh. Gives why that failed; undefined where something is there, or where the
   * certificate points to nothing that may be fetched.
   */
  *fetchFor(certificate: Certificate): Steps<string | undefined> {
    const fetches = urlsOf(certificate).map((url) => this.#fetch(url));
    let problem: string | undefined;
    for (const fetched of fetches) problem = (yield* wait(fetched)) ?? problem;
    return problem;
  }

  /**
   * Sees to it that lists which are there are fetched again before they end, without keeping anybody waiting. Gives when it is to be asked again, in
   * milliseconds since the epoch; infinity where nothing is there.
   */
  refreshFor(certificate: Certificate): number {
    let dueAt = Number.POSITIVE_INFINITY;
    for (const url of urlsOf(certificate)) {
      const lists = this.#byUrl.get(url)?.crls ?? [];
      if (lists.length === 0) continue;
      void this.#fetch(url);
      dueAt = Math.min(dueAt, ...lists.map(ageingAt));
    }
    return Math.max(dueAt, this.#settings.now() + shortestIntervalMilliseconds);
  }

  #fetch(url: string): string | undefined | Promise<string | undefined> {
    const now = this.#settings.now();
    const entry = this.#byUrl.get(url) ?? { crls: [], askedAt: Number.NEGATIVE_INFINITY, problem: undefined, pending: undefined };
    this.#byUrl.delete(url);
    this.#byUrl.set(url, entry);
    for (const key of this.#byUrl.keys()) {
      if (this.#byUrl.size <= mostUrls) break;
      this.#byUrl.delete(key);
    }
    const age = Math.abs(now - entry.askedAt);
    // A list that nobody is known to have signed is no reason not to ask: what came may be forged, however far off its end.
    const isCurrent = entry.crls.some(({ list }) => now < list.nextUpdate && provenKeys(list).size > 0);
    if (isCurrent && !(age > shortestIntervalMilliseconds && entry.crls.some((crl) => now >= ageingAt(crl)))) return undefined;
    if (entry.pending === undefined && age < (entry.problem === undefined ? shortestIntervalMilliseconds : retryMilliseconds))
      return entry.problem;
    if (entry.pending === undefined && this.#isBusy(url))
      return isCurrent ? undefined : 'too many CRLs are being fetched, or held of one host';
    entry.pending ??= this.#ask(url, entry)
      .catch((error: unknown) => {
        entry.problem = `${new URL(url).host}: ${error instanceof Error ? error.message : String(error)}`;
        return entry.problem;
      })
      .finally(() => {
        entry.pending = undefined;
      });
    // What is still good is no reason to let anybody wait.
    return isCurrent ? undefined : entry.pending;
  }

  /** Certificates of one authority may name any number of addresses on its host, and each may have the largest list. */
  #isBusy(url: string): boolean {
    const entries = [...this.#byUrl];
    if (entries.filter(([, { pending }]) => pending !== undefined).length >= mostPending) return true;
    const { host } = new URL(url);
    const others = entries.filter(([other]) => other !== url && new URL(other).host === host);
    const held = others.flatMap(([, { crls }]) => crls).reduce((sum, { list }) => sum + list.der.length, 0);
    return held > mostHostLists * this.#settings.largestCrlBytes;
  }

  async #ask(url: string, entry: Entry): Promise<string | undefined> {
    const { prepare, now, onCrls, onFailure, signal } = this.#settings;
    entry.askedAt = now();
    const read = await this.#read(url);
    if (signal?.aborted === true) return 'was called off';
    entry.problem = read.ok ? undefined : `${new URL(url).host}: ${read.problem}`;
    if (read.ok) {
      await prepare(read.value);
      entry.crls = withoutRollback(entry.crls, read.value, 'network');
      onCrls(url, entry.crls);
    } else onFailure(url, entry.problem as string);
    return entry.problem;
  }

  async #read(url: string): Promise<Read<readonly Crl[]>> {
    const { rules, largestCrlBytes, pause, signal, fetchBytes: fetch = fetchBytes } = this.#settings;
    const { timeoutSeconds = 5, ...hosts } = rules;
    const answer = await fetch(url, {
      ...hosts,
      largestBytes: largestCrlBytes,
      timeoutMilliseconds: timeoutSeconds * 1_000,
      inBackground: true,
      signal,
    });
    if (!answer.ok) return { ok: false, problem: answer.detail };
    const read = await run(readCrlContent(answer.bytes, { ...this.#settings, mostLists: mostRemoteLists }, pause));
    if (!read.ok) return read;
    return read.value.crls.length === 0 ? { ok: false, problem: 'holds no CRL' } : { ok: true, value: read.value.crls };
  }
}

interface Entry {
  crls: readonly Crl[];
  askedAt: number;
  problem: string | undefined;
  pending: Promise<string | undefined> | undefined;
}

function ageingAt({ list: { thisUpdate, nextUpdate } }: Crl): number {
  return thisUpdate + (nextUpdate - thisUpdate) * refreshAfter;
}

/** Where complete and delta CRLs are to be had over HTTP; LDAP and files are not asked. */
function urlsOf(certificate: Certificate): readonly string[] {
  const urls = new Set<string>();
  for (const { distributionPoint } of pointsOf(certificate)) {
    const names = distributionPoint?.type === 'fullName' ? distributionPoint.value : [];
    // Several names of one point are the same list (RFC 5280, section 4.2.1.13): the first that can be asked.
    const url = names.find(
      (name) => name.type === 'uniformResourceIdentifier' && /^https?:\/\//i.test(name.value) && URL.canParse(name.value),
    );
    if (url?.type === 'uniformResourceIdentifier') urls.add(url.value);
  }
  return [...urls].slice(0, mostPoints);
}

function pointsOf(certificate: Certificate): readonly DistributionPoint[] {
  try {
    const { cRLDistributionPoints = [], freshestCRL = [] } = certificate;
    return [...cRLDistributionPoints, ...freshestCRL];
  } catch {
    // The accessors throw for what breaks their syntax, and lead nowhere then.
    return [];
  }
}
