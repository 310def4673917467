import ipaddr from 'ipaddr.js';
import { canonicalIpAddress } from '../identity/index.js';
import { dnsGlob, emailGlob, type Glob, textGlob, uriGlob } from './glob.js';

/** How the values of one kind of name are compared. */
export interface ValueKind {
  /**
   * The form in which a string of the policy and a value of the certificate are compared, or nothing for text that is no value of this
   * kind: such a string is refused in a policy, and such a value matches no string.
   */
  canonical(text: string): string | undefined;
  /** What a string of the policy must be; completes "must be …". */
  readonly description: string;
  /** Reads `{ glob }`, with the meaning that a * has for this kind. */
  glob(text: string): Glob;
  /** A string that stands for many values, where the kind has such strings. */
  range?(text: string): ((value: string) => boolean) | undefined;
}

/** Values of attributes, user principal names: compared exactly. */
export const exactText: ValueKind = {
  canonical: (text) => text,
  description: 'a text',
  glob: textGlob,
};

/**
 * Compared as they stand. RFC 5280, section 7.4, would fold scheme and host and resolve dots; whoever names a URI in a policy means the one
 * that the issuer writes, and a SPIFFE ID has no other form.
 */
export const uri: ValueKind = {
  canonical: (text) => (isVisibleAscii(text) ? text : undefined),
  description: 'a URI in ASCII, other characters percent-encoded',
  glob: uriGlob,
};

/** A SPIFFE ID: the same, and it has to be one. */
export const spiffeId: ValueKind = {
  canonical: (text) => (/^spiffe:\/\/[a-z0-9._-]+(?:\/(?!\.{1,2}(?:\/|$))[A-Za-z0-9._-]+)+$/.test(text) ? text : undefined),
  description: 'a SPIFFE ID, spiffe://trust-domain/path',
  glob: (text) =>
    /^spiffe:\/\/[a-z0-9._-]+\/[A-Za-z0-9._*/-]+$/.test(text)
      ? uriGlob(text)
      : { ok: false, problem: `'${text}' is no glob here: one of a SPIFFE ID begins with spiffe:// and a trust domain without a *` },
};

/** RFC 5280, section 7.2: ASCII letters are compared without regard to case; an internationalized name stands as A-labels. */
export const dns: ValueKind = {
  canonical: (text) => (isVisibleAscii(text) ? text.toLowerCase() : undefined),
  description: 'a DNS name in ASCII, an internationalized one as A-labels (xn--…)',
  glob: dnsGlob,
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
  glob: emailGlob,
};

/** Addresses are compared as addresses, however they are written. An IPv4-mapped IPv6 address is not the IPv4 address. */
export const ip: ValueKind = {
  canonical: canonicalIpAddress,
  description: 'an IPv4 or IPv6 address, or a block of them in CIDR notation (10.0.0.0/8) whose host bits are zero',
  glob: (text) => ({ ok: false, problem: `'${text}': addresses have no globs; write a block in CIDR notation, 10.0.0.0/8` }),
  range: cidr,
};

/** RFC 4632, section 3.1, and RFC 4291, section 2.3. A block with host bits was probably meant to be another one, so it is none. */
function cidr(text: string): ((value: string) => boolean) | undefined {
  const [, address = '', digits = ''] = /^([0-9A-Fa-f.:]+)\/(\d{1,3})$/.exec(text) ?? [];
  const canonical = canonicalIpAddress(address);
  if (canonical === undefined || (digits.length > 1 && digits.startsWith('0'))) return undefined;
  const [block, bits] = [ipaddr.parse(canonical), Number(digits)];
  if (bits > (block.kind() === 'ipv4' ? 32 : 128)) return undefined;
  const network = block.kind() === 'ipv4' ? ipaddr.IPv4.networkAddressFromCIDR(text) : ipaddr.IPv6.networkAddressFromCIDR(text);
  if (network.toByteArray().join() !== block.toByteArray().join()) return undefined;
  return (value) => {
    if (canonicalIpAddress(value) === undefined) return false;
    const given = ipaddr.parse(value);
    return given.kind() === block.kind() && given.match(block, bits);
  };
}

function isVisibleAscii(text: string): boolean {
  return /^[\x21-\x7e]+$/.test(text);
}
