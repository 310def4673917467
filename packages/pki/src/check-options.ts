/**
 * Options are plain objects. A key that nobody reads is a slip of the pen, and a certificate made with the slip looks
 * right until the test that needed it passes for another reason; so each public function names the keys it knows.
 */
export function checkOptions(options: object, known: readonly string[], where: string): void {
  if (options === null || typeof options !== 'object') throw new TypeError(`${where}: expected an object, got ${typeof options}`);
  for (const key of Object.keys(options)) {
    if (!known.includes(key)) throw new TypeError(`${where}: unknown option '${key}'; known are ${known.join(', ')}`);
  }
}

/** Looks `name` up in a table that has no prototype of its own to be confused with. */
export function lookUp<Value>(table: Readonly<Record<string, Value>>, name: string, what: string): Value {
  if (Object.hasOwn(table, name)) return table[name] as Value;
  throw new TypeError(`unknown ${what} '${name}'; known are ${Object.keys(table).join(', ')}`);
}

/** Most options take one value or a list of them. */
export function listOf<Value>(value: Value | readonly Value[] | undefined): readonly Value[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value as Value];
}

/** Dotted decimal, two arcs at least; the first is 0, 1 or 2, and below 0 and 1 the second ends at 39 (X.660). */
export function checkOid(oid: string, where: string): string {
  if (!/^(?:[01]\.(?:[0-9]|[1-3][0-9])|2\.(?:0|[1-9]\d*))(?:\.(?:0|[1-9]\d*))*$/.test(oid)) {
    throw new TypeError(`${where}: '${oid}' is not an object identifier in dotted form, such as 1.3.6.1.5.5.7.3.2`);
  }
  return oid;
}
