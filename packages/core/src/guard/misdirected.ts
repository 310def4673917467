import type { IncomingHttpHeaders } from 'node:http';
import { isIP } from 'node:net';
import { type Refused, refused } from '../errors/index.js';
import { type PeerRequest, type ServerName, serverNameOf } from '../peer/index.js';

/** What tells which host a request is for. */
export interface AddressedRequest extends PeerRequest {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  readonly headers: IncomingHttpHeaders;
}

/**
 * A request may name another host than its connection does: browsers put requests for several hosts on one HTTP/2 connection where the server's certificate
 * allows it (RFC 9113, section 9.1.1), and anybody may write what he likes. Where the server has a context for each name, the certificate was
 * chosen for what the connection's context asked for, so that the client is told to connect anew (RFC 9110, section 15.5.20).
 *
 * | server             | the host's context                                      | answer      |
 * | ------------------ | ------------------------------------------------------- | ----------- |
 * | without contexts   |                                                         | none        |
 * | with `addContext`  | is that of the connection                               | none        |
 * | with `addContext`  | is another                                              | MISDIRECTED |
 * | with `SNICallback` | is the connection's: the name is that of the handshake  | none        |
 * | with `SNICallback` | may be another: the name is another, or only one has it | MISDIRECTED |
 * | with either        | a resumed session of TLS 1.2 does not tell its name     | MISDIRECTED |
 *
 * A host that is an IP address has the context of connections without server name, since none is sent for it (RFC 6066, section 3). A request that
 * names no host is for whatever its connection is for. For callbacks this follows nginx, which compares names wherever client certificates are verified.
 */
export function checkDirection(request: AddressedRequest): Refused | undefined {
  const server = serverNameOf(request);
  if (server === undefined) return undefined;
  for (const authority of authoritiesOf(request)) {
    const host = hostOf(authority);
    if (host === undefined || isMisdirected(server, host)) return misdirected(server, authority);
  }
  return undefined;
}

function isMisdirected({ servername, isOneContext }: ServerName, host: string | null): boolean {
  if (servername === undefined) return true;
  // Nearly always, and whatever has which context.
  if (servername === host) return false;
  return !(isOneContext(servername, host) ?? (servername !== null && hostOf(servername) === host));
}

function misdirected({ servername }: ServerName, authority: string): Refused {
  const connection =
    servername === undefined
      ? 'its TLS 1.2 session was resumed, which hides its server name'
      : `its connection has ${servername === null ? 'no server name' : `the server name ${quoted(servername)}`}`;
  return refused('PEERCERT_MISDIRECTED', { detail: `the request is for ${quoted(authority)}, and ${connection}` });
}

/**
 * Every host that a request names, since not all software looks at the same one: the `:authority` of HTTP/2, the Host header, and the target in
 * absolute form (RFC 9112, section 3.2.2). What CONNECT names is where a tunnel ends, unless it asks for a protocol (RFC 8441, section 4).
 */
function authoritiesOf({ method, url, headers }: AddressedRequest): readonly string[] {
  if (method === 'CONNECT' && headers[':protocol'] === undefined) return [];
  const target = typeof url === 'string' && !url.startsWith('/') ? /^[a-z][a-z\d+.-]*:\/\/([^/?#]*)/i.exec(url)?.[1] : undefined;
  const named: readonly unknown[] = [headers[':authority'], headers.host, target];
  return named.filter((name) => name !== undefined && name !== '').map(String);
}

/** The host of an authority as server names are compared: without port, in lower case, without the root's dot; null for an IP address, undefined for nonsense. */
function hostOf(authority: string): string | null | undefined {
  if (authority.startsWith('[')) return /^\[[\da-f:.]+\](?::\d*)?$/i.test(authority) ? null : undefined;
  const host = /^([^\s:@/?#[\]\\]+?)\.?(?::\d*)?$/.exec(authority)?.[1]?.toLowerCase();
  if (host === undefined) return undefined;
  return isIP(host) === 0 ? host : null;
}

/** A client writes it, and it goes to the log. */
function quoted(name: string): string {
  return JSON.stringify(name.slice(0, 253));
}
