import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ConfigurationError, nearestName, optionPath, parseOptions } from '../../src/errors/index.js';

const file = z.strictObject({ file: z.string().min(1, 'is empty: name a file'), pollSeconds: z.number().optional() });

const schema = z.strictObject({
  trust: z
    .union([z.string(), z.strictObject({ ca: z.array(z.string()).min(1, 'is an empty list'), depth: z.number().int().optional() })])
    .optional(),
  trustSets: z.record(z.string(), z.strictObject({ ca: z.string(), depth: z.number().optional() })).optional(),
  sources: z.array(file).optional(),
  lazily: z.lazy(() => file).optional(),
  piped: z
    .strictObject({ inner: z.string() })
    .pipe(z.object({ inner: z.string() }))
    .optional(),
  either: z
    .union([z.strictObject({ type: z.literal('a'), first: z.number() }), z.strictObject({ type: z.literal('b'), second: z.number() })])
    .optional(),
});

function failure(options: unknown, root?: string): ConfigurationError {
  try {
    parseOptions(schema, options, root);
  } catch (error) {
    if (error instanceof ConfigurationError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('parseOptions refuses', () => {
  it('an unknown key, with the nearest known one and the list of them', () => {
    const error = failure({ trsut: 'ca.crt' });
    expect(error.option).toBe('');
    expect(error.message).toBe(
      "unknown option 'trsut' (did you mean 'trust'?); known are trust, trustSets, sources, lazily, piped, either",
    );
  });

  it('several unknown keys in one message', () => {
    expect(failure({ trsut: 1, zzzzzzzzzz: 2 }).message).toMatch(
      /^unknown option 'trsut' \(did you mean 'trust'\?\), 'zzzzzzzzzz'; known are/,
    );
  });

  it('an unknown key below a union, in the branch that was meant', () => {
    const error = failure({ trust: { ca: ['a'], dpeth: 3 } });
    expect(error.option).toBe('trust');
    expect(error.message).toBe("trust: unknown option 'dpeth' (did you mean 'depth'?); known are ca, depth");
  });

  it('an unknown key in a record', () => {
    const error = failure({ trustSets: { staff: { ca: 'a', detph: 1 } } });
    expect(error.option).toBe('trustSets.staff');
    expect(error.message).toBe("trustSets.staff: unknown option 'detph' (did you mean 'depth'?); known are ca, depth");
  });

  it('an unknown key in an array', () => {
    const error = failure({ sources: [{ file: 'a' }, { fiel: 'b', file: 'b' }] });
    expect(error.option).toBe('sources[1]');
    expect(error.message).toContain("unknown option 'fiel' (did you mean 'file'?); known are file, pollSeconds");
  });

  it('an unknown key below lazy and piped schemas', () => {
    expect(failure({ lazily: { file: 'a', pollSecond: 1 } }).message).toContain("did you mean 'pollSeconds'?");
    expect(failure({ piped: { inner: 'a', inne: 'b' } }).message).toContain(
      "unknown option 'inne' (did you mean 'inner'?); known are inner",
    );
  });

  it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])('a key named %s like any other unknown one', (key) => {
    expect(failure(JSON.parse(`{"${key}": {"trust": "a"}}`)).message).toContain(`unknown option '${key}'`);
  });

  it('an empty list, a wrong type and a missing key, each by its path', () => {
    expect(failure({ trust: { ca: [] } })).toMatchObject({ option: 'trust.ca', message: 'trust.ca: is an empty list' });
    expect(failure({ trust: { ca: ['a', 7] } }).option).toBe('trust.ca[1]');
    expect(failure({ sources: [{}] }).option).toBe('sources[0].file');
  });

  it('with the root before the path', () => {
    expect(failure({ trust: { ca: [] } }, 'mtls').option).toBe('mtls.trust.ca');
    expect(failure(7, 'mtls').option).toBe('mtls');
  });

  it('the problem that lies deepest, when there are several', () => {
    expect(failure({ trsut: 1, trust: { ca: ['a', 7] } }).option).toBe('trust.ca[1]');
  });

  it('with the error of zod as its cause, as a TypeError with a code', () => {
    const error = failure(null);
    expect(error).toBeInstanceOf(TypeError);
    expect(error).toMatchObject({ name: 'ConfigurationError', code: 'PEERCERT_CONFIGURATION' });
    expect(error.cause).toBeInstanceOf(z.ZodError);
  });
});

describe('parseOptions', () => {
  it('gives what the schema makes of the options', () => {
    expect(parseOptions(z.strictObject({ depth: z.number().default(10) }), {})).toEqual({ depth: 10 });
  });
});

describe('optionPath', () => {
  it.each([
    ['', [], ''],
    ['trust', [], 'trust'],
    ['', ['trust', 'ca', 0], 'trust.ca[0]'],
    ['mtls', [0, 'ca'], 'mtls[0].ca'],
  ] as const)('joins %j and %j to %j', (root, path, expected) => {
    expect(optionPath(root, path)).toBe(expected);
  });
});

describe('nearestName', () => {
  it.each([
    ['ou', ['O', 'OU', 'CN'], 'OU'],
    ['optinal', ['required', 'optional'], 'optional'],
    ['revocaton', ['trust', 'revocation'], 'revocation'],
    ['somethingElse', ['trust', 'revocation'], undefined],
    ['', [], undefined],
  ] as const)('takes %j among %j for %j', (name, known, expected) => {
    expect(nearestName(name, known)).toBe(expected);
  });
});
