import { createHash } from 'node:crypto';
import type { Outcome, Refusal } from '../errors/index.js';
import type { ClientIdentity } from '../identity/index.js';
import type { ValidatedPath } from '../path/index.js';
import type { CompiledPolicy, Demands, Judgement, RuleTrace } from '../policy/index.js';
import { type Crl, nameText } from '../revocation/index.js';
import { type Certificate, readCertificate } from '../x509/index.js';
import type {
  ExplainedCertificate,
  ExplainedCrl,
  ExplainedPath,
  ExplainedPolicy,
  ExplainedRevocation,
  UnreadableCertificate,
} from './explanation.js';
import type { RevocationFinding } from './revocation-sources/matrix.js';

/** A path that is valid, and what revocation says of it. */
export interface TriedPath {
  readonly path: ValidatedPath;
  readonly trustSet: string;
  readonly judged: Outcome<RevocationFinding>;
}

type Presented =
  | { readonly ok: true; readonly certificate: Certificate }
  | { readonly ok: false; readonly der: Uint8Array; readonly refusal: Refusal };

type Role = ExplainedCertificate['role'];

export function readPresented(der: Uint8Array): Presented {
  const read = readCertificate(der);
  return read.ok ? { ok: true, certificate: read.value } : { ok: false, der, refusal: read.refusal };
}

/** What was given, and what became of it on these paths. */
export function explainedPresented(
  presented: readonly Presented[],
  paths: readonly TriedPath[],
): readonly (ExplainedCertificate | UnreadableCertificate)[] {
  const roles = new Map(paths.flatMap(({ path }) => withRoles(path).map(([certificate, role]) => [certificate.fingerprint256, role])));
  return presented.map((read, index) => {
    const alone = index === 0 ? 'endEntity' : 'unused';
    if (read.ok) return explainedCertificate(read.certificate, index === 0 ? alone : (roles.get(read.certificate.fingerprint256) ?? alone));
    const fingerprint256 = createHash('sha256').update(read.der).digest('hex');
    return { role: alone, fingerprint256, problem: read.refusal.trace[0]?.detail ?? read.refusal.text };
  });
}

/** Each path once, however often the search met it. */
export function explainedPaths(tried: readonly TriedPath[], chosen: TriedPath | undefined): readonly ExplainedPath[] {
  const byCertificates = new Map(tried.map((one) => [keyOf(one), one]));
  if (chosen !== undefined) byCertificates.set(keyOf(chosen), chosen);
  return [...byCertificates.values()].map((one) => ({
    trustSet: one.trustSet,
    certificates: withRoles(one.path).map(([certificate, role]) => explainedCertificate(certificate, role)),
    validFrom: instant(one.path.validFrom) ?? '',
    validUntil: instant(one.path.validUntil) ?? '',
    usable: one.judged.ok,
    chosen: one === chosen,
  }));
}

/** The end entity first, the trust anchor last; one that is its own anchor comes once. */
function withRoles({ certificates, trustAnchor }: ValidatedPath): readonly (readonly [Certificate, Role])[] {
  const [endEntity, ...intermediates] = certificates;
  const anchor = trustAnchor.certificate;
  return [
    ...(endEntity === undefined ? [] : [[endEntity, 'endEntity'] as const]),
    ...intermediates.map((certificate) => [certificate, 'intermediate'] as const),
    ...(certificates.includes(anchor) ? [] : [[anchor, 'trustAnchor'] as const]),
  ];
}

function keyOf({ path, trustSet }: TriedPath): string {
  return JSON.stringify([trustSet, ...withRoles(path).map(([{ fingerprint256 }]) => fingerprint256)]);
}

function explainedCertificate(certificate: Certificate, role: Role): ExplainedCertificate {
  return {
    role,
    subject: nameText(certificate.subject),
    issuer: nameText(certificate.issuer),
    serialNumber: certificate.serialNumberHex,
    notBefore: instant(certificate.notBefore) ?? '',
    notAfter: instant(certificate.notAfter) ?? '',
    fingerprint256: certificate.fingerprint256,
  };
}

