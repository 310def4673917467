import { resolve } from 'node:path';
import type { Report } from '../io.js';
import { printable } from '../text.js';
import { UsageError } from '../usage-error.js';
import { loadCore } from './load-core.js';
import { readNamed } from './read.js';

/** Whether a server could load the policy file, and what it demands. Throws a `UsageError` that names the place of a mistake. */
export async function check(file: string): Promise<Report> {
  const { checkPolicyFile, ConfigurationError } = await loadCore('peercert check');
  const text = textOf(await readNamed(file, ''), file);
  try {
    const { default: fallback, policies } = checkPolicyFile(text);
    return {
      json: { file: resolve(file), default: fallback, policies },
      lines: [
        `${file}: in order`,
        ...(fallback === null ? [] : ['', 'by default:', ...(typeof fallback === 'string' ? [`  ${words[fallback]}`] : joined(fallback))]),
        ...Object.entries(policies).flatMap(([name, sentences]) => ['', `policy ${printable(name)}:`, ...joined(sentences)]),
      ],
    };
  } catch (error) {
    if (error instanceof ConfigurationError) throw new UsageError(printable(`${file}: ${error.message}`), { cause: error });
    throw error;
  }
}

const words = {
  required: 'a certificate is required: any that is verified',
  optional: 'a certificate is optional; one that is sent must be verified',
} as const;

/** Rules of one level must all hold: the second and all further begin with "and". */
function joined(sentences: readonly string[]): readonly string[] {
  let isFirst = true;
  return sentences.map((sentence) => {
    const isRule = !sentence.startsWith(' ') && !sentence.startsWith('(');
    const begin = isRule && !isFirst ? 'and ' : '';
    if (isRule) isFirst = false;
    return `  ${begin}${printable(sentence)}`;
  });
}

function textOf(bytes: Uint8Array, file: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw new UsageError(`${file}: is no text in UTF-8`, { cause: error });
  }
}
