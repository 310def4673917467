import type { Evidence } from '../../errors/index.js';
import type { Certificate, Name } from '../../x509/index.js';

/** What a check found in one certificate of the path. */
export function evidence(certificate: Certificate, depth: number, detail: string): Evidence {
  return { detail, depth, subject: nameText(certificate.subject) };
}

/**
 * A name for a log. A peer chooses its names, and a search may have a thousand things to say about them: each is written once, and one
 * that no authority would issue, whose thousands of attributes would take milliseconds, not at all.
 */
export function nameText(name: Name): string {
  let text = texts.get(name);
  if (text === undefined) {
    const { length } = name.der;
    text = length > longestName ? `a name of ${length} bytes` : name.toString();
    texts.set(name, text);
  }
  return text;
}

/** RFC 5280, appendix A.1 bounds most attributes at 64 characters: fifteen such attributes. */
const longestName = 1_024;

const texts = new WeakMap<Name, string>();
