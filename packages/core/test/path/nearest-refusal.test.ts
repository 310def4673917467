import { describe, expect, it } from 'vitest';
import { type RefusalCode, refusal } from '../../src/errors/index.js';
import { NearestRefusal } from '../../src/path/index.js';
import { isFinal } from '../../src/path/nearest-refusal.js';

function refused(code: RefusalCode, depth?: number, detail = `${code} at ${depth}`) {
  return refusal(code, depth === undefined ? { detail } : { detail, depth });
}

function nearestOf(...noted: readonly ReturnType<typeof refused>[]) {
  const nearest = new NearestRefusal();
  for (const found of noted) nearest.note(found);
  return nearest.refusal;
}

describe('NearestRefusal', () => {
  const ascending: readonly RefusalCode[] = [
    'PEERCERT_ISSUER_UNKNOWN',
    'PEERCERT_CHAIN_INCOMPLETE',
    'PEERCERT_DEPTH_EXCEEDED',
    'PEERCERT_SIGNATURE_INVALID',
    'PEERCERT_ISSUER_NOT_CA',
    'PEERCERT_CERTIFICATE_EXPIRED',
    'PEERCERT_BUDGET_EXHAUSTED',
  ];

  it.each(ascending.slice(1).map((code, index) => [code, ascending[index] as RefusalCode] as const))(
    'prefers %s to %s, in either order',
    (more, less) => {
      expect(nearestOf(refused(more, 1), refused(less, 0))?.code).toBe(more);
      expect(nearestOf(refused(less, 0), refused(more, 1))?.code).toBe(more);
    },
  );

  it.each([
    'PEERCERT_CERTIFICATE_NOT_YET_VALID',
    'PEERCERT_CERTIFICATE_MALFORMED',
    'PEERCERT_KEY_NOT_ALLOWED',
    'PEERCERT_KEY_USAGE_MISMATCH',
    'PEERCERT_PURPOSE_MISMATCH',
    'PEERCERT_PATH_LENGTH_EXCEEDED',
    'PEERCERT_ALGORITHM_NOT_ALLOWED',
    'PEERCERT_CRITICAL_EXTENSION_UNRECOGNIZED',
  ] as const)('prefers %s to an issuer that is no authority', (code) => {
    expect(nearestOf(refused('PEERCERT_ISSUER_NOT_CA', 0), refused(code, 5))?.code).toBe(code);
  });

  it('prefers, of two that came as far, the one nearer to the end entity', () => {
    const near = refused('PEERCERT_PURPOSE_MISMATCH', 0);
    const far = refused('PEERCERT_CERTIFICATE_EXPIRED', 2);
    expect(nearestOf(far, near)?.code).toBe(near.code);
    expect(nearestOf(near, far)?.code).toBe(near.code);
    expect(nearestOf(refused('PEERCERT_SIGNATURE_INVALID', 2), refused('PEERCERT_SIGNATURE_INVALID', 1))?.trace[0]?.depth).toBe(1);
  });

  it('prefers the first of two dead ends, and of two that are alike', () => {
    expect(nearestOf(refused('PEERCERT_ISSUER_UNKNOWN', 2), refused('PEERCERT_ISSUER_UNKNOWN', 1))?.trace[0]?.depth).toBe(2);
    const first = refused('PEERCERT_CERTIFICATE_EXPIRED', 1, 'first');
    expect(nearestOf(first, refused('PEERCERT_CERTIFICATE_EXPIRED', 1, 'second'))?.trace[0]?.detail).toBe('first');
  });

  it('prefers a place to none', () => {
    const somewhere = refused('PEERCERT_PURPOSE_MISMATCH', 3);
    expect(nearestOf(refused('PEERCERT_KEY_NOT_ALLOWED'), somewhere)?.code).toBe(somewhere.code);
  });

  it('has none when none was noted', () => {
    expect(new NearestRefusal().refusal).toBeUndefined();
  });

  it('gives a lone refusal as it is', () => {
    const only = refused('PEERCERT_CERTIFICATE_EXPIRED', 1);
    expect(nearestOf(only)).toBe(only);
  });

  it('keeps the cause and the whole trace of the most telling, with the others behind', () => {
    const cause = new Error('cause');
    const found = refusal('PEERCERT_CERTIFICATE_MALFORMED', [{ detail: 'one', depth: 0 }, { detail: 'two' }], cause);
    const nearest = nearestOf(refused('PEERCERT_ISSUER_UNKNOWN', 1, 'three'), found, refused('PEERCERT_SIGNATURE_INVALID', 1, 'four'));
    expect(nearest).toMatchObject({ code: found.code, cause });
    expect(nearest?.trace.map(({ detail }) => detail)).toEqual(['one', 'two', 'three', 'four']);
  });

  it('keeps four near misses, each once, and the most telling not among them', () => {
    const nearest = nearestOf(
      refused('PEERCERT_CERTIFICATE_EXPIRED', 1, 'expired'),
      ...[1, 1, 2, 3, 4, 5].map((number) => refused('PEERCERT_SIGNATURE_INVALID', 1, `miss ${number}`)),
      refused('PEERCERT_CERTIFICATE_EXPIRED', 1, 'expired'),
    );
    expect(nearest?.trace.map(({ detail }) => detail)).toEqual(['expired', 'miss 1', 'miss 2', 'miss 3', 'miss 4']);
  });

  it('does not repeat the most telling as its own near miss', () => {
    const again = refused('PEERCERT_BUDGET_EXHAUSTED', undefined, 'the limit was met');
    expect(nearestOf(again, again)?.trace).toHaveLength(1);
    const [one, two] = [
      { detail: 'one', depth: 1 },
      { detail: 'two', depth: 2 },
    ];
    const nearest = nearestOf(refusal('PEERCERT_ISSUER_UNKNOWN', two), refusal('PEERCERT_CERTIFICATE_EXPIRED', [one, two]));
    expect(nearest?.trace).toEqual([one, two]);
  });

  it('keeps apart near misses that differ in the subject alone', () => {
    const misses = ['CN=a', 'CN=b'].map((subject) => refusal('PEERCERT_SIGNATURE_INVALID', { detail: 'miss', depth: 1, subject }));
    expect(nearestOf(refused('PEERCERT_CERTIFICATE_EXPIRED', 1), ...misses)?.trace).toHaveLength(3);
  });

  it('takes a refusal without a trace for one about no place', () => {
    const bare = refusal('PEERCERT_CERTIFICATE_EXPIRED', []);
    expect(nearestOf(bare, refused('PEERCERT_CERTIFICATE_EXPIRED', 1))?.trace).toHaveLength(1);
    expect(nearestOf(refused('PEERCERT_SIGNATURE_INVALID', 1), bare, refused('PEERCERT_SIGNATURE_INVALID', 1))?.trace).toHaveLength(1);
    expect(isFinal(bare)).toBe(false);
  });
});

