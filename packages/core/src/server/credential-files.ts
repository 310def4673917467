import { X509Certificate } from 'node:crypto';
import { ConfigurationError } from '../errors/index.js';
import { type Files, type SourceProblem, WatchedFiles } from '../sources/index.js';
import { type Logger, publishReload, publishSource, type ReloadEvent } from '../verifier/index.js';
import { checkCredentials } from './check-credentials.js';
import type { Credentials, ParsedServerTlsOptions } from './options.js';

/**
 * The server's key and certificate, watched while somebody serves with them. They are renewed one after the other, so a pair takes the place of the last
 * only when it belongs together and OpenSSL takes it; until then, and for as long as it takes, the last good pair stays.
 */
export class CredentialFiles {
  readonly #options: ParsedServerTlsOptions;
  readonly #logger: Logger;
  readonly #onChange: () => void;
  #current: Credentials;
  #files: WatchedFiles<Buffer> | undefined;

  /** Throws `ConfigurationError` for what cannot be used now. */
  constructor(options: ParsedServerTlsOptions, logger: Logger, onChange: () => void) {
    this.#options = options;
    this.#logger = logger;
    this.#onChange = onChange;
    checkCredentials(options.credentials, options.settings, logger);
    this.#current = options.credentials;
  }

  get current(): Credentials {
    return this.#current;
  }

  /** Begins to watch; the first look finds what changed while nobody did. */
  start(): void {
    const { files, pollSeconds } = this.#options;
    const names = [...new Set(Object.values(files))];
    if (names.length === 0 || this.#files !== undefined) return;
    const source = names.join(', ');
    this.#files = new WatchedFiles<Buffer>({
      files: names,
      option: 'key, cert',
      pollSeconds,
      // A chain that is seen half written is a shorter chain.
      readTwiceAlike: true,
      read: (bytes) => ({ ok: true, value: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength) }),
      accept: (held) => this.#accept(held, source),
      // An old certificate serves better than none, and harms no decision.
      keepLastGoodForSeconds: Number.POSITIVE_INFINITY,
      largestFileBytes,
      onProblem: (problem) => this.#tell(problem, 'failed'),
      onRecovered: (problem) => this.#tell(problem, 'recovered'),
    });
    // Whatever it finds is told by events.
    void this.#files.start().catch(() => undefined);
  }

  stop(): void {
    this.#files?.close();
    this.#files = undefined;
  }

  #accept(held: Files<Buffer>, source: string): string | undefined {
    const { files, settings } = this.#options;
    const { key, cert } = this.#current;
    const next: Credentials = {
      key: files.key === undefined ? key : (held.get(files.key) ?? key),
      cert: files.cert === undefined ? cert : (held.get(files.cert) ?? cert),
    };
    if (next.key.equals(key) && next.cert.equals(cert)) return undefined;
    try {
      const certificate = checkCredentials(next, settings, this.#logger);
      const event: ReloadEvent = {
        kind: 'credentials',
        source,
        added: [summary(certificate)],
        removed: [summary(new X509Certificate(cert))],
      };
      this.#current = next;
      this.#onChange();
      const fields = { source, validTo: certificate.validTo, fingerprint256: event.added[0]?.fingerprint256 };
      this.#logger.info(fields, `serverTls: ${source}: the server's certificate is now the one that is valid to ${certificate.validTo}`);
      publishReload(event);
      return undefined;
    } catch (error) {
      if (error instanceof ConfigurationError) return `cannot be used: ${error.message}`;
      throw error;
    }
  }

  #tell({ subject, message, since }: SourceProblem, kind: 'failed' | 'recovered'): void {
    const fields = { source: subject, since: new Date(since).toISOString() };
    if (kind === 'recovered') this.#logger.info(fields, `serverTls: ${message}`);
    else this.#logger.error(fields, `serverTls: ${message}; the server goes on with the key and certificate that it had`);
    publishSource({ source: subject, kind, detail: message, since });
  }
}

/** Longer chains than OpenSSL's clients take (SSL_CTX_set_max_cert_list, 100 KB) help nobody. */
const largestFileBytes = 1024 * 1024;

function summary(certificate: X509Certificate): ReloadEvent['added'][number] {
  return {
    subject: (certificate.subject ?? '').replaceAll('\n', ', '),
    fingerprint256: certificate.fingerprint256.replaceAll(':', '').toLowerCase(),
  };
}
