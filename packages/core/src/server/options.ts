import type { SecureVersion, TlsOptions } from 'node:tls';
import { z } from 'zod';
import { ConfigurationError, parseOptions } from '../errors/index.js';
import { isName, readFile } from '../sources/index.js';
import { seconds } from '../verifier/index.js';

/** A file's name, PEM text, or bytes. */
export type Credential = string | Uint8Array;

export interface ServerTlsOptions {
  /** The server's private key: the name of a file, which is watched, or PEM. */
  key: Credential;
  /** The server's certificate, followed by its intermediates, likewise. It need not be of the CA that clients are trusted by. */
  cert: Credential;
  /** The passphrase of `key`. */
  passphrase?: string | undefined;
  /**
   * `false`, the default, lets every handshake through and leaves the decision to the guard, which answers with a reason. `true` has Node.js
   * refuse connections without an acceptable certificate as well, in depth: those clients see a reset connection, and no route can be optional.
   */
  rejectUnauthorized?: boolean | undefined;
  /**
   * `'anchors'`, the default, tells clients the names of the trusted authorities: browsers, Java and Go send or offer a certificate of these, or none.
   * `'none'` tells none, and leaves the choice to them; needed when the names take more than 48 KB.
   */
  caHints?: 'anchors' | 'none' | undefined;
  /** Let clients resume TLS sessions. A resumed session carries no intermediates; the guard verifies it like any other. */
  allowSessionResumption?: boolean | undefined;
  /** `'TLSv1.2'` unless told. */
  minVersion?: 'TLSv1.2' | 'TLSv1.3' | undefined;
  /** OpenSSL's cipher list, as Node.js takes it. */
  ciphers?: string | undefined;
  /** Application protocols (ALPN), in order of preference: `['h2', 'http/1.1']`. Fastify and http2 set their own. */
  ALPNProtocols?: string[] | undefined;
  /** How often the files of `key` and `cert` are looked at besides being watched; 10 unless told. */
  pollSeconds?: number | undefined;
}

const credential = z.custom<Credential>(
  (value) => (typeof value === 'string' && value.trim() !== '') || (value instanceof Uint8Array && value.length > 0),
  {
    error: ({ input }) =>
      input === undefined ? "is missing: name the server's file, or give PEM" : "expected a file's name, PEM text or bytes, not empty",
  },
);
const protocol = 'expected the name of a protocol';
const flag = z.boolean({ error: 'expected true or false' }).optional();
const words = (...names: [string, ...string[]]) =>
  z.enum(names, { error: `expected ${names.map((name) => `'${name}'`).join(' or ')}` }).optional();

const serverTlsOptions = z.strictObject(
  {
    key: credential,
    cert: credential,
    passphrase: z.string({ error: 'expected a string' }).optional(),
    rejectUnauthorized: flag,
    caHints: words('anchors', 'none'),
    allowSessionResumption: flag,
    minVersion: words('TLSv1.2', 'TLSv1.3'),
    ciphers: z.string({ error: 'expected an OpenSSL cipher list' }).min(1, { error: 'is empty' }).optional(),
    ALPNProtocols: z
      .array(z.string({ error: protocol }).min(1, { error: protocol }), {
        error: "expected a list of protocols, such as ['h2', 'http/1.1']",
      })
      .min(1, { error: 'the list is empty' })
      .optional(),
    pollSeconds: seconds(0.1),
  },
  {
    error: ({ code }) =>
      code === 'invalid_type' ? "expected an object of options, such as { key: 'server.key', cert: 'server.crt' }" : undefined,
  },
);

/** What a handshake is made of besides key, certificate and authorities. */
export type TlsSettings = Pick<TlsOptions, 'passphrase' | 'ciphers' | 'ALPNProtocols'> & { readonly minVersion: SecureVersion };

/** The server's key and certificate, PEM. */
export interface Credentials {
  readonly key: Buffer;
  readonly cert: Buffer;
}

/** The options, with files read. */
export interface ParsedServerTlsOptions {
  readonly credentials: Credentials;
  /** Those of `key` and `cert` that name files, to be watched. */
  readonly files: { readonly key?: string; readonly cert?: string };
  readonly pollSeconds: number | undefined;
  readonly settings: TlsSettings;
  readonly rejectUnauthorized: boolean;
  readonly caHints: boolean;
  readonly allowSessionResumption: boolean;
}

export function parseServerTlsOptions(options: unknown): ParsedServerTlsOptions {
  const { key, cert, passphrase, ciphers, ALPNProtocols, minVersion, ...parsed } = parseOptions(serverTlsOptions, options);
  const rejectUnauthorized = parsed.rejectUnauthorized ?? false;
  const caHints = parsed.caHints !== 'none';
  if (rejectUnauthorized && !caHints) {
    throw new ConfigurationError(
      'caHints',
      "'none' leaves Node.js no authorities to verify with; leave rejectUnauthorized false, or the hints on",
    );
  }
  return {
    credentials: { key: bytesOf(key, 'key'), cert: bytesOf(cert, 'cert') },
    files: { ...(isName(key) ? { key } : {}), ...(isName(cert) ? { cert } : {}) },
    pollSeconds: parsed.pollSeconds,
    settings: {
      ...(passphrase === undefined ? {} : { passphrase }),
      ...(ciphers === undefined ? {} : { ciphers }),
      ...(ALPNProtocols === undefined ? {} : { ALPNProtocols }),
      minVersion: (minVersion ?? 'TLSv1.2') as SecureVersion,
    },
    rejectUnauthorized,
    caHints,
    allowSessionResumption: parsed.allowSessionResumption ?? false,
  };
}

function bytesOf(given: Credential, option: string): Buffer {
  if (given instanceof Uint8Array) return Buffer.from(given);
  return isName(given) ? readFile(given, option) : Buffer.from(given);
}
