import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { ConfigurationError } from '../../src/errors/index.js';
import { CertificatePolicyData, compilePolicy } from '../../src/policy/index.js';

const sha256 = 'ab'.repeat(32);

/** The error that compiling the policy throws. */
function failure(policy: unknown): ConfigurationError {
  try {
    compilePolicy(policy, { option: 'policy', trustSets: ['staff', 'partners'] });
  } catch (error) {
    if (error instanceof ConfigurationError) return error;
    throw error;
  }
  throw new Error('the policy was accepted');
}

const recursive: Record<string, unknown> = {};
recursive.subject = recursive;

class Rules {
  subject = { CN: 'api' };
}

describe('a policy is refused, with its path and advice, when', () => {
  it.each<[title: string, policy: unknown, option: string, message: RegExp]>([
    // What is no policy at all.
    ['it is undefined', undefined, 'policy', /is undefined: give it a value/],
    ['it is null', null, 'policy', /must be an object of rules/],
    ['it is true', true, 'policy', /must be an object of rules/],
    ['it is a string', 'required', 'policy', /must be an object of rules/],
    ['it is a list', [{ subject: { CN: 'a' } }], 'policy', /must be an object of rules/],
    ['it is a RegExp', /a/, 'policy', /has no rules|must be an object/],
    ['it is an instance of a class', new Rules(), 'policy', /plain object/],
    ['it is a Map', new Map([['subject', { CN: 'a' }]]), 'policy', /plain object/],
    ['its rules are inherited', Object.create({ subject: { CN: 'a' } }), 'policy', /plain object/],
    [
      'its rules are inherited from an object without prototype',
      Object.create(Object.assign(Object.create(null), { trustSet: 'a' })),
      'policy',
      /plain object/,
    ],
    ['it contains itself', recursive, `policy${'.subject'.repeat(64)}`, /nested too deeply/],

    // What would be no rule.
    ['it has no rules', {}, 'policy', /has no rules.*'required'/],
    ['a rule is undefined', { subject: undefined }, 'policy.subject', /is undefined/],
    ['a rule beside a good one is undefined', { trustSet: 'staff', subject: undefined }, 'policy.subject', /is undefined/],
    ['an attribute is undefined', { subject: { CN: undefined } }, 'policy.subject.CN', /is undefined/],
    ['a listed value is undefined', { subject: { CN: ['a', undefined] } }, 'policy.subject.CN[1]', /is undefined/],
    // biome-ignore lint/suspicious/noSparseArray: a hole is what is tested.
    ['a list has a hole', { subject: { CN: ['a', , 'b'] } }, 'policy.subject.CN[1]', /is undefined/],
    ['a rule is null', { subject: null }, 'policy.subject', /distinguished name.*object of attributes/],
    ['attributes are missing', { subject: {} }, 'policy.subject', /has no attributes/],
    ['attributes are a list', { subject: [] }, 'policy.subject', /distinguished name.*object of attributes/],
    ['a whole name is a RegExp', { subject: /CN=a/ }, 'policy.subject', /distinguished name.*object of attributes/],
    ['a whole name is empty', { issuer: '' }, 'policy.issuer', /is empty/],
    ['alternative names are missing', { subjectAltName: {} }, 'policy.subjectAltName', /has no names/],
    ['alternative names are a string', { subjectAltName: 'a.example' }, 'policy.subjectAltName', /object of names by their type/],
    ['a value is empty', { subject: { CN: '' } }, 'policy.subject.CN', /is empty/],
    ['a listed value is empty', { subject: { CN: ['a', ''] } }, 'policy.subject.CN[1]', /is empty/],
    ['a list is empty', { subject: { CN: [] } }, 'policy.subject.CN', /empty list/],
    ['an alternative name is empty', { subjectAltName: { dns: '' } }, 'policy.subjectAltName.dns', /is empty/],
    ['a list of alternative names is empty', { subjectAltName: { uri: [] } }, 'policy.subjectAltName.uri', /empty list/],
    ['a RegExp is empty', { subject: { CN: /(?:)/ } }, 'policy.subject.CN', /RegExp is empty/],
    ['a fingerprint is empty', { fingerprint256: '' }, 'policy.fingerprint256', /64 hexadecimal digits/],
    ['a list of fingerprints is empty', { fingerprint256: [] }, 'policy.fingerprint256', /empty list/],
    ['a trust set is empty', { trustSet: '' }, 'policy.trustSet', /is empty/],
    ['a list of trust sets is empty', { trustSet: [] }, 'policy.trustSet', /empty list/],

    // Wrong types.
    ['a value is a number', { subject: { CN: 42 } }, 'policy.subject.CN', /give a string, \{ glob: … \}, a RegExp, a schema, or a list/],
    ['a value is null', { subject: { CN: null } }, 'policy.subject.CN', /give a string, \{ glob: … \}, a RegExp, a schema, or a list/],
    ['a value is true', { subject: { CN: true } }, 'policy.subject.CN', /give a string, \{ glob: … \}, a RegExp, a schema, or a list/],
    [
      'a value is an object',
      { subject: { CN: { some: ['a'] } } },
      'policy.subject.CN',
      /give a string, \{ glob: … \}, a RegExp, a schema, or a list/,
    ],
    [
      'a value is a function',
      { subject: { CN: () => true } },
      'policy.subject.CN',
      /give a string, \{ glob: … \}, a RegExp, a schema, or a list/,
    ],
    [
      'a listed value is a number',
      { subject: { CN: ['a', 7] } },
      'policy.subject.CN[1]',
      /give a string, \{ glob: … \}, a RegExp, a schema, or a list/,
    ],
    [
      'a listed value is a list',
      { subject: { CN: [['a']] } },
      'policy.subject.CN[0]',
      /give a string, \{ glob: … \}, a RegExp, a schema, or a list/,
    ],
    ['a fingerprint is a number', { fingerprint256: 7 }, 'policy.fingerprint256', /64 hexadecimal digits/],
    ['a trust set is a RegExp', { trustSet: /staff/ }, 'policy.trustSet', /name of a trust set/],

    // Unknown names.
    ['a rule is misspelt', { sbject: { CN: 'a' } }, 'policy', /'sbject' \(did you mean 'subject'\?\)/],
    ['a rule beside a good one is misspelt', { subject: { CN: 'a' }, subjectAltNames: {} }, 'policy', /did you mean 'subjectAltName'\?/],
    ['an attribute is in lower case', { subject: { cn: 'a' } }, 'policy.subject.cn', /'cn' \(did you mean 'CN'\?\)/],
    [
      'an attribute has its long name',
      { subject: { organizationalUnitName: 'a' } },
      'policy.subject.organizationalUnitName',
      /did you mean 'OU'\?/,
    ],
    ['an attribute beside a good one is unknown', { subject: { CN: 'a', FOO: 'b' } }, 'policy.subject.FOO', /unknown attribute 'FOO'/],
    ['an OID has a leading zero', { subject: { '2.5.4.03': 'a' } }, 'policy.subject.2.5.4.03', /unknown attribute/],
    ['an OID begins outside the three roots', { subject: { '3.5.4.3': 'a' } }, 'policy.subject.3.5.4.3', /unknown attribute/],
    ['an OID has no arcs', { subject: { '2': 'a' } }, 'policy.subject.2', /unknown attribute/],
    ['a type of alternative name is misspelt', { subjectAltName: { dsn: 'a' } }, 'policy.subjectAltName', /'dsn' \(did you mean 'dns'\?\)/],
    ['a trust set is misspelt', { trustSet: 'stafff' }, 'policy.trustSet', /no trust set 'stafff' \(did you mean 'staff'\?\)/],
    [
      'one of the trust sets is unknown',
      { trustSet: ['staff', 'nobody-here'] },
      'policy.trustSet',
      /no trust set 'nobody-here'; there are 'staff', 'partners'/,
    ],
    ['an attribute is __proto__', JSON.parse('{"subject":{"__proto__":"a"}}'), 'policy.subject.__proto__', /unknown attribute '__proto__'/],
    [
      'an attribute is __proto__ beside a good one',
      JSON.parse('{"subject":{"CN":"a","__proto__":"a"}}'),
      'policy.subject.__proto__',
      /unknown attribute/,
    ],
    ['an attribute is constructor', { subject: { constructor: 'a' } }, 'policy.subject.constructor', /unknown attribute 'constructor'/],
    ['an attribute is toString', { subject: { toString: 'a' } }, 'policy.subject.toString', /unknown attribute 'toString'/],
    ['a rule is __proto__', JSON.parse('{"__proto__":{"subject":{"CN":"a"}}}'), 'policy', /unknown option '__proto__'/],
    ['a rule is constructor', { constructor: 'a' }, 'policy', /unknown option 'constructor'/],
    [
      'a type of alternative name is __proto__',
      JSON.parse('{"subjectAltName":{"__proto__":"a"}}'),
      'policy.subjectAltName',
      /unknown option '__proto__'/,
    ],
    ['a key is a symbol', { subject: { CN: 'a' }, [Symbol('allow')]: true }, 'policy', /Symbol\(allow\) is a symbol/],

    // RegExps.
    ['a RegExp has the flag g', { subject: { CN: /a/g } }, 'policy.subject.CN', /flags 'g': only i, s, u and v/],
    ['a RegExp has the flag y', { subject: { CN: /a/y } }, 'policy.subject.CN', /flags 'y'/],
    ['a RegExp has the flag m', { subject: { CN: /^a$/m } }, 'policy.subject.CN', /flags 'm'/],
    ['a RegExp has the flag d', { subject: { CN: /a/d } }, 'policy.subject.CN', /flags 'd'/],
    [
      'a listed RegExp has a refused flag among others',
      { subjectAltName: { dns: ['a', /a/giu] } },
      'policy.subjectAltName.dns[1]',
      /flags 'giu'/,
    ],

    // Texts that are no value of their kind.
    ['a DNS name is not ASCII', { subjectAltName: { dns: 'bücher.example' } }, 'policy.subjectAltName.dns', /A-labels/],
    ['a DNS name holds a space', { subjectAltName: { dns: 'a.example, b.example' } }, 'policy.subjectAltName.dns', /DNS name/],
    ['a URI is not ASCII', { subjectAltName: { uri: 'https://a.example/ü' } }, 'policy.subjectAltName.uri', /percent-encoded/],
    ['an e-mail address has no @', { subjectAltName: { email: 'alice' } }, 'policy.subjectAltName.email', /local@domain/],
    ['an e-mail address has no domain', { subjectAltName: { email: 'alice@' } }, 'policy.subjectAltName.email', /local@domain/],
    ['an e-mail address has no local part', { subjectAltName: { email: '@a.example' } }, 'policy.subjectAltName.email', /local@domain/],
    [
      'a block of addresses has host bits',
      { subjectAltName: { ip: '10.0.0.1/8' } },
      'policy.subjectAltName.ip',
      /whose host bits are zero/,
    ],
    [
      'an address is ambiguous',
      { subjectAltName: { ip: ['10.0.0.1', '010.0.0.1'] } },
      'policy.subjectAltName.ip[1]',
      /an IPv4 or IPv6 address/,
    ],
    ['an address has a zone', { subjectAltName: { ip: 'fe80::1%eth0' } }, 'policy.subjectAltName.ip', /an IPv4 or IPv6 address/],
    [
      'a name is written with spaces',
      { subject: 'CN = api, O = Example' },
      'policy.subject',
      /no distinguished name of RFC 4514.*no spaces/,
    ],
    ['a name is written with slashes', { subject: '/O=Example/CN=api' }, 'policy.subject', /no distinguished name of RFC 4514/],
    ['a name has an unknown attribute', { subject: 'CN=api,FOO=b' }, 'policy.subject', /unknown attribute 'FOO'/],

    // Fingerprints.
    ['a fingerprint is SHA-1', { fingerprint256: 'ab'.repeat(20) }, 'policy.fingerprint256', /length of SHA-1/],
    ['a fingerprint is SHA-1 with colons', { fingerprint256: Array(20).fill('AB').join(':') }, 'policy.fingerprint256', /length of SHA-1/],
    ['a fingerprint has a prefix', { fingerprint256: `SHA256:${sha256}` }, 'policy.fingerprint256', /no SHA-256 fingerprint/],
    ['a fingerprint is cut short', { fingerprint256: sha256.slice(1) }, 'policy.fingerprint256', /no SHA-256 fingerprint/],
    [
      'a fingerprint has colons in odd places',
      { fingerprint256: `${sha256.slice(0, 3)}:${sha256.slice(3)}` },
      'policy.fingerprint256',
      /no SHA-256 fingerprint/,
    ],
    ['a fingerprint has a line break at its end', { fingerprint256: `${sha256}\n` }, 'policy.fingerprint256', /no SHA-256 fingerprint/],
    ['a listed fingerprint is wrong', { fingerprint256: [sha256, 'zz'] }, 'policy.fingerprint256[1]', /'zz' is no SHA-256 fingerprint/],

    ['it would replace a default', { subject: { CN: 'a' }, replaceDefault: true }, 'policy.replaceDefault', /no default policy to replace/],
    [
      'replaceDefault is not true',
      { subject: { CN: 'a' }, replaceDefault: false },
      'policy.replaceDefault',
      /must be true, or be left out/,
    ],
  ])('%s', (_title, policy, option, message) => {
    const error = failure(policy);
    expect(error.option).toBe(option);
    expect(error.message).toMatch(message);
  });
});

