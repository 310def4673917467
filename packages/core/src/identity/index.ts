export { ClientIdentity, createIdentity, type IdentityFacts, isClientIdentity, lifetime } from './client-identity.js';
export { DistinguishedName } from './distinguished-name.js';
export type {
  AuthorityFields,
  CertificateSummary,
  ClientIdentityFields,
  DistinguishedNameFields,
  ExtensionFields,
  IdentitySource,
  NameAttribute,
  OtherName,
  PublicKeyFields,
  RevocationStatus,
  SubjectAltNames,
} from './fields.js';
export { canonicalIpAddress } from './ip-address.js';
