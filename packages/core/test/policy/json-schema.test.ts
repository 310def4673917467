import { describe, expect, it } from 'vitest';
import { policyFileJsonSchema } from '../../src/policy/index.js';

type Json = Readonly<Record<string, unknown>>;

/** Every object in the schema that describes an object. */
function objects(schema: unknown): Json[] {
  if (typeof schema !== 'object' || schema === null) return [];
  const own = (schema as Json).type === 'object' ? [schema as Json] : [];
  return [...own, ...Object.values(schema).flatMap(objects)];
}

describe('the JSON Schema of policy files', () => {
  const schema = policyFileJsonSchema() as Json;

  it('is plain data of draft 2020-12', () => {
    expect(JSON.parse(JSON.stringify(schema))).toEqual(schema);
    expect(schema.$schema).toBe('https://json-schema.org/draft/2020-12/schema');
  });

  it('lets no unknown key pass anywhere', () => {
    const open = objects(schema).filter(({ additionalProperties }) => additionalProperties === undefined || additionalProperties === true);
    expect(open).toEqual([]);
    expect(objects(schema).length).toBeGreaterThan(10);
  });

  it('knows attributes by keyword and OID, and nothing that is code', () => {
    const text = JSON.stringify(schema);
    for (const name of ['"subject"', '"OU"', '"spiffeId"', '"allOf"', '"not"', '"replaceDefault"', '"glob"', '"any"'])
      expect(text).toContain(name);
    for (const name of ['"decide"', '"authorize"', '"rememberForSeconds"']) expect(text).not.toContain(name);
  });
});
