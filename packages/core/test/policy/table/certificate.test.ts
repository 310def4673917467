import { z } from 'zod';
import { fingerprint, type IdentitySpec, keyDigest } from '../identities.js';
import { cn, long, table } from './rows.js';

const other = 'ef'.repeat(32);
const colons = (digits: string): string => (digits.match(/../g) ?? []).join(':');
const pin = (digits: string): string => `sha256//${Buffer.from(digits, 'hex').toString('base64')}`;
const utf8 = (text: string): string => Buffer.from([0x0c, text.length, ...Buffer.from(text)]).toString('hex');
const extended = (...extendedKeyUsage: readonly string[]): IdentitySpec => ({ extendedKeyUsage });
const [clientAuth, emailProtection, any] = ['1.3.6.1.5.5.7.3.2', '1.3.6.1.5.5.7.3.4', '2.5.29.37.0'] as const;
const oid = '1.3.6.1.4.1.32473.1';
const extension = (value: string): IdentitySpec => ({ extensions: { [oid]: value } });

table('serialNumber', [
  ['the number', { serialNumber: '0a1b' }, { serialNumber: '0a1b' }],
  ['in upper case with colons', { serialNumber: '0a1b' }, { serialNumber: '0A:1B' }],
  ['without its leading zero', { serialNumber: '0a1b' }, { serialNumber: 'a1b' }],
  ['with more leading zeros', { serialNumber: '0a1b' }, { serialNumber: '00:0A:1B' }],
  ['another', { serialNumber: '0a1c' }, { serialNumber: '0a1b' }, 'serialNumber'],
  ['one that goes on', { serialNumber: '0a1b00' }, { serialNumber: '0a1b' }, 'serialNumber'],
  ['one of a list', { serialNumber: '01' }, { serialNumber: ['0a1b', '1'] }],
  ['zero', { serialNumber: '00' }, { serialNumber: '0' }],
  ['a number that is not zero', { serialNumber: '01' }, { serialNumber: '00' }, 'serialNumber'],
]);

table('fingerprint256', [
  ['the digest', {}, { fingerprint256: fingerprint }],
  ['with colons', {}, { fingerprint256: colons(fingerprint).toUpperCase() }],
  ['another', {}, { fingerprint256: other }, 'fingerprint256'],
  ['that of the key', {}, { fingerprint256: keyDigest }, 'fingerprint256'],
]);

table('spki256', [
  ['the digest', {}, { spki256: keyDigest }],
  ['with colons', {}, { spki256: colons(keyDigest) }],
  ['as curl writes it', {}, { spki256: pin(keyDigest) }],
  ['in a list', {}, { spki256: [other, pin(keyDigest)] }],
  ['another', {}, { spki256: other }, 'spki256'],
  ['another, as curl writes it', {}, { spki256: pin(other) }, 'spki256'],
  ['that of the certificate', {}, { spki256: fingerprint }, 'spki256'],
]);

table('certificatePolicies', [
  ['one of the path', { certificatePolicies: ['1.2.3'] }, { certificatePolicies: '1.2.3' }],
  ['one that begins likewise', { certificatePolicies: ['1.2.3.4'] }, { certificatePolicies: '1.2.3' }, 'certificatePolicies'],
  [
    'one that only the certificate states',
    { certificatePolicies: ['1.2.3'], validPolicies: [] },
    { certificatePolicies: '1.2.3' },
    'certificatePolicies',
  ],
  ['one that only its issuers mean', { certificatePolicies: [], validPolicies: ['1.2.3'] }, { certificatePolicies: '1.2.3' }],
  ['anyPolicy, which is none by name', { certificatePolicies: ['2.5.29.32.0'] }, { certificatePolicies: '1.2.3' }, 'certificatePolicies'],
  ['one of a list', { certificatePolicies: ['1.2.4'] }, { certificatePolicies: ['1.2.3', '1.2.4'] }],
  ['any of a list', { certificatePolicies: ['1.2.4'] }, { certificatePolicies: { any: ['1.2.3', '1.2.4'] } }],
  [
    'all, and one is missing',
    { certificatePolicies: ['1.2.4'] },
    { certificatePolicies: { all: ['1.2.3', '1.2.4'] } },
    'certificatePolicies',
  ],
  ['all', { certificatePolicies: ['1.2.4', '1.2.3', '1.2.5'] }, { certificatePolicies: { all: ['1.2.3', '1.2.4'] } }],
  ['none', {}, { certificatePolicies: '1.2.3' }, 'certificatePolicies'],
]);

