import { readFileSync } from 'node:fs';
import { ConfigurationError } from '../errors/index.js';

/** Reads a file, now. Throws `ConfigurationError` with the option's path and what to do. */
export function readFile(name: string, option: string): Buffer {
  return reading(name, option, () => readFileSync(name));
}

/**
 * Does what takes a name that somebody gave as an option. A key that lost its BEGIN line is taken for a name too: what looks like one must not
 * get into a log, neither by the message nor by its cause.
 */
export function reading<T>(name: string, option: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (mayBeKey(name))
      throw new ConfigurationError(option, 'is neither PEM, which has a BEGIN line, nor a file that is there; give one of them');
    const { code, message } = error as NodeJS.ErrnoException;
    const problem = `cannot read ${name}, relative to ${process.cwd()} (${code ?? message})`;
    throw new ConfigurationError(option, `${problem}; correct the name or the permissions`, { cause: error });
  }
}

/** Longer than a name can be, or base64, its line ends perhaps written out. */
export function mayBeKey(name: string): boolean {
  return name.length > 255 || /^[\w+/=\\\s-]{60,}$/.test(name);
}
