import { describe, expect, it } from 'vitest';
import { generalSubtrees, type Subtrees, subtreesSchema } from '../../src/verifier/subtrees.js';
import { issue } from '../path/pki.js';
import { testKey } from '../support/certificate-builder.js';

function problems(subtrees: unknown): readonly string[] {
  const parsed = subtreesSchema.safeParse(subtrees);
  return parsed.success ? [] : (JSON.stringify(parsed.error.issues).match(/"message":"(?:[^"\\]|\\.)*"/g) ?? ['?']);
}

function bases(subtrees: Subtrees): readonly unknown[] {
  return (generalSubtrees(subtreesSchema.parse(subtrees)) ?? []).map(({ base }) => base);
}

describe('subtrees that are refused', () => {
  it.each([
    ['a text alone', 'example.com', /expected an object of names by form/],
    ['no form', {}, /is empty: name a subtree/],
    ['forms that are undefined', { dns: undefined }, /is empty: name a subtree/],
    ['an unknown form', { domain: 'example.com' }, /nrecognized key/],
    ['an empty list', { dns: [] }, /is an empty list/],
    ['an empty name, which would be every name', { dns: '' }, /'' must be a DNS name/],
    ['a DNS name with a leading dot', { dns: '.example.com' }, /must be a DNS name/],
    ['a wildcard', { dns: '*.example.com' }, /must be a DNS name/],
    ['a DNS name beyond ASCII', { dns: 'bücher.example' }, /must be a DNS name/],
    ['a DNS name with an empty label', { dns: 'a..example' }, /must be a DNS name/],
    ['one of a list', { dns: ['example.com', 'a b'] }, /'a b' must be a DNS name/],
    ['a mailbox without a local part', { email: '@example.com' }, /must be a mailbox/],
    ['a mailbox with two @', { email: 'a@b@example.com' }, /must be a mailbox/],
    ['a whole URI', { uri: 'https://example.com/' }, /must be the host of a URI/],
    ['a host with a port', { uri: 'example.com:443' }, /must be the host of a URI/],
    ['no address', { ip: 'example.com' }, /must be an address or a range/],
    ['an address as old C libraries read it', { ip: '10.1' }, /must be an address or a range/],
    ['a hexadecimal address', { ip: '0x7f.0.0.1/8' }, /must be an address or a range/],
    ['a prefix that is too long', { ip: '192.0.2.0/33' }, /must be an address or a range/],
    ['a range with bits beyond its mask', { ip: '192.0.2.1/24' }, /has bits beyond its mask/],
    ['an address of a zone', { ip: 'fe80::1%eth0' }, /must be an address or a range/],
    ['a name that RFC 4514 does not write', { directoryName: '/C=DE/O=Example' }, /an attribute such as/],
    ['a name with an unknown keyword', { directoryName: 'OX=Example' }, /OX/],
  ])('%s', (_, subtrees, problem) => {
    expect(problems(subtrees).join()).toMatch(problem);
  });
});

describe('subtrees', () => {
  it('are none where none are given', () => {
    expect(generalSubtrees(undefined)).toBeUndefined();
  });

  it('are names of all forms, one by one or in lists', () => {
    expect(bases({ dns: ['example.com', 'a.example'], email: ['.example.com', 'a@example.com'], uri: '.example.com' })).toEqual([
      { type: 'dNSName', value: 'example.com' },
      { type: 'dNSName', value: 'a.example' },
      { type: 'rfc822Name', value: '.example.com' },
      { type: 'rfc822Name', value: 'a@example.com' },
      { type: 'uniformResourceIdentifier', value: '.example.com' },
    ]);
  });

  it.each([
    ['192.0.2.0/24', 'c0000200ffffff00'],
    ['192.0.2.128/25', 'c0000280ffffff80'],
    ['192.0.2.1', 'c0000201ffffffff'],
    ['0.0.0.0/0', '0000000000000000'],
    ['2001:db8::/33', `20010db8${'00'.repeat(12)}ffffffff80${'00'.repeat(11)}`],
    ['::1', `${'00'.repeat(15)}01${'ff'.repeat(16)}`],
  ])('have address and mask: %s', (ip, octets) => {
    expect(bases({ ip })).toEqual([{ type: 'iPAddress', value: Uint8Array.from(Buffer.from(octets, 'hex')) }]);
  });

  it('have the distinguished names that certificates have, in their order', () => {
    const { subject } = issue({ C: 'DE', O: 'Größe & Co', CN: 'a' }, { key: testKey('ec') }).certificate;
    const [base] = bases({ directoryName: 'CN=a,O=Größe & Co,C=DE' }) as readonly { type: string; value: typeof subject }[];
    expect(base?.type).toBe('directoryName');
    expect(base?.value.key).toBe(subject.key);
    expect(base?.value.toString()).toBe('CN=a,O=Größe & Co,C=DE');
  });
});
