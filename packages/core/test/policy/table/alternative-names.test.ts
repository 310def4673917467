import { z } from 'zod';
import { directoryName, dns, email, type IdentitySpec, ip, otherName, upn, uri } from '../identities.js';
import { long, table } from './rows.js';

const names = (...given: NonNullable<IdentitySpec['names']>): IdentitySpec => ({ names: given });
const mapped = ip(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 10, 0, 0, 1);
const v6 = (...last: readonly number[]) => ip(0x20, 1, 0x0d, 0xb8, ...new Array<number>(12 - last.length).fill(0), ...last);
const dnsRule = 'subjectAltName.dns';
const uriRule = 'subjectAltName.uri';
const emailRule = 'subjectAltName.email';
const ipRule = 'subjectAltName.ip';

table('subjectAltName.dns', [
  ['the name', names(dns('a.example')), { subjectAltName: { dns: 'a.example' } }],
  ['a NUL behind it', names(dns('a.example\0.evil')), { subjectAltName: { dns: 'a.example' } }, dnsRule],
  ['a line break behind it', names(dns('a.example\n')), { subjectAltName: { dns: 'a.example' } }, dnsRule],
  ['a look-alike', names(dns('\u0430.example')), { subjectAltName: { dns: 'a.example' } }, dnsRule],
  ['a Kelvin sign', names(dns('\u212a.example')), { subjectAltName: { dns: 'k.example' } }, dnsRule],
  ['a list in one name', names(dns('b.example, DNS:a.example')), { subjectAltName: { dns: 'a.example' } }, dnsRule],
  ['a name in quotes', names(dns('"a.example"')), { subjectAltName: { dns: 'a.example' } }, dnsRule],
  ['the empty name', names(dns('')), { subjectAltName: { dns: /.*/ } }],
  ['the empty name, where something is wanted', names(dns('')), { subjectAltName: { dns: /.+/ } }, dnsRule],
  ['8 kB', names(dns(long)), { subjectAltName: { dns: { glob: '**.example' } } }, dnsRule],
  ['any of many', names(dns('x'), dns('y'), dns('a.example')), { subjectAltName: { dns: 'a.example' } }],
  ['all, and one is another', names(dns('a.example'), dns('evil')), { subjectAltName: { dns: { all: 'a.example' } } }, dnsRule],
  ['all', names(dns('a.example'), dns('b.example')), { subjectAltName: { dns: { all: { glob: '*.example' } } } }],
  ['all, and there is none', {}, { subjectAltName: { dns: { all: { glob: '*.example' } } } }, dnsRule],
  ['any, said so', names(dns('x'), dns('a.example')), { subjectAltName: { dns: { any: 'a.example' } } }],
  ['a glob', names(dns('A.example')), { subjectAltName: { dns: { glob: '*.example' } } }],
  ['a glob of two labels', names(dns('a.b.example')), { subjectAltName: { dns: { glob: '*.example' } } }, dnsRule],
  ['a glob and a wildcard of the certificate', names(dns('*.example')), { subjectAltName: { dns: { glob: '*.example' } } }, dnsRule],
  ['a glob of several labels', names(dns('a.b.example')), { subjectAltName: { dns: { glob: '**.example' } } }],
  ['a glob and a name that spells a path', names(dns('a/../.example')), { subjectAltName: { dns: { glob: '*.example' } } }, dnsRule],
  ['a schema', names(dns('a.example')), { subjectAltName: { dns: z.string().endsWith('.example') } }],
  ['a schema that does not take it', names(dns('a.evil')), { subjectAltName: { dns: z.string().endsWith('.example') } }, dnsRule],
]);

