export { ClientIdentity, createIdentity, type IdentityFacts, isClientIdentity } from './client-identity.js';
export { DistinguishedName } from './distinguished-name.js';
export type {
  CertificateSummary,
  ClientIdentityFields,
  DistinguishedNameFields,
  IdentitySource,
  NameAttribute,
  OtherName,
  RevocationStatus,
  SubjectAltNames,
} from './fields.js';
export { canonicalIpAddress } from './ip-address.js';
