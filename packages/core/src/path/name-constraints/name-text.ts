import { type GeneralName, oids } from '../../x509/index.js';
import { nameText } from '../checks/evidence.js';
import { readUtf8OtherName } from './utf8-other-name.js';

/** A name, or the base of a subtree, with its form: for logs, so one line of bounded length whatever a peer put into it. */
export function generalNameText(name: GeneralName): string {
  switch (name.type) {
    case 'rfc822Name':
    case 'dNSName':
    case 'uniformResourceIdentifier':
    case 'registeredID':
      return `${name.type} ${quoted(name.value)}`;
    case 'directoryName':
      return `directoryName "${nameText(name.value)}"`;
    case 'iPAddress':
      return `iPAddress ${addressText(name.value)}`;
    case 'otherName':
      return otherNameText(name.typeId, name.value);
    default:
      return `${name.type} of ${name.value.length} bytes`;
  }
}

/**
 * How much work a name can make, where 1 is a short name, of which a comparison takes about 50 ns: comparing texts that differ only at
 * their ends takes as long as they are.
 */
export function weight(name: GeneralName): number {
  // To prepare a name for comparison takes as long as to compare a short one for each of its octets.
  return 1 + (name.type === 'directoryName' ? name.value.der.length : name.value.length >> 6);
}

/** A host name has 253 characters at most. */
const longestText = 256;

function quoted(text: string): string {
  const shown = text.slice(0, longestText).replace(/["\\\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, (character) => {
    return `\\u{${(character.codePointAt(0) as number).toString(16)}}`;
  });
  return text.length > longestText ? `"${shown}…" (${text.length} characters)` : `"${shown}"`;
}

function otherNameText(typeId: string, value: Uint8Array): string {
  const form = knownTypes.get(typeId);
  const text = form === undefined ? undefined : readUtf8OtherName(value);
  return text === undefined ? `otherName ${typeId} of ${value.length} bytes` : `${form} ${quoted(text)}`;
}

const knownTypes: ReadonlyMap<string, string> = new Map([
  [oids.otherName.userPrincipalName, 'userPrincipalName'],
  [oids.otherName.smtpUTF8Mailbox, 'SmtpUTF8Mailbox'],
]);

/** An address of 4 or 16 octets, or address and mask of 8 or 32. */
function addressText(octets: Uint8Array): string {
  if (octets.length === 4) return octets.join('.');
  if (octets.length === 16) return Array.from({ length: 8 }, (_, i) => groupText(octets, i)).join(':');
  const half = octets.length / 2;
  return `${addressText(octets.subarray(0, half))}/${prefixLength(octets.subarray(half))}`;
}

function groupText(octets: Uint8Array, index: number): string {
  return (((octets[2 * index] as number) << 8) | (octets[2 * index + 1] as number)).toString(16);
}

function prefixLength(mask: Uint8Array): number {
  return mask.reduce((bits, octet) => bits + octet.toString(2).replaceAll('0', '').length, 0);
}
