import type { ValidatedPath } from '../../path/index.js';
import type { Certificate, ReasonFlags } from '../../x509/index.js';
import type { CrlGroup } from './collection.js';
import { combine } from './combine.js';
import { type Crl, describeCrl, instant, nameText } from './crl.js';
import type { RevokedEntry } from './entry.js';
import type { CrlInputs } from './inputs.js';
import { ReasonsCovered } from './reasons-covered.js';
import { coverage, pointsOf } from './scope.js';
import { Signers } from './signers.js';
import { type CrlRevoked, type CrlStatus, Findings } from './status.js';

/**
 * What lists say of the certificate at `index` of a path, 0 being the end entity: revoked, good, or why neither is known (RFC 5280, section
 * 6.3.3). A trust anchor is good for ever: it is removed, not revoked.
 *
 * Revoked is whom a list with a good signature names that covers the certificate, or comes from its very issuer, whatever else may be wrong
 * with the list. Good is who is listed nowhere, when current lists cover every reason.
 *
 * The answer is there at once, unless the signature of a long list has yet to be verified with one of the keys in question.
 */
export function evaluateCrls(path: ValidatedPath, index: number, inputs: CrlInputs): CrlStatus | Promise<CrlStatus> {
  const evaluation = new Evaluation(inputs);
  const status = evaluation.statusOf(path, index, []);
  if (evaluation.pending.size === 0 || status.status === 'revoked') return status;
  return Promise.all(evaluation.pending).then(() => evaluateCrls(path, index, inputs));
}

class Evaluation {
  readonly #inputs: CrlInputs;
  readonly #signers: Signers;

  constructor(inputs: CrlInputs) {
    this.#inputs = inputs;
    this.#signers = new Signers(inputs, (path, index, asking) => this.statusOf(path, index, asking));
  }

  /** Signatures that are being verified, without which the status is not final. */
  get pending(): ReadonlySet<Promise<void>> {
    return this.#signers.pending;
  }

  statusOf(path: ValidatedPath, index: number, asking: readonly Certificate[]): CrlStatus {
    const certificate = path.certificates[index];
    if (certificate === undefined)
      throw new RangeError(`the path has ${path.certificates.length} certificates, there is no number ${index}`);
    if (certificate === path.trustAnchor.certificate) return Object.freeze({ status: 'good', validUntil: Number.POSITIVE_INFINITY });

    const findings = new Findings();
    const covered = new ReasonsCovered();
    for (const [group, reasons] of this.#groupsAbout(certificate, findings)) {
      for (const [validUntil, crls] of this.#signers.vouchFor(group, { path, index, asking }, findings)) {
        const revoked = this.#judge(crls, { certificate, reasons, validUntil }, covered, findings);
        if (revoked !== undefined) return revoked;
      }
    }
    return covered.status(this.#inputs.at, findings, () => `no CRL of ${nameText(certificate.issuer)} is known`);
  }

  /**
   * The lists that may tell of the certificate, with the reasons that they cover: 0 for those that list it, but seem to be about others.
   */
  *#groupsAbout(certificate: Certificate, findings: Findings): Generator<[CrlGroup, ReasonFlags], void, void> {
    const points = pointsOf(certificate);
    const issuers = new Map([certificate.issuer, ...points.flatMap(({ crlIssuers = [] }) => crlIssuers)].map((name) => [name.key, name]));
    for (const [key, issuer] of issuers) {
      for (const group of this.#inputs.crls.issuedBy(issuer)) {
        const [first] = group as [Crl];
        const reasons = coverage(first, certificate, points);
        // An issuer's serial numbers are unique, so its own list means this certificate, whatever part of it the list is for.
        if (reasons !== 0 || (key === certificate.issuer.key && isListed(certificate, group))) yield [group, reasons];
        else findings.note('noInformation', () => `${describeCrl(first)}, covers other certificates`);
      }
    }
  }

  #judge(
    crls: readonly Crl[],
    { certificate, reasons, validUntil }: { certificate: Certificate; reasons: ReasonFlags; validUntil: number },
    covered: ReasonsCovered,
    findings: Findings,
  ): CrlRevoked | undefined {
    const find = (crl: Crl) => crl.find(certificate.issuer, certificate.serialNumber);
    const { revoked, complete, notYetValid } = combine(crls, this.#inputs.at, find);
    if (revoked !== undefined) return revokedBy(revoked.crl, revoked.entry);
    for (const crl of notYetValid)
      findings.note('notYetValid', () => `${describeCrl(crl)}, has thisUpdate ${instant(crl.list.thisUpdate)}`);
    for (const { crl, delta, nextUpdate } of complete) {
      const unsupported = crl.unsupportedEntryExtension ?? delta?.unsupportedEntryExtension;
      if (unsupported === undefined) covered.add(reasons, Math.min(nextUpdate, validUntil), crl);
      else findings.note('unsupported', () => `${describeCrl(crl)}, has the critical entry extension ${unsupported}`);
    }
    if (complete.length === 0 && notYetValid.length === 0) {
      findings.note('noInformation', () => `${describeCrl(crls[0] as Crl)}, is there without the CRL that it is based on`);
    }
    return undefined;
  }
}

function isListed({ issuer, serialNumber }: Certificate, group: CrlGroup): boolean {
  return group.some((crl) => crl.find(issuer, serialNumber) !== undefined);
}

function revokedBy(crl: Crl, { reason, revocationDate }: RevokedEntry): CrlRevoked {
  const detail = `${describeCrl(crl)}, lists it as revoked since ${instant(revocationDate)} (${reason})`;
  return Object.freeze({ status: 'revoked', reason, revocationDate, detail });
}
