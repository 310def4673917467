import { shownText } from './rule.js';

/**
 * A schema of any library that follows Standard Schema, version 1: zod, Valibot, ArkType and others.
 *
 * @see https://standardschema.dev
 */
export interface StandardSchema<Input = unknown, Output = unknown> {
  readonly '~standard': {
    readonly version: 1;
    readonly vendor: string;
    // A method, so that a schema of whatever input is one of these.
    validate(value: unknown): SchemaResult<Output> | Promise<SchemaResult<Output>>;
    readonly types?: { readonly input: Input; readonly output: Output } | undefined;
  };
}

/** What a schema made of a value. */
export type SchemaResult<Output> = { readonly value: Output; readonly issues?: undefined } | { readonly issues: readonly SchemaIssue[] };

export interface SchemaIssue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

/** Some libraries' schemas are functions. */
export function isStandardSchema(value: unknown): value is StandardSchema {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null || !('~standard' in value)) return false;
  const standard: unknown = value['~standard'];
  return typeof standard === 'object' && standard !== null && 'validate' in standard && typeof standard.validate === 'function';
}

/** Issues are a list: anything else, or nothing at all, is no answer, which neither takes the value nor refuses it. */
export function isSchemaResult(value: unknown): value is SchemaResult<unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const { issues } = value as { issues?: unknown };
  return issues === undefined ? 'value' in value : Array.isArray(issues);
}

/** The issues in words, for the log: `subject.attributes.OU: Invalid input`. What they say may quote the certificate, so it is escaped and cut. */
export function describeIssues(issues: readonly SchemaIssue[]): string {
  const described = issues.slice(0, shownIssues).map(({ message, path = [] }) => {
    const keys = path.map((key) => String(typeof key === 'object' ? key.key : key));
    return shownText(keys.length === 0 ? message : `${keys.join('.')}: ${message}`);
  });
  return `${described.join('; ')}${issues.length > shownIssues ? ` and ${issues.length - shownIssues} more` : ''}`;
}

const shownIssues = 3;
