import { describe, expect, it } from 'vitest';
import { checkCriticalExtensions } from '../../../src/path/checks/critical-extensions.js';
import {
  authorityKeyIdentifier,
  basicConstraints,
  buildCertificate,
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
} from '../../support/certificate-builder.js';
import { explicit, hex, sequence } from '../../support/der-writer.js';
import { read } from '../pki.js';

const identifier = hex('0102');
const distributionPoints = sequence(sequence(explicit(0, explicit(0, generalName.uniformResourceIdentifier('http://crl.example/a')))));

/** OID and value of each extension that the library knows by name. */
const values = {
  subjectAltName: partsOf(subjectAltName(generalName.dNSName('a.example'))),
  subjectKeyIdentifier: partsOf(subjectKeyIdentifier(identifier)),
  authorityKeyIdentifier: partsOf(authorityKeyIdentifier(identifier)),
  basicConstraints: partsOf(basicConstraints(true)),
  keyUsage: partsOf(keyUsage('digitalSignature')),
  extendedKeyUsage: partsOf(extendedKeyUsage('clientAuth')),
  nameConstraints: partsOf(nameConstraints({ permitted: [generalName.dNSName('example')] })),
  policyConstraints: partsOf(policyConstraints({ requireExplicitPolicy: 0 })),
  certificatePolicies: partsOf(certificatePolicies('1.2.3')),
  policyMappings: partsOf(policyMappings(['1.2.3', '1.2.4'])),
  inhibitAnyPolicy: partsOf(inhibitAnyPolicy(0)),
  cRLDistributionPoints: ['2.5.29.31', distributionPoints],
  freshestCRL: ['2.5.29.46', distributionPoints],
  unknown: ['1.2.3.4', hex('0500')],
} as const satisfies Record<string, readonly [string, Uint8Array]>;

function carrying(name: keyof typeof values, critical: boolean) {
  const [oid, value] = values[name];
  return read(buildCertificate({ subject: 'a', extensions: [extension(oid, value, critical)] }));
}

describe('checkCriticalExtensions', () => {
  it.each([
    ['freshestCRL', 'the critical extension freshestCRL (2.5.29.46) is not supported'],
    ['unknown', 'the critical extension 1.2.3.4 is not supported'],
  ] as const)('refuses %s where it is critical', (name, detail) => {
    expect(checkCriticalExtensions(carrying(name, true), 1)).toMatchObject({
      code: 'PEERCERT_CRITICAL_EXTENSION_UNRECOGNIZED',
      trace: [{ detail, depth: 1, subject: 'CN=a' }],
    });
  });

  it.each([
    'basicConstraints',
    'keyUsage',
    'extendedKeyUsage',
    'subjectAltName',
    'subjectKeyIdentifier',
    'authorityKeyIdentifier',
    'nameConstraints',
    'policyConstraints',
    'certificatePolicies',
    'policyMappings',
    'inhibitAnyPolicy',
    'cRLDistributionPoints',
  ] as const)('lets %s pass, critical or not', (name) => {
    expect(checkCriticalExtensions(carrying(name, true), 1)).toBeUndefined();
    expect(checkCriticalExtensions(carrying(name, false), 1)).toBeUndefined();
  });

  it.each(['freshestCRL', 'unknown'] as const)('lets %s pass where it is not critical', (name) => {
    expect(checkCriticalExtensions(carrying(name, false), 1)).toBeUndefined();
  });

  it('finds the one that is not supported among those that are', () => {
    const [oid, value] = values.unknown;
    const der = buildCertificate({ extensions: [basicConstraints(true), keyUsage('keyCertSign'), extension(oid, value, true)] });
    expect(checkCriticalExtensions(read(der), 1)?.code).toBe('PEERCERT_CRITICAL_EXTENSION_UNRECOGNIZED');
  });
});

/** OID and value of an encoded extension. */
function partsOf(encoded: Uint8Array): readonly [string, Uint8Array] {
  const [found] = read(buildCertificate({ extensions: [encoded] })).extensions.values();
  if (found === undefined) throw new Error('no extension');
  return [found.oid, found.value];
}
