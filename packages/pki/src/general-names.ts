import { isIP } from 'node:net';
import { checkOid, checkOptions, listOf } from './check-options.js';
import { element, objectIdentifier, sequence } from './der.js';
import { encodeName, isAscii, type NameInput } from './names.js';

/**
 * The names of a subjectAltName extension by their type (RFC 5280, section 4.2.1.6); each takes one value or a list. They are
 * encoded in the order of the keys. Of strings only what IA5String demands is asked, ASCII; control characters are written as
 * they are, for tests. x400Address and ediPartyName, which nobody issues, need a raw extension.
 */
export interface SubjectAltNameInput {
  /** dNSName, such as `'localhost'` or `'*.example.com'`; ASCII, so internationalised names as A-labels (`xn--…`). */
  readonly dns?: string | readonly string[];
  /** rfc822Name: a mailbox. */
  readonly email?: string | readonly string[];
  /** uniformResourceIdentifier, such as `'spiffe://example.com/payments'`. */
  readonly uri?: string | readonly string[];
  /** iPAddress, version 4 or 6 as text, without zone or prefix length. */
  readonly ip?: string | readonly string[];
  /** otherName 1.3.6.1.4.1.311.20.2.3: the user principal name of Windows, a UTF8String. */
  readonly upn?: string | readonly string[];
  /** directoryName; a list here is a list of names, so one given as a list of relative names is wrapped in another list. */
  readonly directoryName?: NameInput | readonly NameInput[];
  /** otherName of any kind; `value` is the DER of what stands under `typeId`. */
  readonly otherName?: OtherNameInput | readonly OtherNameInput[];
  /** registeredID: an OID in dotted form. */
  readonly registeredId?: string | readonly string[];
}

export interface OtherNameInput {
  readonly typeId: string;
  readonly value: Uint8Array;
}

/** The extension's value, or nothing when there is no name (an empty sequence is forbidden). Throws a `TypeError` for what cannot be written. */
export function encodeSubjectAltName(input: SubjectAltNameInput): Uint8Array | undefined {
  checkOptions(input, Object.keys(encoders), 'subjectAltName');
  const names = (Object.keys(input) as (keyof SubjectAltNameInput)[]).flatMap((type) =>
    listOf<unknown>(input[type]).map((value) => encoders[type](value as never)),
  );
  return names.length === 0 ? undefined : sequence(...names);
}

const userPrincipalName = '1.3.6.1.4.1.311.20.2.3';

/** GeneralName is a CHOICE of context tags; a directoryName is tagged explicitly, being a CHOICE itself (X.680, section 31.2.7). */
const encoders = {
  dns: (value: string) => element(0x82, ascii(value, 'dns')),
  email: (value: string) => element(0x81, ascii(value, 'email')),
  uri: (value: string) => element(0x86, ascii(value, 'uri')),
  ip: (value: string) => element(0x87, address(value)),
  upn: (value: string) => otherName(userPrincipalName, element(0x0c, Buffer.from(text(value, 'upn')))),
  directoryName: (value: NameInput) => element(0xa4, encodeName(value)),
  otherName: (value: OtherNameInput) => {
    checkOptions(value, ['typeId', 'value'], 'subjectAltName.otherName');
    if (!(value.value instanceof Uint8Array)) throw new TypeError('subjectAltName.otherName.value: expected the DER as Uint8Array');
    return otherName(checkOid(value.typeId, 'subjectAltName.otherName.typeId'), value.value);
  },
  registeredId: (value: string) => objectIdentifier(checkOid(text(value, 'registeredId'), 'subjectAltName.registeredId'), 0x88),
};

function otherName(typeId: string, value: Uint8Array): Uint8Array {
  return element(0xa0, objectIdentifier(typeId), element(0xa0, value));
}

function ascii(value: string, type: string): Uint8Array {
  if (!isAscii(text(value, type))) throw new TypeError(`subjectAltName.${type}: '${value}' is not ASCII, as IA5String must be`);
  return Buffer.from(value, 'latin1');
}

function text(value: string, type: string): string {
  if (typeof value !== 'string' || value === '') throw new TypeError(`subjectAltName.${type}: expected a string that is not empty`);
  return value;
}

/** Four octets or sixteen (RFC 5280, section 4.2.1.6). */
function address(value: string): Uint8Array {
  const version = isIP(value);
  if (version === 0 || value.includes('%')) throw new TypeError(`subjectAltName.ip: '${value}' is not an IPv4 or IPv6 address`);
  return Uint8Array.from(version === 4 ? value.split('.').map(Number) : ipv6Groups(value).flatMap((group) => [group >> 8, group & 0xff]));
}

/** The URL parser knows every way to write an address, `::ffff:192.0.2.1` included, and gives back hexadecimal groups alone. */
function ipv6Groups(value: string): number[] {
  const [before, after] = new URL(`http://[${value}]`).hostname
    .slice(1, -1)
    .split('::')
    .map((half) => half.split(':').filter((group) => group !== ''));
  const groups =
    after === undefined
      ? (before as string[])
      : [...(before as string[]), ...Array<string>(8 - (before as string[]).length - after.length).fill('0'), ...after];
  return groups.map((group) => Number.parseInt(group, 16));
}
