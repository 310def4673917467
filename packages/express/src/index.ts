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
export type { Middleware, Next } from './middleware.js';
export { type Auth, mtls, mtls as default } from './mtls.js';
export { RefusedError } from './refused-error.js';
