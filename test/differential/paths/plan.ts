import { createHash } from 'node:crypto';
import * as encode from '../../../packages/core/test/support/certificate-builder.js';
import { ascii, ia5String, printableString, sequence, set, tlv } from '../../../packages/core/test/support/der-writer.js';
import { attribute } from '../../../packages/core/test/support/names.js';
import { defaultSignature, signatureAlgorithm, type TestSignatureName } from '../../../packages/core/test/support/signatures.js';

/** RFC 5280, section 4.2.1.4. */
export const anyPolicy = '2.5.29.32.0';

/** A certificate before it is written: what the generator chooses and changes, and what the rules ask about. */
export interface Plan {
  /** For people. */
  label: string;
  subject: PlannedName;
  /** Who signs; undefined for one that signs itself. Its key may be another by the time this is written. */
  issuer: Plan | undefined;
  /** As it is told, where that is not the issuer's subject. */
  issuerName?: PlannedName;
  key: encode.TestKey;
  /** Who really signs, where that is not the issuer's key. */
  signedWith?: encode.TestKey;
  /** Whether a bit of the signature is turned over. */
  isSignatureSpoiled?: boolean;
  isSignedOverSha1?: boolean;
  /** Milliseconds since the epoch. */
  notBefore: number;
  notAfter: number;
  version: 1 | 3;
  serialNumber: number;
  basicConstraints: { cA: boolean; pathLength?: number } | undefined;
  keyUsage: readonly KeyUsage[];
  extendedKeyUsage: readonly string[];
  keyIdentifiers: { subject: IdentifierChoice; authority: IdentifierChoice };
  alternativeNames: readonly NameOfForm[];
  nameConstraints: Subtrees | undefined;
  /** OIDs; none leaves the extension out. */
  policies: readonly string[];
  policyMappings: readonly (readonly [string, string])[];
  policyConstraints: { requireExplicitPolicy?: number; inhibitPolicyMapping?: number } | undefined;
  inhibitAnyPolicy: number | undefined;
  /** Encoded. */
  furtherExtensions: readonly Uint8Array[];
  /** What is wrong with this certificate on whatever path it stands: no path with it may be accepted. */
  fatal: string | undefined;
}

/** What version 1 has. */
export const noExtensions = {
  basicConstraints: undefined,
  keyUsage: [],
  extendedKeyUsage: [],
  alternativeNames: [],
  nameConstraints: undefined,
  policies: [],
  policyMappings: [],
  policyConstraints: undefined,
  inhibitAnyPolicy: undefined,
  furtherExtensions: [],
} as const satisfies Partial<Plan>;

export type KeyUsage = 'digitalSignature' | 'keyEncipherment' | 'keyAgreement' | 'keyCertSign' | 'cRLSign';
export type IdentifierChoice = 'absent' | 'right' | 'wrong';

/** Attributes, each its own RDN. */
export type PlannedName = readonly PlannedAttribute[];

export interface PlannedAttribute {
  readonly type: 'C' | 'O' | 'OU' | 'CN' | 'emailAddress';
  readonly value: string;
  /** Default: UTF8String, but PrintableString for a country and IA5String for a mailbox. */
  readonly string?: 'utf8' | 'printable' | 'teletex' | 'bmp';
}

/** A name in subjectAltName, or the base of a subtree; an address is octets, those of its mask behind it. */
export type NameOfForm =
  | { readonly form: 'dns' | 'email' | 'uri'; readonly value: string }
  | { readonly form: 'ip'; readonly value: readonly number[] }
  | { readonly form: 'dn'; readonly value: PlannedName };

export interface Subtrees {
  readonly permitted: readonly NameOfForm[];
  readonly excluded: readonly NameOfForm[];
}

export interface Written {
  readonly plan: Plan;
  readonly der: Uint8Array;
}

/** Encodes and signs it. */
export function write(plan: Plan): Written {
  const issuer = plan.issuer ?? plan;
  const issuerKey = plan.signedWith ?? issuer.key;
  const scheme = signatureAlgorithm(
    (plan.isSignedOverSha1 === true ? sha1Signature(issuerKey) : undefined) ?? defaultSignature(issuerKey.kind),
  );
  const { serialNumber, version, notBefore, notAfter, key } = plan;
  const spoiled = {
    ...scheme,
    sign: (...what: Parameters<typeof scheme.sign>) => {
      const octets = scheme.sign(...what);
      octets[octets.length - 1] = (octets[octets.length - 1] as number) ^ 1;
      return octets;
    },
  };
  const der = encode.buildCertificate({
    subject: nameDer(plan.subject),
    issuer: nameDer(issuerNameOf(plan)),
    key,
    issuerKey,
    signatureAlgorithm: plan.isSignatureSpoiled === true ? spoiled : scheme,
    version,
    serialNumber,
    notBefore,
    notAfter,
    extensions: version === 1 ? [] : extensionsOf(plan, issuer),
  });
  return { plan, der };
}

