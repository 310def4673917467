import { describe, expect, it } from 'vitest';
import { extensionDecoders, extensionName } from '../../../src/x509/extensions/index.js';
import { oids } from '../../../src/x509/oids.js';

describe('the table of extensions', () => {
  it('has a decoder and an OID for every extension of RFC 5280, sections 4.2.1 and 4.2.2', () => {
    const found = Object.keys(extensionDecoders).map((name) => [name, oids.extension[name as keyof typeof oids.extension]]);
    expect(Object.fromEntries(found)).toEqual({
      authorityKeyIdentifier: '2.5.29.35',
      subjectKeyIdentifier: '2.5.29.14',
      keyUsage: '2.5.29.15',
      certificatePolicies: '2.5.29.32',
      policyMappings: '2.5.29.33',
      subjectAltName: '2.5.29.17',
      issuerAltName: '2.5.29.18',
      subjectDirectoryAttributes: '2.5.29.9',
      basicConstraints: '2.5.29.19',
      nameConstraints: '2.5.29.30',
      policyConstraints: '2.5.29.36',
      extendedKeyUsage: '2.5.29.37',
      cRLDistributionPoints: '2.5.29.31',
      inhibitAnyPolicy: '2.5.29.54',
      freshestCRL: '2.5.29.46',
      authorityInfoAccess: '1.3.6.1.5.5.7.1.1',
      subjectInfoAccess: '1.3.6.1.5.5.7.1.11',
    });
  });

  it('knows each by its OID, and no other', () => {
    expect(extensionName('2.5.29.19')).toBe('basicConstraints');
    expect(extensionName('2.5.29.99')).toBeUndefined();
    expect(extensionName('constructor')).toBeUndefined();
  });
});
