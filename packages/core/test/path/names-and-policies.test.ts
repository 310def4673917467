import { describe, expect, it } from 'vitest';
import {
  basicConstraints,
  certificatePolicies,
  extendedKeyUsage,
  generalName,
  nameConstraints,
  policyConstraints,
  policyMappings,
  subjectAltName,
  testKey,
} from '../support/certificate-builder.js';
import { authority, client, type Issued, pathOf, place, refusalOf, type SearchOptions } from './pki.js';

const cA = basicConstraints(true);
const inExample = nameConstraints({ permitted: [generalName.dNSName('example.com')] });
const notSecret = nameConstraints({ excluded: [generalName.dNSName('secret.example.com')] });

function named(host: string) {
  return { extensions: [extendedKeyUsage('clientAuth'), subjectAltName(generalName.dNSName(host))] };
}

function below(issuer: Issued, name: string, ...extensions: readonly Uint8Array[]): Issued {
  return authority(name, { issuer, extensions: [cA, ...extensions] });
}

describe('a name that an authority may not certify refuses the path', () => {
  const plain = authority('root');
  const limited = authority('root', { extensions: [cA, inExample] });

  it.each([
    ['the issuer', below(plain, 'issuing', inExample), [plain]],
    ['an authority above the issuer', below(below(plain, 'outer', inExample), 'inner'), [plain]],
    ['the trust anchor (RFC 5937)', below(limited, 'issuing'), [limited]],
    ['one of two, each of which would allow another', below(below(plain, 'outer', inExample), 'inner', notSecret), [plain]],
  ])('by the constraints of %s', (_, issuer, trusted) => {
    const presented = [issuer, below(plain, 'outer', inExample)];
    for (const host of ['secret.example.org', 'evilexample.com']) {
      expect(place(refusalOf(client(issuer, named(host)), { trusted, presented }))).toEqual({
        code: 'PEERCERT_NAME_NOT_PERMITTED',
        depth: 0,
      });
    }
    expect(pathOf(client(issuer, named('a.example.com')), { trusted, presented }).certificates.length).toBeGreaterThan(1);
  });

  it('in an intermediate too', () => {
    const outer = authority('outer', {
      issuer: plain,
      extensions: [cA, nameConstraints({ excluded: [generalName.directoryName('bad')] })],
    });
    const bad = below(outer, 'bad');
    expect(place(refusalOf(client(bad), { trusted: [plain], presented: [outer, bad] }))).toEqual({
      code: 'PEERCERT_NAME_NOT_PERMITTED',
      depth: 1,
    });
  });

  it('but not in a self-issued intermediate, whose name its own authority has', () => {
    const outer = authority('outer', {
      issuer: plain,
      extensions: [cA, nameConstraints({ excluded: [generalName.directoryName('outer')] })],
    });
    const rollover = authority('outer', { issuer: outer, key: testKey('ec', 'new key') });
    expect(pathOf(client(rollover), { trusted: [plain], presented: [outer, rollover] }).certificates).toHaveLength(3);
  });

  it.each([
    ['that the trust set does not permit', { permittedSubtrees: [{ base: { type: 'dNSName', value: 'example.com' } }] }],
    ['that the trust set excludes', { excludedSubtrees: [{ base: { type: 'dNSName', value: 'example.org' } }] }],
  ] as const)('%s', (_, rules) => {
    const refused = refusalOf(client(plain, named('a.example.org')), { trusted: [plain], rules });
    expect(refused).toMatchObject({ code: 'PEERCERT_NAME_NOT_PERMITTED' });
    expect(refused.trace[0]?.detail).toContain('the trust set');
    expect(pathOf(client(plain, named('a.example.com')), { trusted: [plain], rules }).certificates).toHaveLength(1);
  });

  it('and another path is tried, on which it may', () => {
    const narrow = below(plain, 'issuing', inExample);
    const wide = { ...narrow, ...authority('issuing', { issuer: plain, key: narrow.key }) };
    const path = pathOf(client(narrow, named('a.example.org')), { trusted: [plain], presented: [narrow, wide] });
    expect(path.certificates[1]).toBe(wide.certificate);
  });

  it('before more names are compared than the budget holds', () => {
    const many = Array.from({ length: 40 }, (_, number) => generalName.dNSName(`h${number}.example.com`));
    const issuer = below(plain, 'issuing', nameConstraints({ excluded: many }));
    const endEntity = client(issuer, {
      extensions: [subjectAltName(...many.map((_, number) => generalName.dNSName(`n${number}.example`)))],
    });
    const options: SearchOptions = { trusted: [plain], presented: [issuer] };
    expect(refusalOf(endEntity, { ...options, limits: { nameComparisons: 40 } })).toMatchObject({
      code: 'PEERCERT_BUDGET_EXHAUSTED',
      trace: [{ detail: 'the limit on nameComparisons was met' }],
    });
    expect(pathOf(endEntity, options).certificates).toHaveLength(2);
  });
});

