import { createHash } from 'node:crypto';
import { readPem } from '../asn1/index.js';
import { ConfigurationError, type Outcome, refused } from '../errors/index.js';
import { hasServerNameContexts, type PeerRequest, publicRoots, serverOf, type TlsServer } from '../peer/index.js';
import { loadCertificates, type SingleSource } from '../sources/index.js';
import type { Certificate } from '../x509/index.js';
import type { Logger } from './logger.js';
import type { TrustRules } from './options.js';
import { type Trust, trustSet } from './trust.js';

/**
 * Trust for a verifier that was given none: the authorities of the TLS server that accepted the connection, read at the server's
 * first connection and again when its `ca` was replaced. Only where that needs no guess; otherwise TRUST_NOT_CONFIGURED.
 */
export class InheritedTrust {
  readonly #rules: TrustRules;
  readonly #logger: Logger;
  readonly #known = new WeakMap<TlsServer, { readonly ca: unknown; readonly trust: Outcome<Trust> }>();
  /** Those that were met, without keeping them. */
  readonly #servers = new Set<WeakRef<TlsServer>>();
  /** What `hasChanged` found last. */
  readonly #asked = new WeakMap<TlsServer, Outcome<Trust>>();
  #generation = 0;

  constructor(rules: TrustRules, logger: Logger) {
    this.#rules = rules;
    this.#logger = logger;
  }

  of(request: PeerRequest): Outcome<Trust> {
    const server = serverOf(request);
    if (server === undefined) return refuse('the connection has no TLS server to take trust from');
    if (hasServerNameContexts(request)) return refuse('the server has contexts for server names, each of which may trust others');
    return this.#current(server);
  }

  /** Whether a server's `ca` was replaced since this was asked last: nothing tells of that, so it has to be looked. */
  hasChanged(): boolean {
    let hasChanged = false;
    for (const reference of this.#servers) {
      const server = reference.deref();
      if (server === undefined) {
        this.#servers.delete(reference);
        continue;
      }
      const trust = this.#current(server);
      hasChanged ||= this.#asked.get(server) !== trust;
      this.#asked.set(server, trust);
    }
    return hasChanged;
  }

  #current(server: TlsServer): Outcome<Trust> {
    const { ca } = server;
    const known = this.#known.get(server);
    if (known !== undefined && known.ca === ca) return known.trust;
    const trust = this.#read(server, ca);
    this.#known.set(server, { ca, trust });
    this.#log(trust);
    if (known === undefined) {
      this.#servers.add(new WeakRef(server));
      this.#asked.set(server, trust);
    }
    return trust;
  }

  #read({ requestCert }: TlsServer, ca: unknown): Outcome<Trust> {
    if (requestCert !== true) return refuse("the server's requestCert is not true");
    if (ca === undefined || ca === null) return refuse('the server has no ca');
    try {
      const certificates = loadCertificates(asBytes(ca), 'ca');
      const root = certificates.find((certificate) => publicRootFingerprints().has(certificate.fingerprint256));
      if (root !== undefined) return refuse(`the server's ca holds a public root, ${root.subject.toString()}`);
      const set = trustSet('default', 'ca', certificates.filter(mayIssue(this.#rules)), [], this.#rules);
      this.#generation += 1;
      return { ok: true, value: { generation: this.#generation, sets: new Map([['default', set]]), unavailable: new Map() } };
    } catch (error) {
      if (error instanceof ConfigurationError) return refuse(`the server's ${error.message}`);
      throw error;
    }
  }

  #log(trust: Outcome<Trust>): void {
    if (trust.ok) {
      const anchors = trust.value.sets.get('default')?.anchors.map(({ certificate }) => certificate.subject.toString()) ?? [];
      this.#logger.info({ anchors }, `trust taken from the TLS server's ca: ${anchors.join('; ')}`);
    } else {
      this.#logger.warn({}, `every request is refused: ${trust.refusal.trace[0]?.detail}; set trust: 'ca.crt'`);
    }
  }
}

function refuse(detail: string): Outcome<never> {
  return refused('PEERCERT_TRUST_NOT_CONFIGURED', { detail });
}

/** OpenSSL takes nothing in `ca` for a pinned certificate: an end entity there, such as the server's own, must let nobody in. */
function mayIssue({ allowPartialChain }: TrustRules): (certificate: Certificate) => boolean {
  return ({ isSelfIssued, basicConstraints }) => isSelfIssued || allowPartialChain === true || basicConstraints?.cA === true;
}

/** In a TLS option a string is PEM, never the name of a file; bytes may come as any view. */
function asBytes(ca: unknown): SingleSource[] {
  return (Array.isArray(ca) ? ca : [ca]).map((item: unknown) => {
    if (typeof item === 'string') return Buffer.from(item);
    if (ArrayBuffer.isView(item)) return Buffer.from(item.buffer, item.byteOffset, item.byteLength);
    throw new ConfigurationError('ca', `holds ${item === null ? 'null' : typeof item}, and no PEM`);
  });
}

let fingerprints: ReadonlySet<string> | undefined;

function publicRootFingerprints(): ReadonlySet<string> {
  fingerprints ??= new Set(
    publicRoots()
      .flatMap(readPem)
      .map(({ bytes }) => createHash('sha256').update(bytes).digest('hex')),
  );
  return fingerprints;
}
