import { type Refusal, refusal } from '../../errors/index.js';
import { type Certificate, extensionName, oids } from '../../x509/index.js';
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
  extension.nameConstraints,
  extension.certificatePolicies,
  extension.policyMappings,
  extension.policyConstraints,
  extension.inhibitAnyPolicy,
  // Where to look for CRLs: what is asked of revocation is for the layers above to say.
  extension.cRLDistributionPoints,
]);

/**
 * RFC 5280, sections 6.1.4 (o) and 6.1.5 (f): a critical extension that was not processed refuses the path.
 *
 * | extension                            | critical | not critical |
 * | ------------------------------------ | -------- | ------------ |
 * | processed                            | none     | none         |
 * | any other, known by its name or not  | refused  | none         |
 */
export function checkCriticalExtensions(certificate: Certificate, depth: number): Refusal | undefined {
  for (const { oid, critical } of certificate.extensions.values()) {
    if (!critical || processed.has(oid)) continue;
    const detail = `the critical extension ${describe(oid)} is not supported`;
    return refusal('PEERCERT_CRITICAL_EXTENSION_UNRECOGNIZED', evidence(certificate, depth, detail));
  }
  return undefined;
}

function describe(oid: string): string {
  const name = extensionName(oid);
  return name === undefined ? oid : `${name} (${oid})`;
}
