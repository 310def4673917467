import type { Server } from 'node:http';
import type { ConnectionOptions, TlsOptions } from 'node:tls';
import { ConfigurationError, createVerifier, serverTls } from '@peercert/core';
import type { MtlsOptions } from '@peercert/express';
import type { TestKit } from '@peercert/pki/testing';
import { get, type HttpAnswer } from '../../support/client.js';
import { startExpress } from '../../support/servers.js';
import { errorCode } from './node-itself.js';

/** What a broken set-up led to. */
export interface Played {
  /** What the client got: status and code, or the error of its connection; nothing where there was no server. */
  readonly client: string;
  /** Everything that was logged or thrown, a line each. */
  readonly lines: readonly string[];
}

export interface Play {
  readonly mtls?: MtlsOptions;
  readonly tls?: TlsOptions | undefined;
  readonly client?: ConnectionOptions;
  readonly path?: string;
  readonly whenListening?: (server: Server) => void;
  /** Instead of one GET. */
  readonly ask?: (port: number, lines: readonly string[]) => Promise<HttpAnswer | string>;
}

/** Starts a server as the set-up has it, asks it once, and keeps what was logged. */
export async function play(kit: TestKit, set: Play): Promise<Played> {
  const lines: string[] = [];
  const log = (_fields: object, message: string): void => void lines.push(message);
  const logger = { debug: () => undefined, info: log, warn: log, error: log, isLevelEnabled: (level: string) => level !== 'debug' };
  const mtls = Object.hasOwn(set.mtls ?? {}, 'verifier') ? { ...set.mtls } : { trust: kit.trust, logger, ...set.mtls };
  const tls = Object.hasOwn(set, 'tls') ? set.tls : kit.https;
  const setup = {
    mtls,
    ...(tls === undefined ? {} : { tls }),
    ...(set.whenListening === undefined ? {} : { whenListening: set.whenListening }),
  };
  const running = await startExpress(setup);
  try {
    const answer = await (set.ask?.(running.port, lines) ?? get(running.port, set.path ?? '/', set.client).catch(errorCode));
    return { client: typeof answer === 'string' ? answer : shown(answer.status, answer.body), lines };
  } finally {
    await running.close();
  }
}

/** A mistake that ends the start: what is thrown is what the operator reads. */
export async function start(work: () => unknown): Promise<Played> {
  try {
    await work();
  } catch (error) {
    if (error instanceof ConfigurationError) return { client: 'the server does not start', lines: [`${error.name}: ${error.message}`] };
    throw error;
  }
  throw new Error('it started');
}

/** `serverTls` for the kit's server, as far as the set-up is right. */
export function strictTls(kit: TestKit, log: (message: string) => void, options: object = {}) {
  const tell = (_fields: object, message: string): void => log(message);
  const verifier = createVerifier({ trust: kit.trust, logger: { debug: () => undefined, info: tell, warn: tell, error: tell } });
  return { verifier, tls: serverTls(verifier, { key: kit.https.key, cert: kit.https.cert, ...options }) };
}

/** What a client got: the status, and the code where there is one. */
export function shown(status: number, body: string): string {
  const code = /PEERCERT_\w+/.exec(body)?.[0];
  return code === undefined ? String(status) : `${status} \`${code}\``;
}
