export {
  type CertificatePolicy,
  CertificatePolicyData,
  type CertificateSource,
  type ClientIdentity,
  type ClientIdentityFields,
  ConfigurationError,
  createVerifier,
  type GuardOptions as MtlsOptions,
  type PolicyContext,
  type PolicyDecision,
  type PolicyFunction,
  type PolicyValue,
  type Refusal,
  type RefusalCode,
  type RoutePolicy,
  serverTls,
  type UpgradeListener,
  type Verifier,
} from '@peercert/core';
export { mtls, mtls as default } from './plugin.js';
export type { RefusedError } from './refused-error.js';
export type { RouteIdentity, RouteValue } from './request-types.js';
export type { GuardedReply, GuardedRequest, GuardedUpgradeListener, GuardHook, PolicyHook, ScopeGuard } from './scope-guard.js';
