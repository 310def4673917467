import { type CertificateList, x509 } from './core.js';
import type { DivergenceRule } from './divergence-rule.js';
import type { Facts } from './facts.js';
import { isLimbosOwn, isRefusedBecause } from './predicates.js';

/** What a suite expects to be accepted, and we refuse for a CRL. */
export const crlRefusalRules: readonly DivergenceRule[] = [
  {
    name: 'a CRL of a distribution point that the certificate does not name',
    reason:
      "RFC 5280, section 6.3.3, assumes for a certificate without cRLDistributionPoints one that bears its issuer's name. A list whose own distribution point has another is a part of what the authority revoked, perhaps not the part that the certificate is in, and would call it good unread; limbo wants the refusal too.",
    applies: (facts) => isRefusedBecause(facts, 'PEERCERT_REVOCATION_UNKNOWN', /covers other certificates$/) && isOfferedPartsAlone(facts),
  },
  {
    name: 'FALSE written out in an issuingDistributionPoint',
    reason:
      'Its flags are FALSE by default, and DER leaves out what is the default (X.690, section 11.5). One encoding for one meaning is what a signature over octets relies on.',
    applies: (facts) => isRefusedBecause(facts, 'PEERCERT_REVOCATION_UNKNOWN', /issuingDistributionPoint: \w+ FALSE is encoded$/),
  },
  {
    name: 'a CRL without the name of its issuer',
    reason:
      'RFC 5280, section 5.1.2.3: the issuer must have a name that is not empty. Nobody can be found who may have signed such a list, and no certificate that it is about.',
    applies: (facts) => isRefusedBecause(facts, 'PEERCERT_REVOCATION_UNKNOWN', /: issuer is empty$/),
  },
];

/** What a suite expects to be refused, and we accept although a CRL is what is wrong with it. */
export const crlAcceptanceRules: readonly DivergenceRule[] = [
  {
    name: 'delta, indirect and partitioned CRLs',
    reason:
      'RFC 5280, sections 5.2.4, 5.2.5 and 6.3.3, has lists of changes, of other issuers, of distribution points named relative to the issuer or not at all, and for some reasons alone, and says how they are combined. NIST PKITS 4.14 and 4.15 want that; webpki leaves them out.',
    applies: (facts) => isRead(facts) && facts.crls.some((crl) => crl.deltaCRLIndicator !== undefined || isPartial(crl)),
  },
  {
    name: 'a CRL of attribute certificates',
    reason:
      'RFC 5280, section 5.2.5, has them. To read one does no harm: it covers no certificate of a key, so none is called good by it (NIST PKITS 4.14.14).',
    applies: (facts) =>
      isRead(facts) && facts.crls.some(({ issuingDistributionPoint }) => issuingDistributionPoint?.onlyContainsAttributeCerts === true),
  },
  {
    name: 'a CRL without cRLNumber',
    reason:
      'RFC 5280, section 5.2.3, binds the authority that issues, and section 6.3 does not ask: without a number the later thisUpdate tells which list is newer. `openssl ca` writes none, nor any other extension, unless it is told to; a delta CRL without one is refused.',
    applies: (facts) => (isRead(facts) || isLimbosOwn(facts, 'crl')) && facts.crls.some(({ cRLNumber }) => cRLNumber === undefined),
  },
  {
    name: 'a CRL without authorityKeyIdentifier',
    reason:
      'RFC 5280, section 5.2.1, binds the authority that issues, and section 6.3 does not ask: it helps to find the signer, whom the signature proves.',
    applies: (facts) =>
      isLimbosOwn(facts, 'crl') && facts.crls.some(({ authorityKeyIdentifier }) => authorityKeyIdentifier?.keyIdentifier === undefined),
  },
  {
    name: 'a CRL whose cRLNumber or authorityKeyIdentifier is critical',
    reason:
      'RFC 5280, sections 5.2.1 and 5.2.3, binds the authority that issues, and section 6.3 does not ask: what they hold is processed, so their being critical takes nothing away.',
    applies: (facts) =>
      isLimbosOwn(facts, 'crl') &&
      facts.crls.some(({ extensions }) => processed.some((extension) => extensions.get(extension)?.critical === true)),
  },
];

const processed = [x509.oids.crlExtension.cRLNumber, x509.oids.extension.authorityKeyIdentifier];

/** Whether a list was only to be read: what it says of whom is another question. */
function isRead({ testcase: { question } }: Facts): boolean {
  return question.kind === 'reading' && question.what === 'CRL' && question.serialNumber === undefined;
}

function isPartial({ issuingDistributionPoint: point }: CertificateList): boolean {
  if (point === undefined) return false;
  const { distributionPoint, onlySomeReasons, indirectCRL } = point;
  return indirectCRL || onlySomeReasons !== undefined || distributionPoint?.type !== 'fullName';
}

/** The end entity names no distribution point, and every list of its issuer has one with a name. */
function isOfferedPartsAlone({ endEntity, crls, verdict }: Facts): boolean {
  if (endEntity === undefined || endEntity.cRLDistributionPoints !== undefined || verdict.refusal?.trace[0]?.depth !== 0) return false;
  const own = crls.filter(({ issuer }) => issuer.equals(endEntity.issuer));
  return own.length > 0 && own.every(({ issuingDistributionPoint }) => issuingDistributionPoint?.distributionPoint !== undefined);
}