table('subjectAltName.uri', [
  ['the name', names(uri('spiffe://a/b')), { subjectAltName: { uri: 'spiffe://a/b' } }],
  ['another scheme', names(uri('https://a/b')), { subjectAltName: { uri: 'spiffe://a/b' } }, uriRule],
  ['a scheme of another case', names(uri('SPIFFE://a/b')), { subjectAltName: { uri: 'spiffe://a/b' } }, uriRule],
  ['a port', names(uri('spiffe://a:443/b')), { subjectAltName: { uri: { glob: 'spiffe://a/*' } } }, uriRule],
  ['a user', names(uri('spiffe://evil@a/b')), { subjectAltName: { uri: { glob: 'spiffe://a/*' } } }, uriRule],
  ['an authority that goes on', names(uri('spiffe://a.evil/b')), { subjectAltName: { uri: { glob: 'spiffe://a/*' } } }, uriRule],
  ['a query', names(uri('spiffe://a/b?c')), { subjectAltName: { uri: 'spiffe://a/b' } }, uriRule],
  ['a fragment', names(uri('spiffe://a/b#c')), { subjectAltName: { uri: { glob: 'spiffe://a/**' } } }, uriRule],
  ['dot segments', names(uri('spiffe://a/x/../b')), { subjectAltName: { uri: { glob: 'spiffe://a/**' } } }, uriRule],
  ['dot segments, percent-encoded', names(uri('spiffe://a/%2e%2e/b')), { subjectAltName: { uri: { glob: 'spiffe://a/*/b' } } }, uriRule],
  ['a slash, percent-encoded', names(uri('spiffe://a/x%2Fb')), { subjectAltName: { uri: { glob: 'spiffe://a/*' } } }, uriRule],
  ['a NUL', names(uri('spiffe://a/b\0')), { subjectAltName: { uri: { glob: 'spiffe://a/*' } } }, uriRule],
  ['a line break', names(uri('spiffe://a/b\nx')), { subjectAltName: { uri: { glob: 'spiffe://a/*' } } }, uriRule],
  ['a * of the certificate', names(uri('spiffe://a/*')), { subjectAltName: { uri: { glob: 'spiffe://a/*' } } }, uriRule],
  ['8 kB', names(uri(`spiffe://a/${long}`)), { subjectAltName: { uri: { glob: 'spiffe://a/*' } } }, uriRule],
  ['a glob', names(uri('spiffe://a/ns/x/sa/api')), { subjectAltName: { uri: { glob: 'spiffe://a/ns/*/sa/api' } } }],
  ['a RegExp that forgets to escape', names(uri('spiffe://aXexample/b')), { subjectAltName: { uri: /spiffe:\/\/a\.example\/b/ } }, uriRule],
  ['any of two', names(uri('urn:x'), uri('urn:y')), { subjectAltName: { uri: 'urn:y' } }],
  ['all of two', names(uri('urn:x'), uri('urn:y')), { subjectAltName: { uri: { all: 'urn:y' } } }, uriRule],
]);

table('subjectAltName.email', [
  ['the address', names(email('a@b.example')), { subjectAltName: { email: 'a@B.example' } }],
  ['another local part', names(email('A@b.example')), { subjectAltName: { email: 'a@b.example' } }, emailRule],
  ['a display name', names(email('a <a@b.example>')), { subjectAltName: { email: 'a@b.example' } }, emailRule],
  ['two addresses in one', names(email('x@evil,a@b.example')), { subjectAltName: { email: 'a@b.example' } }, emailRule],
  [
    'two addresses in one, by a glob',
    names(email('a@b.example,x@evil')),
    { subjectAltName: { email: { glob: '*@b.example' } } },
    emailRule,
  ],
  ['two @, by a glob', names(email('x@evil@b.example')), { subjectAltName: { email: { glob: '*@b.example' } } }, emailRule],
  ['a NUL', names(email('a\0@b.example')), { subjectAltName: { email: { glob: '*@b.example' } } }, emailRule],
  ['a line break', names(email('a@b.example\n')), { subjectAltName: { email: { glob: '*@b.example' } } }, emailRule],
  ['a domain alone', names(email('b.example')), { subjectAltName: { email: { glob: '*@b.example' } } }, emailRule],
  ['a glob', names(email('a.b+c@B.example')), { subjectAltName: { email: { glob: '*@b.example' } } }],
  ['a glob of domains', names(email('a@x.b.example')), { subjectAltName: { email: { glob: 'a@*.b.example' } } }],
  ['a user principal name', names(upn('a@b.example')), { subjectAltName: { email: 'a@b.example' } }, emailRule],
]);

