import { types } from 'node:util';
import { ConfigurationError } from '../errors/index.js';
import { isStandardSchema } from './standard-schema.js';

/** A policy is never nested deeper; this stops at an object that contains itself. */
const maximumDepth = 64;

/**
 * Copies a policy's own data, so that what is parsed afterwards is exactly what was written: nothing inherited (a class, a polluted
 * prototype) becomes a rule, nothing hidden (`__proto__`, a symbol) stays unread, and a getter is asked once. A value that is undefined
 * throws: a rule whose value went missing on the way here must not turn into no rule.
 */
export function ownData(value: unknown, option: string, depth = 0): unknown {
  if (value === undefined) {
    throw new ConfigurationError(option, 'is undefined: give it a value, or leave it out if there is to be no such rule');
  }
  if (typeof value !== 'object' || value === null || types.isRegExp(value) || isStandardSchema(value)) return value;
  if (depth === maximumDepth) throw new ConfigurationError(option, 'is nested too deeply for a policy');
  if (Array.isArray(value)) return Array.from(value, (item, index) => ownData(item, `${option}[${index}]`, depth + 1));
  if (!isPlain(value))
    throw new ConfigurationError(option, 'must be a plain object: write the rules out, since what an object inherits is no rule');
  const copy: Record<string, unknown> = Object.create(null);
  for (const key of Reflect.ownKeys(value)) {
    if (typeof key === 'symbol') throw new ConfigurationError(option, `the key ${String(key)} is a symbol, which names no rule: remove it`);
    copy[key] = ownData((value as Record<string, unknown>)[key], option === '' ? key : `${option}.${key}`, depth + 1);
  }
  return copy;
}

/** An object literal, of this realm or another, or an object without prototype. */
function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || (Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype, 'hasOwnProperty'));
}
