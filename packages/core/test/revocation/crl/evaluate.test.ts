import { describe, expect, it } from 'vitest';
import { evaluateCrls } from '../../../src/revocation/crl/evaluate.js';
import { at, authority, client, issue, pathOf, read } from '../../path/pki.js';
import { basicConstraints, buildCertificate, extension, testKey } from '../../support/certificate-builder.js';
import {
  type CrlOptions,
  cRLDistributionPoints,
  cRLNumber,
  deltaCRLIndicator,
  issuingDistributionPoint,
  reasonCode,
} from '../../support/crl-builder.js';
import { integerContent } from '../../support/der-writer.js';
import { generalName } from '../../support/extensions.js';
import { collection, crl, crlOf, pause, statusOf } from './lists.js';

const root = authority('root');
const ca = authority('ca', { issuer: root });
const serialNumber = 4711;
const certificate = client(ca, { serialNumber });
const path = pathOf(certificate, { trusted: [root], configured: [ca] });
const revoked = [serialNumber];

const number = (value: number) => ({ extensions: [cRLNumber(value)] });
const delta = (value: number, base: number, options: CrlOptions = {}) =>
  crlOf(ca, { ...options, extensions: [cRLNumber(value), deltaCRLIndicator(base)] });
const remove = { serialNumber, extensions: [reasonCode(8)] };
const nextUpdate = Date.parse('2030-02-01');
const past = '2029-12-31';
const forged = { issuerKey: testKey('ec', 'forger') };

describe('unknown is a certificate', () => {
  it('that no list covers', () => {
    expect(statusOf(path, [])).toEqual({ status: 'unknown', why: 'noInformation', detail: 'no CRL of CN=ca is known' });
    const other = crlOf(ca, { extensions: [cRLNumber(3), issuingDistributionPoint({ onlyContainsCACerts: true })] });
    expect(statusOf(path, [other, crlOf(root)])).toEqual({
      status: 'unknown',
      why: 'noInformation',
      detail: 'the CRL of CN=ca, number 3, covers other certificates',
    });
  });

  it('when the signature does not verify, even one that lists it', () => {
    for (const entries of [[], revoked]) {
      expect(statusOf(path, [crlOf(ca, { ...forged, entries, ...number(7) })])).toEqual({
        status: 'unknown',
        why: 'signature',
        detail: 'the CRL of CN=ca, number 7: the ECDSA with SHA-256 signature does not verify',
      });
    }
  });

  it('when the list is expired, from its nextUpdate on', () => {
    const list = crlOf(ca);
    expect(statusOf(path, [list], { at: nextUpdate - 1 })).toEqual({ status: 'good', validUntil: nextUpdate });
    expect(statusOf(path, [list], { at: nextUpdate })).toEqual({
      status: 'unknown',
      why: 'expired',
      expiredAt: nextUpdate,
      detail: 'the CRL of CN=ca, of 2029-12-01T00:00:00.000Z, expired at 2030-02-01T00:00:00.000Z, and it is 2030-02-01T00:00:00.000Z',
    });
  });

  it('before the thisUpdate of the list', () => {
    const list = crlOf(ca, { thisUpdate: at + 1_000 });
    expect(statusOf(path, [list])).toEqual({
      status: 'unknown',
      why: 'notYetValid',
      detail: 'the CRL of CN=ca, of 2030-01-01T00:00:01.000Z, has thisUpdate 2030-01-01T00:00:01.000Z',
    });
    expect(statusOf(path, [list], { at: at + 1_000 }).status).toBe('good');
  });

  it('under a clock that is no number', () => {
    expect(statusOf(path, [crlOf(ca)], { at: Number.NaN }).status).toBe('unknown');
  });

  it('when an entry of the list has a critical extension that is not known', () => {
    const entries = [{ serialNumber: 1, extensions: [extension('1.2.3', new Uint8Array(0), true)] }];
    const unsupported = {
      status: 'unknown',
      why: 'unsupported',
      detail: 'the CRL of CN=ca, number 1, has the critical entry extension 1.2.3',
    };
    expect(statusOf(path, [crlOf(ca, { entries, ...number(1) })])).toEqual(unsupported);
    expect(statusOf(path, [crlOf(ca, number(1)), delta(2, 1, { entries })])).toEqual(unsupported);
  });

  it('when a reason is covered by no list', () => {
    const some = crlOf(ca, { extensions: [issuingDistributionPoint({ onlySomeReasons: [1, 2, 3, 4, 5, 6, 7] })] });
    expect(statusOf(path, [some])).toEqual({
      status: 'unknown',
      why: 'reasons',
      detail: 'the lists that cover it leave out reasons for which it could be revoked',
    });
  });

  it('when only a delta CRL is there', () => {
    expect(statusOf(path, [delta(2, 1)])).toMatchObject({
      why: 'noInformation',
      detail: 'the delta CRL of CN=ca, number 2, is there without the CRL that it is based on',
    });
  });

  it('with the most telling of several reasons', () => {
    const scoped = crlOf(ca, { extensions: [issuingDistributionPoint({ onlyContainsCACerts: true })] });
    const future = crlOf(ca, { ...number(3), thisUpdate: '2030-01-02' });
    expect(statusOf(path, [scoped, crlOf(ca, forged)])).toMatchObject({ why: 'signature' });
    expect(statusOf(path, [crlOf(ca, forged), scoped])).toMatchObject({ why: 'signature' });
    expect(statusOf(path, [future, crlOf(ca, forged)])).toMatchObject({ why: 'notYetValid' });
    expect(statusOf(path, [future, crlOf(ca, { nextUpdate: past }), crlOf(ca, forged)])).toMatchObject({
      why: 'expired',
      expiredAt: Date.parse(past),
    });
  });

  it('with a detail of bounded length', () => {
    const long = issue({ O: 'x'.repeat(600), CN: 'y'.repeat(300) }, { extensions: [basicConstraints(true)] });
    const below = pathOf(client(long), { trusted: [long] });
    const status = statusOf(below, [crlOf(long, forged)]);
    expect(status.status === 'unknown' && status.detail.length).toBeLessThan(700);
    expect(statusOf(below, [])).toMatchObject({ detail: expect.stringMatching(/^no CRL of (a name of \d+ bytes|.{512}…) is known$/) });
  });
});

