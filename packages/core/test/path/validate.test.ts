import { describe, expect, it } from 'vitest';
import { oids } from '../../src/x509/index.js';
import { basicConstraints, certificatePolicies, extendedKeyUsage, extension, keyUsage, testKey } from '../support/certificate-builder.js';
import { hex } from '../support/der-writer.js';
import { authority, client, copyOf, type IssueOptions, issue, names, pathOf, place, refusalOf, type SearchOptions, search } from './pki.js';

const { clientAuth, serverAuth } = oids.keyPurpose;
const cA = basicConstraints(true);
const unknown = extension('1.2.3.4', hex('0500'), true);

/** A path of root <- outer <- inner <- client; each level may be given faults. */
interface Levels {
  readonly root?: IssueOptions;
  readonly outer?: IssueOptions;
  readonly inner?: IssueOptions;
  readonly client?: IssueOptions;
}

function chain(levels: Levels, options: Partial<SearchOptions> = {}): Parameters<typeof search> {
  const root = authority('root', levels.root);
  const outer = authority('outer', { issuer: root, ...levels.outer });
  const inner = authority('inner', { issuer: outer, ...levels.inner });
  return [client(inner, levels.client), { trusted: [root], presented: [inner, outer], ...options }];
}

/** The depths at which a fault is found: as OpenSSL counts them. */
const depths = { client: 0, inner: 1, outer: 2, root: 3 } as const;

describe('a fault at any level refuses', () => {
  const faults: readonly (readonly [fault: string, code: string, levels: readonly (keyof Levels)[], options: IssueOptions])[] = [
    ['expired', 'PEERCERT_CERTIFICATE_EXPIRED', ['client', 'inner', 'outer', 'root'], { notAfter: '2029-12-31T23:59:58Z' }],
    ['not yet valid', 'PEERCERT_CERTIFICATE_NOT_YET_VALID', ['client', 'inner', 'outer', 'root'], { notBefore: '2030-01-01T00:00:01Z' }],
    ['signed by another key', 'PEERCERT_SIGNATURE_INVALID', ['client', 'inner', 'outer'], { signedWith: testKey('ec', 'stranger') }],
    ['signed with SHA-1', 'PEERCERT_ALGORITHM_NOT_ALLOWED', ['client', 'inner', 'outer'], { signatureAlgorithm: 'ecdsa-sha1' }],
    ['with an RSA key of 1024 bits', 'PEERCERT_KEY_NOT_ALLOWED', ['client', 'inner', 'outer'], { key: testKey('rsa-1024') }],
    ['with a key on P-224', 'PEERCERT_KEY_NOT_ALLOWED', ['client', 'inner', 'outer'], { key: testKey('ec-p224') }],
    [
      'with an unrecognized critical extension',
      'PEERCERT_CRITICAL_EXTENSION_UNRECOGNIZED',
      ['client', 'inner', 'outer', 'root'],
      { extensions: [cA, unknown] },
    ],
    [
      'with critical distribution points of delta CRLs',
      'PEERCERT_CRITICAL_EXTENSION_UNRECOGNIZED',
      ['client', 'inner', 'outer', 'root'],
      { extensions: [cA, critical(extension('2.5.29.46', hex('300a3008a006a0048602613a')))] },
    ],
    [
      'for servers alone',
      'PEERCERT_PURPOSE_MISMATCH',
      ['client', 'inner', 'outer', 'root'],
      { extensions: [cA, extendedKeyUsage('serverAuth')] },
    ],
    [
      'for any purpose, which is not said to be this one',
      'PEERCERT_PURPOSE_MISMATCH',
      ['client', 'inner', 'outer', 'root'],
      { extensions: [cA, extendedKeyUsage('anyExtendedKeyUsage')] },
    ],
    [
      'whose key is for revocation lists alone',
      'PEERCERT_KEY_USAGE_MISMATCH',
      ['client', 'inner', 'outer', 'root'],
      { extensions: [cA, keyUsage('cRLSign')] },
    ],
    [
      'of version 3 without basicConstraints',
      'PEERCERT_ISSUER_NOT_CA',
      ['inner', 'outer', 'root'],
      { extensions: [keyUsage('keyCertSign')] },
    ],
    ['of version 3 with cA FALSE', 'PEERCERT_ISSUER_NOT_CA', ['inner', 'outer', 'root'], { extensions: [basicConstraints(false)] }],
    ['of version 1', 'PEERCERT_ISSUER_NOT_CA', ['inner', 'outer'], { extensions: [] }],
    ['of version 2', 'PEERCERT_ISSUER_NOT_CA', ['inner', 'outer'], { extensions: [], version: 2 }],
    [
      'with malformed key usage',
      'PEERCERT_CERTIFICATE_MALFORMED',
      ['client', 'inner', 'outer'],
      { extensions: [cA, extension('2.5.29.15', hex('0500'))] },
    ],
    [
      'with malformed basicConstraints',
      'PEERCERT_CERTIFICATE_MALFORMED',
      ['client', 'inner', 'outer'],
      { extensions: [extension('2.5.29.19', hex('0500'))] },
    ],
    [
      'with a malformed extension that no check reads',
      'PEERCERT_CERTIFICATE_MALFORMED',
      ['client', 'inner', 'outer'],
      { extensions: [cA, extension('1.3.6.1.5.5.7.1.1', hex('0500'))] },
    ],
  ];
  const rows = faults.flatMap(([fault, code, levels, options]) => levels.map((level) => [level, fault, code, options] as const));

  it.each(rows)('%s %s', (level, _fault, code, options) => {
    const [endEntity, searched] = chain({ [level]: options });
    const refused = refusalOf(endEntity, searched);
    expect(place(refused)).toEqual({ code, depth: depths[level] });
    expect(refused.trace[0]?.subject).toBe(`CN=${level}`);
  });

  it('and only the fault: the same chain without one is a path', () => {
    const [endEntity, options] = chain({});
    expect(names(pathOf(endEntity, options))).toEqual(['client', 'inner', 'outer', 'root']);
  });
});

