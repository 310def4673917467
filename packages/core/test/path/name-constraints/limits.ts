import { expect } from 'vitest';
import { Budget } from '../../../src/path/budget.js';
import { NameLimits } from '../../../src/path/name-constraints/name-limits.js';
import type { Certificate } from '../../../src/x509/index.js';
import { basicConstraints, type NameOption, nameConstraints, subjectAltName } from '../../support/certificate-builder.js';
import { authority, issue } from '../pki.js';

export interface Constraints {
  readonly permitted?: readonly Uint8Array[];
  readonly excluded?: readonly Uint8Array[];
}

/** What is left below an authority `CA` with these constraints. */
export function below(constraints: Constraints, limits: NameLimits = NameLimits.initial({}), name: NameOption = 'CA'): NameLimits {
  const { certificate } = authority(name, { extensions: [basicConstraints(true), nameConstraints(constraints)] });
  return limits.narrowedBy(certificate.nameConstraints, certificate);
}

/** A certificate with these alternative names and the subject `client`, unless it is given. */
export function named(names: readonly Uint8Array[], subject: NameOption = 'client'): Certificate {
  const extensions = names.length === 0 ? [] : [subjectAltName(...names)];
  return issue(subject, { issuer: authority('CA'), version: 3, extensions }).certificate;
}

/** What the limits find wrong with the certificate, in words; nothing where it passes. */
export function faultOf(limits: NameLimits, certificate: Certificate): string | undefined {
  const refusal = limits.check(certificate, 0, new Budget());
  if (refusal === undefined) return undefined;
  expect(refusal).toMatchObject({ code: 'PEERCERT_NAME_NOT_PERMITTED', status: 403, trace: [{ depth: 0 }] });
  expect(refusal.trace).toHaveLength(1);
  return refusal.trace[0]?.detail;
}

/** Whether one subtree permits a name, and whether it excludes it. */
export function verdicts(base: Uint8Array, name: Uint8Array): { readonly permits: boolean; readonly excludes: boolean } {
  const certificate = named([name]);
  const permitted = faultOf(below({ permitted: [base] }), certificate);
  const excluded = faultOf(below({ excluded: [base] }), certificate);
  if (permitted !== undefined) expect(permitted).toContain(' is not in the permitted subtree ');
  if (excluded !== undefined) expect(excluded).toContain(' is in the excluded subtree ');
  return { permits: permitted === undefined, excludes: excluded !== undefined };
}

/** For a name that no subtree can be compared with: both faults. */
export function faults(base: Uint8Array, name: Uint8Array): readonly (string | undefined)[] {
  const certificate = named([name]);
  return [faultOf(below({ permitted: [base] }), certificate), faultOf(below({ excluded: [base] }), certificate)];
}