describe('revoked is a certificate that is listed', () => {
  it('with the reason and the date of the entry', () => {
    const entries = [{ serialNumber, revocationDate: '2029-06-02', extensions: [reasonCode(1)] }];
    expect(statusOf(path, [crlOf(ca, { entries, ...number(12) })])).toEqual({
      status: 'revoked',
      reason: 'keyCompromise',
      revocationDate: Date.parse('2029-06-02'),
      detail: 'the CRL of CN=ca, number 12, lists it as revoked since 2029-06-02T00:00:00.000Z (keyCompromise)',
    });
  });

  it.each<[string, Parameters<typeof statusOf>[1]]>([
    ['on hold', [crlOf(ca, { entries: [{ serialNumber, extensions: [reasonCode(6)] }] })]],
    ['as removed, where there is nothing to remove it from', [crlOf(ca, { entries: [remove] })]],
    ['by a list that is expired', [crlOf(ca, { entries: revoked, nextUpdate: past })]],
    ['by a list that has not begun', [crlOf(ca, { entries: revoked, thisUpdate: '2030-01-02' })]],
    ['by a list that has not begun, beside one that has', [crlOf(ca), crlOf(ca, { entries: revoked, thisUpdate: '2030-01-02' })]],
    [
      'by a list with an unknown critical entry extension',
      [crlOf(ca, { entries: [serialNumber, { serialNumber: 1, extensions: [extension('1.2.3', new Uint8Array(0), true)] }] })],
    ],
    [
      'by the list of another distribution point',
      [crlOf(ca), crlOf(ca, { entries: revoked, extensions: [issuingDistributionPoint({ fullName: [generalName.dNSName('x')] })] })],
    ],
    [
      'by a list of authorities',
      [crlOf(ca), crlOf(ca, { entries: revoked, extensions: [issuingDistributionPoint({ onlyContainsCACerts: true })] })],
    ],
    ['by a list for some reasons', [crlOf(ca, { entries: revoked, extensions: [issuingDistributionPoint({ onlySomeReasons: [1] })] })]],
    ['by the newer of two lists', [crlOf(ca, number(1)), crlOf(ca, { entries: revoked, ...number(2) })]],
    [
      'by the newer of two lists, though it is expired',
      [crlOf(ca, number(1)), crlOf(ca, { entries: revoked, ...number(2), nextUpdate: past })],
    ],
    ['by one of two lists that are equally new', [crlOf(ca, number(1)), crlOf(ca, { entries: revoked, ...number(1) })]],
    [
      'by a list that a forged one claims to replace',
      [crlOf(ca, { entries: revoked, ...number(1) }), crlOf(ca, { ...forged, ...number(99) })],
    ],
    ['by a delta CRL', [crlOf(ca, number(1)), delta(2, 1, { entries: revoked })]],
    ['by a delta CRL that is expired', [crlOf(ca, number(1)), delta(2, 1, { entries: revoked, nextUpdate: past })]],
    ['by a delta CRL alone', [delta(2, 1, { entries: revoked })]],
    ['by a delta CRL whose base is missing', [crlOf(ca, number(1)), delta(3, 2, { entries: revoked })]],
    [
      'by a delta CRL, and removed by one whose base is missing',
      [crlOf(ca, number(1)), delta(2, 1, { entries: revoked }), delta(4, 3, { entries: [remove] })],
    ],
    ['by the list, and not by the delta CRL', [crlOf(ca, { entries: revoked, ...number(1) }), delta(2, 1)]],
    [
      'by the list, and removed by a delta CRL that came before it',
      [crlOf(ca, { entries: revoked, ...number(3) }), delta(2, 1, { entries: [remove] })],
    ],
    [
      'by the list, and removed by a delta CRL of its own number',
      [crlOf(ca, { entries: revoked, ...number(2) }), delta(2, 1, { entries: [remove] })],
    ],
    [
      'by the list, and removed by a delta CRL whose base it is not',
      [crlOf(ca, { entries: revoked, ...number(1) }), delta(3, 2, { entries: [remove] })],
    ],
    [
      'by the list, and removed by a delta CRL of another scope',
      [
        crlOf(ca, { entries: revoked, ...number(1) }),
        crlOf(ca, {
          entries: [remove],
          extensions: [cRLNumber(2), deltaCRLIndicator(1), issuingDistributionPoint({ onlyContainsUserCerts: true })],
        }),
      ],
    ],
    ['by the list without a number, and removed by a delta CRL', [crlOf(ca, { entries: revoked }), delta(2, 1, { entries: [remove] })]],
    [
      'by the list, and removed by a delta CRL of a forger',
      [crlOf(ca, { entries: revoked, ...number(1) }), delta(2, 1, { ...forged, entries: [remove] })],
    ],
  ])('%s', (_, crls) => {
    expect(statusOf(path, crls)).toMatchObject({ status: 'revoked' });
    expect(statusOf(path, [...crls].reverse())).toMatchObject({ status: 'revoked' });
  });

  it('by its issuer, above the end entity too', () => {
    expect(statusOf(path, [crlOf(root, { entries: [] })], { index: 1 }).status).toBe('good');
    const serial = Number(`0x${ca.certificate.serialNumberHex}`);
    expect(statusOf(path, [crlOf(root, { entries: [serial] })], { index: 1 }).status).toBe('revoked');
  });
});

