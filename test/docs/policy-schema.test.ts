import { readFileSync } from 'node:fs';
import { checkPolicyFile, policyFileJsonSchema } from '@peercert/core';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';

/** The schema as it is published. */
const shipped: object = JSON.parse(
  readFileSync(new URL(import.meta.resolve('@peercert/core/certificate-policy.schema.json')), 'utf8'),
) as object;
const isValid = new Ajv2020().compile(shipped);

const sha256 = 'ab'.repeat(32);
const ou = { subject: { OU: 'payments' } };

function coreAccepts(content: unknown): boolean {
  try {
    checkPolicyFile(JSON.stringify(content));
    return true;
  } catch {
    return false;
  }
}

describe('what the JSON Schema of policy files refuses, core refuses too:', () => {
  test.each<[string, unknown]>([
    ['nothing', null],
    ['a list', [ou]],
    ['a word', 'required'],
    ['a number', 1],
    ['a policy without rules', {}],
    ['a misspelt rule', { subjekt: { OU: 'x' } }],
    ['a misspelt attribute', { subject: { Ou: 'x' } }],
    ['an attribute by an OID with a leading zero', { subject: { '2.5.4.03': 'x' } }],
    ['an empty name', { subject: '' }],
    ['a name without attributes', { subject: {} }],
    ['an empty value', { subject: { OU: '' } }],
    ['an empty list of values', { subject: { OU: [] } }],
    ['a value that is a number', { subject: { OU: 1 } }],
    ['a value that is null', { subject: { OU: null } }],
    ['a list in a list', { subject: { OU: [['x']] } }],
    ['a glob without text', { subject: { OU: { glob: '' } } }],
    ['a glob with something beside it', { subject: { OU: { glob: 'x', flags: 'i' } } }],
    ['a regular expression', { subject: { OU: { regex: 'x' } } }],
    ['all and any', { subject: { OU: { all: 'x', any: 'y' } } }],
    ['all of nothing', { subject: { OU: { all: [] } } }],
    ['no alternative names', { subjectAltName: {} }],
    ['an unknown type of alternative name', { subjectAltName: { x400: 'x' } }],
    ['another name without its type', { subjectAltName: { otherName: { value: '0500' } } }],
    ['a quantified SPIFFE ID', { spiffeId: { all: 'spiffe://a/b' } }],
    ['a serial number as a number', { serialNumber: 1 }],
    ['a serial number that is none', { serialNumber: 'xyz' }],
    ['an empty list of fingerprints', { fingerprint256: [] }],
    ['a fingerprint as a number', { fingerprint256: 1 }],
    ['an extension by its name', { extensions: { keyUsage: true } }],
    ['no extension', { extensions: {} }],
    ['an extension that is a string', { extensions: { '1.2.3': 'x' } }],
    ['DER that is not hexadecimal', { extensions: { '1.2.3': { der: 'xyz' } } }],
    ['an unknown kind of key', { publicKey: { type: 'dsa' } }],
    ['a limit on nothing', { publicKey: {} }],
    ['a modulus below the floor', { publicKey: { minimumRsaBits: 1024 } }],
    ['part of a bit', { publicKey: { minimumRsaBits: 2048.5 } }],
    ['two limits of validity', { validity: { maximumDays: 1, maximumHours: 1 } }],
    ['no validity', { validity: { maximumDays: 0 } }],
    ['an authority that is none', { chain: {} }],
    ['an empty chain', { chain: [] }],
    ['an empty trust set', { trustSet: '' }],
    ['an empty name of a policy', { policy: '' }],
    ['an unknown mode', { ...ou, mode: 'observe' }],
    ['replaceDefault: false', { ...ou, replaceDefault: false }],
    ['allOf: []', { allOf: [] }],
    ['anyOf: []', { anyOf: [] }],
    ['an alternative without rules', { anyOf: [{}] }],
    ['not: a list', { not: [ou] }],
    ['not: nothing', { not: {} }],
    ['a function', { decide: 'x => true' }],
    ['an unknown key beside policies', { policies: { a: ou }, polices: {} }],
    ['a policy without a name', { policies: { '': ou } }],
    ['a policy that is a word', { policies: { a: 'required' } }],
    ['an unknown default', { default: 'never' }],
    ['rules beside policies', { policies: { a: ou }, ...ou }],
  ])('%s', (_, content) => {
    expect({ schema: isValid(content), core: coreAccepts(content) }).toEqual({ schema: false, core: false });
  });
});

