import { domainToASCII } from 'node:url';
import ipaddr from 'ipaddr.js';

/** Where bytes may be fetched from. */
export interface FetchRules {
  /**
   * Hosts by name or address, and `*.example.com` for all names below example.com, however deep, itself excepted. `'any'` is for addresses that
   * the operator wrote, never for those that come from a certificate.
   */
  readonly allowHosts: readonly string[] | 'any';
  /**
   * Let hosts, or only these (as in `allowHosts`), have addresses that are not of the public internet: loopback, private, link-local, those of
   * cloud metadata.
   */
  readonly allowPrivateAddresses?: boolean | readonly string[] | undefined;
  /** Ports besides 80 and 443. */
  readonly allowPorts?: readonly number[] | undefined;
}

export type CheckedUrl = { readonly ok: true; readonly url: URL } | { readonly ok: false; readonly detail: string };

/** As long as web servers take (RFC 9110, section 4.1, asks for at least 8,000 octets; none of a CRL or OCSP responder comes near). */
const longestUrl = 8_000;

/** Checks an address to be fetched from. Says nothing of what it may carry besides its host: a name and password, a token in a query. */
export function checkUrl(text: string, rules: FetchRules): CheckedUrl {
  if (text.length > longestUrl) return no(`has ${text.length} characters, more than ${longestUrl}`);
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined) return no('is no absolute URL');
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return no(`has the scheme ${brief(url.protocol)} instead of http: or https:`);
  if (url.username !== '' || url.password !== '') return no('carries a user name or password');
  if (text.includes('#')) return no('carries a fragment');
  const host = hostOf(url);
  const port = portOf(url);
  if (port !== 80 && port !== 443 && rules.allowPorts?.includes(port) !== true) return no(`has the port ${port}, which is not allowed`);
  if (rules.allowHosts !== 'any' && !isAmong(host, rules.allowHosts)) return no(`has the host ${brief(host)}, which is not allowed`);
  if (ipaddr.isValid(host) && !isAllowedAddress(host, host, rules)) return no(`has the address ${host}, which is not public`);
  return { ok: true, url };
}

/** The host's name, without a final dot; or its address, without brackets. */
export function hostOf({ hostname }: URL): string {
  return hostname.startsWith('[') ? hostname.slice(1, -1) : hostname.replace(/\.$/, '');
}

export function portOf({ port, protocol }: URL): number {
  return port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port);
}

/** Whether a host may be connected to at this address. */
export function isAllowedAddress(host: string, address: string, { allowPrivateAddresses = false }: FetchRules): boolean {
  const mayBePrivate = typeof allowPrivateAddresses === 'boolean' ? allowPrivateAddresses : isAmong(host, allowPrivateAddresses);
  return mayBePrivate || isPublicAddress(address);
}

/** Whether an address is one of the public internet, as IANA's registries of special-purpose addresses have it (RFC 6890). */
export function isPublicAddress(text: string): boolean {
  if (!ipaddr.isValid(text)) return false;
  const address = ipaddr.parse(text);
  if (address instanceof ipaddr.IPv4) return address.range() === 'unicast';
  // RFC 4291, section 2.5.5.2: connections to ::ffff:0:0/96 go to the IPv4 address.
  if (address.isIPv4MappedAddress()) return address.toIPv4Address().range() === 'unicast';
  // RFC 6052, section 2.1: so do those to 64:ff9b::/96, where a translator stands in between.
  if (address.range() === 'rfc6052') return new ipaddr.IPv4(address.toByteArray().slice(12)).range() === 'unicast';
  // RFC 4291, section 2.4, and IANA: only 2000::/3 is given out. Tunnels to IPv4 (6to4, Teredo) lie in it and are not 'unicast'.
  return isWithin(address, '2000::/3') && address.range() === 'unicast' && !isWithin(address, '3fff::/20');
}

function isWithin(address: ipaddr.IPv6, network: string): boolean {
  return address.match(ipaddr.IPv6.parseCIDR(network));
}

function isAmong(host: string, patterns: readonly string[]): boolean {
  return patterns.some((pattern) => {
    if (!pattern.startsWith('*.')) return canonicalHost(pattern) === host;
    const domain = canonicalHost(pattern.slice(2));
    return domain !== '' && !ipaddr.isValid(host) && host.endsWith(`.${domain}`) && host.length > domain.length + 1;
  });
}

function canonicalHost(pattern: string): string {
  const bare = pattern.startsWith('[') ? pattern.slice(1, -1) : pattern.replace(/\.$/, '');
  return ipaddr.IPv6.isValid(bare) ? ipaddr.IPv6.parse(bare).toRFC5952String() : domainToASCII(bare);
}

/** What a peer sent, fit for a log: short, and without control characters. */
export function brief(text: string): string {
  return JSON.stringify(text.length > 200 ? `${text.slice(0, 200)}…` : text);
}

function no(detail: string): CheckedUrl {
  return { ok: false, detail };
}
