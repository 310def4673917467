import { parse, YAMLParseError } from 'yaml';
import { z } from 'zod';
import { ConfigurationError, parseOptions } from '../errors/index.js';
import { factored, jsonSchemaOf } from './json-schema.js';
import { ownData } from './own-data.js';
import type { PolicyFileContent } from './policy-book.js';
import { CertificatePolicyData } from './schema.js';

/** A policy file may have this many bytes. */
export const largestPolicyFileBytes = 1024 * 1024;

const defaultPolicy = z.union([z.enum(['required', 'optional']), CertificatePolicyData], {
  error: "must be a policy, 'required' or 'optional'",
});

const book = z
  .strictObject({
    /** For editors. */
    $schema: z.string().exactOptional(),
    default: defaultPolicy.exactOptional(),
    policies: z
      .record(z.string().min(1, 'a policy needs a name'), CertificatePolicyData, 'must be an object of policies by name')
      .exactOptional(),
  })
  .refine(
    (content) => content.default !== undefined || content.policies !== undefined,
    "holds no policy: name some under 'policies', or say 'default'",
  )
  .meta({ anyOf: [{ required: ['default'] }, { required: ['policies'] }] });

/**
 * The JSON Schema of policy files, for editors and whoever checks them elsewhere; shipped as `@peercert/core/certificate-policy.schema.json`. Whatever is accepted here is valid by
 * it. It is laxer, since JSON Schema knows neither the forms of names nor what policies are named in a file: the last word is `readPolicyFile`'s, and `peercert check`'s.
 */
export function policyFileJsonSchema(): object {
  const { $defs, ...file } = jsonSchemaOf(book) as { $defs: { CertificatePolicyData: PolicySchema } };
  const policy = $defs.CertificatePolicyData;
  const alone = { ...policy, properties: { $schema: { type: 'string' }, ...policy.properties } };
  const schema = {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'peercert policy file',
    description:
      "Policies by name and the default policy, or one policy, which is the default. 'peercert check' tells what this schema cannot.",
    anyOf: [file, alone],
    $defs,
  };
  const properties = (of: object) => (of as typeof schema).$defs.CertificatePolicyData.properties;
  return factored(schema, {
    Value: (so) => properties(so).spiffeId,
    Values: (so) => properties(so).subjectAltName?.properties?.dns,
    Name: (so) => properties(so).subject,
    Digests: (so) => properties(so).fingerprint256,
  });
}

interface PolicySchema {
  readonly properties: Readonly<Record<string, { readonly properties?: Readonly<Record<string, unknown>> }>>;
}

/**
 * Reads a policy file, YAML 1.2 or JSON, which is YAML. Throws `ConfigurationError` with the place and what to do, for keys that occur twice, too.
 *
 * `text` is either `{ default?, policies? }`, with policies by name, or one policy, which is the default.
 */
export function readPolicyFile(text: string, option: string): PolicyFileContent {
  const data = ownData(parsed(text.replace(/^\ufeff/, ''), option) ?? null, option);
  if (typeof data !== 'object' || data === null || Array.isArray(data))
    throw new ConfigurationError(
      option,
      "holds no policy: write rules, such as 'subject: { OU: payments }', or policies by name under 'policies:'",
    );
  if (Object.hasOwn(data, 'policies') || Object.hasOwn(data, 'default')) {
    const { default: fallback, policies = {} } = parseOptions(book, data, option);
    return { default: fallback, policies };
  }
  const { $schema: _schema, ...policy } = data as { $schema?: unknown };
  return { default: parseOptions(CertificatePolicyData, policy, option), policies: {} };
}

function parsed(text: string, option: string): unknown {
  try {
    return parse(text, { version: '1.2', schema: 'core', strict: true, uniqueKeys: true, maxAliasCount: 100, logLevel: 'error' });
  } catch (error) {
    const [line = ''] = (error instanceof Error ? error.message : String(error)).split('\n', 1);
    throw new ConfigurationError(option, `is neither YAML nor JSON: ${line}`, {
      cause: error instanceof YAMLParseError ? undefined : error,
    });
  }
}
