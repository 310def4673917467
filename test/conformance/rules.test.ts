import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import {
  basicConstraints,
  buildCertificate,
  extendedKeyUsage,
  extension,
  generalName,
  keyUsage,
  nameConstraints,
  subjectAltName,
  testKey,
} from '../../packages/core/test/support/certificate-builder.js';
import { bitString, hex, integer, octetString, oid, sequence } from '../../packages/core/test/support/der-writer.js';
import type { TestKey } from '../../packages/core/test/support/keys.js';
import { crlAcceptanceRules } from './crl-rules.js';
import type { Facts } from './facts.js';
import { type CaseOptions, endEntity, madeFacts, parts, root } from './made.js';
import { acceptanceRules, allRules, refusalRules, ruleFor } from './rules.js';

const { byRoot, isAuthority, isServer, mayIssue, maySign, named, rootId } = parts;
const asks = (kind: 'DNS' | 'IP' | 'RFC822', value: string) => ({ asks: { peerNames: [{ kind, value }] } });
const leaf = (...extensions: readonly Uint8Array[]) => endEntity({ extensions });
const anchor = (...extensions: readonly Uint8Array[]) => [root({ extensions })];
const web = { namespaces: ['webpki'] };
const dnsName = (name: string) => subjectAltName(generalName.dNSName(name));
const emptyName = sequence();

/** For each rule that excuses an acceptance: certificates and questions to which it applies. */
const accepted: Readonly<Record<string, readonly CaseOptions[]>> = {
  'the certificate does not hold the name that is looked for': [
    asks('DNS', 'other.example'),
    asks('IP', '127.0.0.1'),
    asks('RFC822', 'a@example.com'),
    { ...asks('DNS', 'a.b.example'), endEntity: leaf(byRoot, maySign, isServer, dnsName('a.*.example')), namespaces: ['bettertls'] },
  ],
  'a wildcard below a public suffix': [
    {
      ...asks('DNS', 'example.co.uk'),
      features: ['pedantic-public-suffix-wildcard'],
      endEntity: leaf(byRoot, maySign, isServer, dnsName('*.co.uk')),
    },
  ],
  'a critical authorityKeyIdentifier or subjectKeyIdentifier': [
    { endEntity: leaf(extension('2.5.29.35', sequence(hex('800101')), true), maySign, isServer, named) },
    { anchors: anchor(isAuthority, mayIssue, extension('2.5.29.14', octetString(hex('01')), true)) },
  ],
  'a dNSName constraint that begins with a period': [
    { anchors: anchor(isAuthority, mayIssue, rootId, nameConstraints({ permitted: [generalName.dNSName('.example.com')] })) },
  ],
  'no authorityKeyIdentifier': [{ endEntity: leaf(maySign, isServer, named) }, { endEntity: endEntity({ extensions: [] }) }],
  'an authority without subjectKeyIdentifier': [{ anchors: anchor(isAuthority, mayIssue) }],
  'basicConstraints of an authority that are not critical': [
    { anchors: anchor(basicConstraints(true, undefined, false), mayIssue, rootId) },
  ],
  'limits of an authority that are not critical': [
    { anchors: anchor(isAuthority, mayIssue, rootId, extension('2.5.29.30', constraintsValue())) },
    { anchors: anchor(isAuthority, mayIssue, rootId, extension('2.5.29.54', integer(3))) },
  ],
  'a subjectAltName beside an empty subject that is not critical': [
    { endEntity: endEntity({ fields: { subject: emptyName }, extensions: [byRoot, maySign, isServer, named] }) },
  ],
  'keyCertSign in a certificate that is no authority': [
    { endEntity: leaf(byRoot, keyUsage('digitalSignature', 'keyCertSign'), isServer, named) },
  ],
  'a keyUsage beyond what its key can do': [
    {
      namespaces: ['rfc9881'],
      endEntity: endEntity({
        key: testKey('ed25519'),
        extensions: [byRoot, keyUsage('digitalSignature', 'keyAgreement'), isServer, named],
      }),
    },
  ],
  'serial number zero': [{ endEntity: endEntity({ serialNumber: 0 }) }, { anchors: [root({ serialNumber: 0 })] }],
  'a dNSName beyond letters, digits and hyphens': [{ endEntity: leaf(byRoot, maySign, isServer, dnsName('foo_bar.example.com')) }],
  'a certificate without subjectAltName': [{ ...web, endEntity: leaf(byRoot, maySign, isServer) }],
  'a critical subjectAltName beside a subject': [{ ...web, endEntity: leaf(byRoot, maySign, isServer, criticalNames()) }],
  'a commonName that is no copy of a subjectAltName': [
    { ...web, endEntity: endEntity({ subject: 'Example.COM' }) },
    { ...web, endEntity: endEntity({ subject: 'other.example' }) },
  ],
  'other extended key usages than the web wants': [
    { ...web, endEntity: leaf(byRoot, maySign, named) },
    { ...web, endEntity: leaf(byRoot, maySign, named, extendedKeyUsage('serverAuth', '2.5.29.37.0')) },
    { ...web, endEntity: leaf(byRoot, maySign, named, extension('2.5.29.37', sequence(oid('1.3.6.1.5.5.7.3.1')), true)) },
    { ...web, anchors: anchor(isAuthority, mayIssue, rootId, isServer) },
  ],
  'an authority as end entity': [{ ...web, endEntity: leaf(byRoot, maySign, isServer, named, isAuthority) }],
  'a trust anchor whose authorityKeyIdentifier is not its own subjectKeyIdentifier alone': [
    { ...web, anchors: anchor(isAuthority, mayIssue, rootId, extension('2.5.29.35', sequence(hex('800102')))) },
    { ...web, anchors: anchor(isAuthority, mayIssue, rootId, fullKeyIdentifier()) },
  ],
  'an RSA modulus whose bits are no multiple of eight': [{ ...web, endEntity: endEntity({ key: oddRsaKey() }) }],
  'a certificate of version 1': [{ ...web, endEntity: endEntity({ extensions: [] }) }],
};

