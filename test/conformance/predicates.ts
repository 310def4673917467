import { createPublicKey } from 'node:crypto';
import { type Certificate, x509 } from './core.js';
import type { Facts } from './facts.js';
import { holdsName, isPreferredDnsName, nameText } from './peer-names.js';

/** What rules ask of a case, of its certificates, and of the answer to it. */

export function isLimbosOwn({ testcase }: Facts, ...namespaces: readonly string[]): boolean {
  return namespaces.includes(testcase.namespaces[0] ?? '');
}

/**
 * Under name constraints a name that cannot be read as one must not slip through, so the rule asks for proper names there. Whether a mailbox
 * is permitted is never a matter of what was looked for.
 */
export function isAnotherPeer(facts: Facts): boolean {
  const { endEntity, testcase } = facts;
  if (endEntity === undefined) return false;
  const missing = testcase.asks.peerNames.filter((name) => !holdsName(endEntity, name));
  if (missing.length === 0) return false;
  if (!hasNameConstraints(facts)) return true;
  return missing.some(({ kind }) => kind !== 'RFC822') && dnsNames(endEntity).every(isPreferredDnsName);
}

export function hasNameConstraints({ certificates }: Facts): boolean {
  return certificates.some((each) => each.nameConstraints !== undefined);
}

export const limits = ['nameConstraints', 'policyConstraints', 'inhibitAnyPolicy'] as const;

export function isCritical(certificate: Certificate, name: keyof typeof x509.oids.extension): boolean {
  return certificate.extensions.get(x509.oids.extension[name])?.critical === true;
}

export function hasOtherAuthorityKeyIdentifier({ authorityKeyIdentifier: authority, subjectKeyIdentifier: own }: Certificate): boolean {
  if (authority === undefined) return false;
  const { keyIdentifier, authorityCertIssuer, authorityCertSerialNumber } = authority;
  if (authorityCertIssuer !== undefined || authorityCertSerialNumber !== undefined || keyIdentifier === undefined) return true;
  return own === undefined || Buffer.compare(keyIdentifier, own) !== 0;
}

const { ed25519, ed448, mlDsa44, mlDsa65, mlDsa87 } = x509.oids.publicKey;

export function hasUsageBeyondKey({ keyUsage, subjectPublicKeyInfo }: Certificate): boolean {
  const signsAlone = [ed25519, ed448, mlDsa44, mlDsa65, mlDsa87].some((oid) => oid === subjectPublicKeyInfo.algorithm.oid);
  return signsAlone && keyUsage !== undefined && (keyUsage.keyEncipherment || keyUsage.dataEncipherment || keyUsage.keyAgreement);
}

export function altNames(certificate: Certificate | undefined): readonly (string | undefined)[] {
  return (certificate?.subjectAltName ?? []).map(nameText);
}

export function dnsNames(certificate: Certificate | undefined): readonly string[] {
  return (certificate?.subjectAltName ?? []).flatMap((name) => (name.type === 'dNSName' ? [name.value] : []));
}

/** Of constraints on dNSName, permitted and excluded. */
export function constraintHosts({ nameConstraints }: Certificate): readonly string[] {
  const { permittedSubtrees = [], excludedSubtrees = [] } = nameConstraints ?? {};
  return [...permittedSubtrees, ...excludedSubtrees].flatMap(({ base }) => (base.type === 'dNSName' ? [base.value] : []));
}

export function commonNames(certificate: Certificate | undefined): readonly string[] {
  return (certificate?.subject.rdns ?? []).flat().flatMap(({ keyword, value }) => (keyword === 'CN' ? [value] : []));
}

/** Zero for other keys. */
export function modulusBits({ subjectPublicKeyInfo }: Certificate): number {
  if (subjectPublicKeyInfo.algorithm.oid !== x509.oids.publicKey.rsaEncryption) return 0;
  const key = createPublicKey({ key: Buffer.from(subjectPublicKeyInfo.der), format: 'der', type: 'spki' });
  return key.asymmetricKeyDetails?.modulusLength ?? 0;
}

export function hasFeature({ testcase }: Facts, feature: string): boolean {
  return testcase.features.includes(feature);
}

export function isRefusedWith({ verdict }: Facts, ...codes: readonly string[]): boolean {
  return [verdict.refusal, ...verdict.passedOver].some((refusal) => refusal !== undefined && codes.includes(refusal.code));
}

/** For the finding that decided, and no near miss. */
export function isRefusedBecause({ verdict: { refusal } }: Facts, code: string, detail: RegExp): boolean {
  return refusal?.code === code && detail.test(refusal.trace[0]?.detail ?? '');
}

let canImport: boolean | undefined;

export function isMlDsaSupported(): boolean {
  canImport ??= importsMlDsa();
  return canImport;
}

/** Any 1312 octets are an ML-DSA-44 key (FIPS 204, algorithm 23). */
function importsMlDsa(): boolean {
  const header = Buffer.from('30820532300b06096086480165030403110382052100', 'hex');
  try {
    createPublicKey({ key: Buffer.concat([header, Buffer.alloc(1312)]), format: 'der', type: 'spki' });
    return true;
  } catch {
    return false;
  }
}
