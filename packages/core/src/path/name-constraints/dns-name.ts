import { type Domain, isBelow, isWithin, readDomain, readHost } from './host.js';
import type { NameForm } from './name-form.js';

/** A host, or with `isWildcard` each host that has one label more. */
interface DnsName {
  readonly host: string;
  readonly isWildcard: boolean;
}

/** `parent` is the host without its first label: the wildcard below it can match the host. */
type DnsSubtree = 'all' | (Domain & { readonly parent: string; readonly isBelowOnly: boolean });

/**
 * RFC 5280, section 4.2.1.10: "Any DNS name that can be constructed by simply adding zero or more labels to the left-hand side of the name
 * satisfies the name constraint."
 *
 * A wildcard stands for every host that it can match (RFC 9525, section 6.3): all of them must be permitted, and none may be excluded.
 *
 * RFC 5280 has no period before a dNSName. Authorities write it all the same, for what is below the domain without the domain itself, and
 * OpenSSL, Go and webpki read it so. An excluded one leaves a doubt about the domain itself, which is excluded here.
 *
 * | subtree       | name               | permits | excludes |
 * | ------------- | ------------------ | ------- | -------- |
 * | (empty)       | any                | yes     | yes      |
 * | a.example     | A.example          | yes     | yes      |
 * | a.example     | b.a.example        | yes     | yes      |
 * | a.example     | ba.example         | no      | no       |
 * | a.example     | example            | no      | no       |
 * | .a.example    | b.a.example        | yes     | yes      |
 * | .a.example    | a.example          | no      | yes      |
 * | a.example     | *.a.example        | yes     | yes      |
 * | a.example     | *.b.a.example      | yes     | yes      |
 * | .a.example    | *.a.example        | yes     | yes      |
 * | a.example     | *.example          | no      | yes      |
 * | c.a.example   | *.example          | no      | no       |
 * | any           | .a, a., a..b, *, b*.a, b.*.a, … | refused | refused |
 * | *.a, a., …    | any                | refused | refused  |
 */
export const dNSName: NameForm<DnsName, DnsSubtree> = {
  label: 'dNSName',

  readName(name) {
    if (name.type !== 'dNSName') return undefined;
    const isWildcard = name.value.startsWith('*.');
    const host = readHost(isWildcard ? name.value.slice(2) : name.value);
    return host === undefined ? undefined : { host, isWildcard };
  },

  readSubtree(base) {
    if (base.type !== 'dNSName') return undefined;
    if (base.value === '') return 'all';
    const isBelowOnly = base.value.startsWith('.');
    const domain = readDomain(isBelowOnly ? base.value.slice(1) : base.value);
    if (domain === undefined) return undefined;
    return { ...domain, parent: domain.host.replace(/^[^.]*\.?/, ''), isBelowOnly };
  },

  permits(subtree, { host, isWildcard }) {
    if (subtree === 'all') return true;
    return isBelow(host, subtree) || (host === subtree.host && (isWildcard || !subtree.isBelowOnly));
  },

  excludes(subtree, { host, isWildcard }) {
    if (subtree === 'all') return true;
    return isWithin(host, subtree) || (isWildcard && host === subtree.parent);
  },
};
