import { hash } from 'node:crypto';
import { DerLimitError, DerReader, der, equalBytes, isStringTag, tags, toHex } from '../asn1/index.js';
import { type Attribute, attributeKeyword } from './attribute.js';
import { formatName } from './name-format.js';
import { prepareString } from './string-preparation.js';

/** A distinguished name (RFC 5280, section 4.1.2.4): its bytes were checked when it was read, its attributes are decoded when asked for. */
export class Name {
  readonly #bytes: Uint8Array;
  readonly #start: number;
  readonly #end: number;
  #rdns: readonly (readonly Attribute[])[] | undefined;
  #key: string | undefined;

  /** Internal: `readName` has checked the bytes. */
  constructor(bytes: Uint8Array, start: number, end: number) {
    this.#bytes = bytes;
    this.#start = start;
    this.#end = end;
  }

  get der(): Uint8Array {
    return this.#bytes.subarray(this.#start, this.#end);
  }

  /** Whether there is no attribute at all. */
  get isEmpty(): boolean {
    // The two octets of an empty SEQUENCE; a relative name in it would take more.
    return this.#end - this.#start === 2;
  }

  /** The relative distinguished names in their encoded order, the most general first. */
  get rdns(): readonly (readonly Attribute[])[] {
    this.#rdns ??= decodeRdns(this.#bytes, this.#start, this.#end);
    return this.#rdns;
  }

  /**
   * Two names match when their keys are equal (RFC 5280, section 7.1): string types are one, strings are compared as RFC 4518 prepares them,
   * values that are no strings by their bytes. Attributes of one relative name have no order.
   *
   * A name of more than 1,024 bytes matches its own bytes alone: RFC 5280, appendix A.1 bounds most attributes at 64 characters, so that fifteen
   * such attributes fit, and what a peer can make us prepare is bounded.
   */
  get key(): string {
    this.#key ??= this.#end - this.#start > longestPrepared ? hash('sha256', this.der) : this.rdns.map(rdnKey).join('|');
    return this.#key;
  }

  equals(other: Name): boolean {
    return this === other || equalBytes(this.der, other.der) || this.key === other.key;
  }

  /** The name as RFC 4514 writes it, the most specific attribute first. */
  toString(): string {
    return formatName(this.rdns);
  }
}

const longestPrepared = 1_024;

/**
 * Reads a Name and checks all of it, so that decoding it later cannot fail.
 *
 * X.690, section 11.6 orders the attributes of one relative name by their encodings. That order is not asked for: it has no
 * meaning, and issuers that keep the one they were given are common.
 */
export function readName(reader: DerReader, what: string): Name {
  const start = reader.position;
  const rdns = reader.sequence(what);
  let attributes = 0;
  while (!rdns.isAtEnd) attributes = checkRelativeName(rdns.enter(tags.set, `${what} relative name`), what, attributes);
  return new Name(reader.bytes, start, reader.position);
}

/** A name of these relative names, the most general first; for what an operator writes as text. */
export function nameOf(rdns: readonly (readonly { readonly type: string; readonly value: string }[])[]): Name {
  const attributes = rdns.map((rdn) =>
    der.element(
      tags.set,
      ...rdn.map(({ type, value }) => der.sequence(der.objectIdentifier(type), der.element(tags.utf8String, Buffer.from(value)))),
    ),
  );
  return readName(new DerReader(der.sequence(...attributes)), 'name');
}

/** Reads attributes up to the reader's end: the content of one RelativeDistinguishedName, wherever it stands. */
export function readRelativeName(reader: DerReader, what: string): readonly Attribute[] {
  checkRelativeName(new DerReader(reader.bytes, reader.position, reader.end), what, 0);
  return decodeRelativeName(reader);
}

/** Names of people and machines have about ten attributes. Without a limit, 64 KiB of them would be decoded for every comparison of names. */
const maxAttributes = 128;

/** Gives the number of attributes, with those that stand before this relative name. */
function checkRelativeName(rdn: DerReader, what: string, before: number): number {
  let attributes = before;
  // SET SIZE (1..MAX)
  do {
    if (++attributes > maxAttributes) throw new DerLimitError(`${what} has more than ${maxAttributes} attributes`);
    const attribute = rdn.sequence(`${what} attribute`);
    attribute.skipObjectIdentifier(`${what} attribute type`);
    if (isStringTag(attribute.nextTag)) attribute.skipString(`${what} attribute value`);
    else attribute.skip(`${what} attribute value`);
    attribute.finish(`${what} attribute`);
  } while (!rdn.isAtEnd);
  return attributes;
}

function decodeRdns(bytes: Uint8Array, start: number, end: number): readonly (readonly Attribute[])[] {
  const rdns: (readonly Attribute[])[] = [];
  const reader = new DerReader(bytes, start, end).sequence('Name');
  while (!reader.isAtEnd) rdns.push(decodeRelativeName(reader.enter(tags.set, 'relative name')));
  return Object.freeze(rdns);
}

function decodeRelativeName(rdn: DerReader): readonly Attribute[] {
  const attributes: Attribute[] = [];
  while (!rdn.isAtEnd) {
    const attribute = rdn.sequence('attribute');
    const type = attribute.objectIdentifier('attribute type');
    const isString = isStringTag(attribute.nextTag);
    const valueStart = attribute.position;
    const string = isString ? attribute.string('attribute value') : undefined;
    if (!isString) attribute.skip('attribute value');
    const der = attribute.bytes.subarray(valueStart, attribute.position);
    attributes.push(Object.freeze({ type, keyword: attributeKeyword(type), value: string ?? `#${toHex(der)}`, isString, der }));
  }
  return Object.freeze(attributes);
}

/**
 * The key of the name that one more relative name below `base` makes: what nameRelativeToCRLIssuer stands for (RFC 5280, section 4.2.1.13).
 */
export function keyBelow(base: Name, rdn: readonly Attribute[]): string {
  return base.isEmpty ? rdnKey(rdn) : `${base.key}|${rdnKey(rdn)}`;
}

function rdnKey(rdn: readonly Attribute[]): string {
  return rdn.map(attributeKey).sort().join('+');
}

/** The length in front makes the key unambiguous, whatever the value holds. */
function attributeKey({ type, value, isString, der }: Attribute): string {
  // OpenSSL folds these types alone; a NumericString is compared by its bytes.
  if (!isString || der[0] === tags.numericString) return `${type}#${toHex(der)}`;
  const folded = prepareString(value);
  return `${type}=${folded.length}:${folded}`;
}
