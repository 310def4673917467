import { DerError, DerReader, tags, toHex } from '../asn1/index.js';
import { type GeneralName, oids } from '../x509/index.js';
import { DistinguishedName } from './distinguished-name.js';
import type { SubjectAltNames } from './fields.js';
import { ipAddressText } from './ip-address.js';

/**
 * Sorts the names of a certificate by type. The types that no client certificate is known by (x400Address, ediPartyName,
 * registeredID) are left out.
 */
export function subjectAltNames(names: readonly GeneralName[] = []): SubjectAltNames {
  const sorted = { dns: [], uri: [], email: [], ip: [], upn: [], directoryName: [], otherName: [] } as Mutable<SubjectAltNames>;
  for (const name of names) {
    switch (name.type) {
      case 'dNSName':
        sorted.dns.push(name.value);
        break;
      case 'uniformResourceIdentifier':
        sorted.uri.push(name.value);
        break;
      case 'rfc822Name':
        sorted.email.push(name.value);
        break;
      case 'iPAddress':
        sorted.ip.push(ipAddressText(name.value));
        break;
      case 'directoryName':
        sorted.directoryName.push(new DistinguishedName(name.value));
        break;
      case 'otherName':
        sortOtherName(name, sorted);
        break;
    }
  }
  for (const list of Object.values(sorted)) Object.freeze(list);
  return Object.freeze(sorted);
}

type Mutable<T> = { [K in keyof T]: T[K] extends readonly (infer U)[] ? U[] : never };

function sortOtherName({ typeId, value }: { typeId: string; value: Uint8Array }, sorted: Mutable<SubjectAltNames>): void {
  const upn = typeId === oids.otherName.userPrincipalName ? readUtf8String(value) : undefined;
  if (upn === undefined) sorted.otherName.push(Object.freeze({ typeId, value: toHex(value) }));
  else sorted.upn.push(upn);
}

/**
 * A user principal name is a UTF8String ([MS-WCCE], section 2.2.2.7.5). Nothing where the value is something else: the name then stays an
 * otherName like any other, which matches no UPN.
 */
function readUtf8String(der: Uint8Array): string | undefined {
  try {
    const reader = new DerReader(der);
    const text = reader.string('user principal name', tags.utf8String);
    reader.finish('user principal name');
    return text;
  } catch (error) {
    if (error instanceof DerError) return undefined;
    throw error;
  }
}