describe('good is a certificate', () => {
  it.each<[string, Parameters<typeof statusOf>[1]]>([
    ['that the list does not name', [crlOf(ca, { entries: [serialNumber + 1] })]],
    ['that a list of version 1 does not name', [crlOf(ca, { version: 1, entries: [1] })]],
    ['that the newer list names no more', [crlOf(ca, { entries: revoked, ...number(9) }), crlOf(ca, number(10))]],
    ['that a later list without a number names no more', [crlOf(ca, { entries: revoked }), crlOf(ca, { thisUpdate: '2029-12-02' })]],
    ['that a delta CRL takes from the list', [crlOf(ca, { entries: revoked, ...number(1) }), delta(2, 1, { entries: [remove] })]],
    [
      'that the newer delta CRL takes from the list',
      [crlOf(ca, { entries: revoked, ...number(1) }), delta(2, 1, { entries: revoked }), delta(3, 1, { entries: [remove] })],
    ],
    ['that a delta CRL named before the complete list came', [delta(2, 1, { entries: revoked }), crlOf(ca, number(3))]],
    ['that an older delta CRL named', [crlOf(ca, number(1)), delta(2, 1, { entries: revoked }), delta(3, 1)]],
    ['that a forged list names', [crlOf(ca), crlOf(ca, { ...forged, entries: revoked, ...number(99) })]],
    [
      'that another authority of that name lists',
      [crlOf(ca), crl({ issuer: 'ca', issuerKey: testKey('ec', 'stranger'), entries: revoked })],
    ],
    ['whose list is expired, with a delta CRL that is current', [crlOf(ca, { ...number(1), nextUpdate: past }), delta(2, 1)]],
    ['whose newer list is expired, and whose older one is not', [crlOf(ca, number(1)), crlOf(ca, { ...number(2), nextUpdate: past })]],
    [
      'whose list is current, and whose newer one has not begun',
      [crlOf(ca, number(1)), crlOf(ca, { ...number(2), thisUpdate: '2030-01-02' })],
    ],
    [
      'covered for all reasons by two lists',
      [
        crlOf(ca, { extensions: [issuingDistributionPoint({ onlySomeReasons: [1, 2, 3, 4] })] }),
        crlOf(ca, { extensions: [issuingDistributionPoint({ onlySomeReasons: [4, 5, 6, 7, 8] })] }),
      ],
    ],
  ])('%s', (_, crls) => {
    expect(statusOf(path, crls)).toMatchObject({ status: 'good' });
    expect(statusOf(path, [...crls].reverse())).toMatchObject({ status: 'good' });
  });

  it('until the first of the lists that it needs expires', () => {
    const early = Date.parse('2030-01-15');
    const some = crlOf(ca, { nextUpdate: early, extensions: [issuingDistributionPoint({ onlySomeReasons: [1, 2, 3, 4] })] });
    const others = crlOf(ca, { extensions: [issuingDistributionPoint({ onlySomeReasons: [5, 6, 7, 8] })] });
    expect(statusOf(path, [some, others])).toEqual({ status: 'good', validUntil: early });
    expect(statusOf(path, [some, others], { at: early })).toMatchObject({ status: 'unknown', why: 'expired', expiredAt: early });
    // A list of all reasons makes both superfluous.
    expect(statusOf(path, [some, others, crlOf(ca)])).toEqual({ status: 'good', validUntil: nextUpdate });
  });

  it('until the last of list and delta CRL expires', () => {
    const late = Date.parse('2030-03-01');
    expect(statusOf(path, [crlOf(ca, number(1)), delta(2, 1, { nextUpdate: late })])).toEqual({ status: 'good', validUntil: late });
    expect(statusOf(path, [crlOf(ca, number(1)), delta(2, 1, { nextUpdate: past })])).toEqual({ status: 'good', validUntil: nextUpdate });
  });

  it('that is the trust anchor itself', () => {
    const pinned = read(buildCertificate({ subject: 'pinned', key: testKey('ec', 'pinned') }));
    expect(statusOf(pathOf(pinned, { trusted: [pinned] }), [])).toEqual({ status: 'good', validUntil: Number.POSITIVE_INFINITY });
  });
});

