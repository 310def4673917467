import { z } from 'zod';
import type { IdentitySpec } from '../identities.js';
import { cn, long, table } from './rows.js';

const twice: IdentitySpec = { subject: ['OU=payments', 'OU=sales', 'CN=api'] };
const der: IdentitySpec = { subject: [{ keyword: 'CN', der: '0500' }] };
const lowerCase = z.string().regex(/^[a-z]+$/);

table('subject, by attributes', [
  ['the value', cn('api'), { subject: { CN: 'api' } }],
  ['another value', cn('web'), { subject: { CN: 'api' } }, 'subject.CN'],
  ['the value behind a NUL', cn('evil\0api'), { subject: { CN: 'api' } }, 'subject.CN'],
  ['the value before a NUL', cn('api\0.evil'), { subject: { CN: 'api' } }, 'subject.CN'],
  ['the value on a line of its own', cn('x\napi'), { subject: { CN: 'api' } }, 'subject.CN'],
  ['the value in quotes', cn("'api'"), { subject: { CN: 'api' } }, 'subject.CN'],
  ['an attribute that is spelt in another', { subject: ['O=Example, CN=api'] }, { subject: { CN: 'api' } }, 'subject.CN'],
  ['an attribute that is spelt with a slash', { subject: ['O=Example/CN=api'] }, { subject: { CN: 'api' } }, 'subject.CN'],
  ['the value with a soft hyphen', cn('a\u00adpi'), { subject: { CN: 'api' } }, 'subject.CN'],
  ['the value turned round', cn('\u202eipa'), { subject: { CN: 'api' } }, 'subject.CN'],
  ['a Greek look-alike', cn('\u03bfps'), { subject: { CN: 'ops' } }, 'subject.CN'],
  ['the value, percent-encoded', cn('%61pi'), { subject: { CN: 'api' } }, 'subject.CN'],
  ['the value as an escape of RFC 4514', cn('\\61pi'), { subject: { CN: 'api' } }, 'subject.CN'],
  ['the value with another type', { subject: ['serialNumber=api'] }, { subject: { CN: 'api' } }, 'subject.CN'],
  ['the type of the certificate spelt __proto__', { subject: ['1.2.3.4=x'] }, { subject: { CN: 'x' } }, 'subject.CN'],
  ['a * of the policy, which is a *', cn('api'), { subject: { CN: 'a*' } }, 'subject.CN'],
  ['a * of both', cn('a*'), { subject: { CN: 'a*' } }],
  ['a * of the certificate', cn('*'), { subject: { CN: 'api' } }, 'subject.CN'],
  ['an empty value', cn(''), { subject: { CN: 'api' } }, 'subject.CN'],
  ['no name', {}, { subject: { CN: 'api' } }, 'subject.CN'],
  ['no text', der, { subject: { CN: 'api' } }, 'subject.CN'],
  ['the second rule', { subject: ['OU=payments', 'CN=web'] }, { subject: { OU: 'payments', CN: 'api' } }, 'subject.CN'],
  ['the emailAddress, whose case counts', { subject: ['emailAddress=A@b'] }, { subject: { emailAddress: 'a@b' } }, 'subject.emailAddress'],
  ['DC, of which there are two', { subject: ['DC=example', 'DC=a'] }, { subject: { DC: 'example' } }, 'subject.DC'],
]);

table('subject, all or any of several', [
  ['none said', twice, { subject: { OU: ['payments', 'sales'] } }, 'subject.OU'],
  ['any', twice, { subject: { OU: { any: 'sales' } } }],
  ['any of a list', twice, { subject: { OU: { any: ['x', 'payments'] } } }],
  ['any, and none fits', twice, { subject: { OU: { any: 'ops' } } }, 'subject.OU'],
  ['any, and there is none', cn('api'), { subject: { OU: { any: 'ops' } } }, 'subject.OU'],
  ['any of one', cn('api'), { subject: { CN: { any: 'api' } } }],
  ['all, and one fits', twice, { subject: { OU: { all: 'payments' } } }, 'subject.OU'],
  ['all', twice, { subject: { OU: { all: ['payments', 'sales'] } } }],
  ['all by a RegExp', twice, { subject: { OU: { all: /[a-z]+/ } } }],
  ['all, and there is none', cn('api'), { subject: { OU: { all: /.*/ } } }, 'subject.OU'],
  ['all, and one is no text', { subject: ['CN=a', { keyword: 'CN', der: '0500' }] }, { subject: { CN: { all: /.*/ } } }, 'subject.CN'],
  ['any, beside what is no text', { subject: ['CN=a', { keyword: 'CN', der: '0500' }] }, { subject: { CN: { any: 'a' } } }],
  ['any of one RDN', { subject: [['OU=a', 'OU=b']] }, { subject: { OU: { any: 'b' } } }],
  ['all by OID', twice, { subject: { '2.5.4.11': { all: ['sales', 'payments'] } } }],
]);