describe('what core accepts is valid:', () => {
  test.each<[string, unknown]>([
    ['one policy', ou],
    ['one policy, with its schema', { $schema: './certificate-policy.schema.json', ...ou }],
    ['policies by name', { $schema: 'x', default: { policy: 'a' }, policies: { a: ou, b: { ...ou, issuer: 'CN=CA,O=Example' } } }],
    ['a default that is a word', { default: 'optional' }],
    [
      'every way of giving a value',
      { subject: { CN: 'a', O: ['a', { glob: 'b*' }], OU: { all: 'a' }, '2.5.4.65': { any: ['a', { glob: 'b*' }] } } },
    ],
    [
      'alternative names of each type',
      {
        subjectAltName: {
          dns: { glob: '*.a.example' },
          uri: 'https://a.example/',
          email: { all: { glob: '*@a.example' } },
          ip: ['10.0.0.0/8', '::1'],
          upn: 'a@b',
          directoryName: ['CN=a', { O: 'b' }],
          otherName: [{ typeId: '1.2.3' }, { typeId: '1.2.4', value: '0500' }],
        },
      },
    ],
    [
      'pins',
      { serialNumber: ['0a:1b', 'ff'], fingerprint256: sha256.replace(/..(?!$)/g, '$&:'), spki256: [sha256, `sha256//${'A'.repeat(43)}=`] },
    ],
    ['a SPIFFE ID', { spiffeId: ['spiffe://a/b', { glob: 'spiffe://a/ns/*/sa/api' }] }],
    ['usage', { extendedKeyUsage: { all: ['clientAuth', '1.2.3'] }, certificatePolicies: { any: '1.2.3' } }],
    [
      'extensions',
      { extensions: { '1.2.3': true, '1.2.4': false, '1.2.5': { der: ['0500', '0101ff'] }, '1.2.6': { text: { glob: 'x*' } } } },
    ],
    ['keys', { publicKey: { type: ['ec', 'ml-dsa-65'], minimumRsaBits: 3072 } }],
    ['validity', { validity: { maximumDays: 0.5 } }],
    ['authorities', { chain: [{ subject: { CN: 'a' } }, { subject: 'CN=a', fingerprint256: sha256, spki256: [sha256] }] }],
    ['combinations', { allOf: [ou, { anyOf: [ou, { not: { not: ou } }] }], trustSet: ['a', 'b'], mode: 'report' }],
  ])('%s', (_, content) => {
    expect({ core: coreAccepts(content), schema: isValid(content), why: isValid.errors }).toEqual({ core: true, schema: true, why: null });
  });
});

/** Each is a reason to run `peercert check`; one that is no longer laxer moves up. */
describe('the schema is laxer than core where', () => {
  test.each<[string, unknown]>([
    ['a whole name is none', { subject: 'CN' }],
    ['a fingerprint is none', { fingerprint256: 'abc' }],
    ['a fingerprint is SHA-1', { fingerprint256: 'ab'.repeat(20) }],
    ['a DNS name is not ASCII', { subjectAltName: { dns: 'bücher.example' } }],
    ['an address is none', { subjectAltName: { ip: '10.0.0.256' } }],
    ['an address has a glob', { subjectAltName: { ip: { glob: '10.*' } } }],
    ['a block has host bits', { subjectAltName: { ip: '10.0.0.1/8' } }],
    ['an e-mail address is none', { subjectAltName: { email: 'a' } }],
    ['a SPIFFE ID is none', { spiffeId: 'https://a' }],
    ['a glob is none', { subjectAltName: { dns: { glob: 'a.**.example' } } }],
    ['a key purpose is none', { extendedKeyUsage: 'clientauth' }],
    ['an OID of a list is none', { certificatePolicies: 'anyPolicy' }],
    ['an OID has an arc that is too large', { extensions: { '1.40.1': true } }],
    ['a policy is named that does not exist', { default: { policy: 'b' }, policies: { a: ou } }],
    ['a policy leads back to itself', { policies: { a: { policy: 'a' } } }],
    ['no trust set can be left', { trustSet: 'a', allOf: [{ trustSet: 'b' }] }],
    ['a file has no policy', { $schema: 'x' }],
    ['a policy has a mode and no rules', { mode: 'report' }],
    ['a policy inside of another has a mode', { allOf: [{ ...ou, mode: 'report' }] }],
    ['a policy with a name has a mode', { policies: { a: { ...ou, mode: 'report' } } }],
    ['the default replaces itself', { default: { ...ou, replaceDefault: true } }],
  ])('%s', (_, content) => {
    expect({ schema: isValid(content), core: coreAccepts(content) }).toEqual({ schema: true, core: false });
  });
});

test('the schema that is shipped is the one of core', () => {
  expect(shipped).toEqual(JSON.parse(JSON.stringify(policyFileJsonSchema())));
});
