import { type Outcome, type Refusal, refusal } from '../errors/index.js';
import { type Certificate, checkExtensions, checkPublicKey } from '../x509/index.js';
import type { Budget } from './budget.js';
import { PolicyProcessing } from './certificate-policies/policy-processing.js';
import { checkAuthorityExtensions } from './checks/authority-extensions.js';
import { checkBasicConstraints } from './checks/basic-constraints.js';
import { checkCriticalExtensions } from './checks/critical-extensions.js';
import { evidence, nameText } from './checks/evidence.js';
import { checkEndEntityKeyUsage, checkIssuerKeyUsage } from './checks/key-usage.js';
import { checkPurpose } from './checks/purpose.js';
import { checkValidity } from './checks/validity.js';
import { NameLimits } from './name-constraints/name-limits.js';
import { publicKeyOf } from './public-keys.js';
import type { SignatureChecks, Signer } from './signature-checks.js';
import type { TrustAnchor } from './trust-anchor.js';
import type { TrustSet } from './trust-set.js';
import { type ValidatedPath, validatedPath } from './validated-path.js';

/** A name chain that ends in an anchor: end entity first, the anchor not among the certificates unless it is the end entity. */
export interface CandidatePath {
  readonly certificates: readonly Certificate[];
  readonly trustAnchor: TrustAnchor;
}

interface Inputs {
  readonly trustSet: TrustSet;
  readonly at: number;
  readonly budget: Budget;
  readonly signatures: SignatureChecks;
}

/**
 * The validation of candidate paths in one search (RFC 5280, section 6.1). Each path is walked from the anchor down to the end entity, so
 * that no key is used, and nothing that an extension says believed, that a trusted key has not signed.
 */
export function pathValidator(inputs: Inputs): (candidate: CandidatePath) => Outcome<ValidatedPath> {
  const { trustSet, at, budget, signatures } = inputs;
  const { rules } = trustSet;
  const { keyPurposes } = rules;

  const checkAnchor = oncePerCertificate((anchor, depth) => checkValidity(anchor, depth, at) ?? checkAuthority(anchor, depth));

  const checkIntermediate = oncePerCertificate(
    (certificate, depth) =>
      located(checkExtensions(certificate), certificate, depth) ??
      // 6.1.3 (a)(2)
      checkValidity(certificate, depth, at) ??
      // 6.1.4 (k)
      checkBasicConstraints(certificate, depth) ??
      checkAuthority(certificate, depth),
  );

  // 6.1.5
  const checkEndEntity = oncePerCertificate(
    (certificate) =>
      located(checkExtensions(certificate), certificate, 0) ??
      // 6.1.3 (a)(2)
      checkValidity(certificate, 0, at) ??
      // 6.1.5 (f)
      checkCriticalExtensions(certificate, 0) ??
      (keyPurposes === 'any' ? undefined : checkEndEntityKeyUsage(certificate, 0)) ??
      checkPurpose(certificate, 0, keyPurposes) ??
      checkAuthorityExtensions(certificate, 0) ??
      // Its key verifies nothing here, so its bytes are enough.
      located(checkPublicKey(certificate.subjectPublicKeyInfo), certificate, 0),
  );

  /** What an authority's extensions must allow, besides basicConstraints. */
  function checkAuthority(certificate: Certificate, depth: number): Refusal | undefined {
    return (
      // 6.1.4 (n)
      checkIssuerKeyUsage(certificate, depth) ??
      // 6.1.4 (o)
      checkCriticalExtensions(certificate, depth) ??
      checkPurpose(certificate, depth, keyPurposes)
    );
  }

  /** 6.1.3 (a)(4) and (1). */
  function checkIssued(certificate: Certificate, issuer: Signer, depth: number): Refusal | undefined {
    return checkIssuerName(certificate, issuer.certificate, depth) ?? signatures.check(certificate, issuer, depth);
  }

  function validate({ certificates, trustAnchor }: CandidatePath): Outcome<readonly string[]> {
    const endEntity = certificates[0] as Certificate;
    const anchor = trustAnchor.certificate;
    // What the operator trusts as itself needs no signature.
    if (endEntity === anchor) return refusedOr(checkEndEntity(endEntity, 0), noPolicies);

    if (!trustAnchor.isAuthority) return { ok: false, refusal: matchesItselfAlone(anchor, certificates.length) };
    // RFC 5937: the anchor's own limits are honoured. Its own signature would prove nothing.
    const unfit = checkAnchor(anchor, certificates.length);
    if (unfit !== undefined) return { ok: false, refusal: unfit };

    // 6.1.2: the issuer holds the working public key (g) to (i) and the working issuer name (j).
    let issuer: Signer = trustAnchor;
    let names = NameLimits.initial(rules).narrowedBy(anchor.nameConstraints, anchor);
    let maxPathLength = anchor.basicConstraints?.pathLenConstraint ?? Number.POSITIVE_INFINITY;
    const policies = new PolicyProcessing(certificates.length, rules, anchor, budget);
    for (let depth = certificates.length - 1; depth > 0; depth--) {
      const certificate = certificates[depth] as Certificate;
      const fault =
        checkIssued(certificate, issuer, depth) ??
        checkIntermediate(certificate, depth) ??
        // 6.1.3 (b) and (c)
        (certificate.isSelfIssued ? undefined : names.check(certificate, depth, budget)) ??
        // 6.1.3 (d) to (f), 6.1.4 (a), (b), (h) to (j)
        policies.enter(certificate, depth) ??
        policies.prepareNext(certificate, depth);
      if (fault !== undefined) return { ok: false, refusal: fault };
      // 6.1.4 (g)
      names = names.narrowedBy(certificate.nameConstraints, certificate);
      // 6.1.4 (l)
      if (!certificate.isSelfIssued) {
        if (maxPathLength <= 0) return { ok: false, refusal: pathLengthExceeded(certificate, depth) };
        maxPathLength -= 1;
      }
      // 6.1.4 (m)
      maxPathLength = Math.min(maxPathLength, certificate.basicConstraints?.pathLenConstraint ?? maxPathLength);
      // 6.1.4 (c) to (f)
      const publicKey = publicKeyOf(certificate);
      if (!publicKey.ok) return { ok: false, refusal: located(publicKey.refusal, certificate, depth) };
      issuer = { certificate, publicKey: publicKey.value };
    }
    const fault =
      checkIssued(endEntity, issuer, 0) ??
      checkEndEntity(endEntity, 0) ??
      // 6.1.3 (b) and (c), then (d) to (f)
      names.check(endEntity, 0, budget) ??
      policies.enter(endEntity, 0);
    // 6.1.5 (a), (b), (g)
    return fault === undefined ? policies.wrapUp(endEntity) : { ok: false, refusal: fault };
  }

  return (candidate) => {
    const validated = validate(candidate);
    if (!validated.ok) return validated;
    return { ok: true, value: validatedPath({ ...candidate, trustSet: trustSet.name, validPolicies: validated.value }) };
  };
}

