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
export { mtls, mtls as default, type ScopeGuard } from './plugin.js';
