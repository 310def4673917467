import { isIP } from 'node:net';
import { domainToASCII } from 'node:url';
import type { SubjectAltNameInput } from '../general-names.js';
import { UsageError } from './usage-error.js';

/** Host names and addresses told apart; the first of all gives the certificate its name. */
export function serverNames(names: readonly string[]): { name: string; dns: string[]; ip: string[] } {
  return {
    name: names[0] as string,
    dns: names.filter((name) => isIP(name) === 0).map(hostName),
    ip: names.filter((name) => isIP(name) !== 0),
  };
}

/** A common name that a certificate can carry: RFC 5280, appendix A.1 allows 64 characters. */
export function clientName(name: string): string {
  if (name.trim() === '' || /\p{Cc}/u.test(name)) throw new UsageError('a client needs a name that can be printed');
  if ([...name].length > 64) throw new UsageError('the name is longer than the 64 characters of a common name; choose a shorter one');
  return name;
}

interface AltNames {
  readonly email?: readonly string[];
  readonly uri?: readonly string[];
  readonly dns?: readonly string[];
  readonly upn?: readonly string[];
}

/** The alternative names as they were typed, with a look at the ones that have a form. */
export function clientAltNames({ email = [], uri = [], dns = [], upn = [] }: AltNames): SubjectAltNameInput {
  for (const address of email) {
    if (!/^[^\s@]+@[^\s@]+$/.test(address)) throw new UsageError(`--email: '${address}' is no address such as alice@example.com`);
  }
  for (const text of uri) {
    if (!URL.canParse(text)) throw new UsageError(`--uri: '${text}' is no URI with a scheme, such as spiffe://example.com/pay`);
  }
  return { email, uri, dns: dns.map(hostName), upn };
}

/** With international names in their ASCII form, as certificates have them. */
function hostName(name: string): string {
  const labels = domainToASCII(name.replace(/^\*\./, '')).split('.');
  const isHostName =
    labels.every((label) => /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/i.test(label)) && !/^\d+$/.test(labels.at(-1) ?? '');
  const ascii = `${name.startsWith('*.') ? '*.' : ''}${labels.join('.')}`;
  if (!isHostName || ascii.length > 253) {
    throw new UsageError(`'${name}' is neither a host name nor an IP address; give it without scheme, port and brackets`);
  }
  return ascii;
}
