import { quantified } from './quantity.js';
import { listed, listedOrNone, type Rule } from './rule.js';

/**
 * Certificate policies are compared with those that the whole path allows (RFC 5280, section 6.1.6): what a certificate merely states, its issuers may not have
 * been entitled to.
 */
export function certificatePoliciesRule(given: unknown): Rule {
  const { wanted, all } = wantedOf(given);
  return {
    name: 'certificatePolicies',
    expected: expectedOf(wanted, all),
    holds: ({ validPolicies }) => holdsAmong(validPolicies, wanted, all),
    found: ({ validPolicies }) => listedOrNone(validPolicies, String),
    problem({ certificatePolicies }) {
      const stated = wanted.filter((oid) => certificatePolicies.includes(oid));
      return stated.length === 0
        ? 'has none of these'
        : `has none of these: the certificate states ${stated.join(', ')}, but not every issuer of its path does`;
    },
  };
}

/** Key purposes by name or OID, as the identity shows them: anyExtendedKeyUsage is itself alone, and an absent extension grants none by name. */
export function extendedKeyUsageRule(given: unknown, nameOf: (purpose: string) => string): Rule {
  const { wanted, all } = wantedOf(given);
  const names = wanted.map(nameOf);
  return {
    name: 'extendedKeyUsage',
    expected: expectedOf(names, all),
    holds: ({ extendedKeyUsage }) => holdsAmong(extendedKeyUsage, names, all),
    found: ({ extendedKeyUsage }) => listedOrNone(extendedKeyUsage, String),
    problem: ({ extendedKeyUsage }) =>
      extendedKeyUsage.length === 0 ? 'is asked for, but the certificate has no such extension' : 'has none of these',
  };
}

/** A value, a list of which one is enough, or `{ all }` and `{ any }` of them. */
function wantedOf(given: unknown): { readonly wanted: readonly string[]; readonly all: boolean } {
  const [quantity, values] = quantified(given) ?? ['any', given];
  return { wanted: [values].flat() as string[], all: quantity === 'all' };
}

function expectedOf(wanted: readonly string[], all: boolean): string {
  return listed(wanted, all ? ' and ' : ' or ', String);
}

function holdsAmong(has: readonly string[], wanted: readonly string[], all: boolean): boolean {
  return all ? wanted.every((value) => has.includes(value)) : wanted.some((value) => has.includes(value));
}
