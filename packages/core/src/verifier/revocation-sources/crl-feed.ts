import { ConfigurationError } from '../../errors/index.js';
import type { Crl, DenyEntry } from '../../revocation/index.js';
import { type Files, portOf, RefreshedUrl, type SourceProblem, WatchedFiles } from '../../sources/index.js';
import { run } from '../steps.js';
import { type CrlContent, type CrlLimits, mostRemoteLists, readCrlContent, tellsAsMuch, withoutRollback } from './crl-content.js';
import { isHttpUrl } from './options.js';

/** What all feeds of a set of options have in common. */
export interface FeedSettings extends CrlLimits {
  readonly largestCrlBytes: number;
  readonly keepLastGoodForSeconds: number | undefined;
  readonly pollSeconds: number | undefined;
  readonly stateFolder: string | undefined;
  /** Awaited between slices of work. */
  readonly pause: () => Promise<void>;
  /** Verifies what can be verified before lists are in force, so that no request has to wait for it. */
  readonly prepare: (crls: readonly Crl[]) => Promise<void>;
  /** The content in force changed. */
  readonly onChange: (source: string, content: CrlContent) => void;
  readonly onProblem: (problem: SourceProblem, kind: 'failed' | 'recovered' | 'stale') => void;
}

/** A source of CRLs, and of certificates that people put among them. */
export interface CrlFeed {
  /** What is in force; nothing of a source that has failed for too long. */
  readonly crls: readonly Crl[];
  readonly denied: readonly DenyEntry[];
  /** Why the source counts for nothing; undefined when it is in order. */
  readonly unavailable: string | undefined;
  /** Resolves when the source has been read once, or has failed. */
  start(): Promise<void>;
  close(): void;
}

/** The feeds of the option `crl`. Files are read now: throws `ConfigurationError` for what is wrong with them. */
export function crlFeeds(
  crl: string | Uint8Array | readonly (string | Uint8Array)[],
  option: string,
  settings: FeedSettings,
): readonly CrlFeed[] {
  const given = Array.isArray(crl) ? (crl as readonly (string | Uint8Array)[]) : [crl as string | Uint8Array];
  const names = given.filter((source): source is string => typeof source === 'string' && !isHttpUrl(source) && !isPem(source));
  const urls = given.filter((source): source is string => typeof source === 'string' && isHttpUrl(source));
  const bytes = given.filter((source) => typeof source !== 'string' || isPem(source));
  return [
    ...(names.length > 0 ? [fileFeed(names, option, settings)] : []),
    ...urls.map((url) => urlFeed(url, settings)),
    ...bytes.map((content) => fixedFeed(content, option, settings)),
  ];
}

function isPem(text: string): boolean {
  return text.includes('-----BEGIN ');
}

function fixedFeed(source: string | Uint8Array, option: string, settings: FeedSettings): CrlFeed {
  const bytes = typeof source === 'string' ? Buffer.from(source, 'latin1') : Uint8Array.from(source);
  const read = run(readCrlContent(bytes, settings));
  if (read instanceof Promise) throw new TypeError('reading without a pause gave a promise');
  if (!read.ok) throw new ConfigurationError(option, read.problem);
  return { ...read.value, unavailable: undefined, start: () => Promise.resolve(), close: () => undefined };
}

function fileFeed(names: readonly string[], option: string, settings: FeedSettings): CrlFeed {
  const { onProblem, onChange, pause } = settings;
  let inForce: CrlContent = { crls: [], denied: [] };
  // Before the first look everything is read at once, so that a mistake throws; afterwards nobody is kept waiting.
  let isStarted = false;
  const source = names.join(', ');
  const files = new WatchedFiles<CrlContent>({
    files: names,
    option,
    read: (bytes) => run(readCrlContent(bytes, settings, isStarted ? pause : undefined)),
    compare: (before, next) => (tellsAsMuch(joined(before), joined(next)) ? 'more' : 'less'),
    merge: (before, next) => new Map([...before, ...[...next].map(([file, content]) => [file, both(before.get(file), content)] as const)]),
    accept(next) {
      const content = joined(next);
      const putInForce = (): undefined => {
        inForce = { crls: withoutRollback(inForce.crls, content.crls), denied: content.denied };
        if (isStarted) onChange(source, inForce);
      };
      return isStarted ? settings.prepare(content.crls).then(putInForce) : putInForce();
    },
    largestFileBytes: settings.largestCrlBytes,
    pollSeconds: settings.pollSeconds,
    keepLastGoodForSeconds: settings.keepLastGoodForSeconds,
    onProblem: (problem) => onProblem(problem, 'failed'),
    onRecovered: (problem) => onProblem(problem, 'recovered'),
    onStale: (problem) => onProblem(problem, 'stale'),
  });
  if (files.readNow() instanceof Promise) throw new TypeError('reading without a pause gave a promise');
  isStarted = true;
  return {
    get crls() {
      return files.stale ? [] : inForce.crls;
    },
    // Whoever was denied stays so: to forget it is no way of being careful.
    get denied() {
      return inForce.denied;
    },
    get unavailable() {
      return files.stale ? files.problems[0]?.message : undefined;
    },
    start: () => files.start(),
    close: () => files.close(),
  };
}

function joined(files: Files<CrlContent>): CrlContent {
  const contents = [...files.values()];
  return { crls: contents.flatMap(({ crls }) => crls), denied: contents.flatMap(({ denied }) => denied) };
}

function both(before: CrlContent | undefined, next: CrlContent): CrlContent {
  if (before === undefined) return next;
  return { crls: [...new Set([...next.crls, ...before.crls])], denied: [...next.denied, ...before.denied] };
}

function urlFeed(url: string, settings: FeedSettings): CrlFeed {
  const { onProblem, onChange, pause } = settings;
  const shown = new URL(url).host + new URL(url).pathname;
  let inForce: CrlContent = { crls: [], denied: [] };
  let isRead = false;
  const source = new RefreshedUrl({
    url,
    // The operator wrote the address, so it may lead anywhere.
    fetch: { allowHosts: 'any', allowPrivateAddresses: true, allowPorts: [portOf(new URL(url))], largestBytes: settings.largestCrlBytes },
    async accept(bytes) {
      const read = await run(readCrlContent(bytes, { ...settings, mostLists: mostRemoteLists }, pause));
      if (!read.ok) return read;
      // Nobody signed what else there is: only a file may say that there are certificates alone.
      if (read.value.crls.length === 0) return { ok: false, problem: 'holds no CRL' };
      await settings.prepare(read.value.crls);
      inForce = { crls: withoutRollback(inForce.crls, read.value.crls, 'network'), denied: read.value.denied };
      isRead = true;
      onChange(shown, inForce);
      const ends = read.value.crls.map(({ list }) => list.nextUpdate);
      return { ok: true, validUntil: ends.length === 0 ? undefined : Math.min(...ends) };
    },
    keepLastGoodForSeconds: settings.keepLastGoodForSeconds,
    stateFolder: settings.stateFolder,
    onProblem: (problem) => onProblem(problem, 'failed'),
    onRecovered: (problem) => onProblem(problem, 'recovered'),
    onStale: (problem) => onProblem(problem, 'stale'),
  });
  return {
    get crls() {
      return source.stale ? [] : inForce.crls;
    },
    get denied() {
      return inForce.denied;
    },
    get unavailable() {
      if (!source.stale && isRead) return undefined;
      return source.problems[0]?.message ?? `${shown} has not been read yet`;
    },
    start: () => source.start(),
    close: () => source.close(),
  };
}
