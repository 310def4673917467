import type { Refusal } from '../../src/errors/index.js';
import {
  Budget,
  type BudgetLimits,
  type CertificatePool,
  certificatePool,
  defaultBudget,
  type NoPath,
  SignatureChecks,
  type TrustAnchor,
  TrustSet,
  type TrustSetRules,
  trustAnchor,
  type ValidatedPath,
  validatedPaths,
} from '../../src/path/index.js';
import { type Certificate, oids, readCertificate } from '../../src/x509/index.js';
import {
  basicConstraints,
  buildCertificate,
  type CertificateOptions,
  extendedKeyUsage,
  type NameOption,
  testKey,
} from '../support/certificate-builder.js';
import type { TestKey } from '../support/keys.js';

/** A certificate with its name and key, so that it can issue. */
export interface Issued {
  readonly name: NameOption;
  readonly key: TestKey;
  readonly certificate: Certificate;
}

export interface IssueOptions extends Omit<CertificateOptions, 'subject' | 'issuer' | 'key' | 'issuerKey'> {
  /** Default: the certificate is self-signed. */
  readonly issuer?: Issued;
  /** Default: a P-256 key of the subject's own. */
  readonly key?: TestKey;
  /** Default: the issuer's key; another one makes a signature that does not verify. */
  readonly signedWith?: TestKey;
}

/** The time of every search that is not told another. */
export const at = Date.parse('2030-01-01T00:00:00Z');

/** An authority: version 3, `basicConstraints CA:TRUE`, unless its extensions are given. */
export function authority(name: NameOption, options: IssueOptions = {}): Issued {
  return issue(name, { extensions: [basicConstraints(true)], ...options });
}

/** An end entity for client authentication, unless its extensions are given. */
export function client(issuer: Issued, options: IssueOptions = {}, name: NameOption = 'client'): Certificate {
  return issue(name, { extensions: [extendedKeyUsage('clientAuth')], issuer, ...options }).certificate;
}

export function issue(
  name: NameOption,
  { issuer, signedWith, key = testKey('ec', JSON.stringify(name)), ...options }: IssueOptions,
): Issued {
  serialNumber += 1;
  const issuerKey = signedWith ?? issuer?.key ?? key;
  const der = buildCertificate({ serialNumber, ...options, subject: name, issuer: issuer?.name ?? name, key, issuerKey });
  return { name, key, certificate: read(der) };
}

export function read(der: Uint8Array): Certificate {
  const certificate = readCertificate(der);
  if (!certificate.ok) throw new Error(JSON.stringify(certificate.refusal));
  return certificate.value;
}

/** A second reading of the same bytes, as a certificate comes from a peer that the verifier holds already. */
export function copyOf({ der }: Certificate): Certificate {
  return read(Uint8Array.from(der));
}

export interface SearchOptions {
  readonly trusted: readonly (Issued | Certificate)[];
  /** The trust set's own intermediates. */
  readonly configured?: readonly (Issued | Certificate)[];
  /** What the peer presented beside the end entity, or whole pools. */
  readonly presented?: readonly (Issued | Certificate)[];
  readonly pools?: readonly CertificatePool[];
  readonly at?: number;
  /** Default: 10. */
  readonly depth?: number;
  /** Default: clientAuth. */
  readonly keyPurposes?: readonly string[];
  /** The inputs of RFC 5280, section 6.1.1. */
  readonly rules?: Partial<TrustSetRules>;
  readonly limits?: Partial<BudgetLimits>;
  readonly budget?: Budget;
}

export function anchor(of: Issued | Certificate): TrustAnchor {
  const made = trustAnchor(certificateOf(of));
  if (!made.ok) throw new Error(JSON.stringify(made.refusal));
  return made.value;
}

export function trustSet({
  trusted,
  configured = [],
  depth = 10,
  keyPurposes = [oids.keyPurpose.clientAuth],
  rules,
}: SearchOptions): TrustSet {
  return new TrustSet('staff', trusted.map(anchor), configured.map(certificateOf), { depth, keyPurposes, ...rules });
}

export function paths(endEntity: Certificate, options: SearchOptions): Generator<ValidatedPath, NoPath, void> {
  const budget = options.budget ?? new Budget({ ...defaultBudget, ...options.limits });
  return validatedPaths(endEntity, {
    trustSet: trustSet(options),
    pools: [certificatePool((options.presented ?? []).map(certificateOf)), ...(options.pools ?? [])],
    at: options.at ?? at,
    budget,
    signatures: new SignatureChecks(budget),
  });
}

/** All paths there are, and why there are no more. */
export function search(endEntity: Certificate, options: SearchOptions): { found: readonly ValidatedPath[]; end: NoPath } {
  const found: ValidatedPath[] = [];
  const generator = paths(endEntity, options);
  for (;;) {
    const { done, value } = generator.next();
    if (done === true) return { found, end: value };
    found.push(value);
  }
}

/** The first path; throws, with the refusal, when there is none. */
export function pathOf(endEntity: Certificate, options: SearchOptions): ValidatedPath {
  const { done, value } = paths(endEntity, options).next();
  if (done === true) throw new Error(JSON.stringify(value.refusal));
  return value;
}

/** Why there is no path at all; throws when there is one. */
export function refusalOf(endEntity: Certificate, options: SearchOptions): Refusal {
  const { found, end } = search(endEntity, options);
  if (found.length > 0) throw new Error(`a path was found: ${names(found[0] as ValidatedPath).join(' <- ')}`);
  return end.refusal;
}

/** The common names of a path's certificates, the anchor's last. */
export function names({ certificates, trustAnchor: { certificate } }: ValidatedPath): readonly string[] {
  return [...certificates, certificate].map(({ subject }) => subject.toString().replace(/^CN=/, ''));
}

/** The code and where it was found, for comparison. */
export function place({ code, trace: [first] }: Refusal): { code: string; depth: number | undefined } {
  return { code, depth: first?.depth };
}

export function certificateOf(of: Issued | Certificate): Certificate {
  return 'certificate' in of ? of.certificate : of;
}

let serialNumber = 100;
