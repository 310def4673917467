import { describe, expect, it } from 'vitest';
import { compilePolicy } from '../../src/policy/index.js';
import { evaluatePolicy, holdsFor } from './evaluate.js';
import { dns, email, fingerprint, type IdentitySpec, identityOf, ip, type NameSpec, upn, uri } from './identities.js';

/** The rule that fails, or nothing. */
function failingRule(policy: unknown, identity: IdentitySpec): string | undefined {
  const refusal = evaluatePolicy(policy, identityOf(identity));
  if (refusal !== undefined) expect(refusal.code).toBe('PEERCERT_POLICY_MISMATCH');
  return refusal?.trace[0]?.rule;
}

type Row = readonly [title: string, policy: unknown, identity: IdentitySpec];

const cn = (value: string): IdentitySpec => ({ subject: [`CN=${value}`] });
const long = 'a'.repeat(8_192);
// As a literal it would need a newer target than the compiler has.
const setNotation = ['[\\p{L}--[x]]+', 'v'] as const;

describe('an attribute does not match', () => {
  it.each<Row>([
    ['where it is missing', { subject: { CN: 'api' } }, {}],
    ['where another attribute has the value', { subject: { CN: 'api' } }, { subject: ['OU=api'] }],
    ['where the issuer has the value', { subject: { CN: 'Test CA' } }, cn('api')],
    ['a value that only begins with it', { subject: { CN: 'api' } }, cn('api2')],
    ['a value that only ends with it', { subject: { CN: 'api' } }, cn('my-api')],
    ['another case', { subject: { CN: 'api' } }, cn('API')],
    ['a value with white space around it', { subject: { CN: 'api' } }, cn(' api')],
    ['an empty value', { subject: { CN: 'api' } }, cn('')],
    ['a value with a line break behind it', { subject: { CN: 'api' } }, cn('api\n')],
    ['a value that spells the rest of a name', { subject: { CN: 'api' } }, cn('x, CN=api')],
    ['a value that spells quotes', { subject: { CN: 'api' } }, cn('"api"')],
    ['a Cyrillic look-alike', { subject: { CN: 'api' } }, cn('\u0430pi')],
    ['full-width letters', { subject: { CN: 'api' } }, cn('\uff41\uff50\uff49')],
    ['a value with a zero-width space', { subject: { CN: 'api' } }, cn('api\u200b')],
    ['a decomposed accent', { subject: { CN: 'Jos\u00e9' } }, cn('Jose\u0301')],
    ['8 kB of text', { subject: { CN: 'a' } }, cn(long)],
    [
      'a value that is no string, whatever its digits spell',
      { subject: { CN: '#0101ff' } },
      { subject: [{ keyword: 'CN', der: '0101ff' }] },
    ],
    ['a value that is no string, by a RegExp', { subject: { CN: /.*/ } }, { subject: [{ keyword: 'CN', der: '0101ff' }] }],
    ['a list without it', { subject: { CN: ['api', 'web'] } }, cn('db')],
    ['an OID that nobody has', { subject: { '1.2.3': 'api' } }, cn('api')],
  ])('%s', (_title, policy, identity) => {
    expect(failingRule(policy, identity)).toMatch(/^subject\./);
  });
});

