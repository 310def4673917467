import { describe, expect, it, vi } from 'vitest';
import type { ValidatedPath } from '../../../src/path/index.js';
import type { Name } from '../../../src/x509/index.js';
import { authority, certificateOf, client, type Issued, issue, pathOf } from '../../path/pki.js';
import { authorityKeyIdentifier, basicConstraints, keyUsage, subjectKeyIdentifier, testKey } from '../../support/certificate-builder.js';
import { certificateIssuer, cRLDistributionPoints, cRLNumber, issuingDistributionPoint } from '../../support/crl-builder.js';
import { hex } from '../../support/der-writer.js';
import { generalName } from '../../support/extensions.js';
import { crlOf, statusOf } from './lists.js';

const { directoryName } = generalName;
const root = authority('root');
const ca = authority('ca', { issuer: root });
const serialNumber = 4711;
const path = pathOf(client(ca, { serialNumber }), { trusted: [root], configured: [ca] });
const rootList = crlOf(root);

const signs = keyUsage('digitalSignature', 'cRLSign');
/** Another certificate with the authority's name, and another key, that signs lists. */
const listKey = issue('ca', { issuer: root, key: testKey('ec', 'list key'), extensions: [signs] });
const listKeyPath = pathOf(listKey.certificate, { trusted: [root] });
const byListKey = (options = {}) => crlOf(listKey, options);

/** Paths to these, found by name, as a verifier would. */
function signers(...paths: readonly ValidatedPath[]): (name: Name) => readonly ValidatedPath[] {
  return (name) => paths.filter(({ endEntity }) => endEntity.subject.equals(name));
}

function serialOf(of: Issued): number {
  return Number(`0x${certificateOf(of).serialNumberHex}`);
}

