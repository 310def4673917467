import { X509Certificate } from 'node:crypto';
import { inspect } from 'node:util';
import { toHex, writePem } from '../asn1/index.js';
import type { ValidatedPath } from '../path/index.js';
import { type Certificate, oids, publicKeyKind } from '../x509/index.js';
import { DistinguishedName } from './distinguished-name.js';
import { extensionText } from './extension-text.js';
import type {
  AuthorityFields,
  CertificateSummary,
  ClientIdentityFields,
  ExtensionFields,
  IdentitySource,
  PublicKeyFields,
  RevocationStatus,
  SubjectAltNames,
} from './fields.js';
import { spiffeIdOf } from './spiffe-id.js';
import { subjectAltNames } from './subject-alt-names.js';

/** What a verified certificate says of its connection, besides what it says of its holder. */
export interface IdentityFacts {
  /** Whether the TLS session was resumed. */
  readonly resumed: boolean;
  readonly source: IdentitySource;
  /** What is known of the revocation of its path; `notConfigured` unless told. */
  readonly revocation?: RevocationStatus;
}

/** There are few combinations, and many connections. */
const facts = new Map<string, Required<IdentityFacts>>();

function sharedFacts(given: Required<IdentityFacts>): Required<IdentityFacts> {
  const key = `${given.resumed} ${given.source} ${given.revocation}`;
  const known = facts.get(key);
  if (known !== undefined) return known;
  facts.set(key, Object.freeze(given));
  return given;
}

let makeIdentity: (path: ValidatedPath, facts: IdentityFacts) => ClientIdentity;
let lifetimeOf: (identity: ClientIdentity) => number;

/**
 * Who the client is: the names, the certificate and the trust behind it, for handlers, logs and policies.
 *
 * Only the verifier makes one, out of a validated path, so whoever holds one holds a verified certificate: an object that
 * merely looks alike is no `ClientIdentity`, neither to the compiler nor to `isClientIdentity`. It is deeply frozen.
 * Reading any property of it succeeds; what costs something is derived when it is first asked for, and kept.
 *
 * The properties are those of `ClientIdentityFields`, read from the certificate's DER. They are accessors, so a spread
 * (`{ ...identity }`) copies none of them: use `toJSON()`.
 */
export class ClientIdentity implements ClientIdentityFields {
  readonly #path: ValidatedPath;
  readonly #facts: Required<IdentityFacts>;
  #subject: DistinguishedName | undefined;
  #issuer: DistinguishedName | undefined;
  #subjectAltName: SubjectAltNames | undefined;
  #chain: readonly CertificateSummary[] | undefined;
  #authorities: readonly AuthorityFields[] | undefined;

  private constructor(path: ValidatedPath, { resumed, source, revocation = 'notConfigured' }: IdentityFacts) {
    this.#path = path;
    this.#facts = sharedFacts({ resumed, source, revocation });
    Object.freeze(this);
  }

  get subject(): DistinguishedName {
    this.#subject ??= new DistinguishedName(this.#certificate.subject);
    return this.#subject;
  }

  get issuer(): DistinguishedName {
    this.#issuer ??= new DistinguishedName(this.#certificate.issuer);
    return this.#issuer;
  }

  get serialNumber(): string {
    return this.#certificate.serialNumberHex;
  }

  get fingerprint256(): string {
    return this.#certificate.fingerprint256;
  }

  get spki256(): string {
    return this.#certificate.spki256;
  }

