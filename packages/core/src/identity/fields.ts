import type { PublicKeyType } from '../x509/index.js';

/**
 * The plain form of an identity: what `toJSON()` gives to logs, and what a schema is written against. Lists are always
 * lists, empty where the certificate has nothing; nothing is taken from a display string.
 */
export interface ClientIdentityFields {
  readonly subject: DistinguishedNameFields;
  readonly issuer: DistinguishedNameFields;
  /** Lower-case hexadecimal digits without colons. */
  readonly serialNumber: string;
  /** SHA-256 of the certificate's DER, 64 lower-case hexadecimal digits. */
  readonly fingerprint256: string;
  /** SHA-256 of the certificate's subjectPublicKeyInfo, 64 lower-case hexadecimal digits. */
  readonly spki256: string;
  /** The same digest as `fingerprint256`, as base64url: the confirmation method of RFC 8705, section 3.1. */
  readonly 'x5t#S256': string;
  readonly subjectAltName: SubjectAltNames;
  /** The SPIFFE ID, where the certificate is an X.509-SVID; otherwise undefined. */
  readonly spiffeId: string | undefined;
  /** ISO 8601 in UTC, `2026-01-31T23:59:59.000Z`: the first second in which the certificate is valid. */
  readonly notBefore: string;
  /** ISO 8601 in UTC: the last second in which the certificate is valid. */
  readonly notAfter: string;
  /**
   * Key purposes by the names of RFC 5280, section 4.2.1.12 (`clientAuth`), or dotted OIDs; empty where the extension is absent, which
   * leaves every purpose open.
   */
  readonly extendedKeyUsage: readonly string[];
  /**
   * Certificate policies (RFC 5280, section 4.2.1.4) that the certificate states, as dotted OIDs. Stating is not having: what its issuers allow of them is
   * `validPolicies`.
   */
  readonly certificatePolicies: readonly string[];
  /** Certificate policies that every certificate of the path allows (RFC 5280, section 6.1.6), as dotted OIDs in the words of the trust anchor. */
  readonly validPolicies: readonly string[];
  readonly publicKey: PublicKeyFields;
  /** The certificates of the validated path, the end entity first; the trust anchor is not among them unless it is the end entity. */
  readonly chain: readonly CertificateSummary[];
  readonly trustAnchor: CertificateSummary;
  /**
   * The name of the trust set that the path ends in. An identity is its names together with this. A certificate that several sets accept is
   * reported under one of them: where it matters which, say so in the policy (`trustSet`), which narrows the search.
   */
  readonly trustSet: string;
  /** Whether the TLS session was resumed; the certificate was verified again all the same. */
  readonly resumed: boolean;
  /**
   * Where the certificate came from: this process's own TLS connection, a declared proxy, or the application itself, which gave it to
   * `verifier.verify()`. Only of the first has TLS proved here that the client holds the private key.
   */
  readonly source: IdentitySource;
  readonly revocation: RevocationStatus;
}

/**
 * What was known of revocation when the identity was made. `good`: every certificate of the path is known not to be revoked. `accepted`: of some nothing is
 * known, and an exception of the options lets them pass. `denyListOnly`: none is on a deny list, and nothing else is asked. `notConfigured`:
 * nothing is asked.
 */
export type RevocationStatus = 'good' | 'accepted' | 'denyListOnly' | 'notConfigured';

export type IdentitySource = 'tls' | 'forwarded' | 'given';

/** A distinguished name. An attribute may occur several times, so each is a list. */
export interface DistinguishedNameFields {
  /** As RFC 4514 writes it, the most specific part first. For display and logs: compare `attributes` or `rdns` instead. */
  readonly dn: string;
  /**
   * Values by the attribute's keyword in RFC 4514 (`CN`, `O`, `OU`, …), or by its dotted OID where it has none, in the
   * order of the certificate. The object has no prototype: `attributes.constructor` is undefined.
   */
  readonly attributes: Readonly<Partial<Record<string, readonly string[]>>>;
  /** The relative distinguished names in the order of the certificate, the least specific first. */
  readonly rdns: readonly (readonly NameAttribute[])[];
}

export interface NameAttribute {
  /** The dotted OID. */
  readonly type: string;
  /** The keyword in RFC 4514, where there is one. */
  readonly keyword: string | undefined;
  /** The text as issued; `#` and hexadecimal DER for a value that is no text. */
  readonly value: string;
  /** Whether the value is text. One that is not fits no rule of a policy, whatever its digits spell. */
  readonly isString: boolean;
}

/** The subject's alternative names by their type (RFC 5280, section 4.2.1.6), each list in the order of the certificate. */
export interface SubjectAltNames {
  /** As they stand in the certificate: letters keep their case, and a `*` is a `*`. */
  readonly dns: readonly string[];
  readonly uri: readonly string[];
  readonly email: readonly string[];
  /** Canonical text: dotted decimal for IPv4, RFC 5952 for IPv6. */
  readonly ip: readonly string[];
  /** Microsoft's user principal names (otherName 1.3.6.1.4.1.311.20.2.3). */
  readonly upn: readonly string[];
  readonly directoryName: readonly DistinguishedNameFields[];
  /** Every other otherName. */
  readonly otherName: readonly OtherName[];
}

export interface OtherName {
  /** The dotted OID. */
  readonly typeId: string;
  /** The DER of the value, as lower-case hexadecimal digits. */
  readonly value: string;
}

/** The kind of the certificate's key. */
export interface PublicKeyFields {
  /** The algorithm: `rsa`, `rsa-pss`, `ec`, `ed25519`, `ed448`, `ml-dsa-44`, `ml-dsa-65`, `ml-dsa-87`. */
  readonly type: PublicKeyType;
  /** Of an EC key: `P-256`, `P-384`, `P-521`. */
  readonly curve: string | undefined;
  /** Of an RSA key. */
  readonly modulusBits: number | undefined;
}

/** An extension of the certificate, as a policy or a handler may ask for it. */
export interface ExtensionFields {
  readonly critical: boolean;
  /** The DER of the value, as lower-case hexadecimal digits. */
  readonly value: string;
  /** What it spells, where the value is one string (UTF8String, IA5String and the like) and nothing else. */
  readonly text: string | undefined;
}

/** An authority of the validated path. */
export interface AuthorityFields {
  readonly subject: DistinguishedNameFields;
  /** SHA-256 of its DER, 64 lower-case hexadecimal digits. */
  readonly fingerprint256: string;
  /** SHA-256 of its subjectPublicKeyInfo, likewise; the same for every certificate that its key has. */
  readonly spki256: string;
}

export interface CertificateSummary {
  /** The subject as RFC 4514 writes it; empty where the certificate has none. */
  readonly subject: string;
  /** SHA-256 of the certificate's DER, 64 lower-case hexadecimal digits. */
  readonly fingerprint256: string;
}
