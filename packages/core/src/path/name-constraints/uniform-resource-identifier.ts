import { type Domain, isBelow, readDomain, readHost } from './host.js';
import type { NameForm } from './name-form.js';

type UriSubtree = { readonly kind: 'all' } | ({ readonly kind: 'host' | 'below' } & Domain);

/**
 * RFC 5280, section 4.2.1.10: the constraint is on the host part. It is a host, or with a period before it all that is below a domain. "If
 * … the subject alternative name extension contains a uniformResourceIdentifier that does not include an authority component with a host name
 * specified as a fully qualified domain name (e.g., if the URI either does not include an authority component or includes an authority
 * component in which the host name is specified as an IP address), then the application MUST reject the certificate."
 *
 * The host is found by RFC 3986 alone. Readers of URIs differ on user information, percent-encoded hosts, backslashes and spaces, so a URI with
 * one of them where it could matter is refused rather than read. The trust domain of a SPIFFE ID is a host like any other, of one label too.
 *
 * | subtree     | name                          | in the subtree |
 * | ----------- | ----------------------------- | -------------- |
 * | (empty)     | any with a host               | yes            |
 * | a.example   | https://A.example:8443/b      | yes            |
 * | a.example   | spiffe://a.example/b          | yes            |
 * | a.example   | https://b.a.example/          | no             |
 * | .a.example  | https://b.a.example/          | yes            |
 * | .a.example  | https://a.example/            | no             |
 * | .a.example  | https://ba.example/           | no             |
 * | any         | urn:a:b, mailto:b@a.example, file:///a, https://192.0.2.1/, https://[2001:db8::1]/, https://c@a.example/ | refused |
 * | a., https://a.example, 192.0.2.1, *.a, … | any | refused |
 */
export const uniformResourceIdentifier: NameForm<string, UriSubtree> = {
  label: 'uniformResourceIdentifier',

  readName: (name) => (name.type === 'uniformResourceIdentifier' ? hostOf(name.value) : undefined),

  readSubtree(base) {
    if (base.type !== 'uniformResourceIdentifier') return undefined;
    const { value } = base;
    if (value === '') return { kind: 'all' };
    const kind = value.startsWith('.') ? 'below' : 'host';
    const domain = readDomain(kind === 'below' ? value.slice(1) : value);
    return domain === undefined || endsInNumber.test(domain.host) ? undefined : { kind, ...domain };
  },

  permits: contains,
  excludes: contains,
};

function contains(subtree: UriSubtree, host: string): boolean {
  switch (subtree.kind) {
    case 'all':
      return true;
    case 'host':
      return host === subtree.host;
    case 'below':
      return isBelow(host, subtree);
  }
}

/** Scheme, host, port; then path, query and fragment of the characters that RFC 3986 has. */
const uriSyntax = /^[A-Za-z][A-Za-z0-9+.-]*:\/\/([A-Za-z0-9._-]+)(?::[0-9]*)?(?:[/?#](?:[\w\-.~!$&'()*+,;=:@/?#]|%[0-9A-Fa-f]{2})*)?$/;

/** A host whose last label is a number is an IPv4 address, or is none, to those who read URIs as browsers do. */
const endsInNumber = /(?:^|\.)(?:[0-9]+|0x[0-9a-f]*)$/;

/** SPIFFE IDs have at most 2,048 bytes, and other URIs that name somebody are no longer. */
const longestUri = 2_048;

function hostOf(uri: string): string | undefined {
  if (uri.length > longestUri) return undefined;
  const host = readHost(uriSyntax.exec(uri)?.[1] ?? '');
  return host === undefined || endsInNumber.test(host) ? undefined : host;
}