  get 'x5t#S256'(): string {
    return Buffer.from(this.#certificate.fingerprint256, 'hex').toString('base64url');
  }

  get subjectAltName(): SubjectAltNames {
    this.#subjectAltName ??= subjectAltNames(this.#certificate.subjectAltName);
    return this.#subjectAltName;
  }

  get spiffeId(): string | undefined {
    return spiffeIdOf(this.#certificate, this.subjectAltName.uri);
  }

  get notBefore(): string {
    return new Date(this.#certificate.notBefore).toISOString();
  }

  get notAfter(): string {
    return new Date(this.#certificate.notAfter).toISOString();
  }

  get extendedKeyUsage(): readonly string[] {
    return Object.freeze((this.#certificate.extendedKeyUsage ?? []).map((oid) => keyPurposeNames.get(oid) ?? oid));
  }

  get certificatePolicies(): readonly string[] {
    return Object.freeze((this.#certificate.certificatePolicies ?? []).map((policy) => policy.policyIdentifier));
  }

  get validPolicies(): readonly string[] {
    return this.#path.validPolicies;
  }

  get publicKey(): PublicKeyFields {
    const kind = publicKeyKind(this.#certificate.subjectPublicKeyInfo);
    // Nothing else than a key that could be described has come through the validator.
    if (kind === undefined) throw new TypeError('the key of a verified certificate cannot be read');
    return Object.freeze({ type: kind.type, curve: kind.curve, modulusBits: kind.modulusBits });
  }

  get chain(): readonly CertificateSummary[] {
    this.#chain ??= Object.freeze(this.#path.certificates.map(summary));
    return this.#chain;
  }

  get trustAnchor(): CertificateSummary {
    return summary(this.#path.trustAnchor.certificate);
  }

  get trustSet(): string {
    return this.#path.trustSet;
  }

  get resumed(): boolean {
    return this.#facts.resumed;
  }

  get source(): IdentitySource {
    return this.#facts.source;
  }

  get revocation(): RevocationStatus {
    return this.#facts.revocation;
  }

  /** The authorities of the validated path, the nearest first, the trust anchor last; none where the certificate is an anchor itself. */
  get authorities(): readonly AuthorityFields[] {
    const { certificates, trustAnchor } = this.#path;
    const above = [...certificates.slice(1), trustAnchor.certificate].filter((certificate) => certificate !== this.#certificate);
    this.#authorities ??= Object.freeze(above.map(authority));
    return this.#authorities;
  }

  /** The certificate's extension with this dotted OID; undefined where it has none. */
  extension(oid: string): ExtensionFields | undefined {
    const extension = this.#certificate.extensions.get(oid);
    if (extension === undefined) return undefined;
    const { critical, value } = extension;
    return Object.freeze({ critical, value: toHex(value), text: extensionText(value) });
  }

  /** The certificate as PEM (RFC 7468). */
  toPem(): string {
    return writePem('CERTIFICATE', this.#certificate.der);
  }

  /** The certificate as DER, a copy: changing it changes nothing here. */
  toDer(): Uint8Array {
    return Uint8Array.from(this.#certificate.der);
  }

  /** The certificate as `node:crypto` reads it, made anew at each call (about 0.1 ms). */
  toX509Certificate(): X509Certificate {
    return new X509Certificate(this.#certificate.der);
  }

  /** The subject as RFC 4514 writes it; for a certificate without one its SPIFFE ID, or else its fingerprint. For logs alone. */
  toString(): string {
    return this.subject.dn || (this.spiffeId ?? `SHA256:${this.fingerprint256}`);
  }

  /** Every field as plain, frozen data. */
  toJSON(): ClientIdentityFields {
    return Object.freeze({
      subject: this.subject.toJSON(),
      issuer: this.issuer.toJSON(),
      serialNumber: this.serialNumber,
      fingerprint256: this.fingerprint256,
      spki256: this.spki256,
      'x5t#S256': this['x5t#S256'],
      subjectAltName: plainNames(this.subjectAltName),
      spiffeId: this.spiffeId,
      notBefore: this.notBefore,
      notAfter: this.notAfter,
      extendedKeyUsage: this.extendedKeyUsage,
      certificatePolicies: this.certificatePolicies,
      validPolicies: this.validPolicies,
      publicKey: this.publicKey,
      chain: this.chain,
      trustAnchor: this.trustAnchor,
      trustSet: this.trustSet,
      resumed: this.resumed,
      source: this.source,
      revocation: this.revocation,
    });
  }

  /** `console.log(identity)` shows the fields, which accessors would hide. */
  [inspect.custom](): ClientIdentityFields {
    return this.toJSON();
  }

  get #certificate(): Certificate {
    return this.#path.endEntity;
  }

  static isIdentity(value: unknown): value is ClientIdentity {
    return typeof value === 'object' && value !== null && #path in value;
  }

  static {
    makeIdentity = (path, facts) => new ClientIdentity(path, facts);
    lifetimeOf = (identity) => identity.#certificate.notAfter - identity.#certificate.notBefore;
    Object.freeze(ClientIdentity.prototype);
  }
}

/**
 * Makes the identity that a validated path proves. It reads nothing yet, and nothing in it throws later, since the validator has decoded
 * every extension.
 */
export function createIdentity(path: ValidatedPath, facts: IdentityFacts): ClientIdentity {
  return makeIdentity(path, facts);
}

/** Milliseconds from notBefore to notAfter, without the detour by their text. */
export function lifetime(identity: ClientIdentity): number {
  return lifetimeOf(identity);
}

/** Whether `value` was made by the verifier. */
export function isClientIdentity(value: unknown): value is ClientIdentity {
  return ClientIdentity.isIdentity(value);
}

const keyPurposeNames: ReadonlyMap<string, string> = new Map(Object.entries(oids.keyPurpose).map(([name, oid]) => [oid, name]));

function plainNames(names: SubjectAltNames): SubjectAltNames {
  const directoryName = Object.freeze(names.directoryName.map(({ dn, attributes, rdns }) => Object.freeze({ dn, attributes, rdns })));
  return Object.freeze({ ...names, directoryName });
}

function authority(certificate: Certificate): AuthorityFields {
  const { fingerprint256, spki256 } = certificate;
  return Object.freeze({ subject: new DistinguishedName(certificate.subject), fingerprint256, spki256 });
}

function summary(certificate: Certificate): CertificateSummary {
  return Object.freeze({ subject: certificate.subject.toString(), fingerprint256: certificate.fingerprint256 });
}
