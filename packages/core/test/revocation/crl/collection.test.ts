import { describe, expect, it } from 'vitest';
import { CrlCollection } from '../../../src/revocation/crl/collection.js';
import type { Crl } from '../../../src/revocation/crl/crl.js';
import { checkCrlSignature } from '../../../src/revocation/crl/signatures.js';
import { at, authority } from '../../path/pki.js';
import { testKey } from '../../support/certificate-builder.js';
import { type CrlOptions, cRLNumber, deltaCRLIndicator, issuingDistributionPoint } from '../../support/crl-builder.js';
import { collection, crlOf, pause } from './lists.js';

const ca = authority('ca');
const rollover = authority('ca', { key: testKey('ec', 'new key') });

/** A list whose signature has been verified. */
function proven(options: CrlOptions = {}, signer = ca): Crl {
  const made = crlOf(signer, options);
  expect(checkCrlSignature(made.list, signer.certificate, pause)).toBeUndefined();
  return made;
}

const complete = (number: number, options: CrlOptions = {}) =>
  proven({ ...options, extensions: [cRLNumber(number), ...(options.extensions ?? [])] });
const delta = (number: number, base: number, options: CrlOptions = {}) =>
  proven({ ...options, extensions: [cRLNumber(number), deltaCRLIndicator(base)] });

describe('a collection', () => {
  it('finds lists by the name of their issuer, those of one scope together', () => {
    const one = crlOf(ca, { entries: [1] });
    const two = crlOf(ca, { entries: [2] });
    const users = crlOf(ca, { extensions: [issuingDistributionPoint({ onlyContainsUserCerts: true })] });
    const all = collection(one, users, two, crlOf(authority('other')));
    expect([...all.issuedBy(authority({ CN: 'CA' }).certificate.subject)]).toEqual([[one, two], [users]]);
    expect([...all.issuedBy(authority('third').certificate.subject)]).toEqual([]);
    expect([...all]).toHaveLength(4);
  });

  it('changes by making another one', () => {
    const before = collection(crlOf(ca));
    const after = before.with(crlOf(ca, { entries: [1] }), at);
    expect([...before]).toHaveLength(1);
    expect([...after]).toHaveLength(2);
  });

  it('keeps the list that it has when the same comes again', () => {
    const first = crlOf(ca, { issuerKey: testKey('ed25519') });
    const again = crlOf(ca, { issuerKey: testKey('ed25519') });
    const all = collection(first);
    expect(all.with(again, at)).toBe(all);
  });
});

describe('a newer list takes the place of an older one', () => {
  it.each<[string, Crl, Crl]>([
    ['by its number', complete(9), complete(10)],
    ['by its number, whatever thisUpdate says', complete(9), complete(10, { thisUpdate: '2029-11-01' })],
    ['by thisUpdate, where there are no numbers', proven(), proven({ thisUpdate: '2029-12-02' })],
    ['by thisUpdate, where one has no number', proven(), complete(1, { thisUpdate: '2029-12-02' })],
    ['by thisUpdate, where both have the same number', complete(1), complete(1, { thisUpdate: '2029-12-02' })],
    ['as a delta CRL of the same base', delta(11, 10), delta(12, 10)],
    ['as a delta CRL of an earlier base', delta(11, 10), delta(12, 9)],
    ['as a complete list that a delta CRL came before', delta(11, 10), complete(12)],
  ])('%s', (_, older, newer) => {
    expect([...collection(older, newer)]).toEqual([newer]);
    expect([...collection(newer, older)]).toEqual([newer]);
  });
});

describe('a newer list takes the place of no older one', () => {
  it.each<[string, Crl, Crl]>([
    ['when its signature has not been verified', complete(1), crlOf(ca, { extensions: [cRLNumber(2)] })],
    ["when the older one's has not", crlOf(ca, { extensions: [cRLNumber(1)] }), complete(2)],
    ['of another key', complete(1), proven({ extensions: [cRLNumber(2)] }, rollover)],
    ['of another scope', complete(1), complete(2, { extensions: [issuingDistributionPoint({ indirectCRL: true })] })],
    ['that lasts longer', complete(1), complete(2, { nextUpdate: '2030-01-31' })],
    ['before its own thisUpdate', complete(1), complete(2, { thisUpdate: '2030-01-02' })],
    ['when they are equally new', complete(1), complete(1, { entries: [1] })],
    ['with a delta CRL of a later base', delta(11, 10), delta(12, 11)],
    ['with a delta CRL', complete(10), delta(11, 10)],
  ])('%s', (_, older, newer) => {
    expect([...collection(older, newer)]).toEqual([older, newer]);
  });
});

it('of lists that nobody verified, sixteen of a scope are kept, and all that are verified', () => {
  const good = complete(1);
  const forged = Array.from({ length: 20 }, (_, i) => crlOf(ca, { issuerKey: testKey('ec', 'forger'), extensions: [cRLNumber(100 + i)] }));
  expect([...forged.reduce((all, each) => all.with(each, at), CrlCollection.empty.with(good, at))]).toEqual([good, ...forged.slice(4)]);
});
