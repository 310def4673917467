import { asBuffer, toHex } from '../../asn1/index.js';
import {
  type Certificate,
  type CertificateList,
  type DistributionPoint,
  type DistributionPointName,
  type GeneralName,
  keyBelow,
  type Name,
  oids,
  type ReasonFlags,
  reasonFlag,
} from '../../x509/index.js';

/** Which certificates a list covers (RFC 5280, section 5.2.5). */
export interface CrlScope {
  /** The same for lists of the same scope: the issuing distribution point, octet by octet. Empty for a list without one. */
  readonly key: string;
  /** Keys of the names of the distribution point; undefined for a list of all. */
  readonly names: ReadonlySet<string> | undefined;
  readonly reasons: ReasonFlags;
  readonly certificates: 'all' | 'user' | 'authority' | 'attribute';
  readonly isIndirect: boolean;
}

/** Every reason that has a name; `unspecified` belongs to all of them. */
export const allReasons: ReasonFlags = Object.values(reasonFlag).reduce((all, flag) => all | flag, 0) & ~reasonFlag.unused;

export function scopeOf(list: CertificateList): CrlScope {
  const point = list.issuingDistributionPoint;
  if (point === undefined) return fullScope;
  const extension = list.extensions.get(oids.crlExtension.issuingDistributionPoint);
  const { distributionPoint, onlyContainsUserCerts, onlyContainsCACerts, onlyContainsAttributeCerts } = point;
  return Object.freeze({
    key: extension === undefined ? '' : asBuffer(extension.value).toString('latin1'),
    names: distributionPoint === undefined ? undefined : new Set(distributionPointKeys(distributionPoint, list.issuer)),
    reasons: (point.onlySomeReasons ?? allReasons) & allReasons,
    certificates: onlyContainsUserCerts ? 'user' : onlyContainsCACerts ? 'authority' : onlyContainsAttributeCerts ? 'attribute' : 'all',
    isIndirect: point.indirectCRL,
  });
}

const fullScope: CrlScope = Object.freeze({ key: '', names: undefined, reasons: allReasons, certificates: 'all', isIndirect: false });

/** A distribution point of a certificate, as it is compared with the scopes of lists. */
export interface CertificatePoint {
  /** Keys of the names that the list's distribution point must have one of. */
  readonly names: readonly string[];
  readonly reasons: ReasonFlags;
  /** Those who issue the list, where it is not the certificate's own issuer. */
  readonly crlIssuers: readonly Name[] | undefined;
}

/**
 * The distribution points of a certificate, and the one that section 6.3.3 assumes beside them, for lists that are "not specified in a
 * distribution point but issued by the certificate issuer": it bears the certificate issuer's name.
 */
export function pointsOf(certificate: Certificate): readonly CertificatePoint[] {
  const { issuer, cRLDistributionPoints = [] } = certificate;
  const assumed: CertificatePoint = { names: [directoryKey(issuer.key)], reasons: allReasons, crlIssuers: undefined };
  return [...cRLDistributionPoints.map((point) => pointOf(point, issuer)), assumed];
}

function pointOf({ distributionPoint, reasons = allReasons, cRLIssuer }: DistributionPoint, issuer: Name): CertificatePoint {
  const crlIssuers = cRLIssuer?.flatMap((name) => (name.type === 'directoryName' ? [name.value] : []));
  // Section 6.3.3 (b)(2)(i): without a distribution point of its own, a list's is compared with the cRLIssuer.
  const names =
    distributionPoint === undefined
      ? (cRLIssuer ?? []).map(nameKey)
      : distributionPointKeys(distributionPoint, relativeTo(crlIssuers, issuer));
  return { names, reasons: reasons & allReasons, crlIssuers };
}

/**
 * Section 4.2.1.13: relative to the cRLIssuer where there is one, of which there "MUST" be one only; otherwise to the certificate's issuer.
 */
function relativeTo(crlIssuers: readonly Name[] | undefined, issuer: Name): Name | undefined {
  if (crlIssuers === undefined) return issuer;
  return crlIssuers.length === 1 ? crlIssuers[0] : undefined;
}

function distributionPointKeys({ type, value }: DistributionPointName, base: Name | undefined): readonly string[] {
  if (type === 'fullName') return value.map(nameKey);
  return base === undefined ? [] : [directoryKey(keyBelow(base, value))];
}

/**
 * Section 4.2.1.13 has the identical encoding in certificate and list; directory names are compared as names, all others by their octets.
 */
function nameKey({ type, ...name }: GeneralName): string {
  if (type === 'directoryName') return directoryKey((name as { value: Name }).value.key);
  const typeId = 'typeId' in name ? `${name.typeId} ` : '';
  return `${type} ${typeId}${typeof name.value === 'string' ? name.value : toHex(name.value as Uint8Array)}`;
}

function directoryKey(key: string): string {
  return `directoryName ${key}`;
}

/**
 * RFC 5280, section 6.3.3 (b) and (d): the reasons for which a list tells whether the certificate is revoked; 0 when it is about others.
 *
 * | the certificate's point | the list | covered, as far as names and kinds agree |
 * | ----------------------- | -------- | ---------------------------------------- |
 * | without cRLIssuer       | of the certificate's issuer | yes                   |
 * | without cRLIssuer       | of another                  | no                    |
 * | with cRLIssuer          | indirect, of one of those   | yes                   |
 * | with cRLIssuer          | anything else               | no                    |
 *
 * A list whose distribution point has a name covers no certificate that does not name it. That holds too where the certificate names none
 * at all: authorities that split their list give a certificate no sign of the part it is in, and the wrong part says "good" of all.
 */
export function coverage({ list, scope }: ScopedList, certificate: Certificate, points = pointsOf(certificate)): ReasonFlags {
  if (!coversKind(scope, certificate)) return 0;
  let reasons = 0;
  for (const point of points) {
    const isIssuer =
      point.crlIssuers === undefined
        ? list.issuer.equals(certificate.issuer)
        : scope.isIndirect && point.crlIssuers.some((issuer) => issuer.equals(list.issuer));
    if (!isIssuer) continue;
    if (scope.names === undefined || point.names.some((name) => scope.names?.has(name))) reasons |= point.reasons & scope.reasons;
  }
  return reasons;
}

interface ScopedList {
  readonly list: CertificateList;
  readonly scope: CrlScope;
}

/** Section 6.3.3 (b)(2)(ii) to (iv). */
function coversKind({ certificates }: CrlScope, { basicConstraints }: Certificate): boolean {
  switch (certificates) {
    case 'all':
      return true;
    case 'user':
      return basicConstraints?.cA !== true;
    case 'authority':
      return basicConstraints?.cA === true;
    case 'attribute':
      return false;
  }
}