describe('an attribute that occurs twice matches nothing', () => {
  it.each<Row>([
    ['by its first value', { subject: { CN: 'api' } }, { subject: ['CN=api', 'CN=web'] }],
    ['by its last value', { subject: { CN: 'web' } }, { subject: ['CN=api', 'CN=web'] }],
    ['by both values', { subject: { CN: ['api', 'web'] } }, { subject: ['CN=api', 'CN=web'] }],
    ['by the same value twice', { subject: { CN: 'api' } }, { subject: ['CN=api', 'CN=api'] }],
    ['by a RegExp', { subject: { CN: /.*/ } }, { subject: ['CN=api', 'CN=web'] }],
    ['inside one RDN', { subject: { CN: 'api' } }, { subject: [['CN=api', 'CN=web']] }],
    ['with an empty value', { subject: { CN: 'api' } }, { subject: ['CN=api', 'CN='] }],
    ['with a value that is no string', { subject: { CN: 'api' } }, { subject: ['CN=api', { keyword: 'CN', der: '0500' }] }],
    ['by its OID', { subject: { '2.5.4.3': 'api' } }, { subject: ['CN=api', 'CN=web'] }],
    ['by two keys for it', { subject: { CN: 'api', '2.5.4.3': 'web' } }, { subject: ['CN=api', 'CN=web'] }],
  ])('%s', (_title, policy, identity) => {
    expect(failingRule(policy, identity)).toMatch(/^subject\./);
  });

  it('and the trace says so', () => {
    const identity = identityOf({ subject: ['CN=api', 'O=Example', 'CN=web'] });
    expect(evaluatePolicy({ subject: { CN: 'api' } }, identity, { option: 'config.mtls' })?.trace).toEqual([
      {
        detail:
          'config.mtls is not satisfied: subject.CN occurs 2 times, and then none of its values counts unless the policy says { all: … } or { any: … }',
        depth: 0,
        subject: 'CN=web,O=Example,CN=api',
        rule: 'subject.CN',
        expected: '"api"',
        found: '"api", "web"',
      },
    ]);
  });
});

describe('an attribute matches', () => {
  it.each<Row>([
    ['the value itself', { subject: { CN: 'api' } }, cn('api')],
    ['one of a list', { subject: { CN: ['web', 'api'] } }, cn('api')],
    ['a RegExp', { subject: { CN: /a[pq]i/ } }, cn('api')],
    ['a RegExp in a list', { subject: { CN: ['web', /a[pq]i/] } }, cn('api')],
    ['by its OID', { subject: { '2.5.4.3': 'api' } }, cn('api')],
    ['of a type without a keyword', { subject: { '1.3.6.1.4.1.99999.1': 'x' } }, { subject: ['1.3.6.1.4.1.99999.1=x'] }],
    ['inside an RDN of several', { subject: { CN: 'api', OU: 'x' } }, { subject: [['OU=x', 'CN=api']] }],
    ['beside another that occurs twice', { subject: { CN: 'api' } }, { subject: ['OU=a', 'OU=b', 'CN=api'] }],
    ['a value with every character that names escape', { subject: { CN: ' "a",+<b>;\\=#\n' } }, cn(' "a",+<b>;\\=#\n')],
    ['a value with letters beyond ASCII', { subject: { CN: 'Zoë 😀' } }, cn('Zoë 😀')],
    ['8 kB of the same text', { subject: { CN: long } }, cn(long)],
    ['of the issuer', { issuer: { CN: 'Test CA' } }, {}],
  ])('%s', (_title, policy, identity) => {
    expect(failingRule(policy, identity)).toBeUndefined();
  });
});

describe('a RegExp does not match', () => {
  it.each<[string, RegExp, string]>([
    ['a part of the value', /api/, 'api2'],
    ['the end of the value', /api/, 'my-api'],
    ['by its first alternative alone', /api|web/, 'api2'],
    ['by its last alternative alone', /api|web/, 'my-web'],
    ['one line of several', /api/, 'api\nevil'],
    ['one line of several, with its own anchors', /^api$/, 'evil\napi\nevil'],
    ['before a line break at the end', /api/, 'api\n'],
    ['a line break by a dot', /a.*/, 'a\nb'],
    ['another case', /api/, 'API'],
    ['more than 1 kB', /a*/, 'a'.repeat(1_025)],
    ['more than 1 kB of UTF-8', /é*/, 'é'.repeat(513)],
    ['8 kB', /a*/, long],
    ['two groups one after the other', /(?:a)|(?:b)/, 'ab'],
    ['anything by an empty alternative', /a|/, 'b'],
  ])('%s', (_title, expression, value) => {
    expect(failingRule({ subject: { CN: expression } }, cn(value))).toBe('subject.CN');
  });
});

