/**
 * Freezes what a policy made of an identity, so that one request cannot change what the next one on the connection gets. Lists and plain objects, deeply, below those that
 * are frozen already too: a schema may have frozen the outermost alone. Instances of the application's own classes are left as they are.
 */
export function frozen<T>(value: T, seen = new Set<unknown>()): T {
  if (typeof value !== 'object' || value === null || seen.has(value)) return value;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (!Array.isArray(value) && prototype !== Object.prototype && prototype !== null) return value;
  seen.add(value);
  Object.freeze(value);
  for (const key of Reflect.ownKeys(value)) frozen((value as Record<PropertyKey, unknown>)[key], seen);
  return value;
}
