import type { Outcome, Refusal } from '../../../src/errors/index.js';
import { Budget, type BudgetLimits, defaultBudget } from '../../../src/path/budget.js';
import { type PolicyInputs, PolicyProcessing } from '../../../src/path/certificate-policies/policy-processing.js';
import { type Certificate, checkExtensions } from '../../../src/x509/index.js';
import {
  buildCertificate,
  certificatePolicies,
  inhibitAnyPolicy,
  policyConstraints,
  policyMappings,
} from '../../support/certificate-builder.js';
import { bitString } from '../../support/der-writer.js';
import { read } from '../pki.js';

export const anyPolicy = '2.5.29.32.0';
export const [gold, silver, bronze, iron] = ['2.999.1', '2.999.2', '2.999.3', '2.999.4'] as const;

/** What one certificate says of policies; an absent field is an absent extension. */
export interface PolicyCertificate {
  readonly policies?: readonly string[];
  readonly mappings?: readonly (readonly [issuerDomain: string, subjectDomain: string])[];
  readonly requireExplicitPolicy?: number;
  readonly inhibitPolicyMapping?: number;
  readonly inhibitAnyPolicy?: number;
  readonly selfIssued?: boolean;
}

export interface Walk {
  readonly inputs?: PolicyInputs;
  readonly anchor?: PolicyCertificate;
  readonly limits?: Partial<BudgetLimits>;
  readonly budget?: Budget;
}

/** Inputs that make a refusal of every path without a valid policy. */
export const required: PolicyInputs = { requireExplicitPolicy: true };

/** Why the path is refused; throws when it is not. */
export function refusalOf(path: readonly PolicyCertificate[], options: Walk = {}): Refusal {
  const outcome = walk(path, options);
  if (outcome.ok) throw new Error(`accepted with ${outcome.value.join(', ')}`);
  return outcome.refusal;
}

/** The user-constrained-policy-set, sorted; throws when the path is refused. */
export function policiesOf(path: readonly PolicyCertificate[], options: Walk = {}): readonly string[] {
  const outcome = walk(path, options);
  if (!outcome.ok) throw new Error(JSON.stringify(outcome.refusal));
  return [...outcome.value].sort();
}

/** Walks a path, given from the certificate below the anchor down to the end entity, as the validator does. */
export function walk(path: readonly PolicyCertificate[], options: Walk = {}): Outcome<readonly string[]> {
  const certificates = path.map((certificate, index) => policyCertificate(certificate, String(path.length - 1 - index)));
  return walkCertificates(certificates, options);
}

export function walkCertificates(certificates: readonly Certificate[], options: Walk = {}): Outcome<readonly string[]> {
  const { inputs = {}, budget = new Budget({ ...defaultBudget, ...options.limits }) } = options;
  const anchor = policyCertificate({ selfIssued: true, ...options.anchor }, 'anchor');
  const processing = new PolicyProcessing(certificates.length, inputs, anchor, budget);
  for (const [index, certificate] of certificates.entries()) {
    const depth = certificates.length - 1 - index;
    const refusal = processing.enter(certificate, depth) ?? (depth > 0 ? processing.prepareNext(certificate, depth) : undefined);
    if (refusal !== undefined) return { ok: false, refusal };
  }
  return processing.wrapUp(certificates[certificates.length - 1] as Certificate);
}

/** A certificate with these extensions and a signature that nobody checks. */
export function policyCertificate(options: PolicyCertificate, subject: string): Certificate {
  const { policies, mappings, requireExplicitPolicy, inhibitPolicyMapping } = options;
  const constraints = {
    ...(requireExplicitPolicy === undefined ? {} : { requireExplicitPolicy }),
    ...(inhibitPolicyMapping === undefined ? {} : { inhibitPolicyMapping }),
  };
  const extensions = [
    ...(policies === undefined ? [] : [certificatePolicies(...policies)]),
    ...(mappings === undefined ? [] : [policyMappings(...mappings)]),
    ...(Object.keys(constraints).length === 0 ? [] : [policyConstraints(constraints)]),
    ...(options.inhibitAnyPolicy === undefined ? [] : [inhibitAnyPolicy(options.inhibitAnyPolicy)]),
  ];
  const issuer = options.selfIssued === true ? subject : 'issuer';
  const certificate = read(buildCertificate({ subject, issuer, extensions, signatureValue: unsigned }));
  const malformed = checkExtensions(certificate);
  if (malformed !== undefined) throw new Error(JSON.stringify(malformed));
  return certificate;
}

const unsigned = bitString(Uint8Array.of(0));