describe('a RegExp matches', () => {
  it.each<[string, RegExp, string]>([
    ['the whole value', /a.i/, 'api'],
    ['any alternative', /api|web/, 'web'],
    ['with its own anchors', /^api$/, 'api'],
    ['without regard to case, if it says so', /api/i, 'API'],
    ['line breaks by a dot, if it says so', /a.*/s, 'a\nb'],
    ['by properties of Unicode', /\p{L}+/u, 'Zoë'],
    ['with set notation', new RegExp(...setNotation), 'Zoë'],
    ['with back references', /(a)\1/, 'aa'],
    ['with named groups', /(?<x>a)\k<x>/, 'aa'],
    ['1 kB', /a*/, 'a'.repeat(1_024)],
  ])('%s', (_title, expression, value) => {
    expect(failingRule({ subject: { CN: expression } }, cn(value))).toBeUndefined();
  });

  it('the same value at every evaluation, whatever happens to the RegExp', () => {
    const expression = /api/;
    const policy = compilePolicy({ subject: { CN: expression } }, { option: 'policy' });
    const identity = identityOf(cn('api'));
    for (let i = 0; i < 3; i++) {
      expression.lastIndex = 3;
      expect(holdsFor(policy, identity)).toBe(true);
    }
    expression.compile('web');
    expect(holdsFor(policy, identity)).toBe(true);
  });
});

describe('a whole name does not match', () => {
  const subject: NameSpec = ['O=Example', 'OU=payments', 'CN=api'];
  it.each<Row>([
    ['a name with one attribute less', { subject: 'CN=api,OU=payments' }, { subject }],
    ['a name with one attribute more', { subject: 'CN=api,OU=payments,O=Example,C=DE' }, { subject }],
    ['an empty name', { subject: 'CN=api' }, {}],
    ['a name in the opposite order', { subject: 'O=Example,OU=payments,CN=api' }, { subject }],
    ['a name with another value', { subject: 'CN=api2,OU=payments,O=Example' }, { subject }],
    ['a name whose attributes are one RDN', { subject: 'CN=api,OU=payments' }, { subject: [['CN=api', 'OU=payments']] }],
    ['a name whose attributes are RDNs of their own', { subject: 'CN=api+OU=payments' }, { subject: ['OU=payments', 'CN=api'] }],
    ['one attribute whose value spells several', { subject: 'CN=api,O=Example' }, { subject: ['CN=api,O=Example'] }],
    ['several attributes where one is wanted that spells them', { subject: 'CN=api\\,O\\=Example' }, { subject: ['O=Example', 'CN=api'] }],
    ['a value that is no string', { subject: 'CN=\\#0500' }, { subject: [{ keyword: 'CN', der: '0500' }] }],
    ['a name with a more specific attribute besides', { subject: 'OU=payments,O=Example' }, { subject }],
    ['a name with a more general attribute besides', { subject: 'CN=api,OU=payments' }, { subject }],
    ['another attribute of the same value', { subject: 'CN=api' }, { subject: ['OU=api'] }],
    ['an RDN of one attribute more', { subject: 'CN=a' }, { subject: [['CN=a', 'OU=b']] }],
    ['an RDN that is wanted to have an attribute twice', { subject: 'CN=a+CN=a' }, { subject: [['CN=a', 'OU=b']] }],
    ['a set with one attribute twice', { subject: 'CN=a+OU=b' }, { subject: [['CN=a', 'CN=a']] }],
    ['a Kelvin sign for k', { subject: 'CN=k' }, cn('\u212a')],
    ['other letters of another case', { subject: 'CN=é' }, cn('É')],
  ])('%s', (_title, policy, identity) => {
    expect(failingRule(policy, identity)).toBe('subject');
  });

  it('and a name in the opposite order is told', () => {
    const refusal = evaluatePolicy({ subject: 'O=Example,CN=api' }, identityOf({ subject: ['O=Example', 'CN=api'] }));
    expect(refusal?.trace[0]?.detail).toContain('opposite order');
  });
});

