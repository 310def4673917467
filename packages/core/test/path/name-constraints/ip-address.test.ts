import { describe, expect, it } from 'vitest';
import { generalName } from '../../support/certificate-builder.js';
import { hex } from '../../support/der-writer.js';
import { below, faultOf, named, verdicts } from './limits.js';

const { iPAddress } = generalName;
const v4 = (text: string) => text.split(/[./]/).map(Number);
const network = (address: string, mask: string) => iPAddress(...v4(address), ...v4(mask));
const v6 = (digits: string) => [...hex(digits.padEnd(32, '0'))];

describe('an iPAddress constraint', () => {
  it.each([
    ['192.0.2.0', '255.255.255.0', '192.0.2.0', true],
    ['192.0.2.0', '255.255.255.0', '192.0.2.255', true],
    ['192.0.2.77', '255.255.255.0', '192.0.2.1', true],
    ['192.0.2.1', '255.255.255.255', '192.0.2.1', true],
    ['10.0.0.0', '255.128.0.0', '10.127.255.255', true],
    ['0.0.0.0', '0.0.0.0', '203.0.113.9', true],
    ['192.0.2.0', '255.255.255.0', '192.0.3.0', false],
    ['192.0.2.0', '255.255.255.0', '193.0.2.0', false],
    ['192.0.2.1', '255.255.255.255', '192.0.2.2', false],
    ['10.0.0.0', '255.128.0.0', '10.128.0.0', false],
  ])('on %s/%s takes %s: %s', (address, mask, name, isIn) => {
    expect(verdicts(network(address, mask), iPAddress(...v4(name)))).toEqual({ permits: isIn, excludes: isIn });
  });

  it.each([
    ['20010db8', 'ffffffff', '20010db8000000000000000000000001', true],
    ['20010db8', 'ffffffff', '20010db9000000000000000000000001', false],
    ['20010db8', 'ffffffff80', '20010db880', false],
    ['', '', '20010db8', true],
  ])('on %s/%s takes the IPv6 address %s: %s', (address, mask, name, isIn) => {
    expect(verdicts(iPAddress(...v6(address), ...v6(mask)), iPAddress(...v6(name)))).toEqual({ permits: isIn, excludes: isIn });
  });

  it('compares neither kind with the other, but for excluding IPv4-mapped addresses with IPv4', () => {
    const anyV4 = network('0.0.0.0', '0.0.0.0');
    const anyV6 = iPAddress(...v6(''), ...v6(''));
    const out = { permits: false, excludes: false };
    expect(verdicts(anyV4, iPAddress(...v6('20010db8')))).toEqual(out);
    const mapped = (network: string) => iPAddress(...v6(`00000000000000000000${network}`));
    expect(verdicts(anyV4, mapped('ffffc0000201'))).toEqual({ permits: false, excludes: true });
    expect(verdicts(network('192.0.2.0', '255.255.255.0'), mapped('ffffc0000301'))).toEqual(out);
    expect(verdicts(anyV4, mapped('fffec0000201'))).toEqual(out);
    expect(verdicts(anyV6, iPAddress(192, 0, 2, 1))).toEqual(out);
  });

  it('names addresses and networks', () => {
    expect(faultOf(below({ permitted: [network('192.0.2.0', '255.255.254.0')] }), named([iPAddress(...v6('20010db8'))]))).toBe(
      'the name iPAddress 2001:db8:0:0:0:0:0:0 is not in the permitted subtree iPAddress 192.0.2.0/23 of CN=CA',
    );
    expect(faultOf(below({ excluded: [iPAddress(...v6(''), ...v6(''))] }), named([iPAddress(...v6('20010db8'))]))).toBe(
      'the name iPAddress 2001:db8:0:0:0:0:0:0 is in the excluded subtree iPAddress 0:0:0:0:0:0:0:0/0 of CN=CA',
    );
  });
});
