import { type GeneralName, oids } from '../../x509/index.js';
import { directoryName } from './directory-name.js';
import { dNSName } from './dns-name.js';
import { iPAddress } from './ip-address.js';
import type { NameForm } from './name-form.js';
import { rfc822Name } from './rfc822-name.js';
import { uniformResourceIdentifier } from './uniform-resource-identifier.js';
import { userPrincipalName } from './user-principal-name.js';

/** The form of a name: the alternatives of GeneralName, and each type-id of otherName, which defines a form of its own. */
export type FormKey = Exclude<GeneralName['type'], 'otherName'> | `otherName ${string}`;

/**
 * RFC 5280, section 4.2.1.10: constraints apply to names of their form alone. An otherName is of the form that its type-id defines, as RFC 4985
 * and RFC 9598 have it: a constraint on user principal names says no more about another type-id than one on hosts does.
 */
export function formKey(name: GeneralName): FormKey {
  return name.type === 'otherName' ? `otherName ${name.typeId}` : name.type;
}

/** How names of the form are compared. */
export function formOf(key: FormKey): NameForm<unknown, unknown> {
  return processed.get(key) ?? unprocessed(key);
}

const processed: ReadonlyMap<FormKey, NameForm<unknown, unknown>> = new Map<FormKey, NameForm<unknown, unknown>>([
  ['directoryName', directoryName],
  ['dNSName', dNSName],
  ['rfc822Name', rfc822Name],
  ['uniformResourceIdentifier', uniformResourceIdentifier],
  ['iPAddress', iPAddress],
  [`otherName ${oids.otherName.userPrincipalName}`, userPrincipalName],
]);

/**
 * RFC 5280, section 4.2.1.10: whoever cannot process a constraint on a form that a later certificate has a name of, rejects that
 * certificate. So it is, critical or not, with x400Address, ediPartyName, registeredID and all other type-ids of otherName.
 */
function unprocessed(label: string): NameForm<never, never> {
  return { label, readName: () => undefined, readSubtree: () => undefined, permits: () => false, excludes: () => true };
}