describe('a list is not authorized', () => {
  it('when the keyUsage of its signer lacks cRLSign', () => {
    const mute = authority('mute', { issuer: root, extensions: [basicConstraints(true), keyUsage('keyCertSign')] });
    const below = pathOf(client(mute, { serialNumber }), { trusted: [root], configured: [mute] });
    for (const entries of [[], [serialNumber]]) {
      expect(statusOf(below, [crlOf(mute, { entries, extensions: [cRLNumber(1)] })])).toEqual({
        status: 'unknown',
        why: 'notAuthorized',
        detail: 'the CRL of CN=mute, number 1: the keyUsage of CN=mute lacks cRLSign',
      });
    }
    const speaking = authority('mute', {
      issuer: root,
      key: mute.key,
      extensions: [basicConstraints(true), keyUsage('keyCertSign', 'cRLSign')],
    });
    expect(statusOf(pathOf(client(speaking), { trusted: [root], configured: [speaking] }), [crlOf(mute)]).status).toBe('good');
  });

  it('when its signer is unknown', () => {
    expect(statusOf(path, [byListKey(), rootList])).toMatchObject({ why: 'signature' });
    expect(statusOf(path, [byListKey(), rootList], { signers: signers() })).toMatchObject({ why: 'signature' });
  });

  it('when its signer has another trust anchor', () => {
    const other = authority('root', { key: testKey('ec', 'other root') });
    const elsewhere = issue('ca', { issuer: other, key: listKey.key, extensions: [signs] });
    const inputs = { signers: signers(pathOf(elsewhere.certificate, { trusted: [other] })) };
    expect(statusOf(path, [byListKey(), rootList, crlOf(other)], inputs)).toMatchObject({ status: 'unknown', why: 'signature' });
  });

  it('when a path is offered to somebody of another name', () => {
    const stranger = issue('stranger', { issuer: root, key: listKey.key, extensions: [signs] });
    const inputs = { signers: () => [pathOf(stranger.certificate, { trusted: [root] })] };
    expect(statusOf(path, [byListKey(), rootList], inputs)).toMatchObject({ status: 'unknown', why: 'signature' });
  });

  it('when the keyUsage of its separate signer lacks cRLSign', () => {
    const mute = issue('ca', { issuer: root, key: listKey.key, extensions: [keyUsage('digitalSignature')] });
    const inputs = { signers: signers(pathOf(mute.certificate, { trusted: [root] })) };
    expect(statusOf(path, [byListKey(), rootList], inputs)).toMatchObject({
      why: 'notAuthorized',
      detail: expect.stringContaining('lacks cRLSign'),
    });
  });

  it('when its separate signer is revoked', () => {
    const inputs = { signers: signers(listKeyPath) };
    expect(
      statusOf(
        path,
        [byListKey({ extensions: [cRLNumber(1)] }), crlOf(root, { entries: [serialOf(listKey)], extensions: [cRLNumber(2)] })],
        inputs,
      ),
    ).toEqual({
      status: 'unknown',
      why: 'notAuthorized',
      detail:
        'the CRL of CN=ca, number 1: its signer is revoked: the CRL of CN=root, number 2, lists it as revoked since 2029-06-01T00:00:00.000Z (unspecified)',
    });
  });

  it('when it is unknown whether its separate signer is revoked, unless that is accepted', () => {
    const inputs = { signers: signers(listKeyPath) };
    expect(statusOf(path, [byListKey({ extensions: [cRLNumber(1)] })], inputs)).toMatchObject({
      why: 'notAuthorized',
      detail: 'the CRL of CN=ca, number 1: its signer may be revoked: no CRL of CN=root is known',
    });
    const acceptUnknownSigner = vi.fn(({ why }) => why === 'noInformation');
    expect(statusOf(path, [byListKey()], { ...inputs, acceptUnknownSigner }).status).toBe('good');
    expect(acceptUnknownSigner).toHaveBeenCalledWith({ status: 'unknown', why: 'noInformation', detail: 'no CRL of CN=root is known' });
    expect(statusOf(path, [byListKey(), crlOf(root, { nextUpdate: '2029-12-31' })], { ...inputs, acceptUnknownSigner }).status).toBe(
      'unknown',
    );
  });

  it('when its separate signer was certified by an authority that is not on the path, which could take any name', () => {
    const office = authority('office', { issuer: root });
    const namesake = issue('ca', { issuer: office, key: listKey.key, extensions: [signs] });
    const inputs = { signers: signers(pathOf(namesake.certificate, { trusted: [root], configured: [office] })) };
    expect(statusOf(path, [byListKey(), crlOf(office), rootList], inputs)).toMatchObject({ status: 'unknown' });
    expect(statusOf(path, [byListKey(), crlOf(root)], { signers: signers(listKeyPath) }).status).toBe('good');
  });

  it('when its separate signer is not valid now', () => {
    const inputs = { signers: signers(listKeyPath), at: Date.parse('2041-01-01') };
    const later = { thisUpdate: '2040-12-01', nextUpdate: '2041-02-01' };
    expect(statusOf(path, [byListKey(later), crlOf(root, later)], inputs)).toMatchObject({
      why: 'notAuthorized',
      detail: 'the CRL of CN=ca, of 2040-12-01T00:00:00.000Z: its signer is not valid now',
    });
  });

  it('when nobody on the path has the name of an indirect issuer', () => {
    const named = client(ca, { serialNumber, extensions: [cRLDistributionPoints({ cRLIssuer: [directoryName('office')] })] });
    const list = crlOf(issue('office', { issuer: root }), { extensions: [issuingDistributionPoint({ indirectCRL: true })] });
    expect(statusOf(pathOf(named, { trusted: [root], configured: [ca] }), [list])).toMatchObject({
      why: 'notAuthorized',
      detail: 'the CRL of CN=office, of 2029-12-01T00:00:00.000Z, is of nobody below the same trust anchor',
    });
  });
});

