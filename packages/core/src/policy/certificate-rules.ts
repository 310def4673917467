import { type ClientIdentity, type ExtensionFields, lifetime } from '../identity/index.js';
import { listed, quoted, type Rule } from './rule.js';
import { exactText, spiffeId } from './value-kinds.js';
import { compileValuePattern, type ValuePatternInput } from './value-pattern.js';

export function spiffeIdRule(pattern: ValuePatternInput): Rule {
  const matcher = compileValuePattern(pattern, spiffeId);
  return {
    name: 'spiffeId',
    expected: matcher.expected,
    holds: (identity) => identity.spiffeId !== undefined && matcher.matches(identity.spiffeId),
    // Of two URIs, or in the certificate of an authority, none is the SPIFFE ID; but each is one that the holder goes by.
    isUnclear: ({ spiffeId: id, subjectAltName }) =>
      id === undefined ? subjectAltName.uri.some((name) => /^spiffe:/i.test(name)) : matcher.mayMatch(id),
    found: (identity) => (identity.spiffeId === undefined ? 'none' : quoted(identity.spiffeId)),
    problem(identity) {
      if (identity.spiffeId === undefined) return 'is asked for, but the certificate is no X.509-SVID';
      const hint = matcher.hint(identity.spiffeId);
      return `does not match${hint === '' ? '' : `: ${hint}`}`;
    },
  };
}

/** What an extension must be, by its OID: there or not, one of these encodings, or a string that fits. */
export type ExtensionPattern = boolean | { readonly der: string | readonly string[] } | { readonly text: ValuePatternInput };

export function extensionRules(patterns: Readonly<Record<string, ExtensionPattern>>): readonly Rule[] {
  return Object.entries(patterns).map(([oid, pattern]) => extensionRule(oid, pattern));
}

function extensionRule(oid: string, pattern: ExtensionPattern): Rule {
  const { expected, fits, mayFit } = extensionMatcher(pattern);
  return {
    name: `extensions.${oid}`,
    expected,
    holds: (identity) => fits(identity.extension(oid)),
    isUnclear: (identity) => mayFit(identity.extension(oid)),
    found: (identity) => shownExtension(identity.extension(oid)),
    problem(identity) {
      const extension = identity.extension(oid);
      if (extension === undefined) return 'is asked for, but the certificate has no such extension';
      if (pattern === false) return 'is there, and must not be';
      return typeof pattern === 'object' && 'text' in pattern && extension.text === undefined
        ? 'is no string, so that no text fits it'
        : 'does not match';
    },
  };
}

interface ExtensionMatcher {
  readonly expected: string;
  fits(extension: ExtensionFields | undefined): boolean;
  /** Whether it fits, or nobody can say that it does not. */
  mayFit(extension: ExtensionFields | undefined): boolean;
}

function extensionMatcher(pattern: ExtensionPattern): ExtensionMatcher {
  if (typeof pattern === 'boolean') {
    const fits = (extension: ExtensionFields | undefined): boolean => (extension !== undefined) === pattern;
    return { expected: pattern ? 'any value' : 'none', fits, mayFit: fits };
  }
  if ('der' in pattern) {
    const allowed = new Set([pattern.der].flat().map((hex) => hex.toLowerCase()));
    const expected = listed([...allowed], ' or ', quoted);
    const fits = (extension: ExtensionFields | undefined): boolean => extension !== undefined && allowed.has(extension.value);
    return { expected, fits, mayFit: fits };
  }
  const { expected, matches, mayMatch } = compileValuePattern(pattern.text, exactText);
  return {
    expected,
    fits: (extension) => extension?.text !== undefined && matches(extension.text),
    mayFit: (extension) => extension !== undefined && (extension.text === undefined || mayMatch(extension.text)),
  };
}

function shownExtension(extension: ExtensionFields | undefined): string {
  return extension === undefined ? 'none' : quoted(extension.text ?? extension.value);
}

/** Limits of the key: kinds that are allowed, and the least modulus of RSA keys. */
export interface PublicKeyLimits {
  readonly type?: string | readonly string[];
  readonly minimumRsaBits?: number;
}

export function publicKeyRules({ type, minimumRsaBits }: PublicKeyLimits): readonly Rule[] {
  const kind = ({ publicKey }: ClientIdentity) => publicKey.curve ?? publicKey.type;
  const rules: Rule[] = [];
  if (type !== undefined) {
    const allowed = [type].flat();
    rules.push({
      name: 'publicKey.type',
      expected: listed(allowed, ' or ', String),
      holds({ publicKey: { type: algorithm, curve } }) {
        return allowed.includes(algorithm) || (curve !== undefined && allowed.includes(curve));
      },
      found: kind,
      problem: () => 'is another kind of key',
    });
  }
  if (minimumRsaBits !== undefined) {
    rules.push({
      name: 'publicKey.minimumRsaBits',
      expected: `at least ${minimumRsaBits} bits, of RSA keys`,
      holds: ({ publicKey }) => publicKey.modulusBits === undefined || publicKey.modulusBits >= minimumRsaBits,
      found: ({ publicKey }) => (publicKey.modulusBits === undefined ? 'no RSA key' : `${publicKey.modulusBits} bits`),
      problem: () => 'is more than the key has',
    });
  }
  return rules;
}

const hour = 3_600_000;

/** From notBefore to notAfter, as openssl's -days counts: the last second is not one more. */
export function validityRule({ maximumDays, maximumHours }: { readonly maximumDays?: number; readonly maximumHours?: number }): Rule {
  const most = Math.min((maximumDays ?? Number.POSITIVE_INFINITY) * 24, maximumHours ?? Number.POSITIVE_INFINITY) * hour;
  return {
    name: 'validity',
    expected: maximumDays === undefined ? `at most ${maximumHours} h` : `at most ${maximumDays} days`,
    holds: (identity) => lifetime(identity) <= most,
    found: (identity) =>
      maximumDays === undefined ? `${Math.ceil(lifetime(identity) / hour)} h` : `${Math.ceil(lifetime(identity) / hour / 24)} days`,
    problem: () => 'is too long',
  };
}
