import { readFile } from 'node:fs/promises';
import { UsageError } from '../usage-error.js';

/** A file that was named on the command line; what cannot be read is a mistake there, and no answer to what was asked. */
export async function readNamed(file: string, option: string): Promise<Uint8Array> {
  try {
    return await readFile(file);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const problem = code === 'ENOENT' ? 'there is no such file' : code === 'EISDIR' ? 'it is a folder; name a file' : message;
    throw new UsageError(`${option}${file}: ${problem}`, { cause: error });
  }
}
