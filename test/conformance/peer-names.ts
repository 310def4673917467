import { isIP } from 'node:net';
import type { PeerName } from './conformance-case.js';
import type { Certificate, GeneralName } from './core.js';

/** Whether the certificate's subjectAltName holds the name, as a client that looks for a server (RFC 9525) or a mail program would find it. */
export function holdsName(certificate: Certificate, { kind, value }: PeerName): boolean {
  const names = certificate.subjectAltName ?? [];
  switch (kind) {
    case 'DNS':
      return names.some((name) => name.type === 'dNSName' && (isSameHost(name.value, value) || isMatchedByWildcard(name.value, value)));
    case 'IP':
      return names.some((name) => name.type === 'iPAddress' && addressText(name.value) === normalAddress(value));
    case 'RFC822':
      return names.some((name) => name.type === 'rfc822Name' && isSameMailbox(name.value, value));
  }
}

/** Whether it is a wildcard alone that stands for the host. */
export function holdsByWildcardAlone(certificate: Certificate, { kind, value }: PeerName): boolean {
  const names = certificate.subjectAltName ?? [];
  return (
    kind === 'DNS' &&
    names.some((name) => name.type === 'dNSName' && isMatchedByWildcard(name.value, value)) &&
    !names.some((name) => name.type === 'dNSName' && isSameHost(name.value, value))
  );
}

/** RFC 1034, section 3.5, which RFC 5280 names for dNSName, and RFC 9525's wildcard: letters, digits and hyphens, in labels of up to 63. */
export function isPreferredDnsName(name: string): boolean {
  return name.length <= 253 && /^(\*\.)?[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/i.test(name);
}

/** A name of the certificate as one would write it; undefined for kinds that have no such form. */
export function nameText(name: GeneralName): string | undefined {
  switch (name.type) {
    case 'dNSName':
    case 'rfc822Name':
    case 'uniformResourceIdentifier':
      return name.value;
    case 'iPAddress':
      return addressText(name.value);
    default:
      return undefined;
  }
}

function isSameHost(one: string, other: string): boolean {
  return lower(one) === lower(other);
}

/** RFC 9525, section 6.3: the whole leftmost label, for one label, below a name that has a dot. */
function isMatchedByWildcard(pattern: string, host: string): boolean {
  const [first, ...rest] = lower(pattern).split('.');
  const [, ...hostRest] = lower(host).split('.');
  return first === '*' && rest.length > 1 && rest.join('.') === hostRest.join('.');
}

/** RFC 5321, section 2.4: the local part may know upper case from lower. */
function isSameMailbox(one: string, other: string): boolean {
  const at = one.lastIndexOf('@') + 1;
  return one.slice(0, at) === other.slice(0, at) && lower(one.slice(at)) === lower(other.slice(at));
}

function lower(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase());
}

function addressText(octets: Uint8Array): string {
  if (octets.length === 4) return octets.join('.');
  const groups = Array.from({ length: octets.length / 2 }, (_, index) => ((octets[2 * index] ?? 0) << 8) | (octets[2 * index + 1] ?? 0));
  return normalAddress(groups.map((group) => group.toString(16)).join(':'));
}

/** An IPv6 address has many spellings; that of a URL is one. */
function normalAddress(text: string): string {
  return isIP(text) === 6 ? new URL(`http://[${text}]/`).hostname.slice(1, -1) : text;
}