describe('a list is authorized', () => {
  it('with a separate certificate of the same name, until that expires or its own status does', () => {
    const inputs = { signers: signers(listKeyPath) };
    expect(statusOf(path, [byListKey(), rootList], inputs)).toEqual({ status: 'good', validUntil: Date.parse('2030-02-01') });
    expect(statusOf(path, [byListKey({ entries: [serialNumber] }), rootList], inputs).status).toBe('revoked');
    const early = Date.parse('2030-01-15');
    expect(statusOf(path, [byListKey(), crlOf(root, { nextUpdate: early })], inputs)).toEqual({ status: 'good', validUntil: early });
    const brief = issue('ca', { issuer: root, key: listKey.key, extensions: [signs], notAfter: '2030-01-10' });
    const inBrief = { signers: signers(pathOf(brief.certificate, { trusted: [root] })) };
    expect(statusOf(path, [byListKey(), rootList], inBrief)).toEqual({ status: 'good', validUntil: Date.parse('2030-01-10T00:00:01Z') });
  });

  it('with the key that the list names, of several', () => {
    const others = ['a', 'b', 'c'].map((name) =>
      issue('ca', { issuer: root, key: testKey('ec', name), extensions: [signs, subjectKeyIdentifier(Buffer.from(name))] }),
    );
    const paths = others.map(({ certificate }) => pathOf(certificate, { trusted: [root] }));
    for (const [i, signer] of others.entries()) {
      const list = crlOf(signer, { extensions: [authorityKeyIdentifier(Buffer.from('abc'[i] as string))] });
      expect(statusOf(path, [list, rootList], { signers: signers(...paths) }).status).toBe('good');
      // An identifier that fits nobody, or another, excludes nobody.
      const misleading = crlOf(signer, { extensions: [authorityKeyIdentifier(Buffer.from('a'))] });
      expect(statusOf(path, [misleading, rootList], { signers: signers(...paths) }).status).toBe('good');
    }
  });

  it('among sixteen certificates of the name, and no more', () => {
    const paths = Array.from({ length: 16 }, (_, i) =>
      issue('ca', { issuer: root, key: testKey('ec', `wrong ${i}`), extensions: [signs] }),
    ).map(({ certificate }) => pathOf(certificate, { trusted: [root] }));
    expect(statusOf(path, [byListKey(), rootList], { signers: signers(...paths.slice(2), listKeyPath) }).status).toBe('good');
    expect(statusOf(path, [byListKey(), rootList], { signers: signers(...paths, listKeyPath) })).toMatchObject({ why: 'signature' });
  });

  it('with either key after a change of keys, and both count', () => {
    const newKey = authority('ca', { issuer: ca, key: testKey('ec', 'new key'), extensions: [basicConstraints(true)] });
    const rolled = pathOf(client(newKey, { serialNumber }), { trusted: [root], configured: [ca, newKey] });
    expect(rolled.certificates).toHaveLength(3);
    for (const signer of [ca, newKey]) {
      expect(statusOf(rolled, [crlOf(signer)]).status).toBe('good');
      expect(statusOf(rolled, [crlOf(signer, { entries: [serialNumber] }), crlOf(signer === ca ? newKey : ca)]).status).toBe('revoked');
    }
  });

  it('with an authority above, without asking for others', () => {
    const named = client(ca, { serialNumber, extensions: [cRLDistributionPoints({ cRLIssuer: [directoryName('root')] })] });
    const below = pathOf(named, { trusted: [root], configured: [ca] });
    const indirect = issuingDistributionPoint({ indirectCRL: true });
    const unasked = vi.fn(() => []);
    expect(statusOf(below, [crlOf(root, { extensions: [indirect] })], { signers: unasked }).status).toBe('good');
    const listed = { serialNumber, extensions: [certificateIssuer(directoryName('ca'))] };
    expect(statusOf(below, [crlOf(root, { extensions: [indirect], entries: [listed] })], { signers: unasked }).status).toBe('revoked');
    // The same serial number, of the root's own certificates.
    expect(statusOf(below, [crlOf(root, { extensions: [indirect], entries: [serialNumber] })], { signers: unasked }).status).toBe('good');
    expect(unasked).not.toHaveBeenCalled();
  });

  it('no indirect one revokes a certificate that does not name its issuer', () => {
    const listed = { serialNumber, extensions: [certificateIssuer(directoryName('ca'))] };
    const list = crlOf(root, { extensions: [issuingDistributionPoint({ indirectCRL: true })], entries: [listed] });
    expect(statusOf(path, [crlOf(ca), list]).status).toBe('good');
  });
});

