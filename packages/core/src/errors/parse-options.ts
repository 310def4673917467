import type { z } from 'zod';
import { ConfigurationError } from './configuration-error.js';

/**
 * Parses options by their zod schema. The first problem is thrown as a `ConfigurationError` that names the option's path
 * below `root`; an unknown key is answered with the nearest known one. What was given stays out of the error and its cause: options hold
 * private keys and passphrases, and errors end in logs.
 */
export function parseOptions<Schema extends z.ZodType>(schema: Schema, options: unknown, root = ''): z.output<Schema> {
  checkInheritance(schema, options, root);
  const parsed = schema.safeParse(options);
  if (parsed.success) return parsed.data;
  const issue = deepest(parsed.error.issues as Issue[], []);
  throw new ConfigurationError(optionPath(root, issue.path), problem(schema, issue), { cause: parsed.error });
}

/** zod reads what an object inherits as if it were written there; a polluted `Object.prototype` must not become an option. */
function checkInheritance(schema: z.ZodType, options: unknown, root: string): void {
  if (typeof options !== 'object' || options === null) return;
  const inherited = knownKeys(schema, []).find((key) => key in options && !Object.hasOwn(options, key));
  if (inherited !== undefined)
    throw new ConfigurationError(optionPath(root, [inherited]), 'is inherited: write it into the options themselves');
}

/** `trust` and `['ca', 0]` make `trust.ca[0]`. */
export function optionPath(root: string, path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (name, key) => (typeof key === 'number' ? `${name}[${key}]` : name === '' ? String(key) : `${name}.${String(key)}`),
    root,
  );
}

/** The known name that `name` is probably a slip of, or nothing. */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  let best: string | undefined;
  let bestDistance = Math.max(2, Math.floor(name.length / 3)) + 1;
  for (const candidate of known) {
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
  }
  return best;
}

type Issue = z.core.$ZodIssue;

/** In a union, the branch that came furthest tells what was meant. */
function deepest(issues: readonly Issue[], prefix: readonly PropertyKey[]): Issue {
  let best: Issue | undefined;
  for (const issue of issues) {
    const path = [...prefix, ...issue.path];
    const nested =
      issue.code === 'invalid_union' && issue.errors.length > 0
        ? issue.errors.filter((branch) => branch.length > 0).map((branch) => deepest(branch as Issue[], path))
        : [];
    const found = nested.reduce<Issue | undefined>((a, b) => (a === undefined || further(b, a) ? b : a), undefined);
    const own: Issue = found !== undefined && found.path.length > path.length ? found : (unknownKey(nested) ?? { ...issue, path });
    if (best === undefined || own.path.length > best.path.length) best = own;
  }
  return best as Issue;
}

function further(a: Issue, b: Issue): boolean {
  return a.path.length > b.path.length;
}

function unknownKey(issues: readonly Issue[]): Issue | undefined {
  return issues.find((issue) => issue.code === 'unrecognized_keys');
}

function problem(schema: z.ZodType, issue: Issue): string {
  if (issue.code !== 'unrecognized_keys') return issue.message;
  const known = knownKeys(schema, issue.path);
  const named = issue.keys.map((key) => {
    const near = nearestName(key, known);
    return near === undefined ? `'${key}'` : `'${key}' (did you mean '${near}'?)`;
  });
  const list = known.length === 0 ? '' : `; known are ${known.join(', ')}`;
  return `unknown option ${named.join(', ')}${list}`;
}

/**
 * The keys that the schema knows at `path`, looked up through unions, arrays, records, optionals and lazies. A schema that takes
 * several forms apart by hand names the object form in its metadata, as `{ objectForm }`, or a function that gives it.
 */
function knownKeys(schema: unknown, path: readonly PropertyKey[]): string[] {
  const { def, meta } = schema as { def: Record<string, unknown> & { type: string }; meta(): Record<string, unknown> | undefined };
  const objectForm = meta.call(schema)?.objectForm;
  if (objectForm !== undefined) return knownKeys(typeof objectForm === 'function' ? objectForm() : objectForm, path);
  switch (def.type) {
    case 'union':
      return (def.options as unknown[]).flatMap((option) => knownKeys(option, path));
    case 'optional':
    case 'nullable':
    case 'default':
    case 'readonly':
      return knownKeys(def.innerType, path);
    case 'lazy':
      return knownKeys((def.getter as () => unknown)(), path);
    case 'pipe':
      return knownKeys(def.in, path);
    case 'array':
      return path.length === 0 ? [] : knownKeys(def.element, path.slice(1));
    case 'record':
      return path.length === 0 ? [] : knownKeys(def.valueType, path.slice(1));
    case 'object': {
      const shape = def.shape as Record<string, unknown>;
      if (path.length === 0) return Object.keys(shape);
      const next = shape[String(path[0])];
      return next === undefined ? [] : knownKeys(next, path.slice(1));
    }
    default:
      return [];
  }
}

/** Levenshtein's distance, by rows. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(substitution, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
