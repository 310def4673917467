import { oids } from '../oids.js';
import { readIssuerAltName, readSubjectAltName } from './alternative-names.js';
import { readBasicConstraints } from './basic-constraints.js';
import { readCertificatePolicies } from './certificate-policies.js';
import { readCRLDistributionPoints, readFreshestCRL } from './crl-distribution-points.js';
import { readAuthorityInfoAccess, readSubjectInfoAccess } from './information-access.js';
import { readAuthorityKeyIdentifier, readSubjectKeyIdentifier } from './key-identifiers.js';
import { readExtendedKeyUsage, readKeyUsage } from './key-usage.js';
import { readNameConstraints } from './name-constraints.js';
import { readInhibitAnyPolicy, readPolicyConstraints } from './policy-constraints.js';
import { readPolicyMappings } from './policy-mappings.js';
import { readSubjectDirectoryAttributes } from './subject-directory-attributes.js';

/** The decoder of each extension that RFC 5280, section 4.2 names; all throw `DerError` for a value that breaks its syntax. */
export const extensionDecoders = Object.freeze({
  authorityKeyIdentifier: readAuthorityKeyIdentifier,
  subjectKeyIdentifier: readSubjectKeyIdentifier,
  keyUsage: readKeyUsage,
  certificatePolicies: readCertificatePolicies,
  policyMappings: readPolicyMappings,
  subjectAltName: readSubjectAltName,
  issuerAltName: readIssuerAltName,
  subjectDirectoryAttributes: readSubjectDirectoryAttributes,
  basicConstraints: readBasicConstraints,
  nameConstraints: readNameConstraints,
  policyConstraints: readPolicyConstraints,
  extendedKeyUsage: readExtendedKeyUsage,
  cRLDistributionPoints: readCRLDistributionPoints,
  inhibitAnyPolicy: readInhibitAnyPolicy,
  freshestCRL: readFreshestCRL,
  authorityInfoAccess: readAuthorityInfoAccess,
  subjectInfoAccess: readSubjectInfoAccess,
} satisfies Record<keyof typeof oids.extension, (value: Uint8Array) => unknown>);

export type ExtensionName = keyof typeof extensionDecoders;

/** What the extension of that name decodes to. */
export type ExtensionValue<N extends ExtensionName> = ReturnType<(typeof extensionDecoders)[N]>;

/** The name by which this library knows the extension with that OID; undefined for one that it does not decode. */
export function extensionName(oid: string): ExtensionName | undefined {
  return namesByOid.get(oid);
}

const namesByOid: ReadonlyMap<string, ExtensionName> = new Map(
  Object.entries(oids.extension).map(([name, oid]) => [oid, name as ExtensionName]),
);
