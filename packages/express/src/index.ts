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
export type { Middleware, Next, PolicyMiddleware } from './middleware.js';
export { type Auth, type AuthorizedRequest, mtls, mtls as default } from './mtls.js';
export { RefusedError } from './refused-error.js';