describe('the end entity', () => {
  const root = authority('root');

  it.each([
    ['keyEncipherment', [keyUsage('keyEncipherment')]],
    ['keyCertSign, as an authority', [cA, keyUsage('keyCertSign', 'cRLSign')]],
  ])('is refused when its key is for %s alone', (_, extensions) => {
    expect(place(refusalOf(client(root, { extensions }), { trusted: [root] }))).toEqual({ code: 'PEERCERT_KEY_USAGE_MISMATCH', depth: 0 });
  });

  it.each([
    ['of version 1, without extensions', { extensions: [] }],
    ['of version 3 without extensions', { extensions: [], version: 3 }],
    [
      'with digitalSignature and clientAuth',
      { extensions: [basicConstraints(false), keyUsage('digitalSignature'), extendedKeyUsage('clientAuth')] },
    ],
    ['with several purposes', { extensions: [extendedKeyUsage('serverAuth', 'clientAuth', 'emailProtection')] }],
    ['with an unknown extension that is not critical', { extensions: [extension('1.2.3.4', hex('ffff'))] }],
    ['with policies that are not critical', { extensions: [certificatePolicies('1.2.3')] }],
    ['that is an authority itself', { extensions: [cA, keyUsage('keyCertSign', 'digitalSignature')] }],
    [
      'with an empty subject and a critical alternative name',
      { fields: { subject: hex('3000') }, extensions: [critical(extension('2.5.29.17', hex('3003820161')))] },
    ],
    ['with an RSA key', { key: testKey('rsa') }],
    ['with an Ed25519 key', { key: testKey('ed25519') }],
  ] as const satisfies readonly (readonly [string, IssueOptions])[])('is accepted %s', (_, options) => {
    const endEntity = client(root, options);
    expect(pathOf(endEntity, { trusted: [root] }).certificates).toEqual([endEntity]);
  });

  it('for servers is accepted where the trust set allows that purpose, and then along the whole path', () => {
    const levels: Levels = {
      root: { extensions: [cA, extendedKeyUsage('serverAuth')] },
      outer: { extensions: [cA, extendedKeyUsage('clientAuth')] },
      inner: { extensions: [cA, extendedKeyUsage('emailProtection', 'serverAuth')] },
      client: { extensions: [extendedKeyUsage('serverAuth')] },
    };
    expect(place(refusalOf(...chain(levels)))).toEqual({ code: 'PEERCERT_PURPOSE_MISMATCH', depth: 3 });
    expect(pathOf(...chain(levels, { keyPurposes: [clientAuth, serverAuth] })).certificates).toHaveLength(3);
  });

  it('is accepted whatever its key and it are for, as its issuers are, where the purpose does not matter', () => {
    const otherwise = [extendedKeyUsage('serverAuth')];
    const levels: Levels = {
      inner: { extensions: [cA, ...otherwise] },
      client: { extensions: [keyUsage('keyEncipherment'), ...otherwise] },
    };
    expect(pathOf(...chain(levels, { rules: { keyPurposes: 'any' } })).certificates).toHaveLength(3);
  });
});