describe('a certificate that names a distribution point', () => {
  const points = [{ fullName: [generalName.uniformResourceIdentifier('http://crl.example/1')] }];
  const pointed = client(ca, { serialNumber, extensions: [cRLDistributionPoints(...points)] });
  const pointedPath = pathOf(pointed, { trusted: [root], configured: [ca] });
  const part = (url: string, options: CrlOptions = {}) =>
    crlOf(ca, { ...options, extensions: [issuingDistributionPoint({ fullName: [generalName.uniformResourceIdentifier(url)] })] });

  it('is unknown with the list of another, and good with its own', () => {
    expect(statusOf(pointedPath, [part('http://crl.example/2')])).toMatchObject({ status: 'unknown', why: 'noInformation' });
    expect(statusOf(pointedPath, [part('http://crl.example/1')])).toMatchObject({ status: 'good' });
  });

  it('is unknown when it names none, whatever the list is for', () => {
    expect(statusOf(path, [part('http://crl.example/1')])).toMatchObject({ status: 'unknown', why: 'noInformation' });
  });
});

describe('the status of a certificate with a long list', () => {
  const long = Array.from({ length: 4_000 }, (_, i) => 10_000 + i);

  it('takes waiting once, for the signature', async () => {
    const inputs = { crls: collection(crlOf(ca, { entries: long })), at, pause };
    const first = evaluateCrls(path, 0, inputs);
    expect(first).toBeInstanceOf(Promise);
    expect(await first).toMatchObject({ status: 'good' });
    expect(evaluateCrls(path, 0, inputs)).toMatchObject({ status: 'good' });
  });

  it('takes none when a short one revokes it', () => {
    expect(statusOf(path, [crlOf(ca, { entries: revoked, ...number(2) }), crlOf(ca, { entries: long, ...number(1) })])).toMatchObject({
      status: 'revoked',
    });
  });

  it('is unknown when the signature does not verify', async () => {
    const status = evaluateCrls(path, 0, { crls: collection(crlOf(ca, { ...forged, entries: long })), at, pause });
    expect(await status).toMatchObject({ status: 'unknown', why: 'signature' });
  });

  it('rejects when waiting is broken off', async () => {
    const closed = () => Promise.reject(new Error('closed'));
    const entries = Array.from({ length: 20_000 }, (_, i) => 10_000 + i);
    await expect(evaluateCrls(path, 0, { crls: collection(crlOf(ca, { entries })), at, pause: closed })).rejects.toThrow('closed');
  });
});

it('a certificate that the path does not have is a fault of the caller', () => {
  expect(() => statusOf(path, [], { index: 2 })).toThrow(new RangeError('the path has 2 certificates, there is no number 2'));
  expect(certificate.serialNumber).toEqual(integerContent(serialNumber));
});
