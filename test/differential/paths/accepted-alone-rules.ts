import type { Answer, OracleName } from './oracles.js';
import type { PkiCase } from './pki-case.js';
import { anyPolicy, hostOf, isSelfIssued, issuerNameOf, nameDer, type Subtrees, type Written } from './plan.js';
import type { Variations } from './variations.js';

/**
 * What core accepts and another refuses, each with its reason. What is not written here is a finding. The other direction is in
 * needless-refusals.ts.
 */

/** Core's path, and what the other says when it is asked otherwise. */
export interface LonelyAcceptance extends Variations<Answer> {
  readonly by: OracleName;
  readonly question: PkiCase;
  /** End entity first, the anchor last. */
  readonly path: readonly Written[];
}

export interface AcceptedAloneRule {
  readonly by: OracleName | 'either';
  readonly applies: (found: LonelyAcceptance) => boolean;
  readonly reason: string;
}

/** OpenSSL's error. */
const noExplicitPolicy = 43;

const acceptedAloneRules: readonly AcceptedAloneRule[] = [
  {
    by: 'either',
    applies: ({ alongPath }) => alongPath.error === 0,
    reason:
      'RFC 4158, section 2.4: the search backtracks. Given nothing but the path that core found, the other accepts it; among more certificates it follows one that leads nowhere.',
  },
  {
    by: 'OpenSSL',
    applies: ({ path, clarified }) => clarified.error === 0 && links(path).some(isMisidentified),
    reason:
      'RFC 4158, section 3.5.12: key identifiers order the search and exclude nothing; the signature decides. OpenSSL takes no issuer whose identifier differs, and accepts the path once the identifiers are right.',
  },
  {
    by: 'OpenSSL',
    applies: ({ path, clarified }) => clarified.error === 0 && path.slice(0, -1).some(({ plan }) => isSelfIssued(plan)),
    reason:
      'RFC 5280, section 6.1: a self-issued certificate can be signed by another key of the same authority. OpenSSL takes one without key identifiers for self-signed, or passes over it, and accepts the path once it has them.',
  },
  {
    by: 'OpenSSL',
    applies: (found) => found.clarified.error !== 0 && found.earlier.error === 0 && isLastSecond(found),
    reason: 'RFC 5280, section 4.1.2.5: the validity includes notAfter. OpenSSL leaves that second out, and accepts a second earlier.',
  },
  {
    by: 'OpenSSL',
    applies: (found) => found.clarified.error !== 0 && found.renamed.error === 0 && hasHostInSubjectAlone(found),
    reason:
      'RFC 5280, section 4.2.1.10: constraints of host names are asked of dNSName; nobody here takes a common name for a host. OpenSSL asks them of a common name that looks like one.',
  },
  {
    by: 'OpenSSL',
    applies: (found) => found.clarified.error === noExplicitPolicy && found.listed.error === 0 && isMappedFromAnyPolicy(found),
    reason:
      'RFC 5280, section 6.1.4 (b)(1): a policy that a certificate has by anyPolicy can be mapped. OpenSSL forgets the mapping where anyPolicy follows, and accepts the path once the policy is listed.',
  },
  {
    by: 'OpenSSL',
    applies: (found) =>
      found.mended.error === 0 &&
      [isLastSecond, hasHostInSubjectAlone, isMappedFromAnyPolicy].filter((applies) => applies(found)).length > 1,
    reason: 'More than one of the last three at once: OpenSSL accepts the path once each is put right.',
  },
  {
    by: 'Go',
    applies: ({ path, clarified }) => clarified.error === 0 && links(path).some(({ below, above }) => isSpeltOtherwise(below, above)),
    reason:
      'RFC 5280, section 7.1: neither case, nor white space, nor the string type makes another name. Go compares the octets of names, and accepts the path once they are the same.',
  },
  {
    by: 'Go',
    applies: ({ path, clarified }) => clarified.text.includes('too many intermediates') && keepsPathLengths(path),
    reason: 'RFC 5280, section 6.1.4 (l): a self-issued intermediate takes nothing from the path length. Go counts it.',
  },
  {
    by: 'Go',
    applies: ({ path, question, clarified }) =>
      /(email address|URI) .* is excluded by constraint/.test(clarified.text) &&
      hostsOf(path).some((name) => isBelowExcluded(name, [question.subtrees, ...path.map(({ plan }) => plan.nameConstraints)])),
    reason:
      'RFC 5280, section 4.2.1.10: without a leading period, the constraint of a mailbox or URI is one host. Go takes the hosts below it too.',
  },
];

