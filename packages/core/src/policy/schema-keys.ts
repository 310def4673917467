import { ConfigurationError, nearestName } from '../errors/index.js';
import type { StandardSchema } from './standard-schema.js';

/**
 * A zod object tells its keys, so that a slip in one is an error at boot: at run time the key would be missing in every identity, and everyone refused. Other schemas
 * keep theirs to themselves.
 */
export function checkSchemaKeys(schema: StandardSchema, option: string): void {
  check(schema, fields, option);
}

/** The keys of `ClientIdentityFields`, and of those of its objects that have keys of their own. */
type Fields = { readonly [key: string]: Fields | true };

const name = { dn: true, attributes: true, rdns: true } as const;

const fields: Fields = {
  subject: name,
  issuer: name,
  serialNumber: true,
  fingerprint256: true,
  spki256: true,
  'x5t#S256': true,
  subjectAltName: { dns: true, uri: true, email: true, ip: true, upn: true, directoryName: true, otherName: true },
  spiffeId: true,
  notBefore: true,
  notAfter: true,
  extendedKeyUsage: true,
  certificatePolicies: true,
  validPolicies: true,
  publicKey: { type: true, curve: true, modulusBits: true },
  chain: true,
  trustAnchor: { subject: true, fingerprint256: true },
  trustSet: true,
  resumed: true,
  source: true,
  revocation: true,
};

function check(schema: unknown, known: Fields, option: string): void {
  for (const [key, value] of Object.entries(shapeOf(schema) ?? {})) {
    const nested = Object.hasOwn(known, key) ? known[key] : undefined;
    if (nested === undefined) {
      const near = nearestName(key, Object.keys(known));
      const advice = near === undefined ? `there are ${Object.keys(known).join(', ')}` : `did you mean '${near}'?`;
      throw new ConfigurationError(`${option}.${key}`, `is no field of an identity; ${advice}`);
    }
    if (nested !== true) check(value, nested, `${option}.${key}`);
  }
}

/** The shape of a zod object; of a pipe, that of what goes in. */
function shapeOf(schema: unknown): object | undefined {
  const { def } = (schema as { def?: { type?: unknown; shape?: unknown; in?: unknown; innerType?: unknown } } | null) ?? {};
  if (def?.type === 'pipe') return shapeOf(def.in);
  if (def?.type === 'readonly' || def?.type === 'optional' || def?.type === 'nullable') return shapeOf(def.innerType);
  return def?.type === 'object' && typeof def.shape === 'object' && def.shape !== null ? def.shape : undefined;
}
