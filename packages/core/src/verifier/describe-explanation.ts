import type { Evidence } from '../errors/index.js';
import type { RuleTrace } from '../policy/index.js';
import type {
  ExplainedCertificate,
  ExplainedCrl,
  ExplainedPath,
  ExplainedPolicy,
  ExplainedRevocation,
  Explanation,
  UnreadableCertificate,
} from './explanation.js';

/**
 * An explanation as text for terminals and logs: indented lines, in ASCII as far as names are, marked `ok`, `FAIL`, or `-` for what was not asked. Characters of names that a
 * terminal would act on are escaped.
 */
export function describeExplanation(explanation: Explanation): string {
  const { presented, paths, revocation, policies, findings, mend } = explanation;
  const parts: readonly (readonly string[])[] = [
    verdictLines(explanation),
    ['presented', ...(presented.length === 0 ? ['  nothing'] : presented.flatMap(presentedLines))],
    explanation.verdict.demand === 'none'
      ? []
      : ['paths', ...(paths.length === 0 ? [line(false, 'none is valid')] : paths.flatMap(pathLines))],
    paths.length === 0 ? [] : ['revocation', ...revocationLines(revocation)],
    ...policies.map(policyLines),
    findings.length === 0 ? [] : ['why', ...findings.map((finding, index) => `  ${index === 0 ? '' : 'also: '}${evidence(finding)}`)],
    mend === null ? [] : ['what to do', `  ${mend}`],
  ];
  return parts
    .filter((lines) => lines.length > 0)
    .flat()
    .map(printable)
    .join('\n');
}

function verdictLines({ at, verdict: { ok, code, text, demand, dependsOnRequest } }: Explanation): readonly string[] {
  const time = at === null ? '' : ` (at ${at})`;
  if (!ok) return [`FAIL  refused: ${code}: ${text}${time}`];
  if (demand === 'none') return [`ok    nothing is asked for, and no certificate is looked at${time}`];
  return [
    `ok    accepted${time}`,
    ...(dependsOnRequest ? ['-     authorize is asked at each request, and may still refuse'] : []),
    ...(demand === 'optional' ? ['-     a client without a certificate is let in as well'] : []),
  ];
}

function presentedLines(certificate: ExplainedCertificate | UnreadableCertificate, index: number): readonly string[] {
  const shown = (...pairs: readonly (readonly [label: string, value: string])[]) =>
    pairs.map(([label, value]) => `      ${label.padEnd(8)} ${value}`);
  if ('problem' in certificate) {
    return [
      line(false, `${index + 1}. cannot be read`),
      ...shown(['because', certificate.problem], ['SHA-256', certificate.fingerprint256]),
    ];
  }
  const { role, subject, issuer, serialNumber, notBefore, notAfter, fingerprint256 } = certificate;
  return [
    `  ${index + 1}. ${subject || 'an empty subject'} (${roleNames[role]})`,
    ...shown(
      ['issuer', issuer === subject ? 'itself' : issuer],
      ['serial', serialNumber],
      ['valid', `${notBefore} to ${notAfter}`],
      ['SHA-256', fingerprint256],
    ),
  ];
}

const roleNames: Readonly<Record<ExplainedCertificate['role'], string>> = {
  endEntity: 'end entity',
  intermediate: 'intermediate',
  trustAnchor: 'trust anchor',
  unused: 'in no path',
};

function pathLines({ trustSet, certificates, validUntil, usable, chosen }: ExplainedPath): readonly string[] {
  const [endEntity, ...above] = certificates.map(({ subject }) => subject || 'an empty subject');
  return [
    line(usable, `in the trust set '${trustSet}', valid until ${validUntil}${chosen ? '' : usable ? ', not chosen' : ''}`),
    `        ${endEntity}${above.length === 0 ? ' (trusted as itself)' : ''}`,
    ...above.map((subject, index) => `        <- ${subject}${index === above.length - 1 ? ' (trust anchor)' : ''}`),
  ];
}

function revocationLines({ status, validUntil, findings, lists, otherLists }: ExplainedRevocation): readonly string[] {
  const until = validUntil === null ? '' : `, until ${validUntil}`;
  return [
    line(status !== 'revoked' && status !== 'unknown', `${statusNames[status]}${until}`),
    ...findings.map((finding) => `        ${evidence(finding)}`),
    ...lists.map((list) => `        ${crlText(list)}`),
    ...(otherLists === 0 ? [] : [`        lists of other authorities: ${otherLists}`]),
  ];
}

const statusNames: Readonly<Record<ExplainedRevocation['status'], string>> = {
  good: 'no certificate of the path is revoked',
  accepted: 'not everything is known, and an exception lets it pass',
  denyListOnly: 'on no deny list; nothing else is asked',
  notConfigured: 'not asked: nothing is configured',
  revoked: 'revoked',
  unknown: 'not known, and so refused',
  notAsked: 'not asked: there is no path',
};

function crlText({ issuer, number, isDelta, thisUpdate, nextUpdate, isExpired, entries }: ExplainedCrl): string {
  const which = number === null ? '' : ` number ${number}`;
  return `${isDelta ? 'delta CRL' : 'CRL'}${which} of ${issuer}, ${thisUpdate} to ${nextUpdate}${isExpired ? ' (EXPIRED)' : ''}, ${entries} listed`;
}

function policyLines({ option, mode, holds, problem, rules }: ExplainedPolicy): readonly string[] {
  const name = option === 'policy' ? option : `policy: ${option}`;
  const reports = mode === 'report' ? ' (which only reports)' : '';
  const why = rules.length === 0 ? 'no certificate is accepted' : 'another has refused';
  return [
    `${name}${reports}${holds === undefined ? ` (not asked, since ${why})` : ''}`,
    ...(problem === undefined ? [] : [line(false, problem)]),
    ...rules.flatMap((rule) => ruleLines(rule, 1, true)),
  ];
}

/** What fails inside of a negation, or beside an alternative that holds, is no failure, and is marked another way. */
function ruleLines({ rule, holds, expected, found, problem, within }: RuleTrace, depth: number, counts: boolean): readonly string[] {
  const mark = holds === undefined || counts ? markOf(holds) : holds ? 'yes' : 'no';
  if (within === undefined) {
    const why = problem === undefined || !counts ? '' : ` (it ${problem})`;
    return [marked(mark, `${rule}: expected ${expected}, found ${found}${why}`, depth)];
  }
  const insideCounts = counts && holds === false && !/(?:^|\.)not$/.test(rule);
  return [marked(mark, `${rule}: ${expected}: ${found}`, depth), ...within.flatMap((inner) => ruleLines(inner, depth + 1, insideCounts))];
}

function evidence({ detail, depth, subject }: Evidence): string {
  return depth === undefined ? detail : `${detail} (depth ${depth}${subject === undefined ? '' : `, ${subject || 'an empty subject'}`})`;
}

function line(holds: boolean, text: string): string {
  return marked(markOf(holds), text, 1);
}

function markOf(holds: boolean | undefined): string {
  return holds === undefined ? '-' : holds ? 'ok' : 'FAIL';
}

function marked(mark: string, text: string, depth: number): string {
  return `${'  '.repeat(depth)}${mark.padEnd(6)}${text}`;
}

/** Names come out of certificates, and details hold names. */
function printable(text: string): string {
  return text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`);
}
