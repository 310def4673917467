import { ConfigurationError } from '../errors/index.js';
import type { TrustSet } from '../path/index.js';
import { publicRoots } from '../peer/index.js';
import { CertificateFeed, type CertificateSource, loadCertificates, type SourceProblem } from '../sources/index.js';
import type { Certificate } from '../x509/index.js';
import { publishReload, publishSource, type ReloadedCertificate } from './events.js';
import type { Logger } from './logger.js';
import { type ParsedVerifierOptions, type TrustOptions, trustRuleNames } from './options.js';
import { type Trust, trustSet } from './trust.js';

/**
 * The configured trust sets, kept as their files say. A change makes a new `Trust`, in which the sets that did not change are the same objects, so
 * that what is remembered of these stays; what was remembered of one that did is forgotten with it.
 */
export class TrustSources {
  readonly #sets: readonly ConfiguredSet[];
  readonly #logger: Logger;
  readonly #onChange: () => void;
  #current: Trust;

  /** Reads and checks every set now: throws `ConfigurationError` for what is wrong. */
  constructor(options: ParsedVerifierOptions, logger: Logger, onChange: () => void) {
    this.#logger = logger;
    this.#onChange = onChange;
    const given = [
      ...(options.trust === undefined ? [] : [['default', 'trust', options.trust] as const]),
      ...Object.entries(options.trustSets ?? {}).map(([name, trust]) => [name, `trustSets.${name}`, trust] as const),
    ];
    const observer: SetObserver = {
      onSwap: (swap) => this.#swapped(swap),
      onProblem: (name, problem, kind) => this.#troubled(name, problem, kind),
    };
    this.#sets = given.map(([name, option, trust]) => new ConfiguredSet(name, option, trust, options, observer));
    this.#current = this.#compose(1);
  }

  get current(): Trust {
    return this.#current;
  }

  /** Begins to watch. Resolves when every file has been looked at once. */
  async start(): Promise<void> {
    await Promise.all(this.#sets.map((set) => set.start()));
  }

  close(): void {
    for (const set of this.#sets) set.close();
  }

  #compose(generation: number): Trust {
    const broken = this.#sets.flatMap(({ name, unavailable }) => (unavailable === undefined ? [] : [[name, unavailable] as const]));
    return { generation, sets: new Map(this.#sets.map(({ name, set }) => [name, set])), unavailable: new Map(broken) };
  }

  #changed(): void {
    this.#current = this.#compose(this.#current.generation + 1);
    this.#onChange();
  }

  #swapped({ trustSet: name, source, added, removed }: Swap): void {
    this.#changed();
    const told = [added.length > 0 ? `added ${subjects(added)}` : '', removed.length > 0 ? `removed ${subjects(removed)}` : ''];
    const fields = { source, trustSet: name, added: added.length, removed: removed.length };
    this.#logger.info(fields, `trust: ${source} is in force: ${told.filter((part) => part !== '').join('; ')}`);
    publishReload({ kind: 'trust', source, trustSet: name, added: added.map(summary), removed: removed.map(summary) });
  }

  #troubled(name: string, { subject, message, since }: SourceProblem, kind: 'failed' | 'recovered' | 'stale'): void {
    const fields = { source: subject, trustSet: name, since: new Date(since).toISOString() };
    if (kind === 'recovered') this.#logger.info(fields, `trust: ${message}`);
    else if (kind === 'failed') this.#logger.warn(fields, `trust: ${message}; what it held last stays in force`);
    else this.#logger.error(fields, `trust: ${message}; it has failed for too long: trust set '${name}' lets nobody in until it is mended`);
    publishSource({ source: subject, kind, detail: message, since });
    // What failed for too long vouches for nobody, and does again when it is back.
    const isUnavailable = this.#sets.find((set) => set.name === name)?.unavailable !== undefined;
    if (isUnavailable !== this.#current.unavailable.has(name)) this.#changed();
  }
}

interface Swap {
  readonly trustSet: string;
  readonly source: string;
  readonly added: readonly Certificate[];
  readonly removed: readonly Certificate[];
}

interface SetObserver {
  onSwap(swap: Swap): void;
  onProblem(trustSet: string, problem: SourceProblem, kind: 'failed' | 'recovered' | 'stale'): void;
}

type Role = 'ca' | 'intermediates';

/** One trust set, made anew whenever what its sources hold changes. */
class ConfiguredSet {
  readonly name: string;
  readonly #feeds = new Map<Role, CertificateFeed>();
  readonly #observer: SetObserver;
  readonly #make: (ca: readonly Certificate[], intermediates: readonly Certificate[]) => TrustSet;
  #set: TrustSet;

