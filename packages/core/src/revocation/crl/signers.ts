import { asBuffer } from '../../asn1/index.js';
import type { ValidatedPath } from '../../path/index.js';
import type { Certificate, CertificateList } from '../../x509/index.js';
import type { CrlGroup } from './collection.js';
import { type Crl, describeCrl, nameText } from './crl.js';
import type { CrlInputs } from './inputs.js';
import { checkCrlSignature } from './signatures.js';
import type { CrlStatus, Findings } from './status.js';

/** The certificate in question, and the signers of lists whose own status is being asked for on its behalf. */
export interface Question {
  readonly path: ValidatedPath;
  readonly index: number;
  readonly asking: readonly Certificate[];
}

type StatusOf = (path: ValidatedPath, index: number, asking: readonly Certificate[]) => CrlStatus;

/** Whoever may have signed a list: on the path of the certificate, or at the end of a path of its own. */
interface Candidate {
  readonly certificate: Certificate;
  readonly path: ValidatedPath | undefined;
}

/** Certificates that are tried for one list. An authority has a handful of keys. */
const maxCandidates = 16;
/** Signers whose lists are signed by signers whose lists … PKITS has one step; four are more than anyone needs. */
const maxSteps = 4;

/** Finds who signed lists, and whether they may (RFC 5280, section 6.3.3 (f) and (g)). */
export class Signers {
  readonly pending = new Set<Promise<void>>();
  readonly #inputs: CrlInputs;
  readonly #statusOf: StatusOf;

  constructor(inputs: CrlInputs, statusOf: StatusOf) {
    this.#inputs = inputs;
    this.#statusOf = statusOf;
  }

  /**
   * The lists of the group whose signatures hold, those of one key together, with the time until which their signer is known to be good.
   */
  vouchFor(group: CrlGroup, question: Question, findings: Findings): Iterable<readonly [validUntil: number, crls: readonly Crl[]]> {
    const byKey = new Map<string, [number, Crl[]]>();
    for (const crl of group) {
      const voucher = this.#voucherOf(crl, question, findings);
      if (voucher === undefined) continue;
      const known = byKey.get(voucher.key);
      if (known === undefined) byKey.set(voucher.key, [voucher.validUntil, [crl]]);
      else known[1].push(crl);
    }
    return byKey.values();
  }

