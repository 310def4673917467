import { describe, expect, it } from 'vitest';
import { generalName, type NameOption } from '../../support/certificate-builder.js';
import { ascii, printableString, sequence, set, tlv } from '../../support/der-writer.js';
import { attribute } from '../../support/names.js';
import { below, faultOf, named } from './limits.js';

const { directoryName, dNSName } = generalName;

/** Relative names of one or more attributes. */
const dn = (...rdns: readonly (readonly [string, string | Uint8Array][])[]): Uint8Array =>
  sequence(...rdns.map((rdn) => set(...rdn.map(([keyword, value]) => attribute(keyword, value)))));

const base = { C: 'DE', O: 'a' };

describe('a directoryName constraint', () => {
  it.each<[string, NameOption, NameOption, boolean]>([
    ['every name, when it is empty', sequence(), 'x', true],
    ['the base itself', base, base, true],
    ['a name below it', base, { ...base, OU: 'b', CN: 'c' }, true],
    ['a name in other case', base, { C: 'de', O: 'A', CN: 'b' }, true],
    ['a value of another string type', base, dn([['C', 'DE']], [['O', printableString('a')]], [['CN', 'b']]), true],
    ['a value with more white space', { O: 'a b' }, { O: '  a   b ', CN: 'c' }, true],
    [
      'attributes of a relative name in another order',
      dn([
        ['O', 'a'],
        ['OU', 'b'],
      ]),
      dn(
        [
          ['OU', 'b'],
          ['O', 'a'],
        ],
        [['CN', 'c']],
      ),
      true,
    ],
    ['a value that is no string', dn([['O', tlv(0x04, ascii('a'))]]), dn([['O', tlv(0x04, ascii('a'))]], [['CN', 'c']]), true],
    ['a value that is not ASCII', { O: 'Müller' }, { O: 'Müller', CN: 'c' }, true],
    ['not a value that goes on', base, { C: 'DE', O: 'ab' }, false],
    ['not a value that ends sooner', { C: 'DE', O: 'ab' }, base, false],
    ['not a value that looks like the key of two', { O: 'a' }, { O: 'a|2.5.4.3=1:b' }, false],
    ['not octets that go on', dn([['O', tlv(0x04, ascii('a'))]]), dn([['O', tlv(0x04, ascii('ab'))]]), false],
    [
      'not a relative name of more attributes',
      base,
      dn(
        [['C', 'DE']],
        [
          ['O', 'a'],
          ['OU', 'b'],
        ],
      ),
      false,
    ],
    [
      'not a relative name of fewer attributes',
      dn([
        ['O', 'a'],
        ['OU', 'b'],
      ]),
      dn([['O', 'a']], [['OU', 'b']]),
      false,
    ],
    ['not a name above it', base, { C: 'DE' }, false],
    ['not its relative names in another order', base, { O: 'a', C: 'DE' }, false],
    ['not its relative names further down', { O: 'a' }, base, false],
    ['not another type with the same value', { O: 'a' }, { OU: 'a' }, false],
    ['not the empty name, which only subjectAltName could hold', base, sequence(), false],
  ])('takes %s', (_, subtree, name, isIn) => {
    const bytes = directoryName(subtree);
    expect(faultOf(below({ permitted: [bytes] }), named([directoryName(name)], name)) === undefined).toBe(isIn);
    expect(faultOf(below({ excluded: [bytes] }), named([directoryName(name)], name)) === undefined).toBe(!isIn);
  });

  it('refuses a subject outside of what is permitted, and names it', () => {
    expect(faultOf(below({ permitted: [directoryName(base)] }), named([], 'client'))).toBe(
      'the name directoryName "CN=client" is not in the permitted subtree directoryName "O=a,C=DE" of CN=CA',
    );
  });

  it('refuses an alternative name though the subject is permitted', () => {
    const certificate = named([directoryName({ O: 'b' })], { ...base, CN: 'c' });
    expect(faultOf(below({ permitted: [directoryName(base)] }), certificate)).toContain('"O=b" is not in the permitted subtree');
    expect(faultOf(below({ excluded: [directoryName({ O: 'b' })] }), certificate)).toContain('"O=b" is in the excluded subtree');
  });

  it('lets a certificate with an empty subject and no such alternative name pass', () => {
    const certificate = named([dNSName('a.example')], sequence());
    expect(faultOf(below({ permitted: [directoryName(base)] }), certificate)).toBeUndefined();
    expect(faultOf(below({ excluded: [directoryName(sequence())] }), certificate)).toBeUndefined();
  });

  it('names a subject of thousands of bytes by its length', () => {
    const certificate = named([], { O: 'x'.repeat(8_192) });
    expect(faultOf(below({ permitted: [directoryName(base)] }), certificate)).toMatch(
      /^the name directoryName "a name of 82\d\d bytes" cannot be compared with the directoryName constraints of CN=CA$/,
    );
  });

  it.each([
    ['of more than a kilobyte', 'x'.repeat(1_100)],
    ['of characters that stand for many', '\ufdfa'.repeat(100)],
    ['of letters under a pile of marks', `a${'\u0301'.repeat(31)}`],
  ])('refuses a name that cannot be compared, since it would be in no excluded subtree: one %s', (_, OU) => {
    const certificate = named([], { O: 'Victim', CN: 'admin', OU });
    for (const constraints of [{ excluded: [directoryName({ O: 'Victim' })] }, { permitted: [directoryName({ O: 'Victim' })] }]) {
      expect(faultOf(below(constraints), certificate)).toContain('cannot be compared');
    }
    const other = named([], { O: 'Other' });
    expect(faultOf(below({ excluded: [directoryName({ OU })] }), other)).toContain('which cannot be processed');
  });

  it('excludes a name by one subtree of many, and permits it by one of many', () => {
    const others = ['d', 'e', 'f', 'g'].map((O) => directoryName({ O }));
    const certificate = named([], { O: 'g', CN: 'c' });
    expect(verdictsOf(others, certificate)).toEqual([true, false]);
    expect(verdictsOf(others.slice(0, 3), certificate)).toEqual([false, true]);
  });
});

function verdictsOf(bases: readonly Uint8Array[], certificate: ReturnType<typeof named>): readonly boolean[] {
  return [faultOf(below({ permitted: bases }), certificate), faultOf(below({ excluded: bases }), certificate)].map((f) => f === undefined);
}
