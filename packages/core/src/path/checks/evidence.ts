import type { Evidence } from '../../errors/index.js';
import type { Certificate } from '../../x509/index.js';

/** What a check found in one certificate of the path. */
export function evidence(certificate: Certificate, depth: number, detail: string): Evidence {
  return { detail, depth, subject: certificate.subject.toString() };
}