/** The written reason, where there is one. No reason excuses what is wrong with a certificate by itself. */
export function acceptedAloneRule(found: LonelyAcceptance): AcceptedAloneRule | undefined {
  return acceptedAloneRules.find(({ by, applies }) => (by === 'either' || by === found.by) && applies(found));
}

interface Link {
  readonly below: Written;
  readonly above: Written;
}

function links(path: readonly Written[]): readonly Link[] {
  return path.slice(1).map((above, depth) => ({ below: path[depth] as Written, above }));
}

function isLastSecond({ path, question }: LonelyAcceptance): boolean {
  return path.some(({ plan }) => plan.notAfter === question.at);
}

/** Nowhere inhibited, so that to list what anyPolicy stands for changes nothing. */
function isMappedFromAnyPolicy({ path, question }: LonelyAcceptance): boolean {
  // A number of certificates that is not used up on the way down inhibits nothing.
  const isInhibited = question.policies.inhibitAny || path.some(({ plan }, below) => (plan.inhibitAnyPolicy ?? below) < below);
  return !isInhibited && path.some(({ plan }) => plan.policies.includes(anyPolicy) && plan.policyMappings.length > 0);
}

function isMisidentified({ below: { plan }, above }: Link): boolean {
  const issuer = plan.issuer ?? plan;
  const { authority } = plan.keyIdentifiers;
  const { subject } = above.plan.keyIdentifiers;
  return authority !== 'absent' && subject !== 'absent' && (authority !== subject || issuer.key !== above.plan.key);
}

function isSpeltOtherwise(below: Written, above: Written): boolean {
  return Buffer.compare(nameDer(issuerNameOf(below.plan)), nameDer(above.plan.subject)) !== 0;
}

function hasHostInSubjectAlone({ path: [endEntity] }: LonelyAcceptance): boolean {
  const { subject = [], alternativeNames = [], version = 3 } = endEntity?.plan ?? {};
  // What is planned as an extension of a version 1 certificate is not written.
  const hasHosts = version === 3 && alternativeNames.some(({ form }) => form === 'dns');
  return subject.some(({ type, value }) => type === 'CN' && value.includes('.')) && !hasHosts;
}

function hostsOf(path: readonly Written[]): readonly { readonly form: 'email' | 'uri'; readonly host: string }[] {
  const names = path[0]?.plan.alternativeNames ?? [];
  return names.flatMap((name) => (name.form === 'email' || name.form === 'uri' ? [{ form: name.form, host: hostOf(name.value) }] : []));
}

function isBelowExcluded({ form, host }: ReturnType<typeof hostsOf>[number], constraints: readonly (Subtrees | undefined)[]): boolean {
  const excluded = constraints.flatMap((each) => each?.excluded ?? []);
  return excluded.some((base) => base.form === form && host.endsWith(`.${String(base.value).toLowerCase()}`));
}

/** By the plans, and counting no self-issued certificate. */
function keepsPathLengths(path: readonly Written[]): boolean {
  return path.every(({ plan: { basicConstraints } }, depth) => {
    const counted = path.slice(1, Math.max(1, depth)).filter(({ plan }) => !isSelfIssued(plan)).length;
    return counted <= (basicConstraints?.pathLength ?? Number.POSITIVE_INFINITY);
  });
}
