import { oids } from '../../x509/index.js';
import { type Domain, isBelow, readDomain, readHost } from './host.js';
import type { NameForm } from './name-form.js';
import { readUtf8OtherName } from './utf8-other-name.js';

interface Mailbox {
  /** Without the quotes and backslashes of a quoted string, which are no part of it (RFC 5321, section 4.1.2). */
  readonly localPart: string;
  readonly host: string;
}

type MailSubtree = { readonly kind: 'all' } | ({ readonly kind: 'mailbox' } & Mailbox) | ({ readonly kind: 'host' | 'below' } & Domain);

/**
 * RFC 5280, section 4.2.1.10: a mailbox, all mailboxes at a host, or all mailboxes below a domain. Section 7.5: local parts are compared
 * exactly, hosts without regard to case.
 *
 * The constraints concern each rfc822Name, each emailAddress of the subject and each SmtpUTF8Mailbox (RFC 9598, section 6), whose domain has
 * A-labels: one with other letters is refused, like any host that is none. A mailbox at an address (`a@[192.0.2.1]`) has no host to compare.
 *
 * | subtree       | name             | in the subtree |
 * | ------------- | ---------------- | -------------- |
 * | (empty)       | any              | yes            |
 * | a@b.example   | a@B.example      | yes            |
 * | a@b.example   | "a"@b.example    | yes            |
 * | a@b.example   | A@b.example      | no             |
 * | a@b.example   | a@c.b.example    | no             |
 * | b.example     | a@b.example      | yes            |
 * | b.example     | a@c.b.example    | no             |
 * | .b.example    | a@c.b.example    | yes            |
 * | .b.example    | a@b.example      | no             |
 * | .b.example    | a@cb.example     | no             |
 * | any           | a, @b, a@b@c, a@[192.0.2.1], … | refused |
 * | a@b@c, @b, …  | any              | refused        |
 */
export const rfc822Name: NameForm<Mailbox, MailSubtree> = {
  label: 'rfc822Name',

  readName(name) {
    if (name.type === 'rfc822Name') return readMailbox(name.value, asciiLocalPart);
    if (name.type !== 'otherName' || name.typeId !== oids.otherName.smtpUTF8Mailbox) return undefined;
    const mailbox = readUtf8OtherName(name.value);
    return mailbox === undefined ? undefined : readMailbox(mailbox, utf8LocalPart);
  },

  readSubtree(base) {
    if (base.type !== 'rfc822Name') return undefined;
    const { value } = base;
    if (value === '') return { kind: 'all' };
    if (value.includes('@')) {
      const mailbox = readMailbox(value, asciiLocalPart);
      return mailbox === undefined ? undefined : { kind: 'mailbox', ...mailbox };
    }
    const kind = value.startsWith('.') ? 'below' : 'host';
    const domain = readDomain(kind === 'below' ? value.slice(1) : value);
    return domain === undefined ? undefined : { kind, ...domain };
  },

  permits: contains,
  excludes: contains,
};

function contains(subtree: MailSubtree, { localPart, host }: Mailbox): boolean {
  switch (subtree.kind) {
    case 'all':
      return true;
    case 'mailbox':
      return localPart === subtree.localPart && host === subtree.host;
    case 'host':
      return host === subtree.host;
    case 'below':
      return isBelow(host, subtree);
  }
}

interface LocalPartSyntax {
  readonly dotString: RegExp;
  readonly quotedString: RegExp;
}

/** RFC 5321, section 4.1.2. */
const asciiLocalPart: LocalPartSyntax = {
  dotString: /^[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*$/,
  quotedString: /^"(?:[ !#-[\]-~]|\\[ -~])*"$/,
};

/** RFC 6531, section 3.3 adds what is not ASCII. */
const utf8LocalPart: LocalPartSyntax = {
  dotString: /^[\w!#$%&'*+/=?^`{|}~\x80-\u{10ffff}-]+(?:\.[\w!#$%&'*+/=?^`{|}~\x80-\u{10ffff}-]+)*$/u,
  quotedString: /^"(?:[ !#-[\]-~\x80-\u{10ffff}]|\\[ -~])*"$/u,
};

/** RFC 5321, section 4.5.3.1: 64 octets, an @, and 255. */
const longestMailbox = 320;

function readMailbox(text: string, { dotString, quotedString }: LocalPartSyntax): Mailbox | undefined {
  if (text.length > longestMailbox) return undefined;
  // A quoted local part may hold the character too; a host has none.
  const at = text.lastIndexOf('@');
  const host = at < 0 ? undefined : readHost(text.slice(at + 1));
  if (host === undefined) return undefined;
  const written = text.slice(0, at);
  if (dotString.test(written)) return { localPart: written, host };
  if (quotedString.test(written)) return { localPart: written.slice(1, -1).replace(/\\(.)/g, '$1'), host };
  return undefined;
}