describe('a whole name matches', () => {
  const subject: NameSpec = ['O=Example', 'OU=payments', 'CN=api'];
  it.each<Row>([
    ['itself', { subject: 'CN=api,OU=payments,O=Example' }, { subject }],
    [
      'with other ASCII case and white space, as RFC 5280 compares names',
      { subject: 'CN=API,OU=PayMents,O=example' },
      { subject: ['O= Example', 'OU=payments', 'CN=api '] },
    ],
    ['with inner white space of another amount', { subject: 'CN=my api' }, cn('my \t api')],
    ['attributes of one RDN in any order', { subject: 'OU=payments+CN=api' }, { subject: [['CN=api', 'OU=payments']] }],
    ['escaped characters', { subject: 'CN=a\\,b\\2B\\C3\\A9\\ ' }, cn('a,b+é')],
    ['attributes by OID', { subject: '2.5.4.3=api' }, cn('api')],
    ['attributes that occur twice, since all of the name counts', { subject: 'CN=b,CN=a' }, { subject: ['CN=a', 'CN=b'] }],
    ['of the issuer', { issuer: 'CN=Test CA' }, {}],
  ])('%s', (_title, policy, identity) => {
    expect(failingRule(policy, identity)).toBeUndefined();
  });
});

describe('an alternative name does not match', () => {
  it.each<Row>([
    ['where there is none', { subjectAltName: { dns: 'a.example' } }, {}],
    ['where the common name has the value', { subjectAltName: { dns: 'a.example' } }, cn('a.example')],
    [
      'a name of another type',
      { subjectAltName: { dns: 'a.example' } },
      { names: [uri('a.example'), email('a.example'), upn('a.example')] },
    ],
    ['a parent domain', { subjectAltName: { dns: 'a.example' } }, { names: [dns('example')] }],
    ['a subdomain', { subjectAltName: { dns: 'example' } }, { names: [dns('a.example')] }],
    ['a wildcard of the certificate, expanded', { subjectAltName: { dns: 'a.example' } }, { names: [dns('*.example')] }],
    ['a wildcard of the policy, expanded', { subjectAltName: { dns: '*.example' } }, { names: [dns('a.example')] }],
    ['a name with a dot behind it', { subjectAltName: { dns: 'a.example' } }, { names: [dns('a.example.')] }],
    ['a list written into one name', { subjectAltName: { dns: 'a.example' } }, { names: [dns('b.example,DNS:a.example')] }],
    ['a URI of another case', { subjectAltName: { uri: 'spiffe://a/api' } }, { names: [uri('spiffe://a/API')] }],
    ['a URI with a slash behind it', { subjectAltName: { uri: 'spiffe://a/api' } }, { names: [uri('spiffe://a/api/')] }],
    ['a URI written otherwise', { subjectAltName: { uri: 'spiffe://a/api' } }, { names: [uri('spiffe://a/%61pi')] }],
    ['a local part of another case', { subjectAltName: { email: 'alice@a.example' } }, { names: [email('Alice@a.example')] }],
    [
      'a local part that holds the address',
      { subjectAltName: { email: 'alice@a.example' } },
      { names: [email('"alice@a.example"@b.example')] },
    ],
    ['a quoted local part of another case', { subjectAltName: { email: '"a@B"@c.example' } }, { names: [email('"a@b"@c.example')] }],
    ['a mailbox without a domain', { subjectAltName: { email: 'alice@a.example' } }, { names: [email('alice')] }],
    ['another address', { subjectAltName: { ip: '192.0.2.1' } }, { names: [ip(192, 0, 2, 2)] }],
    [
      'an IPv4-mapped IPv6 address',
      { subjectAltName: { ip: '192.0.2.1' } },
      { names: [ip(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 192, 0, 2, 1)] },
    ],
    ['a DNS name that spells an address', { subjectAltName: { ip: '192.0.2.1' } }, { names: [dns('192.0.2.1')] }],
    ['a user principal name of another case', { subjectAltName: { upn: 'alice@a.example' } }, { names: [upn('Alice@a.example')] }],
    [
      'an otherName of another type',
      { subjectAltName: { upn: 'alice' } },
      { names: [{ type: 'otherName', typeId: '1.2.3', value: Uint8Array.from([0x0c, 1, 0x61]) }] },
    ],
    ['part of a name by a RegExp', { subjectAltName: { dns: /a/ } }, { names: [dns('a.example')] }],
    ['two names by parts of one rule', { subjectAltName: { uri: /a.*b/ } }, { names: [uri('a'), uri('b')] }],
    ['8 kB of name', { subjectAltName: { uri: /.*/ } }, { names: [uri(long)] }],
  ])('%s', (_title, policy, identity) => {
    expect(failingRule(policy, identity)).toMatch(/^subjectAltName\./);
  });

  it('unless every key has a name that fits', () => {
    const policy = { subjectAltName: { dns: 'a.example', uri: 'urn:a' } };
    expect(failingRule(policy, { names: [dns('a.example')] })).toBe('subjectAltName.uri');
    expect(failingRule(policy, { names: [uri('urn:a')] })).toBe('subjectAltName.dns');
    expect(failingRule(policy, { names: [uri('urn:a'), dns('a.example')] })).toBeUndefined();
  });
});

