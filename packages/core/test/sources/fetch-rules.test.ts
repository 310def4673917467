import { describe, expect, it } from 'vitest';
import { checkUrl, type FetchRules, isPublicAddress } from '../../src/sources/index.js';

describe('an address is not public', () => {
  it.each([
    ['nothing', ''],
    ['a name', 'example.com'],
    ['this network', '0.0.0.0'],
    ['this network', '0.1.2.3'],
    ['loopback', '127.0.0.1'],
    ['loopback', '127.255.255.254'],
    ['private', '10.0.0.1'],
    ['private', '172.31.255.255'],
    ['private', '192.168.1.1'],
    ['link-local, where clouds keep their secrets', '169.254.169.254'],
    ['carrier-grade NAT', '100.64.0.1'],
    ['for protocols', '192.0.0.8'],
    ['for documentation', '192.0.2.1'],
    ['for documentation', '198.51.100.1'],
    ['for documentation', '203.0.113.1'],
    ['for benchmarks', '198.18.0.1'],
    ['6to4 relays', '192.88.99.1'],
    ['multicast', '224.0.0.1'],
    ['reserved', '240.0.0.1'],
    ['broadcast', '255.255.255.255'],
    ['loopback', '::1'],
    ['unspecified', '::'],
    ['link-local', 'fe80::1'],
    ['link-local with its zone', 'fe80::1%eth0'],
    ['unique local', 'fd00::1'],
    ['site-local', 'fec0::1'],
    ['multicast', 'ff02::1'],
    ['IPv4-mapped loopback', '::ffff:127.0.0.1'],
    ['IPv4-mapped private', '::ffff:a00:1'],
    ['IPv4-compatible', '::127.0.0.1'],
    ['IPv4-translated', '::ffff:0:10.0.0.1'],
    ['translated private (NAT64)', '64:ff9b::10.0.0.1'],
    ['translated locally (NAT64)', '64:ff9b:1::a00:1'],
    ['6to4', '2002:a00:1::'],
    ['Teredo', '2001:0:4136:e378:8000:63bf:3fff:fdd2'],
    ['for documentation', '2001:db8::1'],
    ['for documentation', '3fff::1'],
    ['discarded', '100::1'],
    ['not given out', '4000::1'],
  ])('%s: %s', (_, address) => {
    expect(isPublicAddress(address)).toBe(false);
  });
});

describe('an address is public', () => {
  it.each(['1.1.1.1', '93.184.216.34', '172.32.0.1', '2606:4700:4700::1111', '::ffff:1.1.1.1', '64:ff9b::1.1.1.1'])('%s', (address) => {
    expect(isPublicAddress(address)).toBe(true);
  });
});

const hosts = (...allowHosts: string[]): FetchRules => ({ allowHosts });
const detail = (url: string, rules: FetchRules = { allowHosts: 'any' }): string => {
  const checked = checkUrl(url, rules);
  return checked.ok ? 'allowed' : checked.detail;
};

describe('a URL is refused', () => {
  it.each([
    ['crl.pem', 'is no absolute URL'],
    ['http://', 'is no absolute URL'],
    ['ftp://a.test/', 'has the scheme "ftp:" instead of http: or https:'],
    ['file:///etc/passwd', 'has the scheme "file:" instead of http: or https:'],
    ['ldap://a.test/cn=a?certificateRevocationList', 'has the scheme "ldap:" instead of http: or https:'],
    ['http://user@a.test/', 'carries a user name or password'],
    ['http://:secret@a.test/', 'carries a user name or password'],
    ['http://a.test/#x', 'carries a fragment'],
    ['http://a.test/#', 'carries a fragment'],
    ['http://a.test:8080/', 'has the port 8080, which is not allowed'],
    ['https://a.test:22/', 'has the port 22, which is not allowed'],
    ['http://127.0.0.1/', 'has the address 127.0.0.1, which is not public'],
    ['http://2130706433/', 'has the address 127.0.0.1, which is not public'],
    ['http://0x7f.1/', 'has the address 127.0.0.1, which is not public'],
    ['http://[::1]/', 'has the address ::1, which is not public'],
    ['http://[::ffff:169.254.169.254]/', 'has the address ::ffff:a9fe:a9fe, which is not public'],
    [`http://a.test/${'x'.repeat(8000)}`, 'has 8014 characters, more than 8000'],
  ])('%s', (url, expected) => {
    expect(detail(url)).toBe(expected);
  });

  it.each<[string, string[]]>([
    ['http://a.test/', []],
    ['http://b.test/', ['a.test']],
    ['http://a.test.evil.test/', ['a.test', '*.a.test']],
    ['http://evila.test/', ['*.a.test']],
    ['http://a.test/', ['*.a.test']],
    ['http://.a.test/', ['*.a.test']],
    ['http://a.test/', ['*']],
    ['http://a.test/', ['*.']],
    ['http://1.2.3.4/', ['*.3.4']],
  ])('%s, where %j are allowed', (url, allowed) => {
    expect(detail(url, hosts(...allowed))).toMatch(/^has the host .*, which is not allowed$/);
  });
});

describe('a URL is allowed', () => {
  it.each<[string, FetchRules]>([
    ['http://a.test/crl?x=1', { allowHosts: 'any' }],
    ['https://a.test:443/', { allowHosts: 'any' }],
    ['http://A.Test/', hosts('a.test')],
    ['http://a.test./', hosts('A.TEST')],
    ['http://b.a.test/', hosts('*.a.test')],
    ['http://c.b.a.test/', hosts('*.A.test.')],
    ['http://bücher.test/', hosts('bücher.test')],
    ['http://1.1.1.1/', hosts('1.1.1.1')],
    ['http://[2606:4700:4700:0::1111]/', hosts('[2606:4700:4700::1111]')],
    ['http://a.test:8080/', { allowHosts: 'any', allowPorts: [8080] }],
    ['http://127.0.0.1/', { allowHosts: 'any', allowPrivateAddresses: true }],
    ['http://127.0.0.1/', { allowHosts: 'any', allowPrivateAddresses: ['127.0.0.1'] }],
  ])('%s', (url, rules) => {
    expect(detail(url, rules)).toBe('allowed');
  });
});
