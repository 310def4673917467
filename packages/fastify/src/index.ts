export {
  type CertificatePolicy,
  type CertificateSource,
  type ClientIdentity,
  type ClientIdentityFields,
  ConfigurationError,
  createVerifier,
  type GuardOptions as MtlsOptions,
  type Refusal,
  type RefusalCode,
  type RoutePolicy,
  serverTls,
  type UpgradeListener,
  type Verifier,
} from '@peercert/core';
export { mtls, mtls as default } from './plugin.js';
export type { RefusedError } from './refused-error.js';
export type { GuardedReply, GuardedRequest, GuardedUpgradeListener, GuardHook, ScopeGuard } from './scope-guard.js';
