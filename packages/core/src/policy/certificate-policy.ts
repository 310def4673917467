import type { ClientIdentity } from '../identity/index.js';
import type { AttributeKeyword } from '../x509/index.js';
import type { StandardSchema } from './standard-schema.js';

/**
 * What a certificate must say, besides being verified, as data: what JSON and YAML can hold. Every rule that is written must hold; within a list, one is enough.
 *
 * ```ts
 * { subject: { OU: ['payments', 'billing'] }, trustSet: 'staff' }
 * { anyOf: [{ spiffeId: { glob: 'spiffe://example/ns/*\/sa/api' } }, { subjectAltName: { dns: { glob: '*.clients.example' } } }] }
 * ```
 *
 * A policy without any rule, an empty list or string, and a rule that is undefined throw a `ConfigurationError` where the policy is
 * compiled: each would let in more than it seems to.
 */
export interface CertificatePolicyData extends PolicyRules<ValueData> {
  /** All of these policies must hold. */
  readonly allOf?: readonly CertificatePolicyData[];
  /** At least one of these must hold; they are asked in their order. */
  readonly anyOf?: readonly CertificatePolicyData[];
  /**
   * This one must not hold. What it says of an attribute that is missing is not fulfilled, so a certificate without it passes. Where nobody can tell (an attribute that
   * occurs twice and may be meant by either value, a value too long for a RegExp, glob or schema, or that is no text), the certificate does not pass.
   */
  readonly not?: CertificatePolicyData;
}

/**
 * The same in code: values may be regular expressions and schemas as well, members of `allOf`, `anyOf` and `not` schemas and functions.
 *
 * `Request` is what `authorize` is called with: the framework's request.
 */
export interface CertificatePolicy<Request = never> extends PolicyRules<ValuePattern> {
  /** All of these must hold. The last that gives a value gives the policy's. */
  readonly allOf?: readonly PolicyMember<Request>[];
  /** At least one of these must hold; they are asked in their order. The first that holds gives the policy's value. */
  readonly anyOf?: readonly PolicyMember<Request>[];
  /** This must not hold. What throws, takes too long or cannot be told lets nobody in here either. */
  readonly not?: PolicyMember<Request>;
  /** Asked of each request once everything else holds; nothing is remembered. On a route, on the default policy, and in named policies; not inside of others. */
  readonly authorize?: AuthorizeFunction<Request>;
  /** The same as a function for a policy, remembered for as long as `rememberForSeconds` says. */
  readonly decide?: PolicyFunction;
  /** For how long the answer of `decide` holds on a connection, 0 to 86,400; 60 unless told. */
  readonly rememberForSeconds?: number;
}

/** A policy inside of another. */
export type PolicyMember<Request = never> = CertificatePolicy<Request> | StandardSchema | PolicyFunction;

