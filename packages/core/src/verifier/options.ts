import { z } from 'zod';
import { ConfigurationError, parseOptions } from '../errors/index.js';
import { type CertificateSource, certificateSourceSchema } from '../sources/index.js';
import type { Logger } from './logger.js';
import { type RevocationOptions, revocationSchema, seconds } from './revocation-sources/options.js';
import { type Subtrees, subtreesSchema } from './subtrees.js';

/** What a trust set may ask or allow; set for all trust sets beside `trust`, or for one inside it. */
export interface TrustRules {
  /**
   * Intermediates allowed between the end entity and its trust anchor, neither counted: 0 to 100, 10 unless told. Counted as OpenSSL
   * does for nginx's `ssl_verify_depth` and Apache's `SSLVerifyDepth` (where 1 is the default).
   */
  depth?: number | undefined;
  /** Take extendedKeyUsage serverAuth where clientAuth is wanted: public CAs have dropped clientAuth. */
  allowServerAuthPurpose?: boolean | undefined;
  /** Make certificates in `ca` that are not self-signed trust anchors, as OpenSSL's X509_V_FLAG_PARTIAL_CHAIN does; they are intermediates otherwise. */
  allowPartialChain?: boolean | undefined;
  /**
   * The certificate policies that are accepted, as OIDs: RFC 5280's user-initial-policy-set. One of them must be valid on the whole path, unless
   * `requireExplicitPolicy` is false: then they only narrow what the identity tells.
   */
  initialPolicies?: readonly string[] | undefined;
  /** A certificate policy must be valid on the whole path: RFC 5280's initial-explicit-policy. True where `initialPolicies` are given, else false. */
  requireExplicitPolicy?: boolean | undefined;
  /** Policies may not be mapped to others: RFC 5280's initial-policy-mapping-inhibit. */
  inhibitPolicyMapping?: boolean | undefined;
  /** anyPolicy in a certificate counts for nothing: RFC 5280's initial-any-policy-inhibit. */
  inhibitAnyPolicy?: boolean | undefined;
  /** The only names that certificates may hold, of the forms that are named here: RFC 5280's initial-permitted-subtrees. */
  permittedSubtrees?: Subtrees | undefined;
  /** Names that certificates may not hold: RFC 5280's initial-excluded-subtrees. */
  excludedSubtrees?: Subtrees | undefined;
}

/** How files of authorities are watched; set for all trust sets beside `trust`, or for one inside it. */
export interface WatchRules {
  /**
   * How long the last good content of `ca` and `intermediates` is kept when a file fails or a folder is empty; a day unless told. Afterwards the trust set
   * vouches for nobody (PEERCERT_NOT_READY) until its files are in order again.
   */
  keepLastGoodForSeconds?: number | undefined;
  /** How often files are looked at besides being watched; 10 unless told. */
  pollSeconds?: number | undefined;
}

/** One set of trust anchors. */
export interface TrustOptions extends TrustRules, WatchRules {
  /** The authorities that are trusted. A certificate here that is no authority is trusted as itself alone. Files, folders and globs are watched. */
  ca?: CertificateSource | undefined;
  /** Further issuers to build paths with; not trusted by themselves. Resumed TLS sessions carry none, so put all that you know here. Watched likewise. */
  intermediates?: CertificateSource | undefined;
  /** How it is known that certificates of this set were revoked; added to what the verifier's own `revocation` says. */
  revocation?: RevocationOptions | undefined;
  /** Trust the public roots that Node.js ships: anyone who can buy a certificate gets in, unless policies say otherwise. */
  dangerouslyTrustSystemRoots?: boolean | undefined;
}

export interface VerifierOptions extends TrustRules, WatchRules {
  /**
   * Whose certificates are accepted: one trust set, named `default`. Without `trust` and `trustSets` it is taken from the TLS server
   * itself, if that can be done without guessing; else requests are refused with PEERCERT_TRUST_NOT_CONFIGURED.
   */
  trust?: CertificateSource | TrustOptions | undefined;
  /** Several trust sets by name, for policies to choose from: `{ trustSet: 'partners' }`. Searched in this order, after `trust`. */
  trustSets?: Readonly<Record<string, CertificateSource | TrustOptions>> | undefined;
  /** How it is known that a certificate was revoked, for every trust set. Without it nothing is asked, and the identity says so. */
  revocation?: RevocationOptions | undefined;
  /** How long a connection stays open after its certificate was revoked or has expired, its requests being refused; 5 seconds unless told. */
  closeAfterSeconds?: number | undefined;
  /** The time, in milliseconds since the epoch; `Date.now` unless told. */
  clock?: (() => number) | undefined;
  /** Where to log; a pino logger will do. Unless told, warnings go to `process.emitWarning`, the rest to NODE_DEBUG=peercert. */
  logger?: Logger | undefined;
}

const flag = z.boolean({ error: 'expected true or false' }).optional();

const rules = {
  depth: z
    .int({ error: 'expected a whole number of intermediates, 0 to 100' })
    .min(0, { error: 'expected a whole number of intermediates, 0 to 100' })
    .max(100, { error: 'expected a whole number of intermediates, 0 to 100' })
    .optional(),
  allowServerAuthPurpose: flag,
  allowPartialChain: flag,
  initialPolicies: z
    .array(
      z.string().regex(/^(?:[01]\.[1-3]?\d|2\.(?:0|[1-9]\d*))(?:\.(?:0|[1-9]\d*))+$/, {
        error: "expected an OID, such as '2.16.840.1.101.3.2.1.48.1'",
      }),
    )
    .min(1, 'is an empty list, which no path satisfies: name a certificate policy, or leave it out')
    .optional(),
  requireExplicitPolicy: flag,
  inhibitPolicyMapping: flag,
  inhibitAnyPolicy: flag,
  permittedSubtrees: subtreesSchema.optional(),
  excludedSubtrees: subtreesSchema.optional(),
};

