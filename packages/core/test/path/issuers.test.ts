import { describe, expect, it } from 'vitest';
import { certificatePool } from '../../src/path/index.js';
import { holdsNamedIssuer, Issuers } from '../../src/path/issuers.js';
import type { Certificate } from '../../src/x509/index.js';
import {
  authorityKeyIdentifier,
  basicConstraints,
  extension,
  generalName,
  subjectKeyIdentifier,
  testKey,
} from '../support/certificate-builder.js';
import { explicit, hex, implicit, sequence } from '../support/der-writer.js';
import { authority, client, copyOf, type Issued, trustSet } from './pki.js';

const one = hex('0101');
const two = hex('0202');
const root = authority('root');

function identified(identifier: Uint8Array | undefined, key: string): Issued {
  const extensions = [basicConstraints(true), ...(identifier === undefined ? [] : [subjectKeyIdentifier(identifier)])];
  return authority('CA', { issuer: root, key: testKey('ec', key), extensions });
}

const anchorOne = identified(one, 'anchor one');
const anchorTwo = identified(two, 'anchor two');
const intermediateOne = identified(one, 'intermediate one');
const intermediateTwo = identified(two, 'intermediate two');
const intermediateWithout = identified(undefined, 'intermediate without');

function issuersOf(certificate: Certificate, trusted: readonly Issued[], configured: readonly Issued[], presented: readonly Issued[] = []) {
  const pool = certificatePool(presented.map((issued) => issued.certificate));
  return new Issuers(trustSet({ trusted, configured }), [pool]).of(certificate);
}

function certificatesOf(issuers: ReturnType<typeof issuersOf>): readonly Certificate[] {
  return issuers.map(({ certificate }) => certificate);
}

function order(...issued: readonly Issued[]): readonly Certificate[] {
  return issued.map(({ certificate }) => certificate);
}

