import { type Outcome, type Refusal, refusal, refused } from '../errors/index.js';
import { DerError } from '../asn1/index.js';
import { type Certificate, checkExtensions, type PublicKey } from '../x509/index.js';
import { checkBasicConstraints } from './checks/basic-constraints.js';
import { checkCriticalExtensions } from './checks/critical-extensions.js';
import { evidence } from './checks/evidence.js';
import { checkEndEntityKeyUsage, checkIssuerKeyUsage } from './checks/key-usage.js';
import { checkPurpose } from './checks/purpose.js';
import { checkValidity } from './checks/validity.js';
import { publicKeyOf } from './public-keys.js';
import type { SignatureChecks } from './signature-checks.js';
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
  readonly signatures: SignatureChecks;
}

/**
 * Validates one candidate path (RFC 5280, section 6.1), from the anchor down to the end entity, so that no key is used and no
 * extension decoded that a trusted key has not signed. Name constraints and certificate policies are not evaluated: a path
 * on which they are critical is refused by the check for critical extensions.
 */
export function validatePath(candidate: CandidatePath, inputs: Inputs): Outcome<ValidatedPath> {
  try {
    const failure = findFault(candidate, inputs);
    if (failure !== undefined) return { ok: false, refusal: failure };
    return { ok: true, value: validatedPath({ ...candidate, trustSet: inputs.trustSet.name }) };
  } catch (error) {
    // Extensions are decoded when a check first asks for them.
    if (error instanceof DerError) return refused('PEERCERT_CERTIFICATE_MALFORMED', { detail: error.message }, error);
    throw error;
  }
}

function findFault({ certificates, trustAnchor }: CandidatePath, { trustSet, at, signatures }: Inputs): Refusal | undefined {
  const { keyPurposes } = trustSet.rules;
  const anchor = trustAnchor.certificate;
  const isAnchorItself = certificates[0] === anchor;

  // 6.1.2: the anchor gives the working key and name; its own limits are honoured (RFC 5937), its own signature proves nothing.
  let workingPublicKey: PublicKey = trustAnchor.publicKey;
  let workingIssuerName = anchor.subject;
  let maxPathLength = Number.POSITIVE_INFINITY;
  if (!isAnchorItself) {
    const depth = certificates.length;
    if (!trustAnchor.isAuthority) {
      return refusal('PEERCERT_ISSUER_NOT_CA', evidence(anchor, depth, 'it is trusted, but is no authority: it matches only itself'));
    }
    const fault = checkExtensions(anchor) ?? checkValidity(anchor, depth, at) ?? checkIssuer(anchor, depth, keyPurposes);
    if (fault !== undefined) return fault;
    maxPathLength = anchor.basicConstraints?.pathLenConstraint ?? maxPathLength;
  }

  for (let depth = certificates.length - 1; depth >= 0; depth--) {
    const certificate = certificates[depth] as Certificate;
    const fault =
      // 6.1.3 (a)(1)
      (isAnchorItself ? undefined : signatures.check(certificate, workingPublicKey, depth)) ??
      located(checkExtensions(certificate), certificate, depth) ??
      // 6.1.3 (a)(2)
      checkValidity(certificate, depth, at) ??
      // 6.1.3 (a)(4)
      (isAnchorItself ? undefined : checkIssuerName(certificate, workingIssuerName, depth));
    if (fault !== undefined) return fault;

    if (depth === 0) return checkEndEntity(certificate, keyPurposes);

    // 6.1.4 (k)
    const notCa = checkBasicConstraints(certificate, depth);
    if (notCa !== undefined) return notCa;
    // 6.1.4 (l)
    if (!certificate.isSelfIssued) {
      if (maxPathLength <= 0) return pathLengthExceeded(certificate, depth);
      maxPathLength -= 1;
    }
    // 6.1.4 (m)
    maxPathLength = Math.min(maxPathLength, certificate.basicConstraints?.pathLenConstraint ?? maxPathLength);
    // 6.1.4 (n), (o)
    const unfit = checkIssuer(certificate, depth, keyPurposes);
    if (unfit !== undefined) return unfit;
    // 6.1.4 (a), (d) to (f)
    const key = publicKeyOf(certificate);
    if (!key.ok) return located(key.refusal, certificate, depth);
    workingPublicKey = key.value;
    workingIssuerName = certificate.subject;
  }
  return undefined;
}

/** What an authority's own extensions must allow, besides basicConstraints. */
function checkIssuer(certificate: Certificate, depth: number, keyPurposes: readonly string[]): Refusal | undefined {
  return (
    checkIssuerKeyUsage(certificate, depth) ?? checkCriticalExtensions(certificate, depth) ?? checkPurpose(certificate, depth, keyPurposes)
  );
}

/** 6.1.5: the end entity. */
function checkEndEntity(certificate: Certificate, keyPurposes: readonly string[]): Refusal | undefined {
  const key = publicKeyOf(certificate);
  return (
    checkCriticalExtensions(certificate, 0) ??
    checkEndEntityKeyUsage(certificate, 0) ??
    checkPurpose(certificate, 0, keyPurposes) ??
    (key.ok ? undefined : located(key.refusal, certificate, 0))
  );
}

function checkIssuerName(certificate: Certificate, workingIssuerName: Certificate['issuer'], depth: number): Refusal | undefined {
  if (certificate.issuer.equals(workingIssuerName)) return undefined;
  const detail = `its issuer is not ${workingIssuerName.toString()}`;
  return refusal('PEERCERT_ISSUER_UNKNOWN', evidence(certificate, depth, detail));
}

function pathLengthExceeded(certificate: Certificate, depth: number): Refusal {
  return refusal('PEERCERT_PATH_LENGTH_EXCEEDED', evidence(certificate, depth, 'an authority above it allows no further authority here'));
}

/** Says of which certificate of the path a refusal from the layers below speaks. */
function located(found: Refusal | undefined, certificate: Certificate, depth: number): Refusal | undefined {
  if (found === undefined) return undefined;
  const subject = certificate.subject.toString();
  return refusal(
    found.code,
    found.trace.map((entry) => ({ ...entry, depth, subject })),
    found.cause,
  );
}