describe('a required certificate policy that is not valid on the whole path refuses it', () => {
  const plain = authority('root');
  const gold = certificatePolicies('1.2.3');
  const silver = certificatePolicies('1.2.4');
  const requires = policyConstraints({ requireExplicitPolicy: 0 });
  const of = (...policies: readonly Uint8Array[]) => ({ extensions: [extendedKeyUsage('clientAuth'), ...policies] });

  it.each([
    ['the issuer requires one', below(plain, 'issuing', gold, requires), [plain]],
    [
      'the trust anchor requires one (RFC 5937)',
      below(authority('root', { extensions: [cA, requires] }), 'issuing', gold),
      [authority('root', { extensions: [cA, requires] })],
    ],
  ])('where %s', (_, issuer, trusted) => {
    for (const extensions of [of(), of(silver)]) {
      const refused = refusalOf(client(issuer, extensions), { trusted, presented: [issuer] });
      expect(place(refused)).toEqual({ code: 'PEERCERT_NO_EXPLICIT_POLICY', depth: 0 });
    }
    expect(pathOf(client(issuer, of(gold)), { trusted, presented: [issuer] }).validPolicies).toEqual(['1.2.3']);
  });

  it.each([
    ['one', { requireExplicitPolicy: true }, of()],
    ['this one', { requireExplicitPolicy: true, initialPolicies: ['1.2.4'] }, of(gold)],
  ] as const)('where the trust set requires %s', (_, rules, extensions) => {
    const issuer = below(plain, 'issuing', gold);
    expect(refusalOf(client(issuer, extensions), { trusted: [plain], presented: [issuer], rules }).code).toBe(
      'PEERCERT_NO_EXPLICIT_POLICY',
    );
  });

  it('where the trust set does not want policies mapped', () => {
    const issuer = below(plain, 'issuing', gold, policyMappings(['1.2.3', '1.2.4']));
    const options: SearchOptions = { trusted: [plain], presented: [issuer] };
    const required = { requireExplicitPolicy: true };
    expect(pathOf(client(issuer, of(silver)), { ...options, rules: required }).validPolicies).toEqual(['1.2.3']);
    const rules = { ...required, inhibitPolicyMapping: true };
    expect(refusalOf(client(issuer, of(silver)), { ...options, rules }).code).toBe('PEERCERT_NO_EXPLICIT_POLICY');
  });

  it('where the trust set takes anyPolicy for none', () => {
    const issuer = below(plain, 'issuing', certificatePolicies('2.5.29.32.0'));
    const options: SearchOptions = { trusted: [plain], presented: [issuer] };
    const required = { requireExplicitPolicy: true };
    expect(pathOf(client(issuer, of(gold)), { ...options, rules: required }).validPolicies).toEqual(['1.2.3']);
    const rules = { ...required, inhibitAnyPolicy: true };
    expect(refusalOf(client(issuer, of(gold)), { ...options, rules }).code).toBe('PEERCERT_NO_EXPLICIT_POLICY');
  });

  it('before more nodes are made than the budget holds', () => {
    const issuer = below(plain, 'issuing', certificatePolicies(...Array.from({ length: 30 }, (_, number) => `1.2.${number}`)));
    expect(refusalOf(client(issuer, of(gold)), { trusted: [plain], presented: [issuer], limits: { policyNodes: 20 } })).toMatchObject({
      code: 'PEERCERT_BUDGET_EXHAUSTED',
      trace: [{ detail: 'the limit on policyNodes was met' }],
    });
  });

  it('and none is valid where certificates name none, and none is required', () => {
    expect(pathOf(client(plain), { trusted: [plain] }).validPolicies).toEqual([]);
  });
});