describe('an alternative name matches', () => {
  const many = Array.from({ length: 300 }, (_, i) => dns(`host${i}.example`));
  it.each<Row>([
    ['itself', { subjectAltName: { dns: 'a.example' } }, { names: [dns('a.example')] }],
    ['a DNS name of another case', { subjectAltName: { dns: 'A.example' } }, { names: [dns('a.EXAMPLE')] }],
    ['any of several names', { subjectAltName: { dns: 'host299.example' } }, { names: many }],
    ['any of a list', { subjectAltName: { dns: ['x.example', 'host7.example'] } }, { names: many }],
    ['a wildcard as it stands', { subjectAltName: { dns: '*.example' } }, { names: [dns('*.Example')] }],
    ['a RegExp', { subjectAltName: { uri: /spiffe:\/\/a\/ns\/[a-z]+\/sa\/api/ } }, { names: [uri('spiffe://a/ns/prod/sa/api')] }],
    [
      'an e-mail address whose domain has another case',
      { subjectAltName: { email: 'Alice@A.example' } },
      { names: [email('Alice@a.EXAMPLE')] },
    ],
    ['a quoted local part with an @', { subjectAltName: { email: '"a@b"@C.example' } }, { names: [email('"a@b"@c.example')] }],
    ['an IPv4 address', { subjectAltName: { ip: '192.0.2.1' } }, { names: [ip(192, 0, 2, 1)] }],
    [
      'an IPv6 address however it is written',
      { subjectAltName: { ip: '2001:0DB8:0:0::0:1' } },
      { names: [ip(0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1)] },
    ],
    [
      'an IPv4-mapped IPv6 address as one',
      { subjectAltName: { ip: '::ffff:c000:201' } },
      { names: [ip(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 192, 0, 2, 1)] },
    ],
    ['the canonical text of an address by a RegExp', { subjectAltName: { ip: /192\.0\.2\.\d+/ } }, { names: [ip(192, 0, 2, 77)] }],
    ['a user principal name', { subjectAltName: { upn: 'zoë@a.example' } }, { names: [upn('zoë@a.example')] }],
  ])('%s', (_title, policy, identity) => {
    expect(failingRule(policy, identity)).toBeUndefined();
  });
});

