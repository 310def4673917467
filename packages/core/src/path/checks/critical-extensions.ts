import { type Refusal, refusal } from '../../errors/index.js';
import { type Certificate, oids } from '../../x509/index.js';
import { evidence } from './evidence.js';

const { extension } = oids;

/** What the validator acts upon, so that a critical one is honoured by going on. */
const processed: ReadonlySet<string> = new Set([
  extension.basicConstraints,
  extension.keyUsage,
  extension.extendedKeyUsage,
  extension.subjectAltName,
  extension.subjectKeyIdentifier,
  extension.authorityKeyIdentifier,
]);

/**
 * RFC 5280, sections 6.1.4 (o) and 6.1.5 (f): a critical extension that was not processed refuses the path.
 *
 * Name constraints narrow what an authority may issue, so they are never skipped, critical or not: until they are evaluated, an
 * authority that carries them is refused.
 */
export function checkCriticalExtensions(certificate: Certificate, depth: number): Refusal | undefined {
  for (const { oid, critical } of certificate.extensions.values()) {
    if ((!critical && oid !== extension.nameConstraints) || processed.has(oid)) continue;
    const detail = `the ${critical ? 'critical ' : ''}extension ${extensionName(oid)} is not supported`;
    return refusal('PEERCERT_CRITICAL_EXTENSION_UNRECOGNIZED', evidence(certificate, depth, detail));
  }
  return undefined;
}

function extensionName(oid: string): string {
  const named = Object.entries(extension).find(([, value]) => value === oid);
  return named === undefined ? oid : `${named[0]} (${oid})`;
}
