import dns from 'node:dns';
import type { AddressInfo } from 'node:net';
import type { TlsOptions } from 'node:tls';
import Fastify, { type FastifyInstance, type FastifyPluginAsync } from 'fastify';
import { afterEach, vi } from 'vitest';
import { asking } from '../../../../test/support/cast.js';

/** One line of the log, as pino's object. */
export interface Line {
  readonly level: number;
  readonly msg: string;
  readonly [field: string]: unknown;
}

export interface Setup {
  readonly https?: TlsOptions | null;
  readonly [option: string]: unknown;
}

const opened: FastifyInstance[] = [];

/** An application with TLS, and its log. Closed when the test is over. */
export function makeApp({ https = asking, ...options }: Setup = {}): { app: FastifyInstance; log: Line[] } {
  const log: Line[] = [];
  const stream = { write: (line: string) => void log.push(JSON.parse(line) as Line) };
  const app = Fastify({
    ...(https === null ? {} : { https }),
    logger: { level: 'debug', stream },
    forceCloseConnections: true,
    ...options,
  }) as unknown as FastifyInstance;
  opened.push(app);
  return { app, log };
}

/** Lets it listen, and tells where. */
export async function listening(app: FastifyInstance, host = '127.0.0.1'): Promise<number> {
  await app.listen({ port: 0, host });
  return (app.server.address() as AddressInfo).port;
}

/** Says that the function is an asynchronous plugin: `register` takes plugins with a callback too, and linters see that one alone. */
export function plugin(build: FastifyPluginAsync): FastifyPluginAsync {
  return build;
}

/** Gives localhost two addresses, so that Fastify makes a second server for it. */
export function twoLocalhosts(): void {
  const lookup = (host: string, ...rest: unknown[]): void => {
    const callback = rest.at(-1) as (...args: unknown[]) => void;
    const all = rest.length > 1 && (rest[0] as { all?: boolean }).all === true;
    const addresses = host === 'localhost' ? ['127.0.0.1', '127.0.0.2'] : [host];
    const found = addresses.map((address) => ({ address, family: 4 }));
    setImmediate(() => (all ? callback(null, found) : callback(null, addresses[0], 4)));
  };
  vi.spyOn(dns, 'lookup').mockImplementation(lookup as typeof dns.lookup);
}

afterEach(async () => {
  await Promise.all(opened.splice(0).map((app) => app.close()));
});