function sha1Signature({ kind }: encode.TestKey): TestSignatureName | undefined {
  if (kind.startsWith('ec')) return 'ecdsa-sha1';
  return kind.startsWith('rsa') ? 'rsa-sha1' : undefined;
}

export function issuerNameOf(plan: Plan): PlannedName {
  return plan.issuerName ?? (plan.issuer ?? plan).subject;
}

/** Whether subject and issuer name the same one. */
export function isSelfIssued(plan: Plan): boolean {
  return normalized(plan.subject) === normalized(issuerNameOf(plan));
}

/** RFC 5280, section 7.1, as far as the generator's names go: case, white space and string types do not matter. */
export function normalized(name: PlannedName): string {
  return name.map(({ type, value }) => `${type}=${value.trim().replace(/ +/g, ' ').toLowerCase()}`).join(',');
}

/** Of a mailbox or URI, in small letters; of a host, itself. */
export function hostOf(value: string): string {
  const [, host = value] = /(?:@|\/\/)([^/:]+)/.exec(value) ?? [];
  return host.toLowerCase();
}

export function nameDer(name: PlannedName): Uint8Array {
  return sequence(...name.map(({ type, value, string }) => set(attribute(type, stringDer(value, string ?? usualStrings[type])))));
}

const usualStrings = { C: 'printable', O: 'utf8', OU: 'utf8', CN: 'utf8', emailAddress: 'ia5' } as const;

function stringDer(value: string, type: NonNullable<PlannedAttribute['string']> | 'ia5'): Uint8Array {
  if (type === 'utf8') return tlv(0x0c, ascii(value));
  if (type === 'printable') return printableString(value);
  if (type === 'ia5') return ia5String(value);
  return type === 'teletex' ? tlv(0x14, Buffer.from(value, 'latin1')) : tlv(0x1e, Buffer.from(value, 'utf16le').swap16());
}

function extensionsOf(plan: Plan, issuer: Plan): readonly Uint8Array[] {
  const { subject, authority } = plan.keyIdentifiers;
  const extensions: Uint8Array[] = [];
  if (plan.basicConstraints) extensions.push(encode.basicConstraints(plan.basicConstraints.cA, plan.basicConstraints.pathLength));
  if (plan.keyUsage.length > 0) extensions.push(encode.keyUsage(...plan.keyUsage));
  if (plan.extendedKeyUsage.length > 0) extensions.push(encode.extendedKeyUsage(...plan.extendedKeyUsage));
  if (subject !== 'absent') extensions.push(encode.subjectKeyIdentifier(keyIdentifier(plan, subject)));
  if (authority !== 'absent') extensions.push(encode.authorityKeyIdentifier(keyIdentifier(issuer, authority)));
  if (plan.alternativeNames.length > 0) extensions.push(encode.subjectAltName(...plan.alternativeNames.map(generalNameDer)));
  if (plan.nameConstraints) {
    const { permitted, excluded } = plan.nameConstraints;
    const subtrees = (names: readonly NameOfForm[]) => names.map(generalNameDer);
    extensions.push(
      encode.nameConstraints({
        ...(permitted.length > 0 && { permitted: subtrees(permitted) }),
        ...(excluded.length > 0 && { excluded: subtrees(excluded) }),
      }),
    );
  }
  if (plan.policies.length > 0) extensions.push(encode.certificatePolicies(...plan.policies));
  if (plan.policyMappings.length > 0) extensions.push(encode.policyMappings(...plan.policyMappings));
  if (plan.policyConstraints) extensions.push(encode.policyConstraints(plan.policyConstraints));
  if (plan.inhibitAnyPolicy !== undefined) extensions.push(encode.inhibitAnyPolicy(plan.inhibitAnyPolicy));
  extensions.push(...plan.furtherExtensions);
  // A version 3 certificate has extensions; one that says nothing takes the place of none.
  return extensions.length > 0 ? extensions : [encode.extendedKeyUsage('clientAuth')];
}

function keyIdentifier({ key }: Plan, choice: IdentifierChoice): Uint8Array {
  const hash = createHash('sha256')
    .update(key.spki)
    .update(choice === 'wrong' ? 'another key' : '');
  return Uint8Array.from(hash.digest().subarray(0, 20));
}

function generalNameDer(name: NameOfForm): Uint8Array {
  switch (name.form) {
    case 'dns':
      return encode.generalName.dNSName(name.value);
    case 'email':
      return encode.generalName.rfc822Name(name.value);
    case 'uri':
      return encode.generalName.uniformResourceIdentifier(name.value);
    case 'ip':
      return encode.generalName.iPAddress(...name.value);
    case 'dn':
      return encode.generalName.directoryName(nameDer(name.value));
  }
}
