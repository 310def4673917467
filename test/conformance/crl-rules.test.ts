import { describe, expect, test } from 'vitest';
import { authorityKeyIdentifier, generalName } from '../../packages/core/test/support/certificate-builder.js';
import {
  cRLDistributionPoints,
  cRLNumber,
  deltaCRLIndicator,
  issuingDistributionPoint,
} from '../../packages/core/test/support/crl-builder.js';
import { hex, integer, sequence } from '../../packages/core/test/support/der-writer.js';
import { extension } from '../../packages/core/test/support/extensions.js';
import { crlAcceptanceRules, crlRefusalRules } from './crl-rules.js';
import type { Facts } from './facts.js';
import { type CaseOptions, crl, endEntity, listFacts, madeFacts, parts } from './made.js';
import { ruleFor } from './rules.js';

const number = cRLNumber(1);
const byKey = authorityKeyIdentifier(Uint8Array.of(1));
const uri = generalName.uniformResourceIdentifier('http://example.com/1.crl');
const list = (...extensions: readonly Uint8Array[]) => crl({ extensions });
const point = (options: Parameters<typeof issuingDistributionPoint>[0]) => listFacts(list(number, issuingDistributionPoint(options)));
const withLists = (crls: readonly Uint8Array[], options: CaseOptions = {}) =>
  madeFacts({ revocation: { crls, exceptions: {} }, ...options });

const accepted: Readonly<Record<string, () => readonly Promise<Facts>[]>> = {
  'delta, indirect and partitioned CRLs': () => [
    listFacts(list(number, deltaCRLIndicator(0))),
    point({ fullName: [uri], indirectCRL: true }),
    point({ fullName: [uri], onlySomeReasons: [1] }),
    point({ onlyContainsUserCerts: true }),
    point({ nameRelativeToCRLIssuer: [sequence(hex('0603550403'), hex('0c0161'))] }),
  ],
  'a CRL of attribute certificates': () => [point({ fullName: [uri], onlyContainsAttributeCerts: true })],
  'a CRL without cRLNumber': () => [listFacts(list()), withLists([list(byKey)], { namespaces: ['crl'] })],
  'a CRL without authorityKeyIdentifier': () => [withLists([list(number)], { namespaces: ['crl'] })],
  'a CRL whose cRLNumber or authorityKeyIdentifier is critical': () => [
    withLists([list(byKey, extension('2.5.29.20', integer(1), true))], { namespaces: ['crl'] }),
    withLists([list(extension('2.5.29.35', sequence(hex('800101')), true), number)], { namespaces: ['crl'] }),
  ],
};

describe('a rule about CRLs that excuses an acceptance', () => {
  test('has a list here to which it applies, and every list here has a rule', () => {
    expect(Object.keys(accepted).toSorted()).toEqual(crlAcceptanceRules.map(({ name }) => name).toSorted());
  });

  test.each(Object.entries(accepted))('%s excuses what it is about', async (name, made) => {
    for (const facts of await Promise.all(made())) {
      expect(facts.verdict.isAccepted).toBe(true);
      expect(ruleFor(facts)?.name).toBe(name);
    }
  });

  test('excuses nothing in a good list', async () => {
    const good = [
      listFacts(list(number)),
      point({ fullName: [uri] }),
      point({ fullName: [uri], onlyContainsUserCerts: true }),
      withLists([list(byKey, number)], { namespaces: ['crl'] }),
    ];
    for (const facts of await Promise.all(good)) {
      expect(facts.verdict.isAccepted).toBe(true);
      expect(ruleFor(facts)).toBeUndefined();
    }
  });

  test('excuses no certificate that such a list leaves unlisted, nor anything in other suites', async () => {
    expect(ruleFor(await listFacts(list(number, deltaCRLIndicator(0)), { serialNumber: Uint8Array.of(2) }))).toBeUndefined();
    expect(ruleFor(await withLists([list(number), list(number, deltaCRLIndicator(0))]))).toBeUndefined();
    expect(ruleFor(await withLists([list()], { namespaces: ['4', '4'] }))).toBeUndefined();
  });
});

describe('a rule about CRLs that excuses a refusal', () => {
  const { byRoot, maySign, isServer, named } = parts;
  const partition = list(number, issuingDistributionPoint({ fullName: [uri] }));
  const [ofOtherPart, writtenOut, nameless] = crlRefusalRules.map(({ name }) => name);
  const nameOf = (facts: Facts) => [facts.verdict.isAccepted, ruleFor(facts)?.name];

  test('knows a list of a part that the certificate does not name', async () => {
    expect(nameOf(await withLists([partition]))).toEqual([false, ofOtherPart]);
  });

  test('excuses nothing where the certificate names another part, or the list is of all', async () => {
    const elsewhere = cRLDistributionPoints({ fullName: [generalName.uniformResourceIdentifier('http://example.com/2.crl')] });
    const namesOther = endEntity({ extensions: [byRoot, maySign, isServer, named, elsewhere] });
    expect(nameOf(await withLists([partition], { endEntity: namesOther }))).toEqual([false, undefined]);
    const ofAuthorities = list(number, issuingDistributionPoint({ onlyContainsCACerts: true }));
    expect(nameOf(await withLists([ofAuthorities]))).toEqual([false, undefined]);
    expect(nameOf(await withLists([]))).toEqual([false, undefined]);
  });

  test('knows FALSE that is written out, and a list without issuer', async () => {
    expect(nameOf(await listFacts(list(number, extension('2.5.29.28', sequence(hex('810100')), true))))).toEqual([false, writtenOut]);
    expect(nameOf(await listFacts(crl({ fields: { issuer: sequence() } })))).toEqual([false, nameless]);
    expect(nameOf(await listFacts(crl({ fields: { nextUpdate: new Uint8Array(0) } })))).toEqual([false, undefined]);
  });
});
