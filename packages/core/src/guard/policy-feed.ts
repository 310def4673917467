import { ConfigurationError } from '../errors/index.js';
import { largestPolicyFileBytes, type PolicyFileContent, readPolicyFile } from '../policy/index.js';
import { type Read, WatchedFiles } from '../sources/index.js';
import type { Logger } from '../verifier/index.js';

/** A policy file that is watched. */
export interface PolicyFeed {
  /** What the file held at construction. */
  readonly content: PolicyFileContent;
  /** Begins to watch; `replace` is called with what the file holds then, and throws `ConfigurationError` for what cannot be put in force. */
  start(replace: (content: PolicyFileContent) => void): void;
  close(): void;
}

/**
 * Reads a policy file now, and throws `ConfigurationError` for whatever is wrong with it. A change is put in force when the file has stood still for a second: half
 * a policy may let in more than the whole one.
 */
export function policyFeed(file: string, logger: Logger): PolicyFeed {
  let content: PolicyFileContent | undefined;
  let put: ((next: PolicyFileContent) => void) | undefined;
  const files = new WatchedFiles<PolicyFileContent>({
    files: file,
    option: 'policyFile',
    extensions: ['.yaml', '.yml', '.json'],
    largestFileBytes: largestPolicyFileBytes,
    read: readContent,
    compare: () => 'less',
    accept(next) {
      const [read, ...others] = next.values();
      if (read === undefined || others.length > 0) return 'must be one file: name it, and not a folder or pattern';
      if (put === undefined) {
        content = read;
        return undefined;
      }
      try {
        put(read);
      } catch (error) {
        if (error instanceof ConfigurationError) return `cannot be put in force: ${error.message}`;
        throw error;
      }
      logger.info({ file }, `the policies of ${file} were replaced`);
      return undefined;
    },
    onProblem: ({ message }) => logger.error({ file }, `${message}; the last good policies stay in force`),
    onRecovered: () => logger.info({ file }, `${file} is in order again`),
  });
  if (files.readNow() instanceof Promise) throw new TypeError('reading a policy file gave a promise');
  if (content === undefined) throw new TypeError('reading a policy file gave nothing');
  return {
    content,
    start(replace) {
      put = replace;
      files.start().catch((error: unknown) => logger.error({ err: error }, `${file} cannot be watched`));
    },
    close: () => files.close(),
  };
}

function readContent(bytes: Uint8Array): Read<PolicyFileContent> {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return { ok: true, value: readPolicyFile(text, '') };
  } catch (error) {
    if (error instanceof ConfigurationError)
      return { ok: false, problem: /^(?:holds|is) /.test(error.message) ? error.message : `has a mistake: ${error.message}` };
    return { ok: false, problem: 'is no text in UTF-8' };
  }
}
