export { type AlgorithmIdentifier, readAlgorithmIdentifier } from './algorithm-identifier.js';
export { type Attribute, type AttributeKeyword, attributeKeywords } from './attribute.js';
export { Certificate, checkExtensions, forgetContents, readCertificate } from './certificate.js';
export { CertificateList, type ReadResult, readCertificateList, readingFault } from './certificate-list.js';
export {
  type RevocationReason,
  readCertificateIssuer,
  readInvalidityDate,
  readReasonCode,
  revocationReason,
} from './crl-extensions/entry-extensions.js';
export type { IssuingDistributionPoint } from './crl-extensions/issuing-distribution-point.js';
export type { BasicConstraints } from './extensions/basic-constraints.js';
export type { PolicyInformation, PolicyQualifier } from './extensions/certificate-policies.js';
export { type DistributionPoint, type DistributionPointName, type ReasonFlags, reasonFlag } from './extensions/crl-distribution-points.js';
export { type ExtensionName, extensionName } from './extensions/index.js';
export type { AccessDescription } from './extensions/information-access.js';
export type { AuthorityKeyIdentifier } from './extensions/key-identifiers.js';
export type { KeyUsage } from './extensions/key-usage.js';
export type { GeneralSubtree, NameConstraints } from './extensions/name-constraints.js';
export type { PolicyConstraints } from './extensions/policy-constraints.js';
export type { PolicyMapping } from './extensions/policy-mappings.js';
export type { DirectoryAttribute } from './extensions/subject-directory-attributes.js';
export type { GeneralName } from './general-name.js';
export type { PublicKeyType } from './key-types.js';
export { keyBelow, type Name, nameOf, readName } from './name.js';
export { oids } from './oids.js';
export type { PssParameters } from './pss-parameters.js';
export { checkPublicKey, type PublicKey, preparePublicKey, publicKeyKind } from './public-key.js';
export { checkSignatureFits, type SignatureFault, verifySignature } from './signature.js';
export { verifySignatureInSlices } from './sliced-signature.js';
export { prepareString } from './string-preparation.js';
export type { SubjectPublicKeyInfo } from './subject-public-key-info.js';
export type { Extension } from './tbs-certificate.js';
