import { lookup as dnsLookup, type LookupAddress, type LookupOptions } from 'node:dns';
import { connect, isIP, type LookupFunction, type Socket } from 'node:net';
import { type FetchRules, hostOf, isAllowedAddress, portOf } from './fetch-rules.js';
import type { FetchFailure } from './fetch-types.js';

/**
 * A TCP connection to a URL's host, whose address was checked before any byte is sent: each address that DNS gives, and the one that the
 * connection then has. A name cannot lead elsewhere between a check and its use, since what was checked is what is connected to.
 */
export function connectChecked(
  url: URL,
  rules: FetchRules,
  lookup: LookupFunction,
  signal: AbortSignal,
): Promise<{ ok: true; socket: Socket } | FetchFailure> {
  return new Promise((resolve) => {
    let refused: string | undefined;
    const fail = (error: NodeJS.ErrnoException): void => {
      socket.destroy();
      if (refused !== undefined) return resolve({ ok: false, why: 'refused', detail: refused });
      resolve({ ok: false, why: 'network', detail: `cannot connect to ${hostOf(url)}: ${error.code ?? error.message}` });
    };
    const isAllowed = (address: string | undefined): boolean => {
      if (isAllowedAddress(hostOf(url), address ?? '', rules)) return true;
      refused = `${hostOf(url)} has the address ${address}, which is not public`;
      return false;
    };
    const socket = connect({
      host: hostOf(url),
      port: portOf(url),
      lookup: (name, options, done) => lookUp(lookup, name, options, isAllowed, done),
    });
    const abort = (): void => fail(new Error('given up'));
    signal.addEventListener('abort', abort, { once: true });
    socket.on('error', fail);
    socket.once('connect', () => {
      signal.removeEventListener('abort', abort);
      if (!isAllowed(socket.remoteAddress)) return fail(new Error('refused'));
      // Whoever reads the socket now hears of its errors; without anybody, one would end the process.
      resolve({ ok: true, socket });
    });
    if (signal.aborted) abort();
  });
}

type LookedUp = Parameters<LookupFunction>[2];

/** All addresses that a name has, or an error if one of them may not be connected to. */
function lookUp(
  lookup: LookupFunction,
  name: string,
  options: LookupOptions,
  isAllowed: (address: string) => boolean,
  done: LookedUp,
): void {
  lookup(name, { ...options, all: true }, (error, found, family) => {
    if (error !== null && error !== undefined) return done(error, '');
    const addresses: LookupAddress[] = Array.isArray(found) ? found : [{ address: found, family: family ?? isIP(found) }];
    if (addresses.length === 0) return done(Object.assign(new Error(`${name} has no address`), { code: 'ENOTFOUND' }), '');
    if (!addresses.every(({ address }) => isAllowed(address))) return done(new Error('an address is not public'), '');
    if (options.all === true) return done(null, addresses);
    const [first] = addresses as [LookupAddress];
    done(null, first.address, first.family);
  });
}

export const systemLookup: LookupFunction = dnsLookup as LookupFunction;