const noPolicies: readonly string[] = Object.freeze([]);

function refusedOr<T>(fault: Refusal | undefined, value: T): Outcome<T> {
  return fault === undefined ? { ok: true, value } : { ok: false, refusal: fault };
}

type Check = (certificate: Certificate, depth: number) => Refusal | undefined;

/** What is to be said of a certificate by itself is the same in whatever path it stands, so it is asked once a search. */
function oncePerCertificate(check: Check): Check {
  const known = new Map<Certificate, Refusal | undefined>();
  return (certificate, depth) => {
    if (!known.has(certificate)) known.set(certificate, check(certificate, depth));
    return located(known.get(certificate), certificate, depth);
  };
}

function checkIssuerName(certificate: Certificate, issuer: Certificate, depth: number): Refusal | undefined {
  if (certificate.issuer.key === issuer.subject.key) return undefined;
  return refusal('PEERCERT_ISSUER_UNKNOWN', evidence(certificate, depth, `its issuer is not ${nameText(issuer.subject)}`));
}

function matchesItselfAlone(anchor: Certificate, depth: number): Refusal {
  return refusal('PEERCERT_ISSUER_NOT_CA', evidence(anchor, depth, 'it is trusted, but is no authority: it matches only itself'));
}

function pathLengthExceeded(certificate: Certificate, depth: number): Refusal {
  return refusal('PEERCERT_PATH_LENGTH_EXCEEDED', evidence(certificate, depth, 'an authority above it allows no further authority here'));
}

/** Says of which certificate of the path, and where in it, a refusal speaks. */
function located<R extends Refusal | undefined>(found: R, certificate: Certificate, depth: number): R | Refusal {
  if (found === undefined) return found;
  const subject = nameText(certificate.subject);
  return refusal(
    found.code,
    found.trace.map((entry) => ({ ...entry, depth, subject })),
    found.cause,
  );
}