table('extendedKeyUsage', [
  ['by name', extended(clientAuth, emailProtection), { extendedKeyUsage: 'emailProtection' }],
  ['by OID', extended(emailProtection), { extendedKeyUsage: emailProtection }],
  ['by an OID without a name', extended('1.2.3'), { extendedKeyUsage: '1.2.3' }],
  ['another', extended(clientAuth), { extendedKeyUsage: 'emailProtection' }, 'extendedKeyUsage'],
  ['anyExtendedKeyUsage, which is itself alone', extended(any), { extendedKeyUsage: 'clientAuth' }, 'extendedKeyUsage'],
  ['anyExtendedKeyUsage by its name', extended(any), { extendedKeyUsage: 'anyExtendedKeyUsage' }],
  ['none, which leaves all open, and so names none', {}, { extendedKeyUsage: 'clientAuth' }, 'extendedKeyUsage'],
  ['one of a list', extended(clientAuth), { extendedKeyUsage: ['emailProtection', 'clientAuth'] }],
  ['all, by name and OID', extended(clientAuth, emailProtection), { extendedKeyUsage: { all: ['emailProtection', clientAuth] } }],
  ['all, and one is missing', extended(clientAuth), { extendedKeyUsage: { all: ['emailProtection', 'clientAuth'] } }, 'extendedKeyUsage'],
]);

table('extensions', [
  ['there', extension('0500'), { extensions: { [oid]: true } }],
  ['not there', {}, { extensions: { [oid]: true } }, `extensions.${oid}`],
  ['there, and must not be', extension('0500'), { extensions: { [oid]: false } }, `extensions.${oid}`],
  ['not there, and must not be', {}, { extensions: { [oid]: false } }],
  ['one that begins likewise', { extensions: { [`${oid}.1`]: '0500' } }, { extensions: { [oid]: true } }, `extensions.${oid}`],
  ['its DER', extension('0c0161'), { extensions: { [oid]: { der: '0C0161' } } }],
  ['its DER in a list', extension('0c0161'), { extensions: { [oid]: { der: ['0500', '0c0161'] } } }],
  ['DER that goes on', extension('0c016100'), { extensions: { [oid]: { der: '0c0161' } } }, `extensions.${oid}`],
  ['DER of nothing', {}, { extensions: { [oid]: { der: '0500' } } }, `extensions.${oid}`],
  ['its text', extension(utf8('admin')), { extensions: { [oid]: { text: 'admin' } } }],
  ['another text', extension(utf8('admins')), { extensions: { [oid]: { text: 'admin' } } }, `extensions.${oid}`],
  ['a text with a NUL', extension(utf8('admin\0')), { extensions: { [oid]: { text: 'admin' } } }, `extensions.${oid}`],
  ['a text by a RegExp', extension(utf8('admin,ops')), { extensions: { [oid]: { text: /admin(,\w+)*/ } } }],
  ['a text by a glob', extension(utf8('role:ops')), { extensions: { [oid]: { text: { glob: 'role:*' } } } }],
  ['a text by a schema', extension(utf8('{"a":1}')), { extensions: { [oid]: { text: z.string().startsWith('{') } } }],
  [
    'text that is no DER',
    extension(Buffer.from('admin').toString('hex')),
    { extensions: { [oid]: { text: /.*admin.*/ } } },
    `extensions.${oid}`,
  ],
  ['two texts', extension(utf8('admin') + utf8('x')), { extensions: { [oid]: { text: /[\s\S]*/ } } }, `extensions.${oid}`],
  ['text in a sequence', extension(`3003${utf8('a')}`), { extensions: { [oid]: { text: 'a' } } }, `extensions.${oid}`],
  ['no text', extension('0500'), { extensions: { [oid]: { text: /[\s\S]*/ } } }, `extensions.${oid}`],
  ['an empty value', extension(''), { extensions: { [oid]: { text: /[\s\S]*/ } } }, `extensions.${oid}`],
  ['8 kB', extension(`0c822000${Buffer.from(long).toString('hex')}`), { extensions: { [oid]: { text: /a*/ } } }, `extensions.${oid}`],
]);