describe('the anchor', () => {
  it('that is no authority issues nothing', () => {
    const pinned = issue('pinned', { extensions: [extendedKeyUsage('clientAuth')] });
    const refused = refusalOf(client(pinned), { trusted: [pinned] });
    expect(refused).toMatchObject({
      code: 'PEERCERT_ISSUER_NOT_CA',
      trace: [{ detail: 'it is trusted, but is no authority: it matches only itself', depth: 1, subject: 'CN=pinned' }],
    });
  });

  it('that is no authority issues nothing to an intermediate either', () => {
    const pinned = issue('pinned', { extensions: [basicConstraints(false)] });
    const below = authority('below', { issuer: pinned });
    expect(place(refusalOf(client(below), { trusted: [pinned], presented: [below] }))).toEqual({
      code: 'PEERCERT_ISSUER_NOT_CA',
      depth: 2,
    });
  });

  it('of version 1 that another issued issues nothing', () => {
    const pinned = issue('pinned', { issuer: authority('root') });
    expect(pinned.certificate.version).toBe(1);
    expect(place(refusalOf(client(pinned), { trusted: [pinned] }))).toEqual({ code: 'PEERCERT_ISSUER_NOT_CA', depth: 1 });
  });

  it.each([
    ['a client certificate, self-signed', issue('pinned', { extensions: [extendedKeyUsage('clientAuth')] })],
    [
      'a client certificate of an authority that nobody trusts',
      issue('pinned', { issuer: authority('elsewhere'), extensions: [extendedKeyUsage('clientAuth')] }),
    ],
    ['of version 1', issue('pinned', {})],
    ['of version 1 that another issued', issue('pinned', { issuer: authority('elsewhere') })],
    ['whose signature nobody can verify', issue('pinned', { issuer: authority('elsewhere'), signedWith: testKey('ec', 'stranger') })],
    ['signed with SHA-1', issue('pinned', { signatureAlgorithm: 'ecdsa-sha1' })],
    ['an authority', authority('pinned', { extensions: [cA, keyUsage('keyCertSign', 'digitalSignature')] })],
  ])('matches itself: %s', (_, pinned) => {
    const { found } = search(copyOf(pinned.certificate), { trusted: [pinned], presented: [copyOf(pinned.certificate)] });
    expect(found.map(names)).toEqual([['pinned', 'pinned']]);
    expect(found[0]?.certificates).toEqual([pinned.certificate]);
    expect(found[0]?.trustAnchor.certificate).toBe(pinned.certificate);
  });

  it.each([
    ['expired', { notAfter: '2029-12-31T23:59:58Z' }, 'PEERCERT_CERTIFICATE_EXPIRED'],
    ['not yet valid', { notBefore: '2030-01-01T00:00:01Z' }, 'PEERCERT_CERTIFICATE_NOT_YET_VALID'],
    ['for servers alone', { extensions: [extendedKeyUsage('serverAuth')] }, 'PEERCERT_PURPOSE_MISMATCH'],
    ['an authority that signs certificates alone', { extensions: [cA, keyUsage('keyCertSign')] }, 'PEERCERT_KEY_USAGE_MISMATCH'],
    ['with an unrecognized critical extension', { extensions: [unknown] }, 'PEERCERT_CRITICAL_EXTENSION_UNRECOGNIZED'],
  ] as const)('does not match itself when it is %s', (_, options, code) => {
    const pinned = issue('pinned', options);
    expect(place(refusalOf(copyOf(pinned.certificate), { trusted: [pinned] }))).toEqual({ code, depth: 0 });
  });

  it('matches no other certificate with its name and its key', () => {
    const pinned = issue('pinned', { extensions: [extendedKeyUsage('clientAuth')] });
    const alike = issue('pinned', { extensions: [extendedKeyUsage('clientAuth')] });
    expect(place(refusalOf(alike.certificate, { trusted: [pinned] }))).toEqual({ code: 'PEERCERT_ISSUER_NOT_CA', depth: 1 });
  });

  it('of version 1 that is self-issued is an authority', () => {
    const old = issue('old', {});
    expect(names(pathOf(client(old), { trusted: [old] }))).toEqual(['client', 'old']);
  });

  it('may be an authority that another issued', () => {
    const issuing = authority('issuing', { issuer: authority('elsewhere'), signedWith: testKey('ec', 'stranger') });
    expect(names(pathOf(client(issuing), { trusted: [issuing] }))).toEqual(['client', 'issuing']);
  });
});

