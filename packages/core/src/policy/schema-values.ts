import { types } from 'node:util';
import { z } from 'zod';
import { jsonSchemaOf, withJsonSchema } from './json-schema.js';
import { isStandardSchema } from './standard-schema.js';
import type { ValueKind } from './value-kinds.js';
import { isGlob } from './value-pattern.js';

/** What may stand where a policy names a value: in data strings and globs, in code regular expressions and schemas as well. */
export type Dialect = 'data' | 'code';

/** An issue that does not end its branch: the union above it then knows which branch was meant, and shows this text instead of its own. */
export function problem(message: string) {
  return { code: 'custom', message } as const;
}

export const nonEmpty = z
  .string()
  .min(1, 'is empty, and an empty string would be taken for no rule: name the value, or leave the rule out');

/** One or a list of them, of which one is enough. */
export function listOf<T extends z.ZodType>(item: T, advice: string) {
  return z.union([item, z.array(item).min(1, emptyList)], { error: advice });
}

const emptyList = 'is an empty list, which nothing matches: name one, or leave the rule out';

/** Flags that leave a RegExp a test of one whole value. */
const allowedFlags = /^[isuv]*$/;

const advice: Readonly<Record<Dialect, string>> = {
  data: 'give a string, { glob: … }, or a list of them, of which one must match',
  code: 'give a string, { glob: … }, a RegExp, a schema, or a list of them, of which one must match',
};

const regExp = z.custom<RegExp>(types.isRegExp, { error: advice.code, abort: true }).superRefine((expression, context) => {
  const { flags, source } = expression;
  if (!allowedFlags.test(flags))
    context.addIssue(
      problem(`the RegExp has the flags '${flags}': only i, s, u and v are allowed, since it always matches the whole value`),
    );
  else if (source === '(?:)') context.addIssue(problem('the RegExp is empty and would match the empty value alone: name the value'));
});

const schema = z.custom(isStandardSchema, { error: advice.code, abort: true });

/** A value of this kind, or a list; strings and globs must be readable as such. */
export function valuePattern(dialect: Dialect, kind: ValueKind) {
  const value = nonEmpty.refine((given) => given === '' || kind.canonical(given) !== undefined || kind.range?.(given) !== undefined, {
    error: ({ input }) => `'${input}' must be ${kind.description}`,
  });
  const glob = withJsonSchema(z.custom<{ glob: string }>(isGlob, { error: advice[dialect], abort: true }), () => globJsonSchema).pipe(
    z.strictObject({
      glob: nonEmpty.superRefine((text, context) => {
        const read = text === '' ? undefined : kind.glob(text);
        if (read?.ok === false) context.addIssue(problem(read.problem));
      }),
    }),
  );
  const single =
    dialect === 'data' ? z.union([value, glob], { error: advice.data }) : z.union([value, glob, regExp, schema], { error: advice.code });
  return z.union([single, z.array(single).min(1, emptyList)], { error: advice[dialect] });
}

const globJsonSchema = {
  type: 'object',
  properties: { glob: { type: 'string', minLength: 1 } },
  required: ['glob'],
  additionalProperties: false,
} as const;

/** A value, `{ all: value }` or `{ any: value }`. */
export function quantifiedOf<T extends z.ZodType>(value: T, error: string) {
  const isQuantified = (given: unknown, key: string): boolean =>
    typeof given === 'object' && given !== null && !isStandardSchema(given) && Object.hasOwn(given, key);
  const quantity = <K extends 'all' | 'any'>(key: K) => z.strictObject({ [key]: value } as Record<K, T>);
  // Told apart by hand, so that what is wrong inside of one form is not answered with advice on another.
  const anyForm = z.unknown().transform((given: unknown, context): z.output<T> => {
    const form = isQuantified(given, 'all') ? quantity('all') : isQuantified(given, 'any') ? quantity('any') : value;
    const parsed = form.safeParse(given, { error: () => error });
    if (parsed.success) return parsed.data as z.output<T>;
    context.issues.push(...(parsed.error.issues as never[]));
    return z.NEVER;
  });
  return withJsonSchema(anyForm, () => jsonSchemaOf(z.union([value, quantity('all'), quantity('any')])));
}

/** Keys of their own, strict: what the object of this name would hold otherwise is named in the message. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !types.isRegExp(value) && !isStandardSchema(value);
}

export function hasKeys(value: object): boolean {
  return Object.keys(value).length > 0;
}
