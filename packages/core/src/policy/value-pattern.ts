import { types } from 'node:util';
import type { Glob } from './glob.js';
import { nearMiss } from './near-miss.js';
import { PolicyFailure } from './policy-failure.js';
import { listed, quoted } from './rule.js';
import { isSchemaResult, isStandardSchema, type StandardSchema } from './standard-schema.js';
import type { ValueKind } from './value-kinds.js';

/** One alternative of a value, as the schema has let it through. */
export type ValueAlternative = string | { readonly glob: string } | RegExp | StandardSchema;
export type ValuePatternInput = ValueAlternative | readonly ValueAlternative[];

/** A pattern made ready. */
export interface ValueMatcher {
  /** Throws `PolicyFailure` where a schema throws or wants to be waited for. */
  matches(value: string): boolean;
  /** Whether it matches, or is too long to be tried. */
  mayMatch(value: string): boolean;
  /** The pattern for the log. */
  readonly expected: string;
  /** Why `value` might look as if it matched, for the log; empty where it does not. */
  hint(value: string): string;
}

/**
 * Bytes of UTF-8 beyond which no RegExp and no schema is run: the value is the peer's, the expression the operator's, and its running time may grow with
 * any power of the length.
 */
const longestForCode = 1_024;

export function compileValuePattern(pattern: ValuePatternInput, kind: ValueKind): ValueMatcher {
  const alternatives = [pattern].flat() as readonly ValueAlternative[];
  const texts = alternatives.filter((alternative) => typeof alternative === 'string');
  const ranges = texts.flatMap((text) => kind.range?.(text) ?? []);
  const globs = alternatives.flatMap((alternative) => (isGlob(alternative) ? [ready(kind.glob(alternative.glob))] : []));
  const longestForGlobs = Math.min(...globs.map(({ longest }) => longest));
  const expressions = alternatives.filter((alternative) => types.isRegExp(alternative)).map(wholeValue);
  const schemas = alternatives.filter(isStandardSchema);
  const strings = new Set(texts.map((text) => kind.canonical(text) ?? text));
  const runsCode = expressions.length + schemas.length > 0;
  const matches = (value: string): boolean => {
    const compared = kind.canonical(value);
    if (compared !== undefined && (strings.has(compared) || ranges.some((holds) => holds(compared)))) return true;
    if (globs.some((glob) => glob.matches(value))) return true;
    if (!runsCode || !isShort(value)) return false;
    return expressions.some((expression) => expression.test(value)) || schemas.some((schema) => fits(schema, value));
  };
  return Object.freeze({
    expected: listed(alternatives, ' or ', shownAlternative),
    matches,
    mayMatch: (value: string): boolean => matches(value) || value.length > longestForGlobs || (runsCode && !isShort(value)),
    hint(value: string): string {
      if (runsCode && !isShort(value)) return 'it is longer than 1 kB, so no RegExp or schema is tried on it';
      return nearMiss(value, texts) ?? '';
    },
  });
}

export function shownAlternative(alternative: ValueAlternative): string {
  if (typeof alternative === 'string') return quoted(alternative);
  if (types.isRegExp(alternative)) return String(alternative);
  return isStandardSchema(alternative) ? `what the schema takes (${alternative['~standard'].vendor})` : `glob ${quoted(alternative.glob)}`;
}

export function isGlob(value: unknown): value is { readonly glob: string } {
  return typeof value === 'object' && value !== null && !types.isRegExp(value) && !isStandardSchema(value) && Object.hasOwn(value, 'glob');
}

/**
 * The expression for the whole value. The group keeps alternatives together (`/a|b/` must not become "begins with a, or ends with b"), and
 * without the flag m, which the schema refuses, `^` and `$` are the ends of the value, whatever line breaks it holds. The copy is ours
 * alone, and has neither g nor y, which would make the answer depend on the last one.
 */
function wholeValue({ source, flags }: RegExp): RegExp {
  return new RegExp(`^(?:${source})$`, flags);
}

/** A schema of one value is asked at once: names of one certificate may be many. */
function fits(schema: StandardSchema, value: string): boolean {
  let result: unknown;
  try {
    result = schema['~standard'].validate(value);
  } catch (error) {
    throw new PolicyFailure('a schema of a value threw', error);
  }
  if (result instanceof Promise) {
    result.catch(() => undefined);
    // zod tells one by the other: what threw at once, it tries again asynchronously.
    throw new PolicyFailure('a schema of a value wants to be waited for, or threw: only a whole policy may be an asynchronous schema');
  }
  if (!isSchemaResult(result)) throw new PolicyFailure('a schema of a value returned neither a value nor issues');
  return result.issues === undefined;
}

/** The schema of policies has refused what is no glob; one that could not be read would match nothing. */
function ready(glob: Glob): Extract<Glob, { ok: true }> {
  return glob.ok ? glob : { ok: true, longest: Number.POSITIVE_INFINITY, matches: () => false };
}

function isShort(value: string): boolean {
  return value.length <= longestForCode && Buffer.byteLength(value) <= longestForCode;
}
