import { type Crl, type DenyEntry, denyEntryKey } from '../../revocation/index.js';
import { loadCertificates } from '../../sources/index.js';
import type { Certificate } from '../../x509/index.js';
import type { CrlContent } from './crl-content.js';
import { type CrlFeed, crlFeeds, type FeedSettings } from './crl-feed.js';
import { type DenyFeed, denyFeed } from './deny-feed.js';
import { type DenyInput, denyEntries } from './deny-input.js';
import type { RevocationOptions } from './options.js';

/** The sources of one set of options: the general ones, or those of a trust set. */
export class RevocationRules {
  readonly options: RevocationOptions;
  readonly responderCertificates: readonly Certificate[];
  readonly #crlFeeds: readonly CrlFeed[];
  readonly #denyFeeds: readonly DenyFeed[];
  readonly #storeEntries = new Map<string, DenyEntry>();
  readonly #unsubscribe: (() => void) | undefined;
  readonly #onStore: () => void;
  #hasHeldLists = false;
  #isStoreReady = false;

  /** Reads files now; throws `ConfigurationError` for what is wrong with them. */
  constructor(options: RevocationOptions, option: string, settings: RevocationSettings) {
    this.options = options;
    const feedSettings: FeedSettings = {
      largestCrlBytes: options.largestCrlBytes ?? 256 * 1024 * 1024,
      mostEntries: options.mostCrlEntries ?? 8_388_608,
      allowDenyingAuthorities: options.allowDenyingAuthorities ?? false,
      keepLastGoodForSeconds: options.keepLastGoodForSeconds,
      pollSeconds: options.pollSeconds,
      stateFolder: options.stateFolder,
      ...settings,
    };
    const certificates = options.ocsp?.responderCertificates;
    this.responderCertificates = certificates === undefined ? [] : loadCertificates(certificates, `${option}.ocsp.responderCertificates`);
    const { onChange } = settings;
    const crlSettings: FeedSettings = {
      ...feedSettings,
      onChange: (source, content) => {
        this.#hasHeldLists ||= content.crls.length > 0;
        onChange(source, content);
      },
    };
    this.#crlFeeds = options.crl === undefined ? [] : crlFeeds(options.crl, `${option}.crl`, crlSettings);
    this.#hasHeldLists = this.crls.length > 0;
    const denySettings = { ...feedSettings, onChange: (source: string) => onChange(source, undefined) };
    this.#denyFeeds = options.denyList === undefined ? [] : [denyFeed(options.denyList, `${option}.denyList`, denySettings)];
    this.#onStore = () => onChange(`${option}.denyStore`, undefined);
    this.#unsubscribe = options.denyStore?.subscribe(({ denied = [], undenied = [] }) => this.#changeStore(denied, undenied, option));
  }

  /** All lists of the option `crl`. */
  get crls(): readonly Crl[] {
    return this.#crlFeeds.flatMap(({ crls }) => crls);
  }

  get denied(): readonly DenyEntry[] {
    return [...this.#crlFeeds, ...this.#denyFeeds].flatMap(({ denied }) => denied).concat([...this.#storeEntries.values()]);
  }

  /** Whether a certificate must be covered: certificates in the place of CRLs tell of nobody else, until a CRL has been there. */
  get wantsCoverage(): boolean {
    const { crl, distributionPoints, ocsp } = this.options;
    if (distributionPoints !== undefined || ocsp !== undefined) return true;
    // A source that has not been read yet, or no more, may hold a list.
    return crl !== undefined && (this.#hasHeldLists || this.#crlFeeds.some(({ unavailable }) => unavailable !== undefined));
  }

  /** Why a deny list cannot be relied on; undefined when all can. */
  deniedUnavailable(at: number): string | undefined {
    const { denyStore } = this.options;
    const feed = this.#denyFeeds.find(({ unavailable }) => unavailable !== undefined)?.unavailable;
    if (feed !== undefined || denyStore === undefined) return feed;
    if (!this.#isStoreReady) return 'the deny store has not told its entries yet';
    const { confirmedAt, staleAfterSeconds } = denyStore;
    const isFresh = confirmedAt !== undefined && at - confirmedAt < staleAfterSeconds * 1_000;
    return isFresh ? undefined : `the deny store has not been heard of for ${staleAfterSeconds} s`;
  }

  /** From when on the deny store is stale, unless it is heard of. */
  get deniedUntil(): number {
    const { denyStore } = this.options;
    if (denyStore?.confirmedAt === undefined) return Number.POSITIVE_INFINITY;
    return denyStore.confirmedAt + denyStore.staleAfterSeconds * 1_000;
  }

  /** Why a source of CRLs is not available. */
  get crlUnavailable(): string | undefined {
    return this.#crlFeeds.find(({ unavailable }) => unavailable !== undefined)?.unavailable;
  }

  /** Resolves when every source has been read once, or has failed. */
  async start(): Promise<void> {
    const store = Promise.resolve(this.options.denyStore?.ready).then(
      () => {
        this.#isStoreReady = this.options.denyStore !== undefined;
        if (this.#isStoreReady) this.#onStore();
      },
      // It stays unavailable, and is refused as such.
      () => undefined,
    );
    await Promise.all([...[...this.#crlFeeds, ...this.#denyFeeds].map((feed) => feed.start()), store]);
  }

  close(): void {
    for (const feed of [...this.#crlFeeds, ...this.#denyFeeds]) feed.close();
    this.#unsubscribe?.();
  }

  #changeStore(denied: readonly DenyInput[], undenied: readonly DenyInput[], option: string): void {
    const entries = (inputs: readonly DenyInput[]): readonly DenyEntry[] =>
      inputs.flatMap((input) => denyEntries(input, `${option}.denyStore`));
    // Both are read before either acts: what cannot be read throws, to the store.
    const [additions, removals] = [entries(denied), entries(undenied)];
    for (const entry of additions) this.#storeEntries.set(denyEntryKey(entry), entry);
    for (const entry of removals) this.#storeEntries.delete(denyEntryKey(entry));
    this.#onStore();
  }
}

export type RevocationSettings = Pick<FeedSettings, 'pause' | 'prepare' | 'onProblem'> & {
  /** A source has other content now; undefined for what holds no CRLs. */
  readonly onChange: (source: string, content: CrlContent | undefined) => void;
};
