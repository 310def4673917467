import { types } from 'node:util';
import type { CertificatePolicy, ChainMemberRules, PolicyMember } from './certificate-policy.js';
import { quantified } from './quantity.js';
import { quoted } from './rule.js';
import { isStandardSchema, type StandardSchema } from './standard-schema.js';
import { isGlob, shownAlternative } from './value-pattern.js';

/**
 * What a policy demands, in words: a line a rule, all of which must hold; what alternatives and negations are made of stands below them, indented by two spaces. The policy is
 * taken as it is: whether it is one, `compile` and `readPolicyFile` say.
 *
 *     the subject's OU is "payments" or "billing"
 *     one of:
 *       the SPIFFE ID fits the glob "spiffe://example/ns/*"
 *       not:
 *         the path ends in the trust set "partners"
 */
export function describePolicy(policy: PolicyMember): readonly string[] {
  if (isStandardSchema(policy)) return [`the schema (${policy['~standard'].vendor}) takes the identity`];
  if (typeof policy === 'function') return [`the function ${policy.name || 'without a name'} allows it`];
  return Object.entries(policy as CertificatePolicy).flatMap(
    ([rule, value]) => sentences[rule as keyof typeof sentences]?.(value as never) ?? [],
  );
}

type Sentences = { readonly [Rule in keyof CertificatePolicy]-?: (value: never) => readonly string[] };

const sentences: Sentences = {
  subject: (value) => nameSentences('the subject', value),
  issuer: (value) => nameSentences('the issuer', value),
  subjectAltName: (names: Readonly<Record<string, unknown>>) => Object.entries(names).map(([type, value]) => altNameSentence(type, value)),
  spiffeId: (value) => [`the SPIFFE ID ${fitting(value)}`],
  serialNumber: (value) => [`the serial number is ${oneOf(value)}`],
  fingerprint256: (value) => [`the SHA-256 fingerprint of the certificate is ${oneOf(value)}`],
  spki256: (value) => [`the SHA-256 of its public key is ${oneOf(value)}`],
  certificatePolicies: (value) => [
    setSentence('the whole path allows the certificate policy', 'the whole path allows the certificate policies', value),
  ],
  extendedKeyUsage: (value) => [setSentence('its key is for the purpose', 'its key is for the purposes', value)],
  extensions: (rules: Readonly<Record<string, unknown>>) => Object.entries(rules).map(([oid, rule]) => extensionSentence(oid, rule)),
  publicKey: ({ type, minimumRsaBits }: { type?: unknown; minimumRsaBits?: number }) => [
    ...(type === undefined ? [] : [`its key is of the kind ${oneOf(type)}`]),
    ...(minimumRsaBits === undefined ? [] : [`its key, if it is RSA, has at least ${minimumRsaBits} bits`]),
  ],
  validity: ({ maximumDays, maximumHours }: { maximumDays?: number; maximumHours?: number }) => [
    `it is issued for at most ${maximumDays === undefined ? count(maximumHours ?? 0, 'hour') : count(maximumDays, 'day')}`,
  ],
  chain: (members: ChainMemberRules | readonly ChainMemberRules[]) => [
    `an authority of the path has ${([members].flat() as readonly ChainMemberRules[]).map(chainMember).join(', or ')}`,
  ],
  trustSet: (value) => [`the path ends in the trust set ${[value].flat().map(quoted).join(' or ')}`],
  policy: (names) => [names].flat().map((name) => `the policy ${quoted(name)} holds`),
  allOf: (members: readonly PolicyMember[]) => ['all of:', ...members.flatMap((member) => indented(grouped(member)))],
  anyOf: (members: readonly PolicyMember[]) => ['one of:', ...members.flatMap((member) => indented(grouped(member)))],
  not: (member: PolicyMember) => ['not:', ...indented(grouped(member))],
  decide: (work: { readonly name: string }) => [`the function ${work.name} allows it`],
  authorize: (work: { readonly name: string }) => [`the function ${work.name} allows the request`],
  rememberForSeconds: () => [],
  mode: (mode) => (mode === 'report' ? ['(it only reports: what it would refuse is logged, and let in)'] : []),
  replaceDefault: () => ['(it stands alone, without the default policy)'],
};

/** Several rules of one alternative must be told from several alternatives. */
function grouped(member: PolicyMember): readonly string[] {
  const lines = describePolicy(member);
  return lines.filter((line) => !line.startsWith(' ')).length === 1 ? lines : ['all of:', ...indented(lines)];
}

