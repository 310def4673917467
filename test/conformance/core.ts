/**
 * The way into core's layers x509 and path, which its public entry does not export: what the suites judge is those layers. It is the
 * built package, found by its name, from wherever this file is compiled to.
 */
type X509 = typeof import('../../packages/core/dist/x509/index.js');
type Path = typeof import('../../packages/core/dist/path/index.js');

export const x509 = (await import(new URL('./x509/index.js', import.meta.resolve('@peercert/core')).href)) as X509;
export const path = (await import(new URL('./path/index.js', import.meta.resolve('@peercert/core')).href)) as Path;

export type Certificate = import('../../packages/core/dist/x509/index.js').Certificate;
export type GeneralName = import('../../packages/core/dist/x509/index.js').GeneralName;
export type TrustAnchor = import('../../packages/core/dist/path/index.js').TrustAnchor;
export type TrustSetRules = import('../../packages/core/dist/path/index.js').TrustSetRules;