describe('path length', () => {
  const limited = (limit: number) => ({ extensions: [basicConstraints(true, limit)] });

  it.each([
    ['of the anchor: none below', { root: limited(0) }, 'outer', 2],
    ['of the anchor: one below', { root: limited(1) }, 'inner', 1],
    ['of an intermediate: none below', { outer: limited(0) }, 'inner', 1],
    ['of the anchor, though an intermediate allows more', { root: limited(1), outer: limited(9) }, 'inner', 1],
    ['of an intermediate, though the anchor allows more', { root: limited(9), outer: limited(0) }, 'inner', 1],
  ] as const)('is honoured, %s', (_, levels, name, depth) => {
    const refused = refusalOf(...chain(levels));
    expect(place(refused)).toEqual({ code: 'PEERCERT_PATH_LENGTH_EXCEEDED', depth });
    expect(refused.trace[0]).toMatchObject({ subject: `CN=${name}`, detail: 'an authority above it allows no further authority here' });
  });

  it.each([
    ['two below the anchor', { root: limited(2) }],
    ['one below the outer', { outer: limited(1) }],
    ['none below the inner', { inner: limited(0) }],
    ['each exactly', { root: limited(2), outer: limited(1), inner: limited(0) }],
    ['the end entity does not count, though it is an authority', { inner: limited(0), client: { extensions: [cA] } }],
    ['a limit of the end entity means nothing', { client: limited(0) }],
    ['a limit beside cA FALSE means nothing', { client: { extensions: [basicConstraints(false, 0)] } }],
  ] as const satisfies readonly (readonly [string, Levels])[])('is kept: %s', (_, levels) => {
    expect(pathOf(...chain(levels)).certificates).toHaveLength(3);
  });

  it('does not count a self-issued intermediate', () => {
    const root = authority('root', limited(1));
    const outer = authority('outer', { issuer: root, ...limited(0) });
    const rolled = authority('outer', { issuer: outer, key: testKey('ec', 'rolled') });
    const endEntity = client(rolled);
    expect(names(pathOf(endEntity, { trusted: [root], presented: [rolled, outer] }))).toEqual(['client', 'outer', 'outer', 'root']);
    const inner = authority('inner', { issuer: rolled });
    expect(place(refusalOf(client(inner), { trusted: [root], presented: [inner, rolled, outer] }))).toEqual({
      code: 'PEERCERT_PATH_LENGTH_EXCEEDED',
      depth: 1,
    });
  });

  it('of a self-issued intermediate is honoured', () => {
    const root = authority('root');
    const rolled = authority('root', { issuer: root, key: testKey('ec', 'rolled'), ...limited(0) });
    const inner = authority('inner', { issuer: rolled });
    expect(place(refusalOf(client(inner), { trusted: [root], presented: [inner, rolled] }))).toEqual({
      code: 'PEERCERT_PATH_LENGTH_EXCEEDED',
      depth: 1,
    });
  });
});

describe('the issuer name', () => {
  it('is compared, even when a pool gives what was not asked for', () => {
    const root = authority('root');
    const other = authority('other', { issuer: root });
    const liar = { named: (name: { key: string }) => (name.key === root.certificate.subject.key ? [] : [other.certificate]) };
    const endEntity = client({ ...other, name: 'nobody' });
    const refused = refusalOf(endEntity, { trusted: [root], pools: [liar] });
    expect(refused).toMatchObject({ code: 'PEERCERT_ISSUER_UNKNOWN', trace: [{ detail: 'its issuer is not CN=other', depth: 0 }] });
  });
});

describe('the order of the checks', () => {
  it('tells of an issuer that is no authority before it tells of its key usage', () => {
    const [endEntity, options] = chain({ inner: { extensions: [basicConstraints(false), keyUsage('digitalSignature')] } });
    expect(refusalOf(endEntity, options).code).toBe('PEERCERT_ISSUER_NOT_CA');
  });

  it('tells of the certificate nearest to the anchor first, since nothing below it is trusted', () => {
    const expired = { notAfter: '2029-01-01' };
    expect(place(refusalOf(...chain({ outer: expired, inner: expired, client: expired })))).toEqual({
      code: 'PEERCERT_CERTIFICATE_EXPIRED',
      depth: 2,
    });
  });

  it.each([
    ['an intermediate', 'inner', 1],
    ['the end entity', 'client', 0],
  ] as const)('tells that a signature is wrong before it believes what the certificate says: %s', (_, level, depth) => {
    const forged = { signedWith: testKey('ec', 'stranger'), notAfter: '2029-01-01', extensions: [unknown] };
    const { end } = search(...chain({ [level]: forged }));
    expect(place(end.refusal)).toEqual({ code: 'PEERCERT_SIGNATURE_INVALID', depth });
    expect(end.isFinal).toBe(false);
  });
});

/** The extension, marked critical; or not. */
function critical(encoded: Uint8Array): Uint8Array {
  return remade(encoded, true);
}

function remade(encoded: Uint8Array, isCritical: boolean): Uint8Array {
  const [found] = issue('a', { extensions: [encoded] }).certificate.extensions.values();
  if (found === undefined) throw new Error('no extension');
  return extension(found.oid, found.value, isCritical);
}
