import { describe, expect, it } from 'vitest';
import { DerError } from '../../src/asn1/index.js';
import { Certificate, checkExtensions } from '../../src/x509/certificate.js';
import {
  authorityKeyIdentifier,
  basicConstraints,
  buildCertificate,
  type CertificateOptions,
  certificatePolicies,
  extendedKeyUsage,
  extension,
  generalName,
  inhibitAnyPolicy,
  keyUsage,
  nameConstraints,
  policyConstraints,
  policyMappings,
  subjectAltName,
  subjectKeyIdentifier,
} from '../support/certificate-builder.js';
import { explicit, hex, oid, sequence, set, utf8String } from '../support/der-writer.js';
import { attribute } from '../support/names.js';

const subjectKeyId = subjectKeyIdentifier(hex('aabb'));
const read = (options: CertificateOptions = {}) => new Certificate(buildCertificate(options));

const wellFormed = {
  authorityKeyIdentifier: authorityKeyIdentifier(hex('aabb')),
  subjectKeyIdentifier: subjectKeyId,
  keyUsage: keyUsage('keyCertSign', 'cRLSign'),
  certificatePolicies: certificatePolicies('2.5.29.32.0'),
  policyMappings: policyMappings(['1.2.3', '1.2.4']),
  subjectAltName: subjectAltName(generalName.dNSName('a.example'), generalName.directoryName('a')),
  issuerAltName: extension('2.5.29.18', sequence(generalName.rfc822Name('ca@example'))),
  subjectDirectoryAttributes: extension('2.5.29.9', sequence(sequence(oid('1.3.6.1.5.5.7.9.4'), set(utf8String('DE'))))),
  basicConstraints: basicConstraints(true, 3),
  nameConstraints: nameConstraints({ permitted: [generalName.dNSName('example')] }),
  policyConstraints: policyConstraints({ requireExplicitPolicy: 0 }),
  extendedKeyUsage: extendedKeyUsage('clientAuth'),
  cRLDistributionPoints: extension(
    '2.5.29.31',
    sequence(sequence(explicit(0, explicit(0, generalName.uniformResourceIdentifier('http://a'))))),
  ),
  inhibitAnyPolicy: inhibitAnyPolicy(1),
  freshestCRL: extension('2.5.29.46', sequence(sequence(explicit(0, explicit(0, generalName.uniformResourceIdentifier('http://a')))))),
  authorityInfoAccess: extension(
    '1.3.6.1.5.5.7.1.1',
    sequence(sequence(oid('1.3.6.1.5.5.7.48.1'), generalName.uniformResourceIdentifier('http://a'))),
  ),
  subjectInfoAccess: extension(
    '1.3.6.1.5.5.7.1.11',
    sequence(sequence(oid('1.3.6.1.5.5.7.48.5'), generalName.uniformResourceIdentifier('http://a'))),
  ),
} as const;
const names = Object.keys(wellFormed) as (keyof typeof wellFormed)[];

describe('checkExtensions', () => {
  it.each(names)('refuses a malformed %s, with the certificate that has it', (name) => {
    const type = [...new Certificate(buildCertificate({ extensions: [wellFormed[name]] })).extensions.keys()][0] as string;
    const certificate = read({
      subject: 'alice',
      extensions: [subjectKeyId, extension(type, hex('0c 00'))].slice(name === 'subjectKeyIdentifier' ? 1 : 0),
    });
    const refusal = checkExtensions(certificate);
    expect(refusal?.code).toBe('PEERCERT_CERTIFICATE_MALFORMED');
    expect(refusal?.trace[0]?.detail).toMatch(new RegExp(`^${name}: tag 0c where (30|02|03|04) is expected$`));
    expect(refusal?.trace[0]?.subject).toBe('CN=alice');
    expect(() => certificate[name]).toThrow(DerError);
    // And again: a failure is not remembered as an absent extension.
    expect(() => certificate[name]).toThrow(DerError);
  });

  it('refuses a name of more than 128 attributes in an extension', () => {
    const many = sequence(set(...Array.from({ length: 129 }, () => attribute('CN', 'a'))));
    const refusal = checkExtensions(read({ extensions: [subjectAltName(generalName.directoryName(many))] }));
    expect(refusal?.code).toBe('PEERCERT_BUDGET_EXHAUSTED');
    expect(refusal?.trace[0]?.detail).toBe('subjectAltName: directoryName has more than 128 attributes');
  });

  it('passes a certificate without extensions, and one with all of them', () => {
    expect(checkExtensions(read())).toBeUndefined();
    expect(checkExtensions(read({ extensions: Object.values(wellFormed) }))).toBeUndefined();
  });

  it('does not look into extensions that this library does not know, critical or not', () => {
    expect(checkExtensions(read({ extensions: [extension('1.2.3', hex('ff'), true)] }))).toBeUndefined();
  });
});

describe('the accessors of extensions', () => {
  const all = read({ extensions: Object.values(wellFormed) });

  it.each(names)('%s is undefined where there is none', (name) => {
    expect(read()[name]).toBeUndefined();
  });

  it.each(names)('%s is decoded once', (name) => {
    expect(all[name]).toBeDefined();
    expect(all[name]).toBe(all[name]);
  });

  it('give what their own extension says', () => {
    expect(all.authorityKeyIdentifier).toEqual({ keyIdentifier: hex('aabb') });
    expect(all.subjectKeyIdentifier).toEqual(hex('aabb'));
    expect(all.keyUsage).toMatchObject({ keyCertSign: true, cRLSign: true, digitalSignature: false });
    expect(all.certificatePolicies).toEqual([{ policyIdentifier: '2.5.29.32.0', qualifiers: [] }]);
    expect(all.policyMappings).toEqual([{ issuerDomainPolicy: '1.2.3', subjectDomainPolicy: '1.2.4' }]);
    expect(all.subjectAltName?.map(({ type }) => type)).toEqual(['dNSName', 'directoryName']);
    expect(all.issuerAltName).toEqual([{ type: 'rfc822Name', value: 'ca@example' }]);
    expect(all.subjectDirectoryAttributes).toEqual([{ type: '1.3.6.1.5.5.7.9.4', values: [utf8String('DE')] }]);
    expect(all.basicConstraints).toEqual({ cA: true, pathLenConstraint: 3 });
    expect(all.nameConstraints).toEqual({ permittedSubtrees: [{ base: { type: 'dNSName', value: 'example' } }] });
    expect(all.policyConstraints).toEqual({ requireExplicitPolicy: 0 });
    expect(all.extendedKeyUsage).toEqual(['1.3.6.1.5.5.7.3.2']);
    expect(all.cRLDistributionPoints).toHaveLength(1);
    expect(all.inhibitAnyPolicy).toBe(1);
    expect(all.freshestCRL).toHaveLength(1);
    expect(all.authorityInfoAccess?.[0]?.accessMethod).toBe('1.3.6.1.5.5.7.48.1');
    expect(all.subjectInfoAccess?.[0]?.accessMethod).toBe('1.3.6.1.5.5.7.48.5');
  });
});