const watchRules = { keepLastGoodForSeconds: seconds(1), pollSeconds: seconds(0.1) };

/** The names of the rules that are set for all trust sets, or for one. */
export const trustRuleNames = Object.keys(rules) as readonly (keyof TrustRules)[];

const trustOptions = z
  .strictObject({
    ca: certificateSourceSchema.optional(),
    intermediates: certificateSourceSchema.optional(),
    revocation: revocationSchema.optional(),
    dangerouslyTrustSystemRoots: flag,
    ...watchRules,
    ...rules,
  })
  .refine((trust) => trust.ca !== undefined || trust.dangerouslyTrustSystemRoots === true, {
    path: ['ca'],
    error: 'is missing: name the authorities to trust',
  });

/**
 * A bare source is short for `{ ca: source }`; told apart by hand, so that each form is refused in its own words. What goes in and what comes
 * out has no prototype: whatever somebody hung on `Object.prototype` is no option.
 */
const trust = z
  .custom<CertificateSource | TrustOptions>()
  .transform((value: unknown, context): TrustOptions => {
    const isSource = typeof value !== 'object' || value === null || Array.isArray(value) || !isPlainObject(value);
    const parsed = isSource ? certificateSourceSchema.safeParse(value) : trustOptions.safeParse(bare(value));
    if (parsed.success) return bare(isSource ? { ca: parsed.data as CertificateSource } : (parsed.data as TrustOptions));
    context.issues.push(...(parsed.error.issues as never[]));
    return z.NEVER;
  })
  .meta({ objectForm: trustOptions });

function bare<T extends object>(value: T): T {
  return Object.assign(Object.create(null) as T, value);
}

function isPlainObject(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

const setsByName = z.record(z.string(), trust);

/** Names are checked by hand: zod's record passes over `__proto__`, and a trust set must not get lost. */
const trustSets = z
  .custom<z.input<typeof setsByName>>((value) => typeof value === 'object' && value !== null && isPlainObject(value), {
    error: "expected an object of trust sets by name, such as { staff: 'staff-ca.crt' }",
    abort: true,
  })
  .refine((sets) => Object.keys(sets).length > 0, { error: 'is empty; name at least one trust set' })
  .refine((sets) => !Object.keys(sets).some((name) => name === '' || name === '__proto__'), {
    error: "a trust set needs a name, and not '__proto__'",
  })
  .refine((sets) => !Object.hasOwn(sets, 'default'), { error: "'default' is the name of `trust`; choose another" })
  .pipe(setsByName)
  .meta({ objectForm: setsByName });

const verifierOptions = z.strictObject(
  {
    trust: trust.optional(),
    trustSets: trustSets.optional(),
    revocation: revocationSchema.optional(),
    closeAfterSeconds: z
      .number({ error: 'expected a number of seconds, 0 to 3600' })
      .min(0, { error: 'expected a number of seconds, 0 to 3600' })
      .max(3_600, { error: 'expected a number of seconds, 0 to 3600' })
      .optional(),
    clock: z
      .custom<() => number>((value) => typeof value === 'function', { error: 'expected a function that returns milliseconds' })
      .optional(),
    logger: z
      .custom<Logger>((value) => isLogger(value), { error: 'expected an object with debug, info, warn and error functions' })
      .optional(),
    ...watchRules,
    ...rules,
  },
  { error: ({ code }) => (code === 'invalid_type' ? "expected an object of options, such as { trust: 'ca.crt' }" : undefined) },
);

function isLogger(value: unknown): value is Logger {
  const logger = value as Record<string, unknown> | null;
  return (
    typeof logger === 'object' &&
    logger !== null &&
    ['debug', 'info', 'warn', 'error'].every((level) => typeof logger[level] === 'function')
  );
}

export type ParsedVerifierOptions = z.output<typeof verifierOptions>;

/** The names of the verifier's options, for adapters that take them among their own. */
export const verifierOptionNames: ReadonlySet<string> = new Set(Object.keys(verifierOptions.shape));

/** What is to be known of revocation: for all trust sets, and for each by its name. */
export function revocationOptions({ trust, trustSets = {}, revocation }: ParsedVerifierOptions): {
  general: RevocationOptions | undefined;
  bySet: ReadonlyMap<string, RevocationOptions>;
} {
  const sets = [...(trust === undefined ? [] : [['default', trust] as const]), ...Object.entries(trustSets)];
  const own = sets.flatMap(([name, set]) => (set.revocation === undefined ? [] : [[name, set.revocation] as const]));
  return { general: revocation, bySet: new Map(own) };
}

/** Parses the options; throws `ConfigurationError` with the option's path. */
export function parseVerifierOptions(options: unknown): ParsedVerifierOptions {
  const parsed = parseOptions(verifierOptions, options);
  refuseUndefined(parsed, ['trust', 'trustSets']);
  return parsed;
}

/**
 * Of the options that say whom to trust, refuses one that is there but undefined, unless another is given: a variable that was not set
 * must not leave trust to be taken from the TLS server.
 */
export function refuseUndefined(options: object, names: readonly string[]): void {
  const given = new Map(Object.entries(options));
  const name = names.find((wanted) => given.has(wanted));
  if (name === undefined || names.some((wanted) => given.get(wanted) !== undefined)) return;
  throw new ConfigurationError(name, 'is undefined; give it a value, or leave it out to take trust from the TLS server');
}