  #voucherOf(crl: Crl, question: Question, findings: Findings): { key: string; validUntil: number } | undefined {
    let tried = 0;
    for (const candidate of this.#candidates(crl.list, question.path, question.index)) {
      if (++tried > maxCandidates) break;
      const validUntil = this.#check(crl, candidate, question, findings);
      if (validUntil !== undefined) return { key: candidate.certificate.spki256, validUntil };
    }
    if (tried === 0) findings.note('notAuthorized', () => `${describeCrl(crl)}, is of nobody below the same trust anchor`);
    return undefined;
  }

  /** Those on the path first, which costs nothing; of each kind the one whose key the list names. */
  *#candidates(list: CertificateList, path: ValidatedPath, index: number): Generator<Candidate, void, void> {
    const above = [...path.certificates.slice(index + 1), path.trustAnchor.certificate];
    const onPath = above.filter((certificate) => certificate.subject.equals(list.issuer));
    for (const certificate of likeliestFirst(onPath, list)) yield { certificate, path: undefined };

    // A namesake counts only where an authority of this very path certified it: any other below the same anchor could take its name.
    const keysAbove = new Set(above.map(({ spki256 }) => spki256));
    const others = new Map<Certificate, ValidatedPath>();
    for (const other of this.#inputs.signers?.(list.issuer) ?? []) {
      // "The trust anchor for the certification path MUST be the same as the trust anchor used to validate the target certificate."
      const isSameAnchor = other.trustAnchor.certificate.fingerprint256 === path.trustAnchor.certificate.fingerprint256;
      const isOnPath = onPath.some(({ fingerprint256 }) => fingerprint256 === other.endEntity.fingerprint256);
      const certifier = other.certificates[1] ?? other.trustAnchor.certificate;
      const isCertified = isSameAnchor && keysAbove.has(certifier.spki256);
      if (isCertified && !isOnPath && other.endEntity.subject.equals(list.issuer)) others.set(other.endEntity, other);
    }
    for (const certificate of likeliestFirst([...others.keys()], list)) yield { certificate, path: others.get(certificate) };
  }

  /** Until when the candidate is known to be good; undefined when it did not sign the list, or may not. */
  #check(crl: Crl, { certificate, path }: Candidate, question: Question, findings: Findings): number | undefined {
    // (f): "If a key usage extension is present in the CRL issuer's certificate, verify that the cRLSign bit is set."
    if (certificate.keyUsage?.cRLSign === false) {
      findings.note('notAuthorized', () => `${describeCrl(crl)}: the keyUsage of ${nameText(certificate.subject)} lacks cRLSign`);
      return undefined;
    }
    const fault = checkCrlSignature(crl.list, certificate, this.#inputs.pause);
    if (fault instanceof Promise) {
      this.pending.add(fault);
      return undefined;
    }
    if (fault !== undefined) {
      findings.note('signature', () => `${describeCrl(crl)}: ${fault.detail}`);
      return undefined;
    }
    // Whoever stands on the path is judged with the path.
    return path === undefined ? Number.POSITIVE_INFINITY : this.#checkRevocation(crl, path, question, findings);
  }

  /** The signer's own certificates must not be revoked either, as far as they are not on the path in question. */
  #checkRevocation(crl: Crl, signer: ValidatedPath, { path, index, asking }: Question, findings: Findings): number | undefined {
    const { at, acceptUnknownSigner } = this.#inputs;
    const refuse = (why: string): undefined => {
      findings.note('notAuthorized', () => `${describeCrl(crl)}: its signer ${why}`);
    };
    if (!(signer.validFrom <= at && at < signer.validUntil)) return refuse('is not valid now');
    // A signer may vouch for itself where its certificate names its own list (PKITS 4.14.30). Larger circles prove nothing.
    const inQuestion = asking.findIndex(({ fingerprint256 }) => fingerprint256 === signer.endEntity.fingerprint256);
    if (inQuestion !== -1)
      return inQuestion === asking.length - 1 ? signer.validUntil : refuse('is vouched for by lists that depend on this one');
    if (asking.length >= maxSteps) return refuse(`is the last of ${maxSteps} that depend on one another`);

    const judgedWithPath = new Set(path.certificates.slice(index + 1).map(({ fingerprint256 }) => fingerprint256));
    let { validUntil } = signer;
    for (const [step, certificate] of signer.certificates.entries()) {
      if (judgedWithPath.has(certificate.fingerprint256)) continue;
      const status = this.#statusOf(signer, step, [...asking, signer.endEntity]);
      if (status.status === 'revoked') return refuse(`is revoked: ${status.detail}`);
      if (status.status === 'good') validUntil = Math.min(validUntil, status.validUntil);
      else if (acceptUnknownSigner?.(status) !== true) return refuse(`may be revoked: ${status.detail}`);
    }
    return validUntil;
  }
}

/** Identifiers order the candidates and exclude none (RFC 5280, section 5.2.1 has them as a help). */
function likeliestFirst(certificates: readonly Certificate[], list: CertificateList): readonly Certificate[] {
  const wanted = list.authorityKeyIdentifier?.keyIdentifier;
  if (wanted === undefined || certificates.length < 2) return certificates;
  const fits = ({ subjectKeyIdentifier }: Certificate): boolean =>
    subjectKeyIdentifier !== undefined && asBuffer(subjectKeyIdentifier).equals(wanted);
  return [...certificates.filter(fits), ...certificates.filter((certificate) => !fits(certificate))];
}
