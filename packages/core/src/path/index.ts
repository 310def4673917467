export { Budget, type BudgetLimits, defaultBudget } from './budget.js';
export { type NoPath, type PathInputs, validatedPaths } from './build.js';
export { holdsNamedIssuer } from './issuers.js';
export { NearestRefusal } from './nearest-refusal.js';
export { publicKeyOf } from './public-keys.js';
export { SignatureChecks, SignatureKnowledge } from './signature-checks.js';
export { type TrustAnchor, trustAnchor } from './trust-anchor.js';
export { type CertificatePool, certificatePool, TrustSet, type TrustSetRules } from './trust-set.js';
export { ValidatedPath } from './validated-path.js';