table('subjectAltName.ip', [
  ['the address', names(ip(10, 0, 0, 1)), { subjectAltName: { ip: '10.0.0.1' } }],
  ['a block', names(ip(10, 255, 0, 1)), { subjectAltName: { ip: '10.0.0.0/8' } }],
  ['just outside of a block', names(ip(11, 0, 0, 0)), { subjectAltName: { ip: '10.0.0.0/8' } }, ipRule],
  ['just inside of a block that ends within an octet', names(ip(172, 31, 255, 255)), { subjectAltName: { ip: '172.16.0.0/12' } }],
  ['just outside of it', names(ip(172, 32, 0, 0)), { subjectAltName: { ip: '172.16.0.0/12' } }, ipRule],
  ['a block of one', names(ip(10, 0, 0, 1)), { subjectAltName: { ip: '10.0.0.1/32' } }],
  ['a block of every IPv4 address', names(v6(1)), { subjectAltName: { ip: '0.0.0.0/0' } }, ipRule],
  ['an IPv4-mapped address in a block of IPv4', names(mapped), { subjectAltName: { ip: '10.0.0.0/8' } }, ipRule],
  ['an IPv4 address in a block of mapped ones', names(ip(10, 0, 0, 1)), { subjectAltName: { ip: '::ffff:0:0/96' } }, ipRule],
  ['an IPv4-mapped address in a block of them', names(mapped), { subjectAltName: { ip: '::ffff:0:0/96' } }],
  ['an IPv6 block', names(v6(0xff, 1)), { subjectAltName: { ip: '2001:db8::/32' } }],
  ['an IPv6 block written otherwise', names(v6(1)), { subjectAltName: { ip: '2001:0DB8:0::/64' } }],
  ['outside of an IPv6 block', names(v6(1)), { subjectAltName: { ip: '2001:db9::/32' } }, ipRule],
  ['a block in a list', names(ip(192, 0, 2, 9)), { subjectAltName: { ip: ['10.0.0.1', '192.0.2.0/24'] } }],
  ['all of a block', names(ip(10, 0, 0, 1), ip(11, 0, 0, 1)), { subjectAltName: { ip: { all: '10.0.0.0/8' } } }, ipRule],
  ['a name that spells a block', names(dns('10.0.0.0/8')), { subjectAltName: { ip: '10.0.0.0/8' } }, ipRule],
]);

table('subjectAltName.upn', [
  ['the name', names(upn('a@b.example')), { subjectAltName: { upn: 'a@b.example' } }],
  ['a domain of another case, which counts', names(upn('a@B.example')), { subjectAltName: { upn: 'a@b.example' } }, 'subjectAltName.upn'],
  ['a NUL', names(upn('a@b.example\0')), { subjectAltName: { upn: { glob: '*@b.example*' } } }, 'subjectAltName.upn'],
  ['a glob', names(upn('a@b.example')), { subjectAltName: { upn: { glob: '*@b.example' } } }],
  [
    'of another type of string',
    names(otherName('1.3.6.1.4.1.311.20.2.3', '160161')),
    { subjectAltName: { upn: 'a' } },
    'subjectAltName.upn',
  ],
  [
    'with something behind it',
    names(otherName('1.3.6.1.4.1.311.20.2.3', '0c01610500')),
    { subjectAltName: { upn: 'a' } },
    'subjectAltName.upn',
  ],
]);

const directory = 'subjectAltName.directoryName';
table('subjectAltName.directoryName', [
  ['a whole name', names(directoryName('O=Example', 'CN=api')), { subjectAltName: { directoryName: 'CN=api,O=Example' } }],
  [
    'a whole name the other way round',
    names(directoryName('O=Example', 'CN=api')),
    { subjectAltName: { directoryName: 'O=Example,CN=api' } },
    directory,
  ],
  ['attributes', names(directoryName('O=Example', 'CN=api')), { subjectAltName: { directoryName: { CN: 'api', O: 'Example' } } }],
  [
    'attributes of two names',
    names(directoryName('O=Example'), directoryName('CN=api')),
    { subjectAltName: { directoryName: { CN: 'api', O: 'Example' } } },
    directory,
  ],
  [
    'an attribute that occurs twice',
    names(directoryName('CN=api', 'CN=api')),
    { subjectAltName: { directoryName: { CN: 'api' } } },
    directory,
  ],
  ['any of two', names(directoryName('CN=api', 'CN=x')), { subjectAltName: { directoryName: { CN: { any: 'api' } } } }],
  ['one of a list', names(directoryName('CN=api')), { subjectAltName: { directoryName: [{ CN: 'web' }, 'CN=API'] } }],
  ['the subject', { subject: ['CN=api'] }, { subjectAltName: { directoryName: 'CN=api' } }, directory],
  ['no text', names(directoryName({ keyword: 'CN', der: '0500' })), { subjectAltName: { directoryName: { CN: /.*/ } } }, directory],
]);

