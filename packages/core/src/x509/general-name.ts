import { constructedTag, DerError, type DerReader, primitiveTag, readEach, tags } from '../asn1/index.js';
import { type Name, readName } from './name.js';

/**
 * RFC 5280, section 4.2.1.6. Strings are printable ASCII and not empty; addresses are of 4 or 16 octets (in name constraints an address
 * and a mask, 8 or 32 octets, and strings may be empty). `otherName` has its value's DER, without the `[0]` around it; `x400Address` and
 * `ediPartyName` are not decoded, their value is the whole element.
 */
export type GeneralName =
  | { readonly type: 'otherName'; readonly typeId: string; readonly value: Uint8Array }
  | { readonly type: 'rfc822Name'; readonly value: string }
  | { readonly type: 'dNSName'; readonly value: string }
  | { readonly type: 'x400Address'; readonly value: Uint8Array }
  | { readonly type: 'directoryName'; readonly value: Name }
  | { readonly type: 'ediPartyName'; readonly value: Uint8Array }
  | { readonly type: 'uniformResourceIdentifier'; readonly value: string }
  | { readonly type: 'iPAddress'; readonly value: Uint8Array }
  | { readonly type: 'registeredID'; readonly value: string };

/** Reads a SEQUENCE SIZE (1..MAX) OF GeneralName; `tag` where it is tagged IMPLICIT. */
export function readGeneralNames(reader: DerReader, what: string, tag: number = tags.sequence): readonly GeneralName[] {
  return readEach(reader.enter(tag, what), what, (names) => readGeneralName(names, what));
}

/** A name as it stands everywhere but in name constraints. */
export function readGeneralName(reader: DerReader, what: string): GeneralName {
  const name = readAnyGeneralName(reader, what);
  switch (name.type) {
    case 'rfc822Name':
    case 'dNSName':
    case 'uniformResourceIdentifier':
      if (name.value === '') throw new DerError(`${what}: ${name.type} is empty`);
      break;
    case 'iPAddress':
      if (name.value.length !== 4 && name.value.length !== 16) throw new DerError(`${what}: iPAddress is not of 4 or 16 octets`);
      break;
  }
  return name;
}

/** The base of a subtree in name constraints (RFC 5280, section 4.2.1.10). */
export function readConstraintName(reader: DerReader, what: string): GeneralName {
  const name = readAnyGeneralName(reader, what);
  if (name.type !== 'iPAddress') return name;
  const { length } = name.value;
  if (length !== 8 && length !== 32) throw new DerError(`${what}: iPAddress is not of 8 or 32 octets`);
  if (!isPrefixMask(name.value.subarray(length / 2))) throw new DerError(`${what}: iPAddress with a mask that is no prefix`);
  return name;
}

const nameTags = {
  otherName: constructedTag(0),
  rfc822Name: primitiveTag(1),
  dNSName: primitiveTag(2),
  x400Address: constructedTag(3),
  directoryName: constructedTag(4),
  ediPartyName: constructedTag(5),
  uniformResourceIdentifier: primitiveTag(6),
  iPAddress: primitiveTag(7),
  registeredID: primitiveTag(8),
} as const;

function readAnyGeneralName(reader: DerReader, what: string): GeneralName {
  switch (reader.nextTag) {
    case nameTags.otherName:
      return readOtherName(reader, what);
    case nameTags.rfc822Name:
      return Object.freeze({ type: 'rfc822Name', value: readAscii(reader, `${what}: rfc822Name`, nameTags.rfc822Name) });
    case nameTags.dNSName:
      return Object.freeze({ type: 'dNSName', value: readAscii(reader, `${what}: dNSName`, nameTags.dNSName) });
    case nameTags.x400Address:
      return Object.freeze({ type: 'x400Address', value: reader.element(what) });
    case nameTags.directoryName:
      return readDirectoryName(reader, what);
    case nameTags.ediPartyName:
      return Object.freeze({ type: 'ediPartyName', value: reader.element(what) });
    case nameTags.uniformResourceIdentifier: {
      const value = readAscii(reader, `${what}: uniformResourceIdentifier`, nameTags.uniformResourceIdentifier);
      return Object.freeze({ type: 'uniformResourceIdentifier', value });
    }
    case nameTags.iPAddress:
      return Object.freeze({ type: 'iPAddress', value: reader.content(nameTags.iPAddress, what) });
    case nameTags.registeredID:
      return Object.freeze({ type: 'registeredID', value: reader.objectIdentifier(`${what}: registeredID`, nameTags.registeredID) });
    default:
      throw new DerError(`${what}: no form of GeneralName has this tag`);
  }
}

function readOtherName(reader: DerReader, what: string): GeneralName {
  const fields = reader.enter(nameTags.otherName, `${what}: otherName`);
  const typeId = fields.objectIdentifier(`${what}: otherName type-id`);
  const wrapper = fields.enter(constructedTag(0), `${what}: otherName value`);
  fields.finish(`${what}: otherName`);
  const value = wrapper.element(`${what}: otherName value`);
  wrapper.finish(`${what}: otherName value`);
  return Object.freeze({ type: 'otherName', typeId, value });
}

/** Name is a CHOICE, which is always tagged EXPLICIT (X.680, section 31.2.7). */
function readDirectoryName(reader: DerReader, what: string): GeneralName {
  const wrapper = reader.enter(nameTags.directoryName, `${what}: directoryName`);
  const value = readName(wrapper, `${what}: directoryName`);
  wrapper.finish(`${what}: directoryName`);
  return Object.freeze({ type: 'directoryName', value });
}

/** IA5String has control characters too; no host name, mailbox or URI does. */
function readAscii(reader: DerReader, what: string, tag: number): string {
  return reader.string(what, tags.visibleString, tag);
}

/** Ones, then zeros: RFC 5280 has the mask "in the style of RFC 4632", and a prefix is what each of its readers makes of it. */
function isPrefixMask(mask: Uint8Array): boolean {
  let isInPrefix = true;
  for (const octet of mask) {
    if (isInPrefix) {
      const inverted = octet ^ 0xff;
      if ((inverted & (inverted + 1)) !== 0) return false;
      isInPrefix = octet === 0xff;
    } else if (octet !== 0) return false;
  }
  return true;
}
