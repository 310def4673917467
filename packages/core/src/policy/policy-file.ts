import { parse, YAMLParseError } from 'yaml';
import { z } from 'zod';
import { ConfigurationError, parseOptions } from '../errors/index.js';
import { jsonSchemaOf } from './json-schema.js';
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
  );

/** The JSON Schema of policy files, for editors and whoever checks them elsewhere. */
export function policyFileJsonSchema(): object {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'peercert policy file',
    ...jsonSchemaOf(z.union([book, CertificatePolicyData])),
  };
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