describe('isFinal', () => {
  it.each([
    ['PEERCERT_BUDGET_EXHAUSTED', 0],
    ['PEERCERT_CERTIFICATE_MALFORMED', 0],
    ['PEERCERT_CERTIFICATE_EXPIRED', 0],
    ['PEERCERT_CERTIFICATE_NOT_YET_VALID', 0],
    ['PEERCERT_ALGORITHM_NOT_ALLOWED', 0],
    ['PEERCERT_CRITICAL_EXTENSION_UNRECOGNIZED', 0],
    ['PEERCERT_KEY_NOT_ALLOWED', 0],
    ['PEERCERT_KEY_USAGE_MISMATCH', 0],
  ] as const)('says yes to %s at depth %s', (code, depth) => {
    expect(isFinal(refused(code, depth))).toBe(true);
  });

  it.each([
    // Another certificate of the issuer may be within the limits.
    ['PEERCERT_BUDGET_EXHAUSTED', 1],
    ['PEERCERT_CERTIFICATE_EXPIRED', 1],
    ['PEERCERT_KEY_NOT_ALLOWED', 1],
    ['PEERCERT_CERTIFICATE_MALFORMED', undefined],
    // Another issuer's key may fit, and another trust set may want another purpose.
    ['PEERCERT_SIGNATURE_INVALID', 0],
    ['PEERCERT_ISSUER_UNKNOWN', 0],
    ['PEERCERT_PURPOSE_MISMATCH', 0],
  ] as const)('says no to %s at depth %s', (code, depth) => {
    expect(isFinal(refused(code, depth))).toBe(false);
  });
});