function indented(lines: readonly string[]): readonly string[] {
  return lines.map((line) => `  ${line}`);
}

function nameSentences(whose: string, rules: unknown): readonly string[] {
  if (typeof rules === 'string') return [`${whose} is ${quoted(rules)}`];
  return Object.entries(rules as object).map(([attribute, given]) => {
    const [quantity, value] = quantified(given) ?? ['one', given];
    const which = { one: `${whose}'s ${attribute}`, all: `every ${attribute} of ${whose}`, any: `at least one ${attribute} of ${whose}` };
    return `${which[quantity]} ${fitting(value)}`;
  });
}

/** Continues "it has": a name as a whole, or one that is told by attributes. */
function nameClause(what: string, rules: unknown): string {
  if (typeof rules === 'string') return `the ${what} ${quoted(rules)}`;
  const clauses = Object.entries(rules as object).map(([attribute, given]) => {
    const [quantity, value] = quantified(given) ?? ['one', given];
    const which = { one: `whose ${attribute}`, all: `every ${attribute} of which`, any: `at least one ${attribute} of which` };
    return `${which[quantity]} ${fitting(value)}`;
  });
  return `a ${what} ${clauses.join(' and ')}`;
}

const altNames: Readonly<Record<string, readonly [one: string, many: string]>> = {
  dns: ['a DNS name', 'DNS names'],
  uri: ['a URI', 'URIs'],
  email: ['an e-mail address', 'e-mail addresses'],
  ip: ['an IP address', 'IP addresses'],
  upn: ['a user principal name', 'user principal names'],
};

function altNameSentence(type: string, given: unknown): string {
  const [one, many] = altNames[type] ?? [];
  if (one !== undefined) {
    const [quantity, value] = quantified(given) ?? ['any', given];
    const fits = fitting(value, type === 'ip' ? 'is, or lies in,' : 'is');
    return quantity === 'all' ? `it has ${many}, each of which ${fits}` : `${one} ${fits}`;
  }
  if (type === 'directoryName')
    return `it has ${[given]
      .flat()
      .map((name) => nameClause('directory name', name))
      .join(' or ')}`;
  const others = [given].flat() as readonly { readonly typeId: string; readonly value?: string }[];
  const shown = others.map(({ typeId, value }) => `of the type ${typeId}${value === undefined ? '' : ` with the value ${value}`}`);
  return `it has another name ${shown.join(' or ')}`;
}

function chainMember({ subject, fingerprint256, spki256 }: ChainMemberRules): string {
  return [
    ...(subject === undefined ? [] : [nameClause('subject', subject)]),
    ...(fingerprint256 === undefined ? [] : [`the SHA-256 fingerprint ${oneOf(fingerprint256)}`]),
    ...(spki256 === undefined ? [] : [`a public key with the SHA-256 ${oneOf(spki256)}`]),
  ].join(' and ');
}

function extensionSentence(oid: string, rule: unknown): string {
  if (rule === true) return `it has the extension ${oid}`;
  if (rule === false) return `it does not have the extension ${oid}`;
  const { der, text } = rule as { der?: unknown; text?: unknown };
  return der === undefined ? `the text of its extension ${oid} ${fitting(text)}` : `the DER of its extension ${oid} is ${oneOf(der)}`;
}

/** Object identifiers or key purposes, one of which will do unless all are asked for. */
function setSentence(one: string, all: string, given: unknown): string {
  const [quantity, value] = quantified(given) ?? ['any', given];
  return quantity === 'all' ? `${all} ${[value].flat().join(' and ')}` : `${one} ${oneOf(value)}`;
}

/** `is "a" or "b"`, `fits the glob "c*"`, or several of these. */
function fitting(given: unknown, verb = 'is'): string {
  const values: readonly unknown[] = [given].flat();
  const texts = values.filter((value) => typeof value === 'string');
  const others = values.filter((value) => typeof value !== 'string');
  return [...(texts.length === 0 ? [] : [`${verb} ${texts.map(quoted).join(' or ')}`]), ...others.map(pattern)].join(' or ');
}

function pattern(value: unknown): string {
  if (isGlob(value)) return `fits the glob ${quoted(value.glob)}`;
  return types.isRegExp(value) ? `matches ${String(value)} as a whole` : `is ${shownAlternative(value as StandardSchema)}`;
}

function oneOf(given: unknown): string {
  return [given].flat().join(' or ');
}

function count(number: number, unit: string): string {
  return `${number} ${unit}${number === 1 ? '' : 's'}`;
}
