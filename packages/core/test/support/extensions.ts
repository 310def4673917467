import {
  ascii,
  boolean,
  explicit,
  implicit,
  integer,
  integerContent,
  namedBits,
  octetString,
  oid,
  oidContent,
  sequence,
} from './der-writer.js';
import { type NameOption, name } from './names.js';

/** An encoded Extension; `value` is the DER that its OCTET STRING holds. */
export function extension(type: string, value: Uint8Array, critical = false): Uint8Array {
  return sequence(oid(type), ...(critical ? [boolean(true)] : []), octetString(value));
}

/** Critical unless told otherwise, as authorities have it. */
export function basicConstraints(cA: boolean, pathLenConstraint?: number, critical = true): Uint8Array {
  const fields = [...(cA ? [boolean(true)] : []), ...(pathLenConstraint === undefined ? [] : [integer(pathLenConstraint)])];
  return extension('2.5.29.19', sequence(...fields), critical);
}

/** Critical. */
export function keyUsage(...usages: readonly (keyof typeof keyUsageBits)[]): Uint8Array {
  return extension('2.5.29.15', namedBits(...usages.map((usage) => keyUsageBits[usage])), true);
}

/** Key purposes by name or OID. */
export function extendedKeyUsage(...purposes: readonly string[]): Uint8Array {
  return extension('2.5.29.37', sequence(...purposes.map((purpose) => oid(keyPurposes[purpose] ?? purpose))));
}

export function subjectAltName(...names: readonly Uint8Array[]): Uint8Array {
  return extension('2.5.29.17', sequence(...names));
}

export function subjectKeyIdentifier(identifier: Uint8Array): Uint8Array {
  return extension('2.5.29.14', octetString(identifier));
}

export function authorityKeyIdentifier(keyIdentifier: Uint8Array): Uint8Array {
  return extension('2.5.29.35', sequence(implicit(0, keyIdentifier)));
}

export function certificatePolicies(...policies: readonly string[]): Uint8Array {
  return extension('2.5.29.32', sequence(...policies.map((policy) => sequence(oid(policy)))));
}

export function policyMappings(...mappings: readonly (readonly [issuerDomain: string, subjectDomain: string])[]): Uint8Array {
  return extension('2.5.29.33', sequence(...mappings.map(([issuer, subject]) => sequence(oid(issuer), oid(subject)))), true);
}

export function policyConstraints(constraints: { requireExplicitPolicy?: number; inhibitPolicyMapping?: number }): Uint8Array {
  const fields = [constraints.requireExplicitPolicy, constraints.inhibitPolicyMapping].flatMap((value, number) =>
    value === undefined ? [] : [implicit(number, integerContent(value))],
  );
  return extension('2.5.29.36', sequence(...fields), true);
}

export function inhibitAnyPolicy(skipCerts: number): Uint8Array {
  return extension('2.5.29.54', integer(skipCerts), true);
}

/** Critical; subtrees are general names. */
export function nameConstraints(constraints: { permitted?: readonly Uint8Array[]; excluded?: readonly Uint8Array[] }): Uint8Array {
  const fields = [constraints.permitted, constraints.excluded].flatMap((bases, number) =>
    bases === undefined ? [] : [explicit(number, ...bases.map((base) => sequence(base)))],
  );
  return extension('2.5.29.30', sequence(...fields), true);
}

/** GeneralNames, encoded. */
export const generalName = {
  otherName: (typeId: string, value: Uint8Array) => explicit(0, oid(typeId), explicit(0, value)),
  rfc822Name: (mailbox: string) => implicit(1, ascii(mailbox)),
  dNSName: (host: string) => implicit(2, ascii(host)),
  directoryName: (option: NameOption) => explicit(4, name(option)),
  uniformResourceIdentifier: (uri: string) => implicit(6, ascii(uri)),
  iPAddress: (...octets: readonly number[]) => implicit(7, Uint8Array.from(octets)),
  registeredID: (dotted: string) => implicit(8, oidContent(dotted)),
} as const;

const keyUsageBits = {
  digitalSignature: 0,
  contentCommitment: 1,
  keyEncipherment: 2,
  dataEncipherment: 3,
  keyAgreement: 4,
  keyCertSign: 5,
  cRLSign: 6,
  encipherOnly: 7,
  decipherOnly: 8,
} as const;

const keyPurposes: { readonly [purpose: string]: string } = {
  serverAuth: '1.3.6.1.5.5.7.3.1',
  clientAuth: '1.3.6.1.5.5.7.3.2',
  emailProtection: '1.3.6.1.5.5.7.3.4',
  anyExtendedKeyUsage: '2.5.29.37.0',
};
