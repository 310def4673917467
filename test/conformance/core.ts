/**
 * The way into core's layers, which its public entry does not export: what the suites judge is those layers. It is the built package, found by its
 * name, from wherever this file is compiled to.
 */
type Errors = typeof import('../../packages/core/dist/errors/index.js');
type X509 = typeof import('../../packages/core/dist/x509/index.js');
type Path = typeof import('../../packages/core/dist/path/index.js');
type Revocation = typeof import('../../packages/core/dist/revocation/index.js');
type Search = typeof import('../../packages/core/dist/verifier/search.js');
type SigningPaths = typeof import('../../packages/core/dist/verifier/signing-paths.js');
type StepsModule = typeof import('../../packages/core/dist/verifier/steps.js');
type Matrix = typeof import('../../packages/core/dist/verifier/revocation-sources/matrix.js');
type CrlContent = typeof import('../../packages/core/dist/verifier/revocation-sources/crl-content.js');

export const errors = (await layer('errors/index')) as Errors;
export const x509 = (await layer('x509/index')) as X509;
export const path = (await layer('path/index')) as Path;
export const revocation = (await layer('revocation/index')) as Revocation;

/** The verifier's parts, which it has no index for: how it reads CRLs, searches, finds signers, waits, and judges what is known. */
export const verifier = {
  ...((await layer('verifier/search')) as Search),
  ...((await layer('verifier/signing-paths')) as SigningPaths),
  ...((await layer('verifier/steps')) as StepsModule),
  ...((await layer('verifier/revocation-sources/matrix')) as Matrix),
  ...((await layer('verifier/revocation-sources/crl-content')) as CrlContent),
};

export type Certificate = import('../../packages/core/dist/x509/index.js').Certificate;
export type CertificateList = import('../../packages/core/dist/x509/index.js').CertificateList;
export type Name = import('../../packages/core/dist/x509/index.js').Name;
export type GeneralName = import('../../packages/core/dist/x509/index.js').GeneralName;
export type TrustAnchor = import('../../packages/core/dist/path/index.js').TrustAnchor;
export type TrustSet = import('../../packages/core/dist/path/index.js').TrustSet;
export type TrustSetRules = import('../../packages/core/dist/path/index.js').TrustSetRules;
export type ValidatedPath = import('../../packages/core/dist/path/index.js').ValidatedPath;
export type Crl = import('../../packages/core/dist/revocation/index.js').Crl;
export type Steps<T> = import('../../packages/core/dist/verifier/steps.js').Steps<T>;
export type Exceptions = import('../../packages/core/dist/verifier/revocation-sources/matrix.js').Exceptions;
export type RevocationFinding = import('../../packages/core/dist/verifier/revocation-sources/matrix.js').RevocationFinding;
export type Status = import('../../packages/core/dist/verifier/revocation-sources/matrix.js').Status;

function layer(name: string): Promise<unknown> {
  return import(new URL(`./${name}.js`, import.meta.resolve('@peercert/core')).href);
}
