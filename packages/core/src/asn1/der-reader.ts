import { checkBitString, decodeNamedBits } from './bit-string.js';
import { DerError } from './der-error.js';
import { checkInteger, decodeNatural } from './integer.js';
import { checkObjectIdentifier, decodeObjectIdentifier } from './object-identifier.js';
import { checkString, decodeString } from './string.js';
import { tags } from './tags.js';
import { decodeGeneralizedTime, decodeUtcTime } from './time.js';

/**
 * A cursor over DER (X.690, sections 8 and 10) that copies nothing: what it hands out are sub-arrays of the bytes it was given.
 *
 * It accepts one encoding only: tags of one octet, definite lengths in their shortest form, elements that end inside their
 * container. Each method reads the next element, which must be of the type that the method names, and moves behind it; `what` is
 * the element's name in the message of the `DerError` that is thrown otherwise. Nothing recurses: depth is what the caller's grammar has.
 * Whoever reads a container calls `finish` at its end, which refuses left-over bytes.
 */
export class DerReader {
  readonly bytes: Uint8Array;
  readonly #end: number;
  #position: number;
  // Of the element read last; fields rather than a returned object, since every element of every certificate passes here.
  #contentStart = 0;

  constructor(bytes: Uint8Array, start = 0, end: number = bytes.length) {
    this.bytes = bytes;
    this.#position = start;
    this.#end = end;
  }

  /** Offset in `bytes` of the next element. */
  get position(): number {
    return this.#position;
  }

  /** Offset in `bytes` of the content of the element read last, which ends at `position`. */
  get contentStart(): number {
    return this.#contentStart;
  }

  /** Offset in `bytes` behind the last element. */
  get end(): number {
    return this.#end;
  }

  get isAtEnd(): boolean {
    return this.#position >= this.#end;
  }

  /** The tag of the next element, -1 at the end. */
  get nextTag(): number {
    return this.#position < this.#end ? (this.bytes[this.#position] as number) : -1;
  }