it('a policy that names a trust set is refused where there are none', () => {
  expect(() => compilePolicy({ trustSet: 'staff' }, { option: 'policy', trustSets: [] })).toThrow(
    "policy.trustSet: there is no trust set 'staff'; none is configured",
  );
});

describe('the schema by itself refuses', () => {
  it.each([
    {},
    { subject: undefined },
    { subject: {} },
    { subject: { CN: undefined } },
    JSON.parse('{"subject":{"CN":"a","__proto__":"b"}}'),
    { other: 1 },
  ])('%j', (policy) => {
    expect(CertificatePolicyData.safeParse(policy).success).toBe(false);
  });
});

describe('a policy is accepted when', () => {
  it.each<[string, unknown]>([
    ['it comes from JSON', JSON.parse('{"subject":{"CN":["a","b"]}}')],
    ['it has no prototype', Object.assign(Object.create(null), { trustSet: 'staff' })],
    ['it comes from another realm', runInNewContext("({ subject: { CN: ['a', /b/] } })")],
    ['it is frozen', Object.freeze({ subject: Object.freeze({ CN: Object.freeze(['a']) }) })],
    ['an attribute is named by its OID', { subject: { '2.5.4.3': 'a', '1.2.840.113549.1.9.1': 'b' } }],
  ])('%s', (_title, policy) => {
    expect(() => compilePolicy(policy, { option: 'policy', trustSets: ['staff'] })).not.toThrow();
  });

  it('no trust sets are known to look its names up in', () => {
    expect(compilePolicy({ trustSet: ['a', 'b', 'a'] }, { option: 'policy' }).trustSets).toEqual(['a', 'b']);
  });
});
