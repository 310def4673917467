import type { NameForm } from './name-form.js';

interface Network {
  /** Where the mask has zeros, this has too. */
  readonly address: Uint8Array;
  readonly mask: Uint8Array;
}

/**
 * RFC 5280, section 4.2.1.10: an address and a mask, of IPv4 or IPv6. Both are one form, so that where only IPv4 networks are permitted, no
 * IPv6 address is. An IPv4-mapped IPv6 address is an IPv6 address, and
 * excluded where the IPv4 address is, which connections to it go to.
 *
 * | subtree          | name               | in the subtree |
 * | ---------------- | ------------------ | -------------- |
 * | 192.0.2.0/24     | 192.0.2.255        | yes            |
 * | 192.0.2.77/24    | 192.0.2.255        | yes            |
 * | 192.0.2.0/24     | 192.0.3.0          | no             |
 * | 0.0.0.0/0        | any of IPv4        | yes            |
 * | 0.0.0.0/0        | any of IPv6        | no             |
 * | ::/0             | any of IPv4        | no             |
 * | 192.0.2.0/24     | ::ffff:192.0.2.1   | excluded, not permitted |
 */
export const iPAddress: NameForm<Uint8Array, Network> = {
  label: 'iPAddress',
  readName: (name) => (name.type === 'iPAddress' ? name.value : undefined),

  readSubtree(base) {
    // The reader of name constraints has checked that the mask is a prefix, and that both have the same length.
    if (base.type !== 'iPAddress') return undefined;
    const mask = base.value.subarray(base.value.length / 2);
    return { address: base.value.slice(0, mask.length).map((octet, i) => octet & (mask[i] as number)), mask };
  },

  permits: contains,
  excludes: (network, name) => contains(network, name) || (isMapped(name) && contains(network, name.subarray(12))),
};

/** RFC 4291, section 2.5.5.2: ::ffff:0:0/96. */
function isMapped(name: Uint8Array): boolean {
  return name.length === 16 && name.subarray(0, 12).every((octet, i) => octet === (i < 10 ? 0 : 0xff));
}

function contains({ address, mask }: Network, name: Uint8Array): boolean {
  if (name.length !== address.length) return false;
  for (let i = 0; i < name.length; i++) if (((name[i] as number) & (mask[i] as number)) !== address[i]) return false;
  return true;
}
