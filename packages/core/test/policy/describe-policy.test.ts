import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ConfigurationError } from '../../src/errors/index.js';
import { checkPolicyFile, compilePolicy, describePolicy, type PolicyMember } from '../../src/policy/index.js';

const digest = 'ab'.repeat(32);

describe('a policy in words', () => {
  it.each<[PolicyMember, readonly string[]]>([
    [{ subject: { OU: ['payments', 'billing'] } }, ['the subject\'s OU is "payments" or "billing"']],
    [{ subject: 'CN=api,O=Example' }, ['the subject is "CN=api,O=Example"']],
    [{ issuer: { CN: { glob: 'Issuing *' } } }, ['the issuer\'s CN fits the glob "Issuing *"']],
    [{ subject: { OU: { all: ['a', 'b'] } } }, ['every OU of the subject is "a" or "b"']],
    [{ subject: { OU: { any: 'a' } } }, ['at least one OU of the subject is "a"']],
    [{ subject: { CN: ['x', /y-\d/, { glob: 'z*' }] } }, ['the subject\'s CN is "x" or matches /y-\\d/ as a whole or fits the glob "z*"']],
    [{ subject: { CN: z.string() } }, ["the subject's CN is what the schema takes (zod)"]],
    [
      { subjectAltName: { dns: 'a.example', ip: ['10.0.0.0/8'] } },
      ['a DNS name is "a.example"', 'an IP address is, or lies in, "10.0.0.0/8"'],
    ],
    [
      { subjectAltName: { email: { all: { glob: '*@a.example' } } } },
      ['it has e-mail addresses, each of which fits the glob "*@a.example"'],
    ],
    [{ subjectAltName: { directoryName: { O: 'Example' } } }, ['it has a directory name whose O is "Example"']],
    [
      { subjectAltName: { otherName: [{ typeId: '1.2.3' }, { typeId: '1.2.4', value: '0500' }] } },
      ['it has another name of the type 1.2.3 or of the type 1.2.4 with the value 0500'],
    ],
    [{ spiffeId: 'spiffe://a/b' }, ['the SPIFFE ID is "spiffe://a/b"']],
    [{ serialNumber: ['01', '02'] }, ['the serial number is 01 or 02']],
    [{ fingerprint256: digest }, [`the SHA-256 fingerprint of the certificate is ${digest}`]],
    [{ spki256: digest }, [`the SHA-256 of its public key is ${digest}`]],
    [{ certificatePolicies: { all: ['1.2.3', '1.2.4'] } }, ['the whole path allows the certificate policies 1.2.3 and 1.2.4']],
    [{ extendedKeyUsage: ['clientAuth', 'emailProtection'] }, ['its key is for the purpose clientAuth or emailProtection']],
    [
      { extensions: { '1.2.3': true, '1.2.4': false, '1.2.5': { der: '0500' }, '1.2.6': { text: 'x' } } },
      [
        'it has the extension 1.2.3',
        'it does not have the extension 1.2.4',
        'the DER of its extension 1.2.5 is 0500',
        'the text of its extension 1.2.6 is "x"',
      ],
    ],
    [
      { publicKey: { type: ['ec', 'rsa'], minimumRsaBits: 3072 } },
      ['its key is of the kind ec or rsa', 'its key, if it is RSA, has at least 3072 bits'],
    ],
    [{ validity: { maximumDays: 1 } }, ['it is issued for at most 1 day']],
    [{ validity: { maximumHours: 36 } }, ['it is issued for at most 36 hours']],
    [
      { chain: [{ subject: { CN: 'Issuing CA' } }, { subject: 'CN=B', spki256: digest }] },
      [
        `an authority of the path has a subject whose CN is "Issuing CA", or the subject "CN=B" and a public key with the SHA-256 ${digest}`,
      ],
    ],
    [{ trustSet: ['staff', 'partners'] }, ['the path ends in the trust set "staff" or "partners"']],
    [
      { allOf: [{ subject: { CN: 'a' } }, { not: { subject: { CN: 'b', OU: 'c' } } }] },
      [
        'all of:',
        '  the subject\'s CN is "a"',
        '  not:',
        '    all of:',
        '      the subject\'s CN is "b"',
        '      the subject\'s OU is "c"',
      ],
    ],
    [
      { subject: { O: 'x' }, anyOf: [{ subject: { CN: 'a' }, issuer: { CN: 'i' } }, () => true] },
      [
        'the subject\'s O is "x"',
        'one of:',
        '  all of:',
        '    the subject\'s CN is "a"',
        '    the issuer\'s CN is "i"',
        '  the function without a name allows it',
      ],
    ],
    [
      { subject: { CN: 'a' }, mode: 'report' },
      ['the subject\'s CN is "a"', '(it only reports: what it would refuse is logged, and let in)'],
    ],
    [z.object({}), ['the schema (zod) takes the identity']],
    [function isKnown() {} as never, ['the function isKnown allows it']],
  ])('%o', (policy, words) => {
    // What is put into words is a policy.
    expect(() => compilePolicy(policy, { option: 'policy' })).not.toThrow();
    expect(describePolicy(policy)).toEqual(words);
  });

  it('shows values so that none can pass for more words', () => {
    expect(describePolicy({ subject: { CN: 'a" or "b\n\u001b[2J' } })).toEqual(['the subject\'s CN is "a\\" or \\"b\\n\\u001b[2J"']);
  });
});

describe('a policy file is refused', () => {
  it.each<[string, string, RegExp]>([
    ['with a misspelt rule', 'policies: { a: { subjekt: { OU: x } } }', /policies\.a.*subjekt.*subject/],
    ['that is empty', '', /holds no policy/],
    ['that names a policy that it does not hold', 'default: { policy: b }\npolicies: { a: { subject: { OU: x } } }', /no policy 'b'/],
    ['that leads back to itself', 'policies: { a: { policy: b }, b: { policy: a } }', /leads back to itself/],
    ['that nobody can satisfy', 'default: { trustSet: a, allOf: [ { trustSet: b } ] }', /no certificate can satisfy it/],
    ['with a key twice', 'subject: { OU: x }\nsubject: { OU: y }', /unique|twice/i],
    ['that replaces the default by itself', 'default: { subject: { OU: x }, replaceDefault: true }', /replaceDefault/],
    ['that only reports where it is named', 'policies: { a: { subject: { OU: x }, mode: report } }', /mode/],
  ])('%s', (_, text, message) => {
    expect(() => checkPolicyFile(text)).toThrow(ConfigurationError);
    expect(() => checkPolicyFile(text)).toThrow(message);
  });
});

describe('a policy file in words', () => {
  it('has its default, and its policies by name', () => {
    const text = 'default: { trustSet: staff }\npolicies:\n  pay: { subject: { OU: payments } }\n';
    expect(checkPolicyFile(text)).toEqual({
      default: ['the path ends in the trust set "staff"'],
      policies: { pay: ['the subject\'s OU is "payments"'] },
    });
  });

  it('may be one policy, or a word, or have no default', () => {
    expect(checkPolicyFile('{"subject":{"CN":"a"}}')).toEqual({ default: ['the subject\'s CN is "a"'], policies: {} });
    expect(checkPolicyFile('default: optional').default).toBe('optional');
    expect(checkPolicyFile('policies: { a: { subject: { CN: a } } }').default).toBeNull();
  });
});
