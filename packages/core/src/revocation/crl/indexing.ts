import { DerError } from '../../asn1/index.js';
import { type CertificateList, type ReadResult, readingFault } from '../../x509/index.js';
import { CertificateIssuers } from './certificate-issuers.js';
import { Crl } from './crl.js';
import { readEntry } from './entry.js';
import { skipOrdinaryEntry } from './ordinary-entry.js';
import { behindEntry, blockSize, SerialTable } from './serial-table.js';

export interface IndexLimits {
  /** Entries that a list may have. Default: 8,388,608, of which 256 MiB hold no more when each has a serial number of 16 octets. */
  readonly maxEntries?: number;
}

/** An entry that is not ordinary takes this many times as long. */
const unusualCost = 20;

/**
 * Makes a list ready for look-ups, in as many slices as its caller likes: the entries are walked twice, first to check and count them, then
 * to enter them into a table of the right size.
 */
export class CrlIndexing {
  readonly #list: CertificateList;
  /** Of the whole list: offsets in it are the list's own. */
  readonly #view: DataView;
  readonly #maxEntries: number;
  readonly #issuers: CertificateIssuers | undefined;
  #table: SerialTable | undefined;
  #at: number;
  #count = 0;
  #unsupported: string | undefined;
  #result: ReadResult<Crl> | undefined;

  constructor(list: CertificateList, { maxEntries = 8_388_608 }: IndexLimits = {}) {
    this.#list = list;
    this.#view = new DataView(list.der.buffer, list.der.byteOffset, list.der.byteLength);
    this.#maxEntries = maxEntries;
    this.#issuers = list.issuingDistributionPoint?.indirectCRL === true ? new CertificateIssuers(list.issuer) : undefined;
    this.#at = list.entriesStart;
  }

  /**
   * Goes on for about `steps` entries, about 100 nanoseconds each: five thousand stay below a millisecond. Undefined while there are more;
   * then the list with its index, or why it is refused: an entry that breaks its syntax, or too many.
   */
  advance(steps: number): ReadResult<Crl> | undefined {
    if (this.#result !== undefined) return this.#result;
    try {
      let left = steps;
      if (this.#table === undefined) left = this.#check(left);
      if (this.#table !== undefined && left > 0) this.#enter(this.#table, left);
    } catch (error) {
      this.#result = { ok: false, detail: `entry ${this.#count + 1}: ${readingFault(error)}` };
    }
    return this.#result;
  }

  #check(steps: number): number {
    const { entriesEnd, version } = this.#list;
    const view = this.#view;
    let left = steps;
    let at = this.#at;
    while (at < entriesEnd && left > 0) {
      // Written so that a limit that is not a number allows nothing.
      if (!(this.#count < this.#maxEntries)) throw new DerError(`the list has more than ${this.#maxEntries} entries`);
      const ordinary = skipOrdinaryEntry(view, at, entriesEnd, version);
      left -= ordinary === 0 ? unusualCost : 1;
      at = ordinary === 0 ? this.#checkUnusual(at) : ordinary;
      this.#count += 1;
    }
    this.#at = at;
    if (at < entriesEnd) return 0;
    this.#table = new SerialTable(this.#list, this.#view, this.#count, this.#issuers);
    this.#at = this.#list.entriesStart;
    return left;
  }

  #checkUnusual(start: number): number {
    const entry = readEntry(this.#list, start);
    this.#unsupported ??= entry.unsupported;
    if (entry.certificateIssuer !== undefined) {
      // Section 5.3.3: the extension belongs to lists whose issuing distribution point says indirectCRL.
      if (this.#issuers === undefined) throw new DerError('certificateIssuer in a list that is not indirect');
      this.#issuers.begin(start, entry.certificateIssuer);
    }
    return behindEntry(this.#view, start);
  }

  #enter(table: SerialTable, steps: number): void {
    const { entriesEnd } = this.#list;
    let at = this.#at;
    for (let left = steps; at < entriesEnd && left > 0; left -= blockSize) at = table.addBlock(at, entriesEnd);
    this.#at = at;
    if (at >= entriesEnd) this.#result = { ok: true, value: new Crl(this.#list, table, this.#count, this.#unsupported) };
  }
}

/** The whole of `CrlIndexing` at once: for lists of some thousands. */
export function indexNow(list: CertificateList, limits?: IndexLimits): ReadResult<Crl> {
  return new CrlIndexing(list, limits).advance(Number.POSITIVE_INFINITY) as ReadResult<Crl>;
}
