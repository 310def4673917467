import { createHash } from 'node:crypto';
import type { Server, TlsOptions } from 'node:tls';

/** The options that change while a server runs. */
export interface ContextOptions {
  readonly key: Buffer;
  readonly cert: Buffer;
  readonly ca: string[];
  readonly sessionIdContext: string;
}

/**
 * Gives a server other options for handshakes to come, all at once. `setSecureContext()` sets to its default whatever it is not given, so everything
 * that the server has is given again; what somebody put in the place of ours stays theirs.
 */
export function replaceContext(server: Server, given: ContextOptions, next: ContextOptions, allowSessionResumption: boolean): void {
  const present = server as unknown as Readonly<Record<string, unknown>>;
  const changed = (['key', 'cert', 'ca'] as const).filter((name) => given[name] !== next[name] && present[name] === given[name]);
  const isTrustNew = given.sessionIdContext !== next.sessionIdContext;
  if (changed.length === 0 && !isTrustNew) return;
  // Where trust is the same, sessions may go on; otherwise none of before may be resumed, whoever shares the keys.
  const ticketKeys = allowSessionResumption && !isTrustNew ? server.getTicketKeys() : undefined;
  server.setSecureContext({
    ...Object.fromEntries(carried.map((name) => [name, present[name]])),
    ...Object.fromEntries(changed.map((name) => [name, next[name]])),
    sessionIdContext: isTrustNew ? sessionContext(present.sessionIdContext, given, next) : (present.sessionIdContext as string),
  });
  if (ticketKeys !== undefined) server.setTicketKeys(ticketKeys);
}

/** What `setSecureContext()` of Node.js 20 to 26 takes, and keeps on the server under the same names. */
const carried = [
  'pfx',
  'key',
  'passphrase',
  'cert',
  'clientCertEngine',
  'ca',
  'minVersion',
  'maxVersion',
  'secureProtocol',
  'crl',
  'sigalgs',
  'ciphers',
  'ecdhCurve',
  'dhparam',
  'honorCipherOrder',
  'secureOptions',
  'sessionTimeout',
  'ticketKeys',
  'privateKeyIdentifier',
  'privateKeyEngine',
] as const satisfies readonly (keyof TlsOptions)[];

/** A session context of somebody's own, which a fleet may share, is bound to the new trust: in all of them alike. */
function sessionContext(present: unknown, given: ContextOptions, next: ContextOptions): string {
  if (present === given.sessionIdContext) return next.sessionIdContext;
  return createHash('sha256')
    .update(`${String(present)} ${next.sessionIdContext}`)
    .digest('hex')
    .slice(0, 32);
}
