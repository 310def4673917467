import { readCertificate } from '../../src/x509/index.js';
import {
  basicConstraints,
  buildCertificate,
  type CertificateOptions,
  keyUsage,
  type NameOption,
  type TestKey,
  testKey,
} from '../support/certificate-builder.js';

/** A certificate with what it takes to issue from it. */
export interface Issuer {
  readonly subject: NameOption;
  readonly der: Uint8Array;
  readonly key: TestKey;
}

type Overrides = Partial<CertificateOptions>;

export function root(subject: NameOption = 'Root', options: Overrides = {}): Issuer {
  const key = options.key ?? testKey('ec', keyName(subject));
  return { subject, key, der: buildCertificate({ subject, key, extensions: authorityExtensions, ...options }) };
}

export function intermediate(issuer: Issuer, subject: NameOption = 'Intermediate', options: Overrides = {}): Issuer {
  const key = options.key ?? testKey('ec', keyName(subject));
  const names = { subject, issuer: issuer.subject };
  return { subject, key, der: buildCertificate({ ...names, key, issuerKey: issuer.key, extensions: authorityExtensions, ...options }) };
}

export function client(issuer: Issuer, subject: NameOption = 'alice', options: Overrides = {}): Uint8Array {
  const { key = testKey('ec', 'client') } = options;
  return buildCertificate({
    subject,
    issuer: issuer.subject,
    key,
    issuerKey: issuer.key,
    extensions: [keyUsage('digitalSignature')],
    ...options,
  });
}

/** What `getPeerCertificate(true)` gives for this list: each linked to the next, the last to itself if it is self-issued. */
export function legacyChain([first, ...others]: readonly Uint8Array[]): object {
  if (first === undefined) return {};
  const link: { raw: Uint8Array; issuerCertificate?: object } = { raw: first };
  if (others.length > 0) link.issuerCertificate = legacyChain(others);
  else {
    const read = readCertificate(first);
    if (read.ok && read.value.isSelfIssued) link.issuerCertificate = link;
  }
  return link;
}

interface FakeTls {
  readonly resumed?: boolean;
  readonly server?: object;
}

/** A TLS socket as Node.js makes it for a server, with counters. It always claims to be authorized. */
export class FakeSocket {
  readonly encrypted = true;
  readonly authorized = true;
  readonly authorizationError = null;
  readonly server: object;
  /** How often the end entity alone was read. */
  reads = 0;
  /** How often the chain was. */
  chainReads = 0;
  #certificates: readonly Uint8Array[];
  readonly #resumed: boolean;

  constructor(certificates: readonly Uint8Array[] = [], { resumed = false, server = { requestCert: true } }: FakeTls = {}) {
    this.#certificates = certificates;
    this.#resumed = resumed;
    this.server = server;
  }

  getPeerCertificate(detailed = false): object {
    if (detailed) this.chainReads += 1;
    else this.reads += 1;
    if (this.#certificates[0] === undefined) return {};
    return detailed ? legacyChain(this.#certificates) : { raw: this.#certificates[0] };
  }

  isSessionReused(): boolean {
    return this.#resumed;
  }

  /** As if the peer had sent these from the beginning. */
  present(...certificates: readonly Uint8Array[]): void {
    this.#certificates = certificates;
  }
}

/** A request over a fake socket: HTTP/1.1, GET. */
export function requestOver(
  socket: object,
  more: object = {},
): { readonly socket: object; readonly headers: Record<string, string>; readonly method: string } {
  return { socket, headers: {}, method: 'GET', ...more };
}

/** A request over a connection of its own. */
export function requestWith(certificates: readonly Uint8Array[], tls?: FakeTls): ReturnType<typeof requestOver> {
  return requestOver(new FakeSocket(certificates, tls));
}

/** A clock that stands still until it is set. */
export class FakeClock {
  at: number;

  constructor(at: string | number = '2030-01-01T00:00:00Z') {
    this.at = new Date(at).getTime();
  }

  readonly now = (): number => this.at;

  set(at: string | number): void {
    this.at = new Date(at).getTime();
  }

  advance(milliseconds: number): void {
    this.at += milliseconds;
  }
}

/** A logger that keeps what it is told. */
export class LogRecord {
  readonly lines: { level: 'debug' | 'info' | 'warn' | 'error'; message: string; fields: Record<string, unknown> }[] = [];
  readonly debug = this.#level('debug');
  readonly info = this.#level('info');
  readonly warn = this.#level('warn');
  readonly error = this.#level('error');

  of(level: 'debug' | 'info' | 'warn' | 'error'): string[] {
    return this.lines.filter((line) => line.level === level).map(({ message }) => message);
  }

  #level(level: 'debug' | 'info' | 'warn' | 'error') {
    return (fields: object, message: string): void => void this.lines.push({ level, message, fields: fields as Record<string, unknown> });
  }
}

const authorityExtensions = [basicConstraints(true), keyUsage('keyCertSign', 'cRLSign')];

function keyName(subject: NameOption): string {
  return typeof subject === 'string' ? subject : JSON.stringify(subject);
}