table('publicKey', [
  ['its algorithm', { key: 'P-256' }, { publicKey: { type: 'ec' } }],
  ['its curve', { key: 'P-384' }, { publicKey: { type: 'P-384' } }],
  ['another curve', { key: 'P-256' }, { publicKey: { type: 'P-384' } }, 'publicKey.type'],
  ['another algorithm', { key: 2_048 }, { publicKey: { type: ['ec', 'ed25519'] } }, 'publicKey.type'],
  ['one of a list', { key: 'ed25519' }, { publicKey: { type: ['ec', 'ed25519'] } }],
  ['rsa-pss is not rsa', { key: 2_048 }, { publicKey: { type: 'rsa-pss' } }, 'publicKey.type'],
  ['enough bits', { key: 3_072 }, { publicKey: { minimumRsaBits: 3_072 } }],
  ['a bit less', { key: 3_071 }, { publicKey: { minimumRsaBits: 3_072 } }, 'publicKey.minimumRsaBits'],
  ['a key without sizes', { key: 'P-256' }, { publicKey: { minimumRsaBits: 3_072 } }],
  ['a kind and a size', { key: 'P-256' }, { publicKey: { type: 'rsa', minimumRsaBits: 3_072 } }, 'publicKey.type'],
]);

const lasting = (notAfter: string): IdentitySpec => ({ notBefore: '2030-01-01T00:00:00Z', notAfter });
table('validity', [
  ['exactly so many days', lasting('2030-01-31T00:00:00Z'), { validity: { maximumDays: 30 } }],
  ['a second more', lasting('2030-01-31T00:00:01Z'), { validity: { maximumDays: 30 } }, 'validity'],
  ['exactly so many hours', lasting('2030-01-01T01:30:00Z'), { validity: { maximumHours: 1.5 } }],
  ['a second more than hours', lasting('2030-01-01T01:00:01Z'), { validity: { maximumHours: 1 } }, 'validity'],
  ['no end (RFC 5280, section 4.1.2.5)', lasting('9999-12-31T23:59:59Z'), { validity: { maximumDays: 398 } }, 'validity'],
]);

const chain: IdentitySpec = {
  ...cn('api'),
  authorities: [
    { subject: ['O=Example', 'CN=Issuing CA'], fingerprint256: '11'.repeat(32), spki256: '12'.repeat(32) },
    { subject: ['O=Example', 'CN=Root CA'], fingerprint256: '21'.repeat(32), spki256: '22'.repeat(32) },
  ],
};
table('chain', [
  ['an intermediate by its name', chain, { chain: { subject: 'CN=Issuing CA,O=Example' } }],
  ['the anchor by an attribute', chain, { chain: { subject: { CN: 'Root CA' } } }],
  ['an intermediate by its certificate', chain, { chain: { fingerprint256: '11'.repeat(32) } }],
  ['the anchor by its key', chain, { chain: { spki256: pin('22'.repeat(32)) } }],
  ['the end entity, which is no authority', chain, { chain: { subject: { CN: 'api' } } }, 'chain'],
  ['the end entity by its certificate', chain, { chain: { fingerprint256: fingerprint } }, 'chain'],
  [
    'one member that has the name of one and the key of another',
    chain,
    { chain: { subject: { CN: 'Root CA' }, spki256: '12'.repeat(32) } },
    'chain',
  ],
  ['one of a list', chain, { chain: [{ subject: { CN: 'x' } }, { subject: { CN: 'Root CA' }, spki256: '22'.repeat(32) }] }],
  [
    'a name that spells it',
    { ...chain, authorities: [{ subject: ['CN=Root CA,O=Example'] }] },
    { chain: { subject: 'CN=Root CA,O=Example' } },
    'chain',
  ],
  [
    'an attribute that occurs twice',
    { authorities: [{ subject: ['CN=Root CA', 'CN=x'] }] },
    { chain: { subject: { CN: 'Root CA' } } },
    'chain',
  ],
  ['an anchor that is itself the end entity', { ...cn('api'), authorities: [] }, { chain: { subject: { CN: 'api' } } }, 'chain'],
]);

table('trustSet', [
  ['the set', { trustSet: 'staff' }, { trustSet: 'staff' }],
  ['one of a list', { trustSet: 'staff' }, { trustSet: ['partners', 'staff'] }],
  ['another', { trustSet: 'partners' }, { trustSet: 'staff' }, 'trustSet'],
  ['one that begins likewise', { trustSet: 'staff2' }, { trustSet: 'staff' }, 'trustSet'],
]);
