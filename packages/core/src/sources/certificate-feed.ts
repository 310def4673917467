import type { Certificate } from '../x509/index.js';
import { type CertificateSource, isName, type SingleSource } from './certificate-source.js';
import type { Files } from './file-states.js';
import type { SourceEvents } from './health.js';
import { certificateFiles, distinct, loadCertificates, readCertificates } from './load-certificates.js';
import type { Runtime } from './runtime.js';
import { WatchedFiles } from './watched-files.js';

export interface CertificateFeedOptions extends SourceEvents {
  /** Puts in force what the source holds now. Returns the reason, as a sentence, where it cannot; then what is in force stays. */
  accept(certificates: readonly Certificate[], source: string): string | undefined;
  readonly pollSeconds?: number | undefined;
  readonly keepLastGoodForSeconds?: number | undefined;
  readonly runtime?: Runtime | undefined;
}

/**
 * The certificates of a source, of which files, folders and globs are watched. They are read when it is made, as `loadCertificates` does, and again when
 * they change: twice alike before they are put in force, since a bundle that is seen half written holds fewer.
 */
export class CertificateFeed {
  readonly #given: readonly Certificate[];
  readonly #files: WatchedFiles<readonly Certificate[]> | undefined;
  #inForce: readonly Certificate[];

  /** Throws `ConfigurationError` for what is wrong with the source now. */
  constructor(source: CertificateSource, option: string, options: CertificateFeedOptions) {
    this.#inForce = loadCertificates(source, option);
    const singles: readonly SingleSource[] = Array.isArray(source) ? source : [source as SingleSource];
    const names = singles.filter(isName);
    const given = singles.filter((single) => !isName(single));
    this.#given = given.length === 0 ? [] : loadCertificates(given, option);
    const { accept, ...settings } = options;
    if (names.length === 0) return;
    this.#files = new WatchedFiles({
      ...settings,
      files: names,
      option,
      extensions: [...certificateFiles],
      readTwiceAlike: true,
      read: readCertificates,
      accept: (files) => this.#accept(files, names.join(', '), accept),
    });
  }

  /** Each once. */
  get certificates(): readonly Certificate[] {
    return this.#inForce;
  }

  /** Why the certificates count for nothing any more; undefined while they count. */
  get unavailable(): string | undefined {
    return this.#files?.stale === true ? this.#files.problems[0]?.message : undefined;
  }

  /** Begins to watch. Resolves after the first look. */
  async start(): Promise<void> {
    await this.#files?.start();
  }

  close(): void {
    this.#files?.close();
  }

  #accept(files: Files<readonly Certificate[]>, source: string, accept: CertificateFeedOptions['accept']): string | undefined {
    const next = distinct([...this.#given, ...[...files.values()].flat()]);
    const known = new Set(this.#inForce.map(({ fingerprint256 }) => fingerprint256));
    // Written anew with the same certificates, or found by the first look as they were read: nothing has changed.
    if (next.length === known.size && next.every(({ fingerprint256 }) => known.has(fingerprint256))) return undefined;
    const problem = accept(next, source);
    if (problem === undefined) this.#inForce = next;
    return problem;
  }
}
