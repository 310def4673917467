import { isIPv4, isIPv6 } from 'node:net';

/** An address of 4 or 16 octets as canonical text: dotted decimal, or RFC 5952. */
export function ipAddressText(octets: Uint8Array): string {
  return octets.length === 4 ? octets.join('.') : ipv6Text(octets);
}

/**
 * The canonical text of an IPv4 or IPv6 address, or nothing where `text` is none. A zone (`%eth0`) is no part of an address in a
 * certificate.
 */
export function canonicalIpAddress(text: string): string | undefined {
  // Node's reader refuses what is ambiguous, such as an octet that begins with 0 and might be octal.
  if (isIPv4(text)) return text;
  if (!isIPv6(text) || text.includes('%')) return undefined;
  return ipv6Text(ipv6Octets(text));
}

/** RFC 5952, section 4: lower case, no leading zeros, the first longest run of two or more zero groups is `::`. */
function ipv6Text(octets: Uint8Array): string {
  const groups = Array.from({ length: 8 }, (_, i) => ((octets[2 * i] ?? 0) << 8) | (octets[2 * i + 1] ?? 0));
  // RFC 5952, section 5: an IPv4-mapped address (::ffff:0:0/96) is known by its prefix and shows the IPv4 address.
  if (groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff) return `::ffff:${octets.subarray(12).join('.')}`;
  const [start, length] = longestZeroRun(groups);
  const hex = groups.map((group) => group.toString(16));
  if (length < 2) return hex.join(':');
  return `${hex.slice(0, start).join(':')}::${hex.slice(start + length).join(':')}`;
}

function longestZeroRun(groups: readonly number[]): readonly [start: number, length: number] {
  let best: readonly [number, number] = [0, 0];
  for (let start = 0; start < groups.length; start++) {
    let end = start;
    while (groups[end] === 0) end++;
    if (end - start > best[1]) best = [start, end - start];
    if (end > start) start = end;
  }
  return best;
}

/** Reads what `isIPv6` has accepted (RFC 4291, section 2.2). */
function ipv6Octets(text: string): Uint8Array {
  const [left = '', right] = text.split('::');
  const before = groupOctets(left);
  const after = right === undefined ? [] : groupOctets(right);
  return Uint8Array.from([...before, ...new Array<number>(16 - before.length - after.length).fill(0), ...after]);
}

function groupOctets(text: string): number[] {
  if (text === '') return [];
  return text.split(':').flatMap((group) => {
    if (group.includes('.')) return group.split('.').map(Number);
    const value = Number.parseInt(group, 16);
    return [value >> 8, value & 0xff];
  });
}