describe('a fingerprint', () => {
  const other = 'cd'.repeat(32);
  it.each<[string, string | string[]]>([
    ['as lower-case digits', fingerprint],
    ['in upper case', fingerprint.toUpperCase()],
    ['with colons, as openssl prints it', Array(32).fill('AB').join(':')],
    ['in a list', [other, fingerprint.toUpperCase()]],
  ])('matches %s', (_title, fingerprint256) => {
    expect(failingRule({ fingerprint256 }, {})).toBeUndefined();
  });

  it.each<[string, string | string[]]>([
    ['another one', other],
    ['a list of others', [other, 'ef'.repeat(32)]],
  ])('does not match %s', (_title, fingerprint256) => {
    expect(failingRule({ fingerprint256 }, {})).toBe('fingerprint256');
  });
});

describe('a trust set', () => {
  it('must be the one that the path ends in', () => {
    expect(failingRule({ trustSet: 'partners' }, { trustSet: 'staff' })).toBe('trustSet');
    expect(failingRule({ trustSet: ['partners', 'guests'] }, { trustSet: 'staff' })).toBe('trustSet');
    expect(failingRule({ trustSet: 'Staff' }, { trustSet: 'staff' })).toBe('trustSet');
    expect(failingRule({ trustSet: 'staff' }, { trustSet: 'staff' })).toBeUndefined();
    expect(failingRule({ trustSet: ['partners', 'staff'] }, { trustSet: 'staff' })).toBeUndefined();
  });

  it('is told to the search, each name once', () => {
    const { trustSets } = compilePolicy({ trustSet: ['b', 'a', 'b'] }, { option: 'policy' });
    expect(trustSets).toEqual(['b', 'a']);
    expect(Object.isFrozen(trustSets)).toBe(true);
    expect(compilePolicy({ subject: { CN: 'a' } }, { option: 'policy' }).trustSets).toBeUndefined();
  });
});

describe('a policy of several rules', () => {
  const policy = {
    trustSet: 'staff',
    fingerprint256: fingerprint,
    subject: { CN: 'api', OU: 'payments' },
    issuer: { CN: 'Test CA' },
    subjectAltName: { dns: 'a.example' },
  };
  const good: IdentitySpec = { subject: ['OU=payments', 'CN=api'], names: [dns('a.example')], trustSet: 'staff' };

  it.each<[string, IdentitySpec]>([
    ['trustSet', { ...good, trustSet: 'partners' }],
    ['fingerprint256', { ...good, fingerprint256: 'cd'.repeat(32) }],
    ['subject.CN', { ...good, subject: ['OU=payments', 'CN=web'] }],
    ['subject.OU', { ...good, subject: ['OU=billing', 'CN=api'] }],
    ['issuer.CN', { ...good, issuer: ['CN=Other CA'] }],
    ['subjectAltName.dns', { ...good, names: [dns('b.example')] }],
  ])('fails by %s alone', (rule, identity) => {
    expect(failingRule(policy, identity)).toBe(rule);
  });

  it('holds where all of them do', () => {
    expect(failingRule(policy, good)).toBeUndefined();
  });

  it('is read once: changing the object changes nothing', () => {
    const changing = { subject: { CN: ['web'] } };
    const compiled = compilePolicy(changing, { option: 'policy' });
    changing.subject.CN.push('api');
    changing.subject = { CN: ['api'] };
    expect(holdsFor(compiled, identityOf(cn('api')))).toBe(false);
  });

  it('asks a getter once', () => {
    let asked = 0;
    const policy = {
      get subject() {
        asked++;
        return { CN: asked === 1 ? 'web' : 'api' };
      },
    };
    expect(failingRule(policy, cn('web'))).toBeUndefined();
    expect(asked).toBe(1);
  });
});
