/**
 * Reads JSON of a known form. Whatever is not of that form throws a `FormError`, which says where it is and what would be right there;
 * what is not asked for is passed over, since suites grow.
 */
export class FormError extends Error {
  override readonly name = 'FormError';
}

/** A value with its place in the file. */
export class Json {
  readonly #value: unknown;
  readonly #place: string;

  constructor(value: unknown, place: string) {
    this.#value = value;
    this.#place = place;
  }

  /** The member of an object; of an absent one everything but `optional` throws. */
  at(key: string): Json {
    return new Json(this.#object()[key], `${this.#place}.${key}`);
  }

  has(key: string): boolean {
    return key in this.#object();
  }

  /** What `read` makes of it, or undefined where it is absent or null. */
  optional<T>(read: (value: Json) => T): T | undefined {
    return this.#value === undefined || this.#value === null ? undefined : read(this);
  }

  get string(): string {
    return typeof this.#value === 'string' ? this.#value : this.#wants('a string');
  }

  get boolean(): boolean {
    return typeof this.#value === 'boolean' ? this.#value : this.#wants('true or false');
  }

  get wholeNumber(): number {
    return Number.isSafeInteger(this.#value) ? (this.#value as number) : this.#wants('a whole number');
  }

  get items(): readonly Json[] {
    if (!Array.isArray(this.#value)) return this.#wants('an array');
    return this.#value.map((item, index) => new Json(item, `${this.#place}[${index}]`));
  }

  get strings(): readonly string[] {
    return this.items.map((item) => item.string);
  }

  get members(): ReadonlyMap<string, Json> {
    return new Map(Object.keys(this.#object()).map((key) => [key, this.at(key)]));
  }

  oneOf<T extends string>(...values: readonly T[]): T {
    return values.find((value) => value === this.#value) ?? this.#wants(values.map((value) => `'${value}'`).join(' or '));
  }

  /** Milliseconds since the epoch. */
  get time(): number {
    const at = Date.parse(this.string);
    return Number.isNaN(at) ? this.#wants("a time such as '2024-01-01T00:00:00Z'") : at;
  }

  get base64(): Uint8Array {
    return this.#decoded(this.string);
  }

  /** One PEM block with this label. */
  pem(label: string): Uint8Array {
    const [, body] = new RegExp(`^-----BEGIN ${label}-----\\r?\\n([^-]*)-----END ${label}-----\\s*$`).exec(this.string) ?? [];
    return body === undefined ? this.#wants(`one PEM block, ${label}`) : this.#decoded(body.replaceAll(/\s/g, ''));
  }

  #decoded(text: string): Uint8Array {
    if (!/^[A-Za-z0-9+/]+={0,2}$/.test(text) || text.length % 4 !== 0) return this.#wants('base64');
    return Uint8Array.from(Buffer.from(text, 'base64'));
  }

  #object(): Record<string, unknown> {
    if (typeof this.#value !== 'object' || this.#value === null || Array.isArray(this.#value)) return this.#wants('an object');
    return this.#value as Record<string, unknown>;
  }

  #wants(what: string): never {
    throw new FormError(`${this.#place}: expected ${what}, found ${describe(this.#value)}`);
  }
}

function describe(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
