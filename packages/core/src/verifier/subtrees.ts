import ipaddr from 'ipaddr.js';
import { z } from 'zod';
import { readDistinguishedNameText } from '../policy/index.js';
import { type GeneralName, type GeneralSubtree, nameOf } from '../x509/index.js';

/** Names and all names below them, by form; each a text or a list of texts. At least one form, and no empty list. */
export interface Subtrees {
  /** `example.com` and all below it. */
  dns?: string | readonly string[] | undefined;
  /** A mailbox `alice@example.com`, all of a host `example.com`, or all below it `.example.com`. */
  email?: string | readonly string[] | undefined;
  /** The host of a URI, `example.com`, or all below it, `.example.com`. */
  uri?: string | readonly string[] | undefined;
  /** An address, or a range as RFC 4632 writes it: `192.0.2.0/24`, `2001:db8::/32`. */
  ip?: string | readonly string[] | undefined;
  /** A distinguished name as RFC 4514 writes it, and all below it: `O=Example,C=DE`. */
  directoryName?: string | readonly string[] | undefined;
}

type Form = keyof Subtrees;

/** What a text of a form stands for, or what is wrong with it. */
type Reading = { readonly name: GeneralName } | { readonly problem: string };

const host = '(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?)(?:\\.[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?)*';
const isHost = new RegExp(`^${host}$`, 'i');
const isHostOrBelow = new RegExp(`^\\.?${host}$`, 'i');
const atom = "[a-z0-9!#$%&'*+/=?^_`{|}~-]+";
const isMailOrHost = new RegExp(`^(?:${atom}(?:\\.${atom})*@${host}|\\.?${host})$`, 'i');
/** An IPv4 address, or none, to those who read URIs as browsers do. */
const endsInNumber = /(?:^|\.)(?:[0-9]+|0x[0-9a-f]*)$/i;

const forms: Readonly<Record<Form, (text: string) => Reading>> = {
  dns: (text) =>
    isHost.test(text) && text.length <= 253
      ? { name: { type: 'dNSName', value: text } }
      : { problem: "must be a DNS name in ASCII, such as 'example.com': it stands for itself and all below it" },
  email: (text) =>
    isMailOrHost.test(text) && text.length <= 320
      ? { name: { type: 'rfc822Name', value: text } }
      : { problem: "must be a mailbox 'alice@example.com', a host 'example.com', or '.example.com' for the hosts below it" },
  uri: (text) =>
    isHostOrBelow.test(text) && text.length <= 253 && !endsInNumber.test(text)
      ? { name: { type: 'uniformResourceIdentifier', value: text } }
      : { problem: "must be the host of a URI, 'example.com', or '.example.com' for the hosts below it" },
  ip: readRange,
  directoryName(text) {
    const read = readDistinguishedNameText(text);
    // RFC 4514 writes the most specific first, DER has it last.
    if (!read.ok) return { problem: read.problem };
    try {
      const name = nameOf([...read.rdns].reverse());
      return name.isPrepared ? { name: { type: 'directoryName', value: name } } : { problem: 'is longer than a name that can be compared' };
    } catch {
      return { problem: 'has more attributes than a name may have' };
    }
  },
};

/** RFC 5280, section 4.2.1.10: the address, then the mask. */
function readRange(text: string): Reading {
  const problem = "must be an address or a range, such as '192.0.2.0/24' or '2001:db8::/32'";
  try {
    const isRange = text.includes('/');
    const address = isRange ? ipaddr.parseCIDR(text)[0] : ipaddr.parse(text);
    const length = isRange ? ipaddr.parseCIDR(text)[1] : address.toByteArray().length * 8;
    const octets = address.toByteArray();
    const mask = octets.map((_, index) => 0xff & ~(0xff >> Math.min(8, Math.max(0, length - 8 * index))));
    // ipaddr.js reads 10.1 and 0x7f.1 as addresses too, as old C libraries do.
    const isUsual = address.kind() === 'ipv6' || ipaddr.IPv4.isValidFourPartDecimal(text.replace(/\/.*$/, ''));
    if (!isUsual || text.includes('%')) return { problem };
    if (octets.some((octet, index) => (octet & ~(mask[index] as number)) !== 0))
      return { problem: `${problem}: it has bits beyond its mask` };
    return { name: { type: 'iPAddress', value: Uint8Array.from([...octets, ...mask]) } };
  } catch {
    return { problem };
  }
}

function namesOf(form: Form) {
  const text = z.string().superRefine((given, context) => {
    const read = forms[form](given);
    if ('problem' in read) context.addIssue({ code: 'custom', message: `'${given}' ${read.problem}`, input: given });
  });
  return z.union([text, z.array(text).min(1, 'is an empty list: name a subtree, or leave the form out')]).optional();
}

export const subtreesSchema = z
  .strictObject(
    { dns: namesOf('dns'), email: namesOf('email'), uri: namesOf('uri'), ip: namesOf('ip'), directoryName: namesOf('directoryName') },
    { error: ({ code }) => (code === 'invalid_type' ? "expected an object of names by form, such as { dns: 'example.com' }" : undefined) },
  )
  .refine((subtrees) => Object.values(subtrees).some((names) => names !== undefined), {
    error: "is empty: name a subtree, such as { dns: 'example.com' }",
  });

/** The subtrees as name constraints write them; parsed options only. */
export function generalSubtrees(subtrees: Subtrees | undefined): readonly GeneralSubtree[] | undefined {
  if (subtrees === undefined) return undefined;
  return Object.entries(subtrees).flatMap(([form, names]) =>
    [names ?? []].flat().map((text: string) => {
      const read = forms[form as Form](text);
      if ('problem' in read) throw new TypeError(`'${text}' ${read.problem}`);
      return { base: read.name };
    }),
  );
}