describe('a rule that excuses an acceptance', () => {
  const aboutCertificates = acceptanceRules.filter((rule) => !crlAcceptanceRules.includes(rule));

  test('has a certificate here to which it applies, and every certificate here has a rule', () => {
    expect(Object.keys(accepted).toSorted()).toEqual(aboutCertificates.map(({ name }) => name).toSorted());
  });

  for (const rule of aboutCertificates) {
    const cases = accepted[rule.name] ?? [];
    test(`'${rule.name}' excuses what it is about`, async () => {
      for (const options of cases) expect(applies(rule.name, await madeFacts(options))).toBe(true);
    });

    test(`'${rule.name}' excuses nothing in good certificates`, async () => {
      for (const namespace of ['rfc5280', 'webpki', 'bettertls', '4']) {
        const good = await madeFacts({ namespaces: [namespace], ...asks('DNS', 'example.com') });
        expect(good.verdict.isAccepted).toBe(true);
        expect(rule.applies(good)).toBe(false);
      }
    });
  }

  test('about what an issuer or the web should do holds in no other suite', async () => {
    for (const options of Object.values(accepted).flat()) {
      if (options.asks !== undefined) continue;
      expect(ruleFor(await madeFacts({ ...options, namespaces: ['bettertls', 'nameconstraints'] }))).toBeUndefined();
    }
  });

  test('about names that are looked for leaves alone what slips through name constraints by its form', async () => {
    const constrained = anchor(isAuthority, mayIssue, rootId, nameConstraints({ permitted: [generalName.dNSName('example.com')] }));
    const malformed = leaf(byRoot, maySign, isServer, dnsName('*foo.example.com'));
    expect(applies(otherName, await madeFacts({ anchors: constrained, endEntity: malformed, ...asks('DNS', 'x.example.com') }))).toBe(
      false,
    );
    expect(applies(otherName, await madeFacts({ anchors: constrained, ...asks('RFC822', 'a@example.com') }))).toBe(false);
    expect(applies(otherName, await madeFacts({ anchors: constrained, ...asks('IP', '127.0.0.1') }))).toBe(true);
  });

  test('about public suffixes needs the tag of the suite, and no other name that fits', async () => {
    const wildcard = { ...asks('DNS', 'example.co.uk'), endEntity: leaf(byRoot, maySign, isServer, dnsName('*.co.uk')) };
    expect(ruleFor(await madeFacts(wildcard))).toBeUndefined();
    const features = ['pedantic-public-suffix-wildcard'];
    const both = subjectAltName(generalName.dNSName('*.co.uk'), generalName.dNSName('example.co.uk'));
    expect(ruleFor(await madeFacts({ ...wildcard, features, endEntity: leaf(byRoot, maySign, isServer, both) }))).toBeUndefined();
  });
});

