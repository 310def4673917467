export { describeExplanation } from './describe-explanation.js';
export {
  type DecisionEvent,
  type EndEvent,
  type ExpiryEvent,
  type HandshakeFailureEvent,
  publishDecision,
  publishHandshakeFailure,
  publishReload,
  publishSource,
  type ReloadEvent,
  type RevocationEvent,
  type SourceEvent,
} from './events.js';
export type {
  ExplainedCertificate,
  ExplainedCrl,
  ExplainedPath,
  ExplainedPolicy,
  ExplainedRevocation,
  ExplainedVerdict,
  ExplainOptions,
  Explanation,
  UnreadableCertificate,
} from './explanation.js';
export type { GivenCertificates } from './given-certificates.js';
export { anonymous, type ClientQuestion, internalRefusal, type JudgedClient, judgeClient } from './judge-client.js';
export { type Logger, safeLogger } from './logger.js';
export {
  refuseUndefined,
  type TrustOptions,
  type TrustRules,
  type VerifierOptions,
  verifierOptionNames,
  type WatchRules,
} from './options.js';
export { policyRunner } from './policy-runner.js';
export type { DenyInput } from './revocation-sources/deny-input.js';
export type { DenyChange, DenyStore } from './revocation-sources/deny-store.js';
export { type ExceptionFor, type OcspOptions, type RemoteRules, type RevocationOptions, seconds } from './revocation-sources/options.js';
export type { Subtrees } from './subtrees.js';
export type { Trust } from './trust.js';
export { createVerifier, type TrustObserver, Verifier } from './verifier.js';
