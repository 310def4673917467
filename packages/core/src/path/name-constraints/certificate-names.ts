import { type Certificate, type GeneralName, type Name, oids } from '../../x509/index.js';
import { type FormKey, formKey } from './forms.js';
import { weight } from './name-text.js';

/** Names of one form, and what reading them costs, in comparisons of short names. */
interface NameGroup {
  readonly names: GeneralName[];
  weight: number;
}

/**
 * The names of a certificate that constraints concern (RFC 5280, section 6.1.3 (b) and (c)): the subject unless it is empty, all of
 * subjectAltName, and each emailAddress of the subject where there are constraints on mailboxes.
 *
 * RFC 5280 asks for emailAddress only where there is no subjectAltName. Whoever reads the subject's address then believes one that no
 * constraint was held against, so it is compared in any case, as OpenSSL does. A commonName is no host name (RFC 9525, appendix A): OpenSSL
 * holds constraints on dNSName against one that looks like a host, Go and webpki do not, and the suites want it let through.
 */
export function namesByForm(certificate: Certificate, isMailLimited: boolean): ReadonlyMap<FormKey, NameGroup> {
  const groups = new Map<FormKey, NameGroup>();
  const { subject } = certificate;
  if (!subject.isEmpty) add(groups, 'directoryName', { type: 'directoryName', value: subject });
  for (const name of certificate.subjectAltName ?? []) {
    add(groups, formKey(name), name);
    // RFC 9598, section 6: what rfc822Name constrains, it constrains here too.
    if (name.type === 'otherName' && name.typeId === oids.otherName.smtpUTF8Mailbox) add(groups, 'rfc822Name', name);
  }
  // Whatever type of string it is, or no string at all: what spells no mailbox in ASCII cannot be compared, and is refused.
  if (isMailLimited) for (const value of emailAddresses(subject)) add(groups, 'rfc822Name', { type: 'rfc822Name', value });
  return groups;
}

function emailAddresses(subject: Name): readonly string[] {
  return subject.rdns.flatMap((rdn) => rdn.filter(({ type }) => type === emailAddress).map(({ value }) => value));
}

/** RFC 5280, section 4.1.2.6 and appendix A.1. */
const emailAddress = '1.2.840.113549.1.9.1';

function add(groups: Map<FormKey, NameGroup>, key: FormKey, name: GeneralName): void {
  const group = groups.get(key);
  if (group === undefined) groups.set(key, { names: [name], weight: weight(name) });
  else {
    group.names.push(name);
    group.weight += weight(name);
  }
}