describe('a rule that excuses a refusal', () => {
  const dsa = buildCertificate({ fields: { subjectPublicKeyInfo: sequence(sequence(oid('1.2.840.10040.4.1')), bitString(integer(5))) } });

  test("'DSA' excuses keys and signatures that are not supported, in cases about DSA alone", async () => {
    expect(applies('DSA', await madeFacts({ anchors: [dsa], features: ['dsa'] }))).toBe(true);
    expect(applies('DSA', await madeFacts({ anchors: [dsa] }))).toBe(false);
    expect(applies('DSA', await madeFacts({ anchors: [], features: ['dsa'] }))).toBe(false);
  });

  test("'a key that may not sign' excuses the end entity's keyUsage alone", async () => {
    const name = "a key that may not sign the client's handshake";
    expect(applies(name, await madeFacts({ endEntity: leaf(byRoot, mayIssue, isServer, named) }))).toBe(true);
    expect(applies(name, await madeFacts({ anchors: anchor(isAuthority, maySign, rootId) }))).toBe(false);
    expect(applies(name, await madeFacts())).toBe(false);
  });

  test("'a negative serial number' excuses that and no other malformed certificate", async () => {
    const name = 'a negative serial number';
    expect(applies(name, await madeFacts({ endEntity: endEntity({ serialNumber: -1 }) }))).toBe(true);
    expect(applies(name, await madeFacts({ endEntity: endEntity({ fields: { serialNumber: hex('0200') } }) }))).toBe(false);
  });

  test("'ML-DSA' excuses nothing else", async () => {
    const name = 'ML-DSA without OpenSSL 3.5';
    expect(applies(name, await madeFacts({ anchors: [] }))).toBe(false);
    expect(applies(name, await madeFacts({ anchors: [], features: ['has-mldsa'] }))).toBe(false);
  });

  test('is never taken for an acceptance, nor the other way round', async () => {
    expect(ruleFor(await madeFacts({ anchors: [], endEntity: endEntity({ serialNumber: 0 }) }))).toBeUndefined();
    expect(ruleFor(await madeFacts({ features: ['dsa'] }))).toBeUndefined();
  });
});

test('every rule has a name of its own, and a reason', () => {
  expect(new Set(allRules.map(({ name }) => name)).size).toBe(allRules.length);
  for (const { reason } of [...acceptanceRules, ...refusalRules]) expect(reason).toMatch(/^.{40,}\.$/s);
});

const otherName = 'the certificate does not hold the name that is looked for';

function applies(name: string, facts: Facts): boolean | undefined {
  return allRules.find((rule) => rule.name === name)?.applies(facts);
}

function constraintsValue(): Uint8Array {
  return sequence(hex(`a00f300d820b${Buffer.from('example.com').toString('hex')}`));
}

function criticalNames(): Uint8Array {
  return extension('2.5.29.17', sequence(generalName.dNSName('example.com')), true);
}

/** keyIdentifier, authorityCertIssuer and authorityCertSerialNumber. */
function fullKeyIdentifier(): Uint8Array {
  return extension('2.5.29.35', sequence(hex(`800101a10d820b${Buffer.from('example.com').toString('hex')}820101`)));
}

function oddRsaKey(): TestKey {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2052 });
  return { kind: 'rsa', publicKey, privateKey, spki: Uint8Array.from(publicKey.export({ format: 'der', type: 'spki' })) };
}