const other = 'subjectAltName.otherName';
table('subjectAltName.otherName', [
  ['its type', names(otherName('1.2.3', '0500')), { subjectAltName: { otherName: { typeId: '1.2.3' } } }],
  ['another type', names(otherName('1.2.3.4', '0500')), { subjectAltName: { otherName: { typeId: '1.2.3' } } }, other],
  ['its value in upper case', names(otherName('1.2.3', '0c01af')), { subjectAltName: { otherName: { typeId: '1.2.3', value: '0C01AF' } } }],
  [
    'a value that begins likewise',
    names(otherName('1.2.3', '0c01af00')),
    { subjectAltName: { otherName: { typeId: '1.2.3', value: '0c01af' } } },
    other,
  ],
  [
    'the value under another type',
    names(otherName('1.2.4', '0500'), otherName('1.2.3', '0c00')),
    { subjectAltName: { otherName: { typeId: '1.2.3', value: '0500' } } },
    other,
  ],
  [
    'one of a list',
    names(otherName('1.2.4', '0500')),
    { subjectAltName: { otherName: [{ typeId: '1.2.3' }, { typeId: '1.2.4', value: '0500' }] } },
  ],
  ['a user principal name by its type', names(upn('a')), { subjectAltName: { otherName: { typeId: '1.3.6.1.4.1.311.20.2.3' } } }, other],
]);

table('spiffeId', [
  ['the ID', names(uri('spiffe://a/b')), { spiffeId: 'spiffe://a/b' }],
  ['another', names(uri('spiffe://a/B')), { spiffeId: 'spiffe://a/b' }, 'spiffeId'],
  ['beside a DNS name', names(dns('x'), uri('spiffe://a/b')), { spiffeId: 'spiffe://a/b' }],
  ['beside another URI', names(uri('spiffe://a/b'), uri('urn:x')), { spiffeId: 'spiffe://a/b' }, 'spiffeId'],
  ['twice', names(uri('spiffe://a/b'), uri('spiffe://a/b')), { spiffeId: 'spiffe://a/b' }, 'spiffeId'],
  ['of an authority', { ...names(uri('spiffe://a/b')), isAuthority: true }, { spiffeId: 'spiffe://a/b' }, 'spiffeId'],
  ['as a DNS name', names(dns('spiffe://a/b')), { spiffeId: 'spiffe://a/b' }, 'spiffeId'],
  ['with a slash behind it', names(uri('spiffe://a/b/')), { spiffeId: { glob: 'spiffe://a/**' } }, 'spiffeId'],
  ['with a trust domain in upper case', names(uri('spiffe://A/b')), { spiffeId: /spiffe:\/\/a\/b/i }, 'spiffeId'],
  ['percent-encoded', names(uri('spiffe://a/%62')), { spiffeId: /.*/ }, 'spiffeId'],
  ['with a dot segment', names(uri('spiffe://a/../b')), { spiffeId: /.*/ }, 'spiffeId'],
  ['a trust domain alone', names(uri('spiffe://a')), { spiffeId: /.*/ }, 'spiffeId'],
  ['8 kB', names(uri(`spiffe://a/${long}`)), { spiffeId: { glob: 'spiffe://a/*' } }, 'spiffeId'],
  ['a glob', names(uri('spiffe://a/ns/x/sa/api')), { spiffeId: { glob: 'spiffe://a/ns/*/sa/api' } }],
  ['a glob of a part of a segment', names(uri('spiffe://a/ns/prod-1')), { spiffeId: { glob: 'spiffe://a/ns/prod-*' } }],
  ['a glob that ends elsewhere', names(uri('spiffe://a/ns/x/sa/api/evil')), { spiffeId: { glob: 'spiffe://a/ns/*/sa/api' } }, 'spiffeId'],
  ['one of a list', names(uri('spiffe://a/b')), { spiffeId: ['spiffe://a/x', /spiffe:\/\/a\/[a-c]/] }],
  ['none', {}, { spiffeId: /.*/ }, 'spiffeId'],
]);