describe('Issuers', () => {
  it('finds none under a name that none bears', () => {
    expect(issuersOf(client(root), [anchorOne], [intermediateOne])).toEqual([]);
  });

  it('never gives a certificate as its own issuer, be it an anchor or a copy', () => {
    const self = authority('self');
    expect(issuersOf(copyOf(self.certificate), [self], [self])).toEqual([]);
  });

  it('gives anchors before intermediates, those of the trust set before those presented', () => {
    const found = issuersOf(client(anchorOne), [anchorOne, anchorTwo], [intermediateTwo], [intermediateOne, intermediateWithout]);
    expect(certificatesOf(found)).toEqual(order(anchorOne, anchorTwo, intermediateTwo, intermediateOne, intermediateWithout));
    expect(found.map(({ anchor }) => anchor?.certificate)).toEqual([
      anchorOne.certificate,
      anchorTwo.certificate,
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('gives those first that bear the identifier of the authority key, anchors before intermediates', () => {
    const endEntity = client(anchorOne, { extensions: [authorityKeyIdentifier(two)] });
    const found = issuersOf(endEntity, [anchorOne, anchorTwo], [intermediateOne, intermediateTwo], [intermediateWithout]);
    expect(certificatesOf(found)).toEqual(order(anchorTwo, intermediateTwo, anchorOne, intermediateOne, intermediateWithout));
  });

  it('excludes nothing when no identifier fits', () => {
    const endEntity = client(anchorOne, { extensions: [authorityKeyIdentifier(hex('ff'))] });
    expect(certificatesOf(issuersOf(endEntity, [anchorOne], [intermediateTwo]))).toEqual(order(anchorOne, intermediateTwo));
  });

  it('takes the names and the serial number of an authority key identifier for no hint', () => {
    const names = explicit(1, generalName.directoryName('root'));
    const identifier = extension('2.5.29.35', sequence(names, implicit(2, Uint8Array.of(1))));
    const endEntity = client(anchorOne, { extensions: [identifier] });
    expect(certificatesOf(issuersOf(endEntity, [anchorOne, anchorTwo], []))).toEqual(order(anchorOne, anchorTwo));
  });

  it.each([
    ['malformed', hex('0500')],
    [
      'longer than any real one',
      sequence(implicit(0, two), explicit(1, ...Array.from({ length: 100 }, () => generalName.dNSName('ca.example'))), implicit(2, one)),
    ],
  ])('takes an authority key identifier that is %s for no hint', (_, value) => {
    const endEntity = client(anchorOne, { extensions: [extension('2.5.29.35', value)] });
    expect(certificatesOf(issuersOf(endEntity, [anchorOne, anchorTwo], []))).toEqual(order(anchorOne, anchorTwo));
  });

  it('takes a malformed subject key identifier for none', () => {
    const broken = authority('CA', { issuer: root, key: testKey('ec', 'broken'), extensions: [extension('2.5.29.14', hex('0500'))] });
    const endEntity = client(anchorOne, { extensions: [authorityKeyIdentifier(two)] });
    expect(certificatesOf(issuersOf(endEntity, [], [broken], [intermediateTwo]))).toEqual(order(intermediateTwo, broken));
  });

  it('gives each certificate once, from whatever pools it comes, and a copy of an anchor as that anchor', () => {
    const presented = [anchorOne, intermediateOne, intermediateOne].map((issued) => ({
      ...issued,
      certificate: copyOf(issued.certificate),
    }));
    const found = issuersOf(client(anchorOne), [anchorOne], [intermediateOne], presented);
    expect(certificatesOf(found)).toEqual(order(anchorOne, intermediateOne));
    expect(found[0]?.anchor?.certificate).toBe(anchorOne.certificate);
  });

  it('matches names as RFC 5280, section 7.1 has it', () => {
    const endEntity = client({ ...anchorOne, name: '  cA ' });
    expect(certificatesOf(issuersOf(endEntity, [anchorOne], []))).toEqual(order(anchorOne));
  });

  it('asks the pools once for each certificate', () => {
    let asked = 0;
    const pool = { named: () => [intermediateOne.certificate].slice(asked++) };
    const issuers = new Issuers(trustSet({ trusted: [root] }), [pool]);
    const endEntity = client(anchorOne);
    expect(issuers.of(endEntity)).toBe(issuers.of(endEntity));
    expect(asked).toBe(1);
  });

  it.each([
    ['an anchor issued it', [root], [], 0],
    ['an intermediate stands between', [root], [anchorOne], 1],
    [
      'the shorter of two ways',
      [root],
      [anchorOne, authority('other', { issuer: root }), authority('CA', { issuer: authority('other') })],
      1,
    ],
    ['nobody is known', [], [], Number.POSITIVE_INFINITY],
    ['all that are known lead to each other', [], [anchorOne, authority('root', { issuer: anchorOne })], Number.POSITIVE_INFINITY],
  ])('tells how far an anchor is by names: %s', (_, trusted, configured, distance) => {
    const below = configured.length === 0 ? anchorTwo.certificate : client(anchorOne);
    expect(new Issuers(trustSet({ trusted, configured }), []).distanceToAnchor(below)).toBe(distance);
  });

  it.each([
    [255, Number.POSITIVE_INFINITY],
    [256, 0],
  ])('takes a name above which %i others stand, none of them an anchor, for one at the distance %d', (count, distance) => {
    const above = Array.from({ length: count }, (_, number) =>
      authority('CA', { issuer: { ...root, name: `name ${number}` }, key: anchorOne.key }),
    );
    const issuers = new Issuers(trustSet({ trusted: [root], configured: above }), []);
    expect(issuers.distanceToAnchor(client(anchorOne))).toBe(distance);
  });

  it('gives those first that are nearer to an anchor, and last those that lead to none', () => {
    const far = authority('CA', { issuer: authority('far'), key: testKey('ec', 'far') });
    const nowhere = authority('CA', { issuer: authority('nowhere'), key: testKey('ec', 'nowhere') });
    const between = authority('far', { issuer: root });
    const found = issuersOf(client(anchorOne), [root], [nowhere, far, between, intermediateOne]);
    expect(certificatesOf(found)).toEqual(order(intermediateOne, far, nowhere));
    const two = issuersOf(client(anchorOne), [root], [far, between, intermediateOne]);
    expect(certificatesOf(two)).toEqual(order(intermediateOne, far));
  });

  it('gives an anchor first, though an intermediate has one right above it and the anchor has none', () => {
    const anchored = authority('CA', { issuer: authority('nowhere'), key: testKey('ec', 'anchored') });
    const found = issuersOf(client(anchorOne), [root, anchored], [intermediateOne]);
    expect(certificatesOf(found)).toEqual(order(anchored, intermediateOne));
  });
});

describe('holdsNamedIssuer', () => {
  const naming = (identifier: Uint8Array) => client(anchorOne, { extensions: [authorityKeyIdentifier(identifier)] });

  it.each([
    ['names no key', client(anchorOne), [anchorOne], [intermediateOne]],
    ['names a key that none of its name has', naming(two), [anchorOne], [intermediateOne, intermediateWithout]],
    ['bears another issuer name', client(root, { extensions: [authorityKeyIdentifier(one)] }), [anchorOne], [intermediateOne]],
  ] as const)('says no where the certificate %s', (_, certificate, trusted, configured) => {
    expect(holdsNamedIssuer(trustSet({ trusted, configured }), certificate)).toBe(false);
  });

  it('says yes where an anchor or an intermediate, be it one of many, has the key', () => {
    expect(holdsNamedIssuer(trustSet({ trusted: [anchorOne, anchorTwo] }), naming(two))).toBe(true);
    expect(holdsNamedIssuer(trustSet({ trusted: [anchorOne], configured: [intermediateTwo] }), naming(two))).toBe(true);
  });
});
