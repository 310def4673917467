/**
 * The way into core's layers, which its public entry does not export: a row that measures one part has to call that part. It is the built package, found by
 * its name, from wherever this file is compiled to.
 */
type X509 = typeof import('../../packages/core/dist/x509/index.js');
type Path = typeof import('../../packages/core/dist/path/index.js');
type Identity = typeof import('../../packages/core/dist/identity/index.js');
type Revocation = typeof import('../../packages/core/dist/revocation/index.js');
type CrlContent = typeof import('../../packages/core/dist/verifier/revocation-sources/crl-content.js');
type Steps = typeof import('../../packages/core/dist/verifier/steps.js');

export const core = {
  x509: (await layer('x509/index')) as X509,
  path: (await layer('path/index')) as Path,
  identity: (await layer('identity/index')) as Identity,
  revocation: (await layer('revocation/index')) as Revocation,
  crlContent: (await layer('verifier/revocation-sources/crl-content')) as CrlContent,
  steps: (await layer('verifier/steps')) as Steps,
};

export type Certificate = import('../../packages/core/dist/x509/index.js').Certificate;
export type Crl = import('../../packages/core/dist/revocation/index.js').Crl;
export type TrustSet = import('../../packages/core/dist/path/index.js').TrustSet;

function layer(name: string): Promise<unknown> {
  return import(new URL(`./${name}.js`, import.meta.resolve('@peercert/core')).href);
}
