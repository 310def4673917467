import { constants, createHash } from 'node:crypto';
import type { Server, TlsOptions } from 'node:tls';
import { writePem } from '../asn1/index.js';
import { ConfigurationError } from '../errors/index.js';
import type { Trust, Verifier } from '../verifier/index.js';
import type { Certificate } from '../x509/index.js';
import { CredentialFiles } from './credential-files.js';
import type { Credentials, ParsedServerTlsOptions } from './options.js';
import { type ContextOptions, replaceContext } from './replace-context.js';

/** TLS allows 64 KB for the names of the authorities (RFC 8446, section 4.2.4); Node.js fails handshakes there, so there is a margin. */
const mostHintBytes = 48 * 1024;

/**
 * What handshakes are made with, on every server that was attached: replaced as a whole whenever key and certificate, or the authorities that the
 * verifier trusts, change. Nothing is watched while no server is open, nor after the verifier was closed.
 */
export class SecureContexts {
  /** For the creation of a server. */
  readonly options: Readonly<TlsOptions>;
  readonly #verifier: Verifier;
  readonly #parsed: ParsedServerTlsOptions;
  readonly #credentials: CredentialFiles;
  readonly #open = new Set<Server>();
  /** What each server was given last. */
  readonly #given = new WeakMap<Server, Context>();
  readonly #first: Context;
  #current: Context;
  #unobserve: (() => void) | undefined;
  #isOver = false;

  /** Throws `ConfigurationError` for what cannot be used now. */
  constructor(verifier: Verifier, trust: Trust, parsed: ParsedServerTlsOptions) {
    this.#verifier = verifier;
    this.#parsed = parsed;
    this.#credentials = new CredentialFiles(parsed, verifier.logger, () => this.#refresh());
    this.#first = contextOf(trust, parsed, this.#credentials.current);
    this.#current = this.#first;
    this.options = Object.freeze({
      ...this.#first.options,
      ...parsed.settings,
      requestCert: true,
      rejectUnauthorized: parsed.rejectUnauthorized,
      // On the default context, where it holds for every context of the server. In a renegotiation OpenSSL shows a certificate before its key is proven; and a
      // session that resumes would skip OpenSSL's own checks.
      secureOptions: constants.SSL_OP_NO_RENEGOTIATION | (parsed.allowSessionResumption ? 0 : constants.SSL_OP_NO_TICKET),
    });
  }

  /** Keeps a server that was made with the options up to date while it listens. */
  keep(server: Server): void {
    this.#given.set(server, this.#first);
    if (server.listening) this.#add(server);
    server.on('listening', () => this.#add(server));
    server.on('close', () => this.#remove(server));
  }

  #add(server: Server): void {
    if (this.#isOver) return;
    this.#open.add(server);
    this.#unobserve ??= this.#verifier.observe({ onTrust: () => this.#refresh(), onClose: () => this.#end() });
    this.#credentials.start();
    this.#refresh();
  }

  #remove(server: Server): void {
    this.#open.delete(server);
    if (this.#open.size === 0) this.#stop();
  }

  #end(): void {
    this.#isOver = true;
    this.#open.clear();
    this.#stop();
  }

  #stop(): void {
    this.#unobserve?.();
    this.#unobserve = undefined;
    this.#credentials.stop();
  }

  #refresh(): void {
    const { trust, logger } = this.#verifier;
    const { current: credentials } = this.#credentials;
    if (trust !== undefined && (trust !== this.#current.trust || credentials !== this.#current.credentials)) {
      this.#current = contextOf(trust, this.#parsed, credentials, this.#current, (error) =>
        logger.error({ err: error }, `serverTls: ${error.message}; the server goes on with the authorities that it named before`),
      );
    }
    for (const server of this.#open) this.#bring(server);
  }

  #bring(server: Server): void {
    const given = this.#given.get(server) ?? this.#first;
    this.#given.set(server, this.#current);
    try {
      replaceContext(server, given.options, this.#current.options, this.#parsed.allowSessionResumption);
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error);
      this.#verifier.logger.error({ err: error }, `serverTls: a server cannot be given new credentials (${problem}); restart it`);
    }
  }
}

/** What a server serves with at one time; whatever has not changed since is the same object as before. */
interface Context {
  readonly trust: Trust;
  readonly credentials: Credentials;
  readonly options: ContextOptions;
}

function contextOf(
  trust: Trust,
  { caHints }: ParsedServerTlsOptions,
  credentials: Credentials,
  before?: Context,
  onTooMany?: (error: ConfigurationError) => void,
): Context {
  const sessionIdContext = sessionContextOf(trust);
  let ca = before?.options.ca;
  if (ca === undefined || before?.options.sessionIdContext !== sessionIdContext) {
    try {
      // Intermediates stand beside the anchors: Node.js then completes the chains of clients that send none, resumed ones included.
      ca = caHints ? hinted(authorities(trust)) : [];
    } catch (error) {
      if (ca === undefined || onTooMany === undefined || !(error instanceof ConfigurationError)) throw error;
      // More than a handshake can name: those that are named already go on being so, while the guard knows them all.
      onTooMany(error);
    }
  }
  return { trust, credentials, options: { ...credentials, ca, sessionIdContext } };
}

function authorities(trust: Trust): readonly Certificate[] {
  const all = [...trust.sets.values()].flatMap((set) => [...set.anchors.map(({ certificate }) => certificate), ...set.intermediates]);
  return [...new Map(all.map((certificate) => [certificate.fingerprint256, certificate])).values()];
}

function hinted(certificates: readonly Certificate[]): string[] {
  // Each with its two octets of length; a name that two certificates share is told twice.
  const bytes = certificates.reduce((sum, { subject }) => sum + subject.der.length + 2, 0);
  if (bytes <= mostHintBytes) return certificates.map(({ der }) => writePem('CERTIFICATE', der));
  const problem = `the names of ${certificates.length} authorities take ${bytes} bytes of a handshake, more than the ${mostHintBytes} that are safe`;
  throw new ConfigurationError('caHints', `${problem}; set caHints: 'none', or trust fewer`);
}

/** Sessions of servers that trust otherwise cannot be resumed here, even where ticket keys are shared; 32 bytes are the most that TLS takes. */
function sessionContextOf({ sets }: Trust): string {
  const hash = createHash('sha256');
  for (const { name, rules, anchors, intermediates } of sets.values()) {
    const certificates = [anchors.map(({ certificate }) => certificate), intermediates];
    hash.update(JSON.stringify([name, rules, certificates.map((list) => list.map(({ fingerprint256 }) => fingerprint256))]));
  }
  return hash.digest('hex').slice(0, 32);
}