table('subject, by kinds of values', [
  ['a glob', cn('api-1'), { subject: { CN: { glob: 'api-*' } } }],
  ['a glob, and something before it', cn('my-api-1'), { subject: { CN: { glob: 'api-*' } } }, 'subject.CN'],
  ['a glob, and a line break', cn('api-1\n'), { subject: { CN: { glob: 'api-*' } } }, 'subject.CN'],
  ['a glob, and a NUL', cn('api-\0'), { subject: { CN: { glob: 'api-*' } } }, 'subject.CN'],
  ['a glob, and 8 kB', cn(`api-${long}`), { subject: { CN: { glob: 'api-*' } } }, 'subject.CN'],
  ['a glob in a list', cn('api-1'), { subject: { CN: ['web', { glob: 'api-*' }] } }],
  ['a glob, any', twice, { subject: { OU: { any: { glob: 'sal*' } } } }],
  ['a schema', cn('api'), { subject: { CN: lowerCase } }],
  ['a schema that does not take it', cn('API'), { subject: { CN: lowerCase } }, 'subject.CN'],
  ['a schema, and 8 kB', cn(long), { subject: { CN: lowerCase } }, 'subject.CN'],
  ['a schema that makes another value of it', cn('api'), { subject: { CN: lowerCase.transform(() => '') } }],
  ['a schema that would make text of what is none', der, { subject: { CN: z.any() } }, 'subject.CN'],
  ['a schema of all', twice, { subject: { OU: { all: lowerCase } } }],
  ['a schema in a list', cn('api'), { subject: { CN: ['web', lowerCase] } }],
  ['a RegExp with lines of its own', cn('api\nevil'), { subject: { CN: /api\s?[\s\S]*?/ } }],
  ['a RegExp that ends a line', cn('api\nevil'), { subject: { CN: /api$/ } }, 'subject.CN'],
  ['a RegExp that begins a line', cn('evil\napi'), { subject: { CN: /^api/ } }, 'subject.CN'],
  ['a RegExp, and a line separator', cn('api\u2028'), { subject: { CN: /api.?/ } }, 'subject.CN'],
  ['a RegExp, and look-alikes by its flag i', cn('\u212a'), { subject: { CN: /k/i } }, 'subject.CN'],
]);

table('issuer', [
  ['its attributes', { issuer: ['O=Example', 'CN=CA'] }, { issuer: { O: 'Example' } }],
  ['another', { issuer: ['CN=Other'] }, { issuer: { CN: 'CA' } }, 'issuer.CN'],
  ['that of the subject', { subject: ['CN=CA'], issuer: ['CN=Other'] }, { issuer: { CN: 'CA' } }, 'issuer.CN'],
  ['two of one attribute', { issuer: ['CN=CA', 'CN=CA'] }, { issuer: { CN: 'CA' } }, 'issuer.CN'],
  ['any of two', { issuer: ['OU=a', 'OU=b'] }, { issuer: { OU: { any: 'b' } } }],
  ['its whole name', { issuer: ['O=Example', 'CN=CA'] }, { issuer: 'CN=CA,O=Example' }],
  ['its whole name the other way round', { issuer: ['O=Example', 'CN=CA'] }, { issuer: 'O=Example,CN=CA' }, 'issuer'],
  ['a name that spells its name', { issuer: ['CN=CA,O=Example'] }, { issuer: 'CN=CA,O=Example' }, 'issuer'],
]);

table('subject, as a whole name', [
  ['the name', { subject: ['O=Example', 'CN=api'] }, { subject: 'CN=api,O=Example' }],
  ['a NUL in a value', { subject: ['O=Example', 'CN=api\0'] }, { subject: 'CN=api,O=Example' }, 'subject'],
  ['a NUL that is meant', cn('a\0b'), { subject: 'CN=a\\00b' }],
  ['a line break where a space is', cn('my\napi'), { subject: 'CN=my api' }],
  ['a space that does not break, where a space is', cn('my\u00a0api'), { subject: 'CN=my api' }, 'subject'],
  ['a look-alike', cn('\u0430pi'), { subject: 'CN=api' }, 'subject'],
  ['8 kB', cn(long), { subject: 'CN=api' }, 'subject'],
  ['the empty name', {}, { subject: 'CN=api' }, 'subject'],
  ['a name by the OIDs', cn('api'), { subject: '2.5.4.3=API' }],
]);