  /** Refuses bytes behind the last element. */
  finish(what: string): void {
    if (this.#position !== this.#end) throw new DerError(`${what}: trailing data`);
  }

  /** A reader of the content of the next element. */
  enter(tag: number, what: string): DerReader {
    this.#read(tag, what);
    return new DerReader(this.bytes, this.#contentStart, this.#position);
  }

  sequence(what: string): DerReader {
    return this.enter(tags.sequence, what);
  }

  /** The whole next element, header included, of any type. */
  element(what: string): Uint8Array {
    const start = this.#position;
    this.skip(what);
    return this.bytes.subarray(start, this.#position);
  }

  /** The content octets of the next element. */
  content(tag: number, what: string): Uint8Array {
    this.#read(tag, what);
    return this.bytes.subarray(this.#contentStart, this.#position);
  }

  /** Moves behind the next element, of any type. */
  skip(what: string): void {
    this.#read(this.nextTag, what);
  }

  /** Moves behind the next element, which has `tag`. */
  skipTagged(tag: number, what: string): void {
    this.#read(tag, what);
  }

  boolean(what: string, tag: number = tags.boolean): boolean {
    this.#read(tag, what);
    if (this.#position - this.#contentStart !== 1) throw new DerError(`${what}: BOOLEAN is not of one octet`);
    const value = this.bytes[this.#contentStart];
    // X.690, section 11.1
    if (value !== 0x00 && value !== 0xff) throw new DerError(`${what}: BOOLEAN is neither 00 nor FF`);
    return value === 0xff;
  }

  /** The content octets of an INTEGER: two's complement, big endian, shortest form. */
  integer(what: string, tag: number = tags.integer): Uint8Array {
    this.#read(tag, what);
    checkInteger(this.bytes, this.#contentStart, this.#position, what);
    return this.bytes.subarray(this.#contentStart, this.#position);
  }

  /** An INTEGER (0..MAX) as a number; `Number.MAX_SAFE_INTEGER` stands for itself and everything above. */
  natural(what: string, tag: number = tags.integer): number {
    this.#read(tag, what);
    return decodeNatural(this.bytes, this.#contentStart, this.#position, what);
  }

  /** A BIT STRING of whole octets, such as a key or a signature. */
  octetAlignedBitString(what: string, tag: number = tags.bitString): Uint8Array {
    this.#read(tag, what);
    if (checkBitString(this.bytes, this.#contentStart, this.#position, what) !== 0) {
      throw new DerError(`${what}: BIT STRING is not of whole octets`);
    }
    return this.bytes.subarray(this.#contentStart + 1, this.#position);
  }

  /** Moves behind a BIT STRING of any length. */
  skipBitString(what: string, tag: number = tags.bitString): void {
    this.#read(tag, what);
    checkBitString(this.bytes, this.#contentStart, this.#position, what);
  }

  /** A named bit list as a number, bit 0 of the list as the lowest bit. */
  namedBits(what: string, tag: number = tags.bitString): number {
    this.#read(tag, what);
    return decodeNamedBits(this.bytes, this.#contentStart, this.#position, what);
  }

  octetString(what: string, tag: number = tags.octetString): Uint8Array {
    return this.content(tag, what);
  }

  null(what: string): void {
    this.#read(tags.null, what);
    if (this.#position !== this.#contentStart) throw new DerError(`${what}: NULL with content`);
  }

  /** An OBJECT IDENTIFIER in dotted-decimal form. */
  objectIdentifier(what: string, tag: number = tags.objectIdentifier): string {
    this.#read(tag, what);
    return decodeObjectIdentifier(this.bytes, this.#contentStart, this.#position, what);
  }

  /** Moves behind an OBJECT IDENTIFIER, which is checked. */
  skipObjectIdentifier(what: string, tag: number = tags.objectIdentifier): void {
    this.#read(tag, what);
    checkObjectIdentifier(this.bytes, this.#contentStart, this.#position, what);
  }

  /** A UTCTime or GeneralizedTime, in milliseconds since the epoch. */
  time(what: string): number {
    if (this.nextTag === tags.utcTime) {
      this.#read(tags.utcTime, what);
      return decodeUtcTime(this.bytes, this.#contentStart, this.#position, what);
    }
    this.#read(tags.generalizedTime, what);
    return decodeGeneralizedTime(this.bytes, this.#contentStart, this.#position, what);
  }

  /** A string; `type` is the string type, where an IMPLICIT `tag` hides it. */
  string(what: string, type: number = this.nextTag, tag: number = type): string {
    this.skipString(what, type, tag);
    return decodeString(type, this.bytes, this.#contentStart, this.#position);
  }

  /** Moves behind a string, which is checked but not decoded. */
  skipString(what: string, type: number = this.nextTag, tag: number = type): void {
    this.#read(tag, what);
    checkString(type, this.bytes, this.#contentStart, this.#position, what);
  }

  /** Reads the header of the next element, which must have `tag`, and moves behind its content. */
  #read(tag: number, what: string): void {
    const { bytes } = this;
    const end = this.#end;
    let position = this.#position;
    if (position >= end) throw new DerError(`${what} is missing`);
    const found = bytes[position++] as number;
    if (found !== tag) throw new DerError(`${what}: tag ${hex(found)} where ${hex(tag)} is expected`);
    if ((found & 0x1f) === 0x1f) throw new DerError(`${what}: tag number above 30`);
    if (position >= end) throw new DerError(`${what}: the length is cut off`);
    let length = bytes[position++] as number;
    if (length >= 0x80) {
      const octets = length - 0x80;
      if (octets === 0) throw new DerError(`${what}: indefinite length`);
      if (octets > 4) throw new DerError(`${what}: length of more than four octets`);
      if (position + octets > end) throw new DerError(`${what}: the length is cut off`);
      length = 0;
      for (const behind = position + octets; position < behind; position++) length = length * 256 + (bytes[position] as number);
      // X.690, section 10.1: the shortest form.
      if (length < 0x80 || length < 256 ** (octets - 1)) throw new DerError(`${what}: length is not in its shortest form`);
    }
    if (length > end - position) throw new DerError(`${what}: runs past the end of what holds it`);
    this.#contentStart = position;
    this.#position = position + length;
  }
}

/** A reader of the content of the one SEQUENCE that `bytes` must be, all of it. */
export function readSequence(bytes: Uint8Array, what: string): DerReader {
  const outer = new DerReader(bytes);
  const inner = outer.sequence(what);
  outer.finish(what);
  return inner;
}

/** Reads a `SEQUENCE SIZE (1..MAX) OF`, or a SET, whose content `reader` stands before: `readOne` until its end. */
export function readEach<T>(reader: DerReader, what: string, readOne: (reader: DerReader) => T): readonly T[] {
  if (reader.isAtEnd) throw new DerError(`${what} is empty`);
  const all: T[] = [];
  while (!reader.isAtEnd) all.push(readOne(reader));
  return Object.freeze(all);
}

function hex(tag: number): string {
  return tag.toString(16).padStart(2, '0');
}