/** The rules that policies as data and in code have in common. */
export interface PolicyRules<Value> {
  /** The subject's attributes, or its whole distinguished name as RFC 4514 writes it (`CN=api,OU=payments,O=Example`). */
  readonly subject?: AttributeRules<Value> | string;
  /** The issuer's, likewise. Names alone prove little about an issuer: where several authorities are trusted, name a `trustSet`. */
  readonly issuer?: AttributeRules<Value> | string;
  readonly subjectAltName?: SubjectAltNameRules<Value>;
  /** The SPIFFE ID of an X.509-SVID. A certificate with two URIs, or of an authority, is none. */
  readonly spiffeId?: Value;
  /** Hexadecimal digits, with or without colons; or a list. Serial numbers are unique for one issuer alone: name it, or a `trustSet`, as well. */
  readonly serialNumber?: string | readonly string[];
  /** SHA-256 of the certificate's DER: 64 hexadecimal digits, with or without colons, in any case; or a list of them. */
  readonly fingerprint256?: string | readonly string[];
  /** SHA-256 of the certificate's subjectPublicKeyInfo: likewise, or as curl's --pinnedpubkey has it (`sha256//` and base64). It outlives renewals with the same key. */
  readonly spki256?: string | readonly string[];
  /** Certificate policies as dotted OIDs, of which the whole path allows one, or with `{ all }` all (RFC 5280, section 6.1.6). */
  readonly certificatePolicies?: Quantified<string | readonly string[]>;
  /** Key purposes by the names of RFC 5280, section 4.2.1.12 (`clientAuth`, `emailProtection`), or dotted OIDs: one of them, or with `{ all }` all. */
  readonly extendedKeyUsage?: Quantified<string | readonly string[]>;
  /** Extensions by their dotted OID. */
  readonly extensions?: Readonly<Record<string, ExtensionRule<Value>>>;
  readonly publicKey?: PublicKeyRules;
  /** The longest time from notBefore to notAfter. */
  readonly validity?: { readonly maximumDays?: number; readonly maximumHours?: number };
  /** An authority of the path, the trust anchor included, that satisfies all that is said; a list holds alternatives. */
  readonly chain?: ChainMemberRules<Value> | readonly ChainMemberRules<Value>[];
  /** The trust set, or one of the trust sets, that the certification path must end in. */
  readonly trustSet?: string | readonly string[];
  /** The name of a policy among the option `policies`, or in the `policyFile`; or a list, of which all must hold. */
  readonly policy?: string | readonly string[];
  /**
   * On a route or as the default: `'report'` logs what the policy would refuse, as a warning, and lets it pass: for trying a new policy. The certificate itself is verified
   * all the same. `'enforce'` unless told.
   */
  readonly mode?: 'enforce' | 'report';
  /** On a route: this policy stands alone, without the rules of the default policy. Everything else a route says is added to them. */
  readonly replaceDefault?: true;
}

/**
 * Rules by attribute: a keyword of RFC 4514 as it is written there (`CN`, `OU`), or a dotted OID.
 *
 * An attribute that occurs twice in the name matches nothing, whichever of its values would have fitted, unless the policy says how: `{ all: … }`, each occurrence
 * fits, or `{ any: … }`, at least one does.
 */
export type AttributeRules<Value = ValuePattern> = { readonly [keyword in AttributeKeyword]?: Quantified<Value> } & {
  readonly [oid: `${number}.${number}.${string}`]: Quantified<Value>;
};

/**
 * Rules by type of alternative name. Several names of one type are normal, since all are names of the same holder: a rule
 * holds if any name of its type fits, or with `{ all: … }` if each of them does and there is one.
 */
export interface SubjectAltNameRules<Value = ValuePattern> {
  /**
   * Compared without regard to the case of ASCII letters; a `*`, here or in the certificate, stands for itself alone. `{ glob: '*.example' }`: one label, as in
   * certificates of servers (RFC 9525, section 6.3); `'**.example'`: one or more.
   */
  readonly dns?: Quantified<Value>;
  /** Compared byte by byte. `{ glob: 'spiffe://example/ns/*\/sa/api' }`: `*` is text of one segment, `**` as the last segment one or more segments. */
  readonly uri?: Quantified<Value>;
  /**
   * The part before the `@` is compared exactly, the domain without regard to the case of ASCII letters (RFC 5280, section 7.5). `{ glob: '*@example.com' }`: `*` takes no `@`.
   */
  readonly email?: Quantified<Value>;
  /** Any way of writing the address will do, and blocks in CIDR notation (`10.0.0.0/8`); a RegExp sees its canonical text (RFC 5952). */
  readonly ip?: Quantified<Value>;
  /** Compared exactly. */
  readonly upn?: Quantified<Value>;
  /** A whole name, attributes, or a list of them. */
  readonly directoryName?: NameRule<Value> | readonly NameRule<Value>[];
  /** The type as a dotted OID and the DER of the value in hexadecimal digits; without a value, any. */
  readonly otherName?: OtherNameRules | readonly OtherNameRules[];
}

export type NameRule<Value = ValuePattern> = AttributeRules<Value> | string;

export interface OtherNameRules {
  readonly typeId: string;
  readonly value?: string;
}

