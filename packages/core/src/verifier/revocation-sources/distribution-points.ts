import type { Crl } from '../../revocation/index.js';
import { type FetchOptions, type FetchResult, fetchBytes } from '../../sources/index.js';
import type { Certificate } from '../../x509/index.js';
import { run, type Steps, wait } from '../steps.js';
import { type CrlLimits, readCrlContent } from './crl-content.js';
import type { RemoteRules } from './options.js';

export interface DistributionPointSettings extends CrlLimits {
  readonly rules: RemoteRules;
  readonly largestCrlBytes: number;
  readonly now: () => number;
  readonly pause: () => Promise<void>;
  /** A list came from there. */
  readonly onCrls: (url: string, crls: readonly Crl[]) => void;
  readonly onFailure: (url: string, problem: string) => void;
  readonly fetchBytes?: ((url: string, options: FetchOptions) => Promise<FetchResult>) | undefined;
}

/** Addresses that are remembered; authorities have a few each. */
const mostUrls = 1_000;
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
    const isCurrent = entry.crls.length > 0 && entry.crls.every(({ list }) => now < list.nextUpdate);
    if (isCurrent && !(age > shortestIntervalMilliseconds && entry.crls.some((crl) => isAgeing(crl, now)))) return undefined;
    if (entry.pending === undefined && age < (entry.problem === undefined ? shortestIntervalMilliseconds : retryMilliseconds))
      return entry.problem;
    entry.pending ??= this.#ask(url, entry).finally(() => {
      entry.pending = undefined;
    });
    // What is still good is no reason to let anybody wait.
    return isCurrent ? undefined : entry.pending;
  }

  async #ask(url: string, entry: Entry): Promise<string | undefined> {
    const { rules, largestCrlBytes, pause, now, onCrls, onFailure, fetchBytes: fetch = fetchBytes } = this.#settings;
    entry.askedAt = now();
    const { timeoutSeconds = 5, ...hosts } = rules;
    const answer = await fetch(url, {
      ...hosts,
      largestBytes: largestCrlBytes,
      timeoutMilliseconds: timeoutSeconds * 1_000,
      inBackground: true,
    });
    const read = answer.ok
      ? await run(readCrlContent(answer.bytes, this.#settings, pause))
      : { ok: false as const, problem: answer.detail };
    entry.problem = read.ok ? undefined : `${new URL(url).host} ${read.problem}`;
    if (read.ok) {
      entry.crls = read.value.crls;
      onCrls(url, entry.crls);
    } else onFailure(url, entry.problem as string);
    return entry.problem;
  }
}

interface Entry {
  crls: readonly Crl[];
  askedAt: number;
  problem: string | undefined;
  pending: Promise<string | undefined> | undefined;
}

function isAgeing({ list: { thisUpdate, nextUpdate } }: Crl, now: number): boolean {
  return now >= thisUpdate + (nextUpdate - thisUpdate) * refreshAfter;
}

/** Where complete and delta CRLs are to be had over HTTP; LDAP and files are not asked. */
function urlsOf({ cRLDistributionPoints = [], freshestCRL = [] }: Certificate): readonly string[] {
  const urls = new Set<string>();
  for (const { distributionPoint } of [...cRLDistributionPoints, ...freshestCRL]) {
    const names = distributionPoint?.type === 'fullName' ? distributionPoint.value : [];
    // Several names of one point are the same list (RFC 5280, section 4.2.1.13): the first that can be asked.
    const url = names.find(
      (name) => name.type === 'uniformResourceIdentifier' && /^https?:\/\//i.test(name.value) && URL.canParse(name.value),
    );
    if (url?.type === 'uniformResourceIdentifier') urls.add(url.value);
  }
  return [...urls].slice(0, mostPoints);
}
