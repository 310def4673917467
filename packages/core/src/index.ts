export {
  type CodeRow,
  ConfigurationError,
  describeRefusal,
  type Evidence,
  type Outcome,
  type Refusal,
  type RefusalCode,
  refusalCodes,
} from './errors/index.js';
export {
  type Answer,
  type AttachableTls,
  answerTo,
  type Decision,
  Guard,
  type GuardOptions,
  type GuardRequest,
  type MaybePromise,
  type UpgradeListener,
} from './guard/index.js';
export {
  type CertificateSummary,
  type ClientIdentity,
  type ClientIdentityFields,
  type DistinguishedName,
  type DistinguishedNameFields,
  type IdentitySource,
  isClientIdentity,
  type NameAttribute,
  type OtherName,
  type RevocationStatus,
  type SubjectAltNames,
} from './identity/index.js';
export {
  type AttributeRules,
  type CertificatePolicy,
  certificatePolicySchema,
  type Requirement,
  type RoutePolicy,
  type SubjectAltNameRules,
  type ValuePattern,
} from './policy/index.js';
export { type Credential, type ServerTls, type ServerTlsOptions, serverTls } from './server/index.js';
export type { CertificateSource } from './sources/index.js';
export {
  createVerifier,
  type DecisionEvent,
  type DenyChange,
  type DenyInput,
  type DenyStore,
  type EndEvent,
  type ExceptionFor,
  type ExpiryEvent,
  type HandshakeFailureEvent,
  type Logger,
  type OcspOptions,
  type RemoteRules,
  type RevocationEvent,
  type RevocationOptions,
  type SourceEvent,
  type Subtrees,
  type TrustOptions,
  type TrustRules,
  type Verifier,
  type VerifierOptions,
} from './verifier/index.js';
export type { AttributeKeyword } from './x509/index.js';
