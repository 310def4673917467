import { describe, expect, it } from 'vitest';
import { generalName } from '../../support/certificate-builder.js';
import { below, faultOf, faults, named, verdicts } from './limits.js';

const { dNSName, uniformResourceIdentifier } = generalName;

describe('a dNSName constraint', () => {
  it.each([
    ['a leading period', '.a.example'],
    ['a trailing period', 'b.a.example.'],
    ['an empty label', 'b..a.example'],
    ['nothing but a period', '.'],
    ['nothing but a wildcard', '*'],
    ['a wildcard without a domain', '*.'],
    ['a wildcard that is part of a label', 'b*.a.example'],
    ['a wildcard that is not the first label', 'b.*.a.example'],
    ['two wildcards', '*.*.a.example'],
    ['a label of 64 characters', `${'b'.repeat(64)}.a.example`],
    ['254 characters', `${'b.'.repeat(122)}a.example.`.slice(0, 254)],
    ['8,192 characters', `${'b.'.repeat(4_091)}a.example`],
    ['a space', 'b a.example'],
    ['a colon', 'a.example:443'],
    ['a mailbox', 'b@a.example'],
    ['a URI', 'https://a.example'],
  ])('refuses a name with %s', (_, name) => {
    for (const fault of faults(dNSName('a.example'), dNSName(name))) {
      expect(fault).toMatch(/^the name dNSName ".*?"(?: \(8191 characters\))? cannot be compared with the dNSName constraints of CN=CA$/);
    }
  });

  it('refuses such a name even where every name is permitted', () => {
    expect(faultOf(below({ permitted: [dNSName('')] }), named([dNSName('a..example')]))).toBe(
      'the name dNSName "a..example" cannot be compared with the dNSName constraints of CN=CA',
    );
  });

  it.each(['*.a.example', 'a.example.', 'a..example', '..a.example', '.', 'a example', 'https://a.example'])(
    'that is written %s refuses every name, since it cannot be processed',
    (base) => {
      const fault = `the name dNSName "b.a.example" meets the constraint dNSName "${base}" of CN=CA, which cannot be processed`;
      expect(faults(dNSName(base), dNSName('b.a.example'))).toEqual([fault, fault]);
    },
  );

  it('refuses where one of many cannot be processed, though another permits the name', () => {
    const limits = below({ permitted: [dNSName('a.example'), dNSName('*.a.example')] });
    expect(faultOf(limits, named([dNSName('a.example')]))).toContain('which cannot be processed');
  });

  it.each([
    ['', 'anything.example', true, true],
    ['a.example', 'a.example', true, true],
    ['a.example', 'A.eXample', true, true],
    ['A.Example', 'b.a.example', true, true],
    ['a.example', 'c.b.a.example', true, true],
    ['a.example', '_c.b-.a.example', true, true],
    ['a.example', 'ba.example', false, false],
    ['a.example', 'b-a.example', false, false],
    ['a.example', 'example', false, false],
    ['a.example', 'a.example.b', false, false],
    ['a.example', 'a-example', false, false],
    ['example', 'a.example', true, true],
    ['xn--mnchen-3ya.example', 'b.XN--MNCHEN-3YA.example', true, true],
    ['.a.example', 'b.a.example', true, true],
    ['.a.example', 'c.b.a.example', true, true],
    ['.a.example', 'a.example', false, true],
    ['.a.example', 'ba.example', false, false],
    ['', '*.a.example', true, true],
    ['a.example', '*.a.example', true, true],
    ['a.example', '*.A.Example', true, true],
    ['a.example', '*.b.a.example', true, true],
    ['.a.example', '*.a.example', true, true],
    ['.a.example', '*.b.a.example', true, true],
    ['b.a.example', '*.a.example', false, true],
    ['bb.a.example', '*.a.example', false, true],
    ['bb.a.example', '*.b.a.example', false, false],
    ['.b.a.example', '*.a.example', false, true],
    ['c.b.a.example', '*.a.example', false, false],
    ['a.example', '*.ba.example', false, false],
    ['a.example', '*.example', false, true],
    ['example', '*.example', true, true],
  ])('on "%s" takes %s: permits %s, excludes %s', (base, name, permits, excludes) => {
    expect(verdicts(dNSName(base), dNSName(name))).toEqual({ permits, excludes });
  });

  it('takes a name of 253 characters', () => {
    const longest = `${'b.'.repeat(122)}a.example`;
    expect(longest).toHaveLength(253);
    expect(verdicts(dNSName('a.example'), dNSName(longest))).toEqual({ permits: true, excludes: true });
  });

  it('says nothing of common names and of other forms', () => {
    const certificate = named([uniformResourceIdentifier('https://b.example')], 'b.example');
    expect(faultOf(below({ permitted: [dNSName('a.example')], excluded: [dNSName('b.example')] }), certificate)).toBeUndefined();
  });
});
