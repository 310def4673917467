export type { AttributeRules, CertificatePolicy, RoutePolicy, SubjectAltNameRules, ValuePattern } from './certificate-policy.js';
export { type CompiledPolicy, type CompileSettings, compilePolicy } from './compile.js';
export { readDistinguishedNameText } from './distinguished-name-text.js';
export { compileRequirement, evaluateRequirement, type Requirement, type RequirementSettings } from './requirement.js';
export { certificatePolicySchema } from './schema.js';