describe('signers whose lists depend on one another', () => {
  const indirect = issuingDistributionPoint({ indirectCRL: true });
  /** A certificate whose list the office of that name issues. */
  const office = (name: string, listsBy: string) =>
    issue(name, { issuer: root, extensions: [signs, cRLDistributionPoints({ cRLIssuer: [directoryName(listsBy)] })] });
  const named = (name: string) =>
    pathOf(client(ca, { serialNumber, extensions: [cRLDistributionPoints({ cRLIssuer: [directoryName(name)] })] }), {
      trusted: [root],
      configured: [ca],
    });
  const pathsTo = (...offices: readonly Issued[]) => ({
    signers: signers(...offices.map(({ certificate }) => pathOf(certificate, { trusted: [root] }))),
  });

  it('may vouch for themselves', () => {
    const itself = office('a', 'a');
    expect(statusOf(named('a'), [crlOf(itself, { extensions: [indirect] })], pathsTo(itself)).status).toBe('good');
    const listed = { serialNumber: serialOf(itself), extensions: [certificateIssuer(directoryName('root'))] };
    expect(statusOf(named('a'), [crlOf(itself, { extensions: [indirect], entries: [listed] })], pathsTo(itself))).toMatchObject({
      why: 'notAuthorized',
    });
  });

  it('may not vouch for one another', () => {
    const [a, b] = [office('a', 'b'), office('b', 'a')];
    const lists = [a, b].map((signer) => crlOf(signer, { extensions: [indirect] }));
    expect(statusOf(named('a'), lists, pathsTo(a, b))).toMatchObject({
      why: 'notAuthorized',
      detail: expect.stringContaining('is vouched for by lists that depend on this one'),
    });
  });

  it('may be four in a row', () => {
    const row = ['a', 'b', 'c', 'd', 'e'].map((name, i) => office(name, 'abcdef'[i + 1] as string));
    const last = (count: number) => {
      const used = row.slice(-count);
      const lists = [...used.map((signer) => crlOf(signer, { extensions: [indirect] }))];
      const end = office('f', 'f');
      return statusOf(named(used[0]?.name as string), [...lists, crlOf(end, { extensions: [indirect] })], pathsTo(...used, end));
    };
    expect(last(3).status).toBe('good');
    expect(last(4)).toMatchObject({ why: 'notAuthorized', detail: expect.stringContaining('is the last of 4 that depend on one another') });
  });
});

it('signers off the path are not asked for when one on it has signed', () => {
  const unasked = vi.fn(() => []);
  const list = crlOf(ca, { extensions: [authorityKeyIdentifier(hex('aa'))] });
  expect(statusOf(path, [list], { signers: unasked }).status).toBe('good');
  expect(unasked).not.toHaveBeenCalled();
});

it('a certificate on the path is not tried again when it is offered as a signer off it', () => {
  const mute = authority('mute', { issuer: root, extensions: [basicConstraints(true), keyUsage('digitalSignature', 'keyCertSign')] });
  const below = pathOf(client(mute), { trusted: [root], configured: [mute] });
  const clerk = issue('mute', { issuer: root, key: listKey.key, extensions: [signs] });
  const offered = [clerk, mute].map(({ certificate }) => pathOf(certificate, { trusted: [root] }));
  const revoked = crlOf(root, { entries: [serialOf(clerk)] });
  const list = crlOf(clerk, { issuer: 'mute' });
  expect(statusOf(below, [list, revoked], { signers: signers(...offered) })).toMatchObject({
    why: 'notAuthorized',
    detail: expect.stringContaining('its signer is revoked'),
  });
});
