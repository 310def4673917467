import { canonicalIpAddress } from '../identity/index.js';

/** How the values of one kind of name are compared. */
export interface ValueKind {
  /**
   * The form in which a string of the policy and a value of the certificate are compared, or nothing for text that is no value of this
   * kind: such a string is refused in a policy, and such a value matches no string.
   */
  canonical(text: string): string | undefined;
  /** What a string of the policy must be; completes "must be …". */
  readonly description: string;
}

/** Values of attributes, user principal names: compared exactly. */
export const exactText: ValueKind = {
  canonical: (text) => text,
  description: 'a text',
};

/**
 * Compared as they stand. RFC 5280, section 7.4, would fold scheme and host and resolve dots; whoever names a URI in a policy means the one
 * that the issuer writes, and a SPIFFE ID has no other form.
 */
export const uri: ValueKind = {
  canonical: (text) => (isVisibleAscii(text) ? text : undefined),
  description: 'a URI in ASCII, other characters percent-encoded',
};

/** RFC 5280, section 7.2: ASCII letters are compared without regard to case; an internationalized name stands as A-labels. */
export const dns: ValueKind = {
  canonical: (text) => (isVisibleAscii(text) ? text.toLowerCase() : undefined),
  description: 'a DNS name in ASCII, an internationalized one as A-labels (xn--…)',
};

/** RFC 5280, section 7.5: the local part is compared exactly, the domain as a DNS name. */
export const email: ValueKind = {
  canonical(text) {
    // A quoted local part may hold an @ of its own: the last one divides.
    const at = text.lastIndexOf('@');
    if (at < 1 || at === text.length - 1 || !/^[\x20-\x7e]+$/.test(text)) return undefined;
    return text.slice(0, at) + text.slice(at).toLowerCase();
  },
  description: 'an e-mail address in ASCII, local@domain',
};

/** Addresses are compared as addresses, however they are written. An IPv4-mapped IPv6 address is not the IPv4 address. */
export const ip: ValueKind = {
  canonical: canonicalIpAddress,
  description: 'one IPv4 or IPv6 address; ranges (CIDR) are not supported, a list or a RegExp on the canonical text is',
};

function isVisibleAscii(text: string): boolean {
  return /^[\x21-\x7e]+$/.test(text);
}
