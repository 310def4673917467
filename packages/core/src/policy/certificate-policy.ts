import type { AttributeKeyword } from '../x509/index.js';

/**
 * What a certificate must say, besides being verified. Every rule that is written must hold; within a list, one is enough.
 *
 * ```ts
 * { subject: { OU: ['payments', 'billing'] }, trustSet: 'staff' }
 * { subjectAltName: { dns: 'api.example', uri: /spiffe:\/\/example\/ns\/[a-z]+\/sa\/api/ } }
 * ```
 *
 * A policy without any rule, an empty list or string, and a rule that is undefined throw a `ConfigurationError` where the policy is
 * compiled: each would let in more than it seems to.
 */
export interface CertificatePolicy {
  /** The subject's attributes, or its whole distinguished name as RFC 4514 writes it (`CN=api,OU=payments,O=Example`). */
  readonly subject?: AttributeRules | string;
  /** The issuer's, likewise. Names alone prove little about an issuer: where several authorities are trusted, name a `trustSet`. */
  readonly issuer?: AttributeRules | string;
  readonly subjectAltName?: SubjectAltNameRules;
  /** SHA-256 of the certificate's DER: 64 hexadecimal digits, with or without colons, in any case; or a list of them. */
  readonly fingerprint256?: string | readonly string[];
  /** The trust set, or one of the trust sets, that the certification path must end in. */
  readonly trustSet?: string | readonly string[];
  /** On a route: this policy stands alone, without the rules of the default policy. Everything else a route says is added to them. */
  readonly replaceDefault?: true;
}

/**
 * Rules by attribute: a keyword of RFC 4514 as it is written there (`CN`, `OU`), or a dotted OID.
 *
 * An attribute that occurs twice in the name matches nothing, whichever of its values would have fitted: a name with two CNs is not the
 * name of either.
 */
export type AttributeRules = { readonly [keyword in AttributeKeyword]?: ValuePattern } & {
  readonly [oid: `${number}.${number}.${string}`]: ValuePattern;
};

/**
 * Rules by type of alternative name. Several names of one type are normal, since all are names of the same holder: a rule
 * holds if any name of its type fits.
 */
export interface SubjectAltNameRules {
  /** Compared without regard to the case of ASCII letters; a `*`, here or in the certificate, stands for itself alone. */
  readonly dns?: ValuePattern;
  /** Compared byte by byte. */
  readonly uri?: ValuePattern;
  /** The part before the `@` is compared exactly, the domain without regard to the case of ASCII letters (RFC 5280, section 7.5). */
  readonly email?: ValuePattern;
  /** Any way of writing the address will do; a RegExp sees its canonical text (RFC 5952). */
  readonly ip?: ValuePattern;
  /** Compared exactly. */
  readonly upn?: ValuePattern;
}

/**
 * A string is the value, exactly. A RegExp must match the whole value: `/api/` does not match `api-2`. Its flags may be i, s, u and v; a
 * value over 1 kB (1,024 bytes of UTF-8) matches no RegExp. A list holds alternatives.
 */
export type ValuePattern = string | RegExp | readonly (string | RegExp)[];

/**
 * What a route demands.
 *
 * - a policy: a certificate that satisfies it, and the default policy too;
 * - `'required'`: a certificate that satisfies the default policy, whatever that is;
 * - `'optional'`: no certificate will do (the identity is null); one that is presented must be good and satisfy the default policy;
 * - `false`: nothing is asked and nothing is read: the identity is null.
 */
export type RoutePolicy = CertificatePolicy | 'required' | 'optional' | false;
