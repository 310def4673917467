import type { CertificateList, Name } from '../../x509/index.js';
import type { CertificateIssuers } from './certificate-issuers.js';
import { RevokedEntry } from './entry.js';
import { hashSerial } from './serial-hash.js';

/**
 * A hash table with open addressing that holds the offsets of entries in the list's own bytes, 4 octets a slot: an object for each of a
 * million entries would take a hundred, and a sorted array of offsets twenty reads of the list for a look-up. The bits of a slot that no
 * offset needs hold some of the hash, so that hardly any entry but the right one is looked at.
 *
 * An attacker who chose serial numbers with the same hash would make it a list that is searched from end to end; the hash is keyed.
 */
export class SerialTable {
  readonly #list: CertificateList;
  readonly #view: DataView;
  readonly #issuers: CertificateIssuers | undefined;
  readonly #isDelta: boolean;
  /** 0 is an empty slot: no entry begins where the list does. */
  readonly #slots: Int32Array;
  readonly #hashShift: number;
  /** As many bits as an offset takes, 31 at most. */
  readonly #offsetBits: number;

  constructor(list: CertificateList, view: DataView, entries: number, issuers: CertificateIssuers | undefined) {
    this.#list = list;
    this.#view = view;
    this.#issuers = issuers;
    this.#isDelta = list.deltaCRLIndicator !== undefined;
    // At most seven slots of ten are taken, so that a search that fails meets six on average.
    const bits = Math.max(3, Math.ceil(Math.log2(entries / 0.7 + 1)));
    this.#slots = new Int32Array(2 ** bits);
    this.#hashShift = 32 - bits;
    this.#offsetBits = 32 - Math.clz32(list.der.length);
  }

  /**
   * Enters up to 256 entries, which have been checked, from `start` on; gives the offset behind them.
   *
   * Each goes to a slot that is in no cache, and whether it is free decides what comes next, so one by one they would wait for memory a
   * quarter of a microsecond each. The slots of all are touched first, which the processor does side by side.
   */
  addBlock(start: number, end: number): number {
    const view = this.#view;
    const slots = this.#slots;
    let at = start;
    let count = 0;
    for (; at < end && count < blockSize; count++) {
      const serial = serialOf(view, at);
      const issuer = this.#issuers === undefined ? 0 : this.#issuers.issuerAt(at);
      blockStarts[count] = at;
      blockHashes[count] = hashSerial(view, serial, serial + view.getUint8(serial - 1), issuer);
      at = behindEntry(view, at);
    }
    let touched = 0;
    for (let i = 0; i < count; i++) touched ^= slots[(blockHashes[i] as number) >>> this.#hashShift] as number;
    // Kept, so that the reads are not optimized away.
    blockTouched[0] = touched;
    for (let i = 0; i < count; i++) this.#add(blockStarts[i] as number, blockHashes[i] as number);
    return at;
  }

  /**
   * Enters the entry that begins at `start`. A serial number that is there already is entered once: it is revoked by the one as by the
   * other. In a delta CRL one of two may say that the certificate is to be removed from the list; the one that revokes is kept.
   */
  #add(start: number, hash: number): void {
    const view = this.#view;
    const serial = serialOf(view, start);
    const issuer = this.#issuers === undefined ? 0 : this.#issuers.issuerAt(start);
    const end = serial + view.getUint8(serial - 1);
    const slot = this.#find(hash, view, serial, end, issuer);
    const known = this.#offsetIn(slot);
    if (known !== 0 && !(this.#isDelta && new RevokedEntry(this.#list, known).reason === 'removeFromCRL')) return;
    this.#slots[slot] = (this.#mark(hash) << this.#offsetBits) | start;
  }

  /** The entry about the certificate with this issuer and serial number. */
  find(issuer: Name, serialNumber: Uint8Array): RevokedEntry | undefined {
    const number = this.#numberOf(issuer);
    const { length } = serialNumber;
    if (number === undefined || length > scratch.length) return undefined;
    // A view of the serial number itself would be one more object, made for each look-up.
    for (let at = 0; at < length; at++) scratch[at] = serialNumber[at] as number;
    const start = this.#offsetIn(this.#find(hashSerial(scratchView, 0, length, number), scratchView, 0, length, number));
    return start === 0 ? undefined : new RevokedEntry(this.#list, start);
  }

  #numberOf(issuer: Name): number | undefined {
    if (this.#issuers !== undefined) return this.#issuers.numberOf(issuer);
    return issuer.key === this.#list.issuer.key ? 0 : undefined;
  }

  /** The slot of the entry with that issuer and serial number, or the empty one where it belongs. */
  #find(hash: number, view: DataView, start: number, end: number, issuer: number): number {
    const slots = this.#slots;
    const last = slots.length - 1;
    const mark = this.#mark(hash);
    let slot = hash >>> this.#hashShift;
    for (;;) {
      const known = slots[slot] as number;
      if (known === 0) return slot;
      if (known >>> this.#offsetBits === mark && this.#isSame(this.#offsetIn(slot), view, start, end, issuer)) return slot;
      slot = (slot + 1) & last;
    }
  }

  /** The lowest bits of the hash, since the highest chose the slot: as many as a slot has left. */
  #mark(hash: number): number {
    return hash & (0xffffffff >>> this.#offsetBits);
  }

  #offsetIn(slot: number): number {
    return (this.#slots[slot] as number) & ((1 << this.#offsetBits) - 1);
  }

  #isSame(entry: number, view: DataView, start: number, end: number, issuer: number): boolean {
    const own = this.#view;
    const shift = serialOf(own, entry) - start;
    if (own.getUint8(start + shift - 1) !== end - start) return false;
    for (let at = start; at < end; at++) if (own.getUint8(at + shift) !== view.getUint8(at)) return false;
    return this.#issuers === undefined || this.#issuers.issuerAt(entry) === issuer;
  }
}

/** A serial number in an entry has at most 80 octets, one that does not fit is in no list. */
const scratch = new Uint8Array(80);
const scratchView = new DataView(scratch.buffer);

/** The 16 KB of slots that a block touches stay in the nearest cache. */
export const blockSize = 256;
const blockStarts = new Int32Array(blockSize);
const blockHashes = new Int32Array(blockSize);
const blockTouched = new Int32Array(1);

/** The offset behind the entry that begins at `start`, which has been checked. */
export function behindEntry(view: DataView, start: number): number {
  const length = view.getUint8(start + 1);
  if (length < 0x80) return start + 2 + length;
  let long = 0;
  const content = start + 2 + length - 0x80;
  for (let at = start + 2; at < content; at++) long = long * 256 + view.getUint8(at);
  return content + long;
}

/** The offset of the content of the serial number, whose length is the octet before it, in the entry that begins at `start`. */
function serialOf(view: DataView, start: number): number {
  const length = view.getUint8(start + 1);
  return start + (length < 0x80 ? 4 : 4 + length - 0x80);
}
