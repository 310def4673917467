import { nearestName } from '../errors/index.js';
import { oids } from '../x509/index.js';
import { isObjectIdentifier } from './attribute-keys.js';

const names = Object.keys(oids.keyPurpose);
const byOid: ReadonlyMap<string, string> = new Map(Object.entries(oids.keyPurpose).map(([name, oid]) => [oid, name]));

/** A name of RFC 5280, section 4.2.1.12, or a dotted OID. */
export function isKeyPurpose(text: string): boolean {
  return names.includes(text) || isObjectIdentifier(text);
}

/** As the identity shows it: by name where there is one. */
export function keyPurposeName(purpose: string): string {
  return byOid.get(purpose) ?? purpose;
}

/** What is wrong with a text that names no key purpose, for the operator. */
export function unknownKeyPurpose(text: string): string {
  const near = nearestName(text, names);
  return `'${text.slice(0, 100)}' is no key purpose${near === undefined ? '' : ` (did you mean '${near}'?)`}: name it as RFC 5280 does (${names.join(', ')}), or by its dotted OID`;
}
