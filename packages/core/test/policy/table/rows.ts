import { describe, expect, it } from 'vitest';
import { type CompileSettings, compilePolicy, PolicyFailure } from '../../../src/policy/index.js';
import { findingOf } from '../evaluate.js';
import { type IdentitySpec, identityOf } from '../identities.js';

/** One case a line: what it shows, the certificate, the policy, and the rule that fails; nothing where the policy holds. */
export type Row = readonly [title: string, certificate: IdentitySpec, policy: unknown, failing?: string];

/** Runs a family of rows; each decision is asked twice, since nothing of an evaluation may stay behind. */
export function table(family: string, rows: readonly Row[], policies?: CompileSettings['policies']): void {
  describe(family, () => {
    it.each(rows.map(([title, ...others]) => [title, others] as const))('%s', (_title, [certificate, policy, failing]) => {
      const identity = identityOf(certificate);
      const settings = { option: 'policy', policies };
      for (let i = 0; i < 2; i++) {
        const finding = findingOf(policy, identity, settings);
        const failed = finding.trace().find(({ holds }) => holds === false)?.rule;
        expect({ holds: finding.holds, failed }).toEqual({ holds: failing === undefined, failed: failing });
      }
      const { node } = compilePolicy(policy, settings);
      for (const { expected, found, problem = '' } of node.unasked(identity)) {
        expect([expected, found, problem].join()).not.toMatch(/[\n\r\0\u2028\u2029\u202e]/);
      }
    });
  });
}

/** Rows of policies that cannot be evaluated on the certificate: no answer, which no combination turns into one. */
export function failures(family: string, rows: readonly (readonly [title: string, certificate: IdentitySpec, policy: unknown])[]): void {
  describe(family, () => {
    it.each(rows.map(([title, ...others]) => [title, others] as const))('%s', (_title, [certificate, policy]) => {
      expect(() => findingOf(policy, identityOf(certificate))).toThrow(PolicyFailure);
    });
  });
}

/** As long as no name is. */
export const long = 'a'.repeat(8_192);
export const cn = (value: string): IdentitySpec => ({ subject: [`CN=${value}`] });
