import { z } from 'zod';

/** The JSON Schema of parts that are checked by hand, which zod cannot tell. */
const forms = new WeakMap<object, () => object>();

/** Says what the schema is in JSON Schema. */
export function withJsonSchema<T extends z.ZodType>(schema: T, form: () => object): T {
  forms.set(schema, form);
  return schema;
}

/** JSON Schema, draft 2020-12, of what goes into a schema. */
export function jsonSchemaOf(schema: z.ZodType): object {
  const {
    $schema: _version,
    '~standard': _standard,
    ...json
  } = z.toJSONSchema(schema, {
    io: 'input',
    unrepresentable: 'any',
    override({ zodSchema, jsonSchema }) {
      const form = forms.get(zodSchema);
      if (form === undefined) return;
      for (const key of Object.keys(jsonSchema)) delete jsonSchema[key];
      Object.assign(jsonSchema, form());
    },
  }) as Record<string, unknown>;
  return json;
}

/** Says once, under `$defs`, what a schema says in several places; `parts` are taken in their order, the innermost first. */
export function factored(schema: Json, parts: Readonly<Record<string, (schema: Json) => unknown>>): Json {
  return Object.entries(parts).reduce((so, [name, part]) => {
    const form = part(so);
    const text = JSON.stringify(form);
    const replace = (value: unknown): unknown => {
      if (typeof value !== 'object' || value === null) return value;
      if (JSON.stringify(value) === text) return { $ref: `#/$defs/${name}` };
      if (Array.isArray(value)) return value.map(replace);
      return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, replace(each)]));
    };
    const replaced = replace(so) as Json;
    return { ...replaced, $defs: { ...(replaced.$defs as object), [name]: form } };
  }, schema);
}

type Json = Readonly<Record<string, unknown>>;
