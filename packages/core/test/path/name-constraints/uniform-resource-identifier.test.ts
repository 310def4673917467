import { describe, expect, it } from 'vitest';
import { generalName } from '../../support/certificate-builder.js';
import { below, faultOf, faults, named, verdicts } from './limits.js';

const { dNSName, uniformResourceIdentifier: uri } = generalName;

describe('a uniformResourceIdentifier constraint', () => {
  it.each([
    'urn:example:a',
    'mailto:b@a.example',
    'sip:b@a.example',
    'file:///a.example',
    'https:/a.example/',
    'https:a.example',
    '//a.example/',
    '://a.example/',
    'a.example',
    '1https://a.example/',
    'https://',
    'https:///a.example/',
    'https://192.0.2.1/',
    'https://192.0.2.1:443/',
    'https://3221225985/',
    'https://0xc0000201/',
    'https://a.0x/',
    'https://[2001:db8::1]/',
    'https://[v1.a.example]/',
    'https://a.example./',
    'https://.a.example/',
    'https://a..example/',
    'https://*.a.example/',
    'https://b@a.example/',
    'https://a.example@evil.example/',
    'https://a.example:b@evil.example/',
    'https://@a.example/',
    'https://a.example:port/',
    'https://evil.example\\@a.example/',
    'https:\\\\a.example/',
    'https://a.example\\evil.example/',
    'https://a.example/\\evil',
    'https://%61.example/',
    'https://a.example%2eevil.example/',
    'https://a .example/',
    'https://a.example/ b',
    'https://a.example/%zz',
    'https://a.example/%4',
    'https://a.example/<b>',
    ' https://a.example/',
    `https://${'b.'.repeat(4_000)}a.example/`,
  ])('refuses %s, which has no host to compare', (name) => {
    for (const fault of faults(uri('a.example'), uri(name))) {
      expect(fault).toMatch(
        /^the name uniformResourceIdentifier ".* cannot be compared with the uniformResourceIdentifier constraints of CN=CA$/,
      );
    }
    expect(faultOf(below({ permitted: [uri('')] }), named([uri(name)]))).toContain('cannot be compared');
  });

  it.each([
    'https://a.example',
    'a.example.',
    '*.a.example',
    '..a.example',
    'a.example:443',
    '192.0.2.1',
    '.0.2.1',
    'b@a.example',
    'a.example/',
  ])('that is written %s refuses every name, since it cannot be processed', (base) => {
    for (const fault of faults(uri(base), uri('https://a.example'))) expect(fault).toMatch(/ of CN=CA, which cannot be processed$/);
  });

  it.each([
    ['', 'https://a.example/', true],
    ['a.example', 'https://a.example', true],
    ['a.example', 'https://a.example/', true],
    ['a.example', 'HTTPS://A.Example:8443/b', true],
    ['A.example', 'https://a.example:/?b#c', true],
    ['a.example', 'https://a.example?@evil.example', true],
    ['a.example', 'https://a.example#@evil.example', true],
    ['a.example', 'https://a.example/%20//@evil.example', true],
    ['a.example', 'spiffe://a.example/ns/b/sa/c', true],
    ['prod', 'spiffe://prod/b', true],
    ['a_b.example', 'spiffe://a_b.example/b', true],
    ['a.example', 'https://b.a.example/', false],
    ['a.example', 'https://ba.example/', false],
    ['a.example', 'https://example/', false],
    ['a.example', 'https://evil.example/a.example', false],
    ['a.example', 'https://evil.example?a.example', false],
    ['a.example', 'https://evil.example#@a.example', false],
    ['.a.example', 'https://b.a.example/', true],
    ['.a.example', 'spiffe://c.b.a.example/d', true],
    ['.a.example', 'https://a.example/', false],
    ['.a.example', 'https://ba.example/', false],
    ['prod', 'spiffe://prod.example/b', false],
    ['.prod', 'spiffe://prod/b', false],
  ])('on "%s" takes %s: %s', (base, name, isIn) => {
    expect(verdicts(uri(base), uri(name))).toEqual({ permits: isIn, excludes: isIn });
  });

  it('takes a URI of 2 kB, refuses a longer one, and shows no more than 256 characters of it', () => {
    const long = `https://b.example/${'c'.repeat(2_030)}`;
    expect(faultOf(below({ excluded: [uri('a.example')] }), named([uri(`${long}c`)]))).toContain('cannot be compared');
    expect(verdicts(uri('b.example'), uri(long))).toEqual({ permits: true, excludes: true });
    const fault = faultOf(below({ permitted: [uri('a.example')] }), named([uri(long)]));
    expect(fault).toBe(
      `the name uniformResourceIdentifier "${long.slice(0, 256)}…" (2048 characters) is not in the permitted subtree uniformResourceIdentifier "a.example" of CN=CA`,
    );
  });

  it('says nothing of hosts that are no URI', () => {
    expect(faultOf(below({ permitted: [uri('a.example')] }), named([dNSName('b.example')]))).toBeUndefined();
  });
});