/** What is known of revocation, besides of the path. */
interface Lists {
  readonly concerned: readonly ExplainedCrl[];
  readonly others: number;
}

/** The lists of those who issued what is looked at. */
export function listsIn(
  { crls, at }: { readonly crls: readonly Crl[]; readonly at: number },
  tried: readonly TriedPath[],
  presented: readonly Presented[],
): Lists {
  const certificates = [
    ...tried.flatMap(({ path }) => path.certificates),
    ...presented.flatMap((read) => (read.ok ? read.certificate : [])),
  ];
  const issuers = new Set(certificates.map(({ issuer }) => issuer.key));
  const concerned = crls.filter(({ list }) => issuers.has(list.issuer.key));
  return { concerned: concerned.slice(0, mostLists).map((crl) => explainedCrl(crl, at)), others: crls.length - concerned.length };
}

const mostLists = 50;

function explainedCrl({ list, size, isDelta }: Crl, at: number): ExplainedCrl {
  return {
    issuer: nameText(list.issuer),
    number: list.cRLNumber === undefined ? null : String(list.cRLNumber),
    isDelta,
    thisUpdate: instant(list.thisUpdate) ?? '',
    nextUpdate: instant(list.nextUpdate) ?? '',
    isExpired: list.nextUpdate <= at,
    entries: size,
  };
}

export function explainedRevocation(tried: TriedPath | undefined, { concerned, others }: Lists): ExplainedRevocation {
  const rest = { lists: concerned, otherLists: others };
  if (tried === undefined) return { status: 'notAsked', validUntil: null, findings: [], ...rest };
  const { judged } = tried;
  if (judged.ok) return { status: judged.value.revocation, validUntil: instant(judged.value.validUntil), findings: [], ...rest };
  const status = judged.refusal.code === 'PEERCERT_CERTIFICATE_REVOKED' ? 'revoked' : 'unknown';
  return { status, validUntil: null, findings: judged.refusal.trace, ...rest };
}

/** `asked` are the demands that were judged, without what there was no request for. */
export function explainedPolicies(
  demands: Demands,
  asked: Demands,
  judgement: Judgement | undefined,
  identity: ClientIdentity | undefined,
): readonly ExplainedPolicy[] {
  return demands.policies.map((policy, index) => {
    const judged = asked.policies[index] ?? policy;
    const answers = judgement?.asked.filter((answer) => answer.policy === judged) ?? [];
    const findings = answers.flatMap(({ found }) => ('code' in found ? [] : found));
    const failure = answers.flatMap(({ found }) => ('code' in found ? found : []))[0];
    const rules = findings.flatMap((found) => found.trace());
    const holds = answers.length === 0 ? undefined : failure === undefined && findings.every((found) => found.holds);
    return {
      option: policy.option,
      mode: policy.reports ? 'report' : 'enforce',
      holds,
      ...(failure === undefined ? {} : { problem: failure.trace[0]?.detail ?? failure.text }),
      rules: [...(rules.length === 0 && identity !== undefined ? policy.node.unasked(identity) : rules), ...unauthorized(policy, judged)],
    };
  });
}

function unauthorized(policy: CompiledPolicy, judged: CompiledPolicy): readonly RuleTrace[] {
  if (policy.authorize.length === judged.authorize.length) return [];
  return [{ rule: 'authorize', holds: undefined, expected: 'true, or { allow: true }', found: 'not asked: it needs a request' }];
}

/** ISO 8601; null for what is no time, or none that can be written so. */
export function instant(at: number): string | null {
  return Number.isFinite(at) && Math.abs(at) <= 8.64e15 ? new Date(at).toISOString() : null;
}

/** A copy, so that nothing of ours is frozen or can be reached. */
export function deeplyFrozen<T>(value: T): T {
  if (Array.isArray(value)) return Object.freeze(value.map(deeplyFrozen)) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.freeze(Object.fromEntries(Object.entries(value).map(([key, each]) => [key, deeplyFrozen(each as unknown)]))) as T;
}
