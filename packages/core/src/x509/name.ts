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
  #isPrepared: boolean | undefined;

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
   * A name that is not prepared matches its own bytes alone (see `isPrepared`).
   */
  get key(): string {
    this.#key ??= this.#prepared() ?? hash('sha256', this.der);
    return this.#key;
  }

  /**
   * Whether the key is made of the name's parts, so that one can tell what the name begins with. A name of more than 1,024 bytes is not prepared, nor is one
   * that would take long: RFC 5280, appendix A.1 bounds most attributes at 64 characters, so that fifteen such attributes fit, and what a peer can
   * make us prepare is bounded.
   */
  get isPrepared(): boolean {
    this.#isPrepared ??= this.#prepared() !== undefined;
    return this.#isPrepared;
  }

  equals(other: Name): boolean {
    return this === other || equalBytes(this.der, other.der) || this.key === other.key;
  }

  #prepared(): string | undefined {
    if (this.#end - this.#start > longestPrepared) return undefined;
    const keys = this.rdns.map(rdnKey);
    return keys.includes(undefined) ? undefined : keys.join('|');
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
  const key = rdnKey(rdn);
  // What is not prepared is no name that could be compared by its parts.
  if (key === undefined || !base.isPrepared) return '#';
  return base.isEmpty ? key : `${base.key}|${key}`;
}

function rdnKey(rdn: readonly Attribute[]): string | undefined {
  const keys = rdn.map(attributeKey);
  return keys.includes(undefined) ? undefined : keys.sort().join('+');
}

/** The length in front makes the key unambiguous, whatever the value holds. */
function attributeKey({ type, value, isString, der }: Attribute): string | undefined {
  if (!isString) return `${type}#${toHex(der)}`;
  const prepared = prepareString(value);
  return prepared === undefined ? undefined : `${type}=${prepared.length}:${prepared}`;
}