  constructor(name: string, option: string, trust: TrustOptions, general: ParsedVerifierOptions, observer: SetObserver) {
    this.name = name;
    this.#observer = observer;
    const roots =
      trust.dangerouslyTrustSystemRoots === true ? loadCertificates(publicRoots(), `${option}.dangerouslyTrustSystemRoots`) : [];
    const rules = Object.fromEntries(trustRuleNames.map((rule) => [rule, trust[rule] ?? general[rule]]));
    this.#make = (ca, intermediates) => trustSet(name, `${option}.ca`, [...ca, ...roots], intermediates, rules);
    const watching = {
      pollSeconds: trust.pollSeconds ?? general.pollSeconds,
      keepLastGoodForSeconds: trust.keepLastGoodForSeconds ?? general.keepLastGoodForSeconds,
    };
    for (const role of ['ca', 'intermediates'] as const) {
      if (trust[role] !== undefined) this.#feeds.set(role, this.#feed(role, trust[role], `${option}.${role}`, watching));
    }
    this.#set = this.#make(this.#certificates('ca'), this.#certificates('intermediates'));
  }

  get set(): TrustSet {
    return this.#set;
  }

  /** Why the set vouches for nobody; undefined when all is well. */
  get unavailable(): string | undefined {
    return [...this.#feeds.values()].map(({ unavailable }) => unavailable).find((problem) => problem !== undefined);
  }

  async start(): Promise<void> {
    await Promise.all([...this.#feeds.values()].map((feed) => feed.start()));
  }

  close(): void {
    for (const feed of this.#feeds.values()) feed.close();
  }

  #feed(
    role: Role,
    source: CertificateSource,
    option: string,
    watching: { readonly pollSeconds: number | undefined; readonly keepLastGoodForSeconds: number | undefined },
  ): CertificateFeed {
    const tell =
      (kind: 'failed' | 'recovered' | 'stale') =>
      (problem: SourceProblem): void =>
        this.#observer.onProblem(this.name, problem, kind);
    return new CertificateFeed(source, option, {
      ...watching,
      accept: (next, names) => this.#accept(role, next, names),
      onProblem: tell('failed'),
      onRecovered: tell('recovered'),
      onStale: tell('stale'),
    });
  }

  #accept(role: Role, next: readonly Certificate[], source: string): string | undefined {
    const before = this.#certificates(role);
    try {
      this.#set = role === 'ca' ? this.#make(next, this.#certificates('intermediates')) : this.#make(this.#certificates('ca'), next);
    } catch (error) {
      // A root below the floor, or none left: the message says it as at start-up.
      if (error instanceof ConfigurationError) return `cannot be put in force: ${error.message}`;
      throw error;
    }
    const [known, kept] = [before, next].map((list) => new Set(list.map(({ fingerprint256 }) => fingerprint256)));
    const added = next.filter(({ fingerprint256 }) => known?.has(fingerprint256) !== true);
    const removed = before.filter(({ fingerprint256 }) => kept?.has(fingerprint256) !== true);
    this.#observer.onSwap({ trustSet: this.name, source, added, removed });
    return undefined;
  }

  #certificates(role: Role): readonly Certificate[] {
    return this.#feeds.get(role)?.certificates ?? [];
  }
}

function subjects(certificates: readonly Certificate[]): string {
  const shown = certificates.slice(0, mostNamed).map(({ subject }) => subject.toString());
  return certificates.length > mostNamed ? `${shown.join('; ')} and ${certificates.length - mostNamed} more` : shown.join('; ');
}

/** In a line of the log; the event has them all. */
const mostNamed = 5;

function summary({ subject, fingerprint256 }: Certificate): ReloadedCertificate {
  return { subject: subject.toString(), fingerprint256 };
}
