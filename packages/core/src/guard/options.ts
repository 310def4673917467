import { z } from 'zod';
import { ConfigurationError, parseOptions, type RefusalCode, refusalCodes } from '../errors/index.js';
import type { PolicyMember, RoutePolicy } from '../policy/index.js';
import { createVerifier, type Logger, refuseUndefined, Verifier, type VerifierOptions, verifierOptionNames } from '../verifier/index.js';

/** What a guard needs of the object that `serverTls()` returns. */
export interface AttachableTls {
  readonly verifier: Verifier;
  attach(server: object): void;
}

/** The options of `mtls()`, the same for every framework: those of the guard, and either a verifier or the options for one. */
export interface GuardOptions extends VerifierOptions {
  /** A verifier made by `createVerifier`, instead of the options for one here. */
  verifier?: Verifier | undefined;
  /** What `serverTls(verifier, …)` returned: attached to the server as soon as that is known. */
  tls?: AttachableTls | undefined;
  /** What is demanded where nothing else is said; `'required'`, any verified certificate, unless told. */
  policy?: RoutePolicy | undefined;
  /** Policies by name, for `{ policy: 'payments' }` on routes and in other policies. */
  policies?: Readonly<Record<string, PolicyMember>> | undefined;
  /**
   * A JSON or YAML file with policies as data: `policies` by name, and `default`, which holds where `policy` would; or the default policy alone. It is watched: what it says
   * holds from the next request on. A file that cannot be read or compiled when it changes leaves the last good one in force, and is logged.
   */
  policyFile?: string | undefined;
  /** How long a function or schema of a policy is waited for, 0.001 to 60 seconds; 5 unless told. After that the request is refused. */
  policyTimeoutSeconds?: number | undefined;
  /** HTTP statuses by code, 400 to 599, instead of those of docs/errors.md: `{ PEERCERT_CERTIFICATE_MISSING: 401 }`. */
  statuses?: Partial<Record<RefusalCode, number>> | undefined;
  /**
   * Let CORS preflights (OPTIONS with Origin and Access-Control-Request-Method) through without a certificate: browsers send none with
   * them. Their identity is null.
   */
  allowCorsPreflight?: boolean | undefined;
}

export interface ParsedGuardOptions {
  readonly verifier: Verifier;
  /** It was made here, and nobody else can close it. */
  readonly ownsVerifier: boolean;
  readonly tls: AttachableTls | undefined;
  /** Undefined where the options say nothing. */
  readonly policy: { readonly given: unknown } | undefined;
  readonly policies: Readonly<Record<string, unknown>>;
  readonly policyFile: string | undefined;
  readonly policyTimeoutSeconds: number;
  readonly statuses: Partial<Record<RefusalCode, number>>;
  readonly allowCorsPreflight: boolean;
}

const status = z.int({ error: 'expected an HTTP status, 400 to 599' }).min(400, { error: 'expected an HTTP status, 400 to 599' }).max(599, {
  error: 'expected an HTTP status, 400 to 599',
});

function isAttachable(value: unknown): value is AttachableTls {
  if (typeof value !== 'object' || value === null || !('verifier' in value && 'attach' in value)) return false;
  return value.verifier instanceof Verifier && typeof value.attach === 'function';
}

const guardOptions = z.strictObject(
  {
    verifier: z.instanceof(Verifier, { error: 'expected what createVerifier() returns' }).optional(),
    tls: z.custom<AttachableTls>(isAttachable, { error: 'expected what serverTls() returns' }).optional(),
    policy: z.unknown().optional(),
    policies: z
      .custom<Readonly<Record<string, unknown>>>((value) => typeof value === 'object' && value !== null && !Array.isArray(value), {
        error: "expected an object of policies by name, such as { payments: { subject: { OU: 'payments' } } }",
      })
      .optional(),
    policyFile: z.string({ error: 'expected the name of a file' }).min(1, { error: 'is empty; name a file' }).optional(),
    policyTimeoutSeconds: z
      .number({ error: 'expected a number of seconds, 0.001 to 60' })
      .min(0.001, { error: 'expected a number of seconds, 0.001 to 60' })
      .max(60, { error: 'expected a number of seconds, 0.001 to 60' })
      .optional(),
    statuses: z
      .strictObject(
        Object.fromEntries(Object.keys(refusalCodes).map((code) => [code, status.optional()])) as Record<
          RefusalCode,
          z.ZodOptional<typeof status>
        >,
      )
      .optional(),
    allowCorsPreflight: z.boolean({ error: 'expected true or false' }).optional(),
    ...Object.fromEntries([...verifierOptionNames].map((name) => [name, z.unknown().optional()])),
  },
  { error: ({ code }) => (code === 'invalid_type' ? "expected an object of options, such as { trust: 'ca.crt' }" : undefined) },
);

/** Parses the options of `mtls()`; `logger` is used where the options name none. */
export function parseGuardOptions(options: unknown, logger?: Logger): ParsedGuardOptions {
  const parsed = parseOptions(guardOptions, options) as GuardOptions;
  refuseUndefined(parsed, ['verifier', 'tls', 'trust', 'trustSets']);
  // A variable that was not set must not leave the guard without the policies that were meant.
  for (const name of ['policies', 'policyFile'] as const) {
    if (Object.hasOwn(parsed, name) && parsed[name] === undefined)
      throw new ConfigurationError(name, 'is undefined; give it a value, or leave it out');
  }
  const forVerifier = Object.fromEntries(
    Object.entries(parsed).filter(([name, value]) => verifierOptionNames.has(name) && value !== undefined),
  );
  return {
    verifier: verifierOf(parsed, forVerifier, logger),
    ownsVerifier: parsed.verifier === undefined && parsed.tls === undefined,
    tls: parsed.tls,
    policy: Object.hasOwn(parsed, 'policy') ? { given: parsed.policy } : undefined,
    policies: parsed.policies ?? {},
    policyFile: parsed.policyFile,
    policyTimeoutSeconds: parsed.policyTimeoutSeconds ?? 5,
    statuses: parsed.statuses ?? {},
    allowCorsPreflight: parsed.allowCorsPreflight ?? false,
  };
}

function verifierOf({ verifier, tls }: GuardOptions, options: VerifierOptions, logger: Logger | undefined): Verifier {
  const given = verifier ?? tls?.verifier;
  if (given === undefined) return createVerifier(logger === undefined ? options : { logger, ...options });
  if (tls !== undefined && tls.verifier !== given) {
    throw new ConfigurationError('tls', 'was made for another verifier; give serverTls() the same one');
  }
  const [name] = Object.keys(options);
  if (name === undefined) return given;
  throw new ConfigurationError(name, `belongs to the verifier, which is given ready-made; pass it to createVerifier({ ${name}: … })`);
}
