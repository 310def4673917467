import { describe, expect, it } from 'vitest';
import { canonicalIpAddress, ipAddressText } from '../../src/identity/ip-address.js';

describe('canonicalIpAddress refuses', () => {
  it.each([
    '',
    ' ',
    '1.2.3',
    '1.2.3.4.5',
    '1.2.3.256',
    '01.2.3.4',
    '1.2.3.4 ',
    ' 1.2.3.4',
    '1.2.3.4\n',
    '0x1.2.3.4',
    '1.2.3.4/32',
    '::1/128',
    '1::2::3',
    ':::',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '12345::',
    '::g',
    '[::1]',
    'fe80::1%eth0',
    'localhost',
    '::1.2.3',
    '1.2.3.4::',
  ])('%j', (text) => {
    expect(canonicalIpAddress(text)).toBeUndefined();
  });
});

describe('canonicalIpAddress writes', () => {
  it.each([
    ['0.0.0.0', '0.0.0.0'],
    ['192.0.2.1', '192.0.2.1'],
    ['::', '::'],
    ['0:0:0:0:0:0:0:0', '::'],
    ['::1', '::1'],
    ['1::', '1::'],
    // RFC 5952, section 4.1 to 4.3.
    ['2001:0DB8::0001', '2001:db8::1'],
    ['2001:db8:0:0:0:0:2:1', '2001:db8::2:1'],
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['2001:db8::1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['2001:0:0:1:0:0:0:1', '2001:0:0:1::1'],
    ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['0:0:1:0:0:0:0:0', '0:0:1::'],
    ['1:0:0:2:0:0:0:3', '1:0:0:2::3'],
    ['1:2:3:4:5:6:0:0', '1:2:3:4:5:6::'],
    ['0:0:3:4:5:6:7:8', '::3:4:5:6:7:8'],
    // Section 5: IPv4-mapped addresses show the IPv4 address, others do not.
    ['::ffff:c000:0201', '::ffff:192.0.2.1'],
    ['::FFFF:192.0.2.1', '::ffff:192.0.2.1'],
    ['::192.0.2.1', '::c000:201'],
    ['64:ff9b::192.0.2.33', '64:ff9b::c000:221'],
  ])('%s as %s', (text, canonical) => {
    expect(canonicalIpAddress(text)).toBe(canonical);
    expect(canonicalIpAddress(canonical)).toBe(canonical);
  });
});

describe('ipAddressText', () => {
  it.each([
    ['c0000201', '192.0.2.1'],
    ['00000000', '0.0.0.0'],
    ['20010db8000000000000000000000001', '2001:db8::1'],
    ['00000000000000000000ffffc0000201', '::ffff:192.0.2.1'],
    ['00000000000000000000000000000000', '::'],
    ['fe80000000000000020000fffe000001', 'fe80::200:ff:fe00:1'],
  ])('shows %s as %s', (octets, text) => {
    expect(ipAddressText(Uint8Array.from(Buffer.from(octets, 'hex')))).toBe(text);
    // A sub-array of something longer, as certificates hand it out.
    expect(ipAddressText(Uint8Array.from(Buffer.from(`ff${octets}ff`, 'hex')).subarray(1, 1 + octets.length / 2))).toBe(text);
  });
});
