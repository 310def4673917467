import type { ValuePattern } from './certificate-policy.js';
import { nearMiss } from './near-miss.js';
import { listed, quoted } from './rule.js';
import type { ValueKind } from './value-kinds.js';

/** A pattern made ready. */
export interface ValueMatcher {
  matches(value: string): boolean;
  /** The pattern for the log. */
  readonly expected: string;
  /** Why `value` might look as if it matched, for the log; empty where it does not. */
  hint(value: string): string;
}

/**
 * Bytes of UTF-8 beyond which no RegExp is run: the value is the peer's, the expression the operator's, and its running time may grow with
 * any power of the length.
 */
const longestForRegExp = 1_024;

export function compileValuePattern(pattern: ValuePattern, { canonical }: ValueKind): ValueMatcher {
  const alternatives: readonly (string | RegExp)[] = [pattern].flat();
  const texts = alternatives.filter((alternative) => typeof alternative === 'string');
  const wholeValues = alternatives.filter((alternative) => typeof alternative !== 'string').map(wholeValue);
  const strings = new Set(texts.map((text) => canonical(text) ?? text));
  return Object.freeze({
    expected: listed(alternatives, ' or ', (alternative) => (typeof alternative === 'string' ? quoted(alternative) : String(alternative))),
    matches(value: string): boolean {
      const compared = canonical(value);
      if (compared !== undefined && strings.has(compared)) return true;
      return wholeValues.length > 0 && isShort(value) && wholeValues.some((expression) => expression.test(value));
    },
    hint(value: string): string {
      if (wholeValues.length > 0 && !isShort(value)) return 'it is longer than 1 kB, so no RegExp is tried on it';
      return nearMiss(value, texts) ?? '';
    },
  });
}

/**
 * The expression for the whole value. The group keeps alternatives together (`/a|b/` must not become "begins with a, or ends with b"), and
 * without the flag m, which the schema refuses, `^` and `$` are the ends of the value, whatever line breaks it holds. The copy is ours
 * alone, and has neither g nor y, which would make the answer depend on the last one.
 */
function wholeValue({ source, flags }: RegExp): RegExp {
  return new RegExp(`^(?:${source})$`, flags);
}

function isShort(value: string): boolean {
  return value.length <= longestForRegExp && Buffer.byteLength(value) <= longestForRegExp;
}
