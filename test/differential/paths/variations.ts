import { alongPath, type PkiCase } from './pki-case.js';
import { anyPolicy, issuerNameOf, noExtensions, normalized, type Plan, type Written, write } from './plan.js';

/** One for each way to ask again about the path that core found. */
export interface Variations<T> {
  /** Given nothing but that path. */
  readonly alongPath: T;
  /** Given the same path with key identifiers and issuer names that nobody can misunderstand. */
  readonly clarified: T;
  /** And a second earlier. */
  readonly earlier: T;
  /** Or for an end entity without a host in its common name. */
  readonly renamed: T;
  /** Or where policies that are mapped do not hide behind anyPolicy. */
  readonly listed: T;
  /** Or with all of these at once. */
  readonly mended: T;
}

/** Whoever refuses a path shows by these what it is that it minds. */
export function variationsOf(question: PkiCase, path: readonly Written[]): Variations<PkiCase> {
  const clear = clarified(path);
  const along = (path: readonly Written[]): PkiCase => alongPath(question, path);
  return {
    alongPath: along(path),
    clarified: along(clear),
    earlier: { ...along(clear), at: question.at - 1_000 },
    renamed: along(withoutHostInSubject(clear)),
    listed: along(clear.map(withMappedPoliciesListed)),
    mended: { ...along(withoutHostInSubject(clear.map(withMappedPoliciesListed))), at: question.at - 1_000 },
  };
}

/**
 * The same path with key identifiers that lead along it, and issuers named in the very octets of their subjects: all else is as it was, and
 * each certificate is signed again by whoever had signed it.
 */
function clarified(path: readonly Written[]): readonly Written[] {
  const written: Written[] = [];
  for (const { plan } of [...path].reverse()) {
    const above = written[0]?.plan;
    written.unshift(write(above === undefined ? withRightIdentifiers(plan) : issuedBy(above, plan)));
  }
  return written;
}

function issuedBy(above: Plan, plan: Plan): Plan {
  const name = issuerNameOf(plan);
  const isTheSame = normalized(name) === normalized(above.subject);
  return {
    ...withRightIdentifiers(plan),
    issuer: above,
    issuerName: isTheSame ? above.subject : name,
    signedWith: plan.signedWith ?? (plan.issuer ?? plan).key,
  };
}

function withRightIdentifiers(written: Plan): Plan {
  const plan = written.version === 1 ? withoutExtensions(written) : written;
  return { ...plan, keyIdentifiers: { subject: 'right', authority: plan.issuer === undefined ? 'absent' : 'right' } };
}

/** As version 1 has it, but of a version that can have identifiers; one that is its own issuer goes on as an authority. */
function withoutExtensions(plan: Plan): Plan {
  return {
    ...plan,
    ...noExtensions,
    version: 3,
    basicConstraints: plan.issuer === undefined ? { cA: true } : undefined,
  };
}

/** The same path, whose end entity has no host for a common name. */
function withoutHostInSubject(path: readonly Written[]): readonly Written[] {
  const [{ plan }, ...authorities] = path as [Written, ...Written[]];
  const subject = plan.subject.map((attribute) => (attribute.type === 'CN' ? { ...attribute, value: 'the client' } : attribute));
  return [write({ ...plan, subject, issuerName: issuerNameOf(plan) }), ...authorities];
}

/** The same certificate, where what its anyPolicy stands for is listed beside it before it is mapped. */
export function withMappedPoliciesListed(written: Written): Written {
  const { plan } = written;
  if (!plan.policies.includes(anyPolicy) || plan.policyMappings.length === 0) return written;
  return write({ ...plan, policies: [...new Set([...plan.policies, ...plan.policyMappings.map(([issuerDomain]) => issuerDomain)])] });
}