/** `true`: it is there. `false`: it is not. `der`: its value in hexadecimal digits, or a list. `text`: its value is one string of DER, and fits. */
export type ExtensionRule<Value = ValuePattern> = boolean | { readonly der: string | readonly string[] } | { readonly text: Value };

export interface PublicKeyRules {
  /** Kinds of keys that will do: algorithms, of which `ec` is any curve, and curves. */
  readonly type?: PublicKeyKind | readonly PublicKeyKind[];
  /** The least modulus of an RSA key, 2,048 to 16,384; other keys have no sizes to choose from, and pass. */
  readonly minimumRsaBits?: number;
}

export type PublicKeyKind = (typeof publicKeyKinds)[number];

export const publicKeyKinds = [
  'rsa',
  'rsa-pss',
  'ec',
  'P-256',
  'P-384',
  'P-521',
  'ed25519',
  'ed448',
  'ml-dsa-44',
  'ml-dsa-65',
  'ml-dsa-87',
] as const;

export interface ChainMemberRules<Value = ValuePattern> {
  readonly subject?: NameRule<Value>;
  readonly fingerprint256?: string | readonly string[];
  readonly spki256?: string | readonly string[];
}

/** How many values have to fit, where there can be several. */
export type Quantified<Value> = Value | { readonly all: Value } | { readonly any: Value };

/** A string is the value, exactly; a glob stands for many, by the rules of its kind of value. A list holds alternatives. */
export type ValueData = string | GlobValue | readonly (string | GlobValue)[];

export interface GlobValue {
  readonly glob: string;
}

/**
 * The same in code. A RegExp must match the whole value: `/api/` does not match `api-2`. Its flags may be i, s, u and v; a value over 1 kB (1,024 bytes of UTF-8) matches
 * no RegExp and no schema. A schema takes the value or does not, at once; what it makes of it is not used.
 */
export type ValuePattern = ValueAlternative | readonly ValueAlternative[];

type ValueAlternative = string | GlobValue | RegExp | StandardSchema;

/**
 * A function as a policy. Only `true` and `{ allow: true }` let the client in; anything else that is returned refuses it, and what throws, rejects, or takes longer than
 * `policyTimeoutSeconds` is refused with a code of its own. Its answer is remembered for a minute on the connection; `{ decide, rememberForSeconds }` says another time,
 * `{ authorize }` asks at each request.
 */
export type PolicyFunction<Value = unknown> = (
  identity: ClientIdentity,
  context: PolicyContext,
) => PolicyAnswer<Value> | Promise<PolicyAnswer<Value>>;

/**
 * A function that is asked of each request. Declared as a method, so that one for a more precise type of request is one too: which request it is called with is known to whoever
 * puts it on a route.
 */
export type AuthorizeFunction<Request = never, Value = unknown> = {
  method(identity: ClientIdentity, request: Request, context: PolicyContext): PolicyAnswer<Value> | Promise<PolicyAnswer<Value>>;
}['method'];

/** What a function says. `value` becomes the request's `clientIdentityValue`; `reason` is for the log. */
export type PolicyAnswer<Value = unknown> = boolean | PolicyDecision<Value>;

export type PolicyDecision<Value = unknown> =
  | { readonly allow: true; readonly value?: Value }
  | { readonly allow: false; readonly reason?: string };

export interface PolicyContext {
  /** Aborted when the answer is not waited for any longer. */
  readonly signal: AbortSignal;
}

/**
 * What a route demands.
 *
 * - a policy: a certificate that satisfies it, and the default policy too;
 * - a schema over `ClientIdentityFields` (zod, or any Standard Schema): likewise; what it makes of them is the request's `clientIdentityValue`;
 * - a function: likewise;
 * - `'required'`: a certificate that satisfies the default policy, whatever that is;
 * - `'optional'`: no certificate will do (the identity is null); one that is presented must be good and satisfy the default policy;
 * - `false`: nothing is asked and nothing is read: the identity is null.
 */
export type RoutePolicy<Request = never> = PolicyMember<Request> | 'required' | 'optional' | false;
