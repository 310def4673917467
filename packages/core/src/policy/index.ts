export type {
  AttributeRules,
  AuthorizeFunction,
  CertificatePolicy,
  ChainMemberRules,
  ExtensionRule,
  GlobValue,
  PolicyAnswer,
  PolicyContext,
  PolicyDecision,
  PolicyFunction,
  PolicyMember,
  Quantified,
  RoutePolicy,
  SubjectAltNameRules,
  ValueData,
  ValuePattern,
} from './certificate-policy.js';
export { type CheckedPolicyFile, checkPolicyFile } from './check-policy-file.js';
export { type CompiledPolicy, type CompileSettings, compilePolicy } from './compile.js';
export { describePolicy } from './describe-policy.js';
export { readDistinguishedNameText } from './distinguished-name-text.js';
export { PolicyBook, type PolicyFileContent } from './policy-book.js';
export { PolicyFailure } from './policy-failure.js';
export { largestPolicyFileBytes, policyFileJsonSchema, readPolicyFile } from './policy-file.js';
export { type AskedPolicy, type JudgeListener, type Judgement, PolicyJudge, passing } from './policy-judge.js';
export type { KnownKeys, PolicyValue } from './policy-value.js';
export { mismatch } from './refusal.js';
export { compileRequirement, type Demands, fileRequirement, Requirement, type RequirementSettings } from './requirement.js';
export type { RuleTrace } from './rule.js';
export { CertificatePolicyData } from './schema.js';
export type { StandardSchema } from './standard-schema.js';
export { type Finding, type MaybePromise, type PolicyRunner, whenKnown } from './tree.js';
