import type { CertificateList, Name } from '../../x509/index.js';
import type { RevokedEntry } from './entry.js';
import { type CrlScope, scopeOf } from './scope.js';
import type { SerialTable } from './serial-table.js';

/** A list that has been read, checked to its last entry, and indexed. Nobody has verified its signature. Immutable. */
export class Crl {
  readonly list: CertificateList;
  /** How many entries it has. */
  readonly size: number;
  readonly scope: CrlScope;
  /**
   * The first critical entry extension that is not processed here, as an OID. Such a list "MUST NOT" be used "to determine the status of
   * any certificates" (RFC 5280, section 5.3), since the entries may be about others than they seem; whom it lists is refused all the same.
   */
  readonly unsupportedEntryExtension: string | undefined;
  readonly #table: SerialTable;

  /** Internal: `CrlIndexing` makes them. */
  constructor(list: CertificateList, table: SerialTable, size: number, unsupportedEntryExtension: string | undefined) {
    this.list = list;
    this.size = size;
    this.scope = scopeOf(list);
    this.unsupportedEntryExtension = unsupportedEntryExtension;
    this.#table = table;
    Object.freeze(this);
  }

  get isDelta(): boolean {
    return this.list.deltaCRLIndicator !== undefined;
  }

  /** The entry about the certificate with this issuer and serial number (INTEGER content octets); undefined when it is not listed. */
  find(issuer: Name, serialNumber: Uint8Array): RevokedEntry | undefined {
    return this.#table.find(issuer, serialNumber);
  }
}

/**
 * Whether one list of an authority and scope comes after another (RFC 5280, section 5.2.3): by CRLNumber, compared as an integer; by
 * thisUpdate where one of them has none, or both have the same.
 */
export function isNewer({ list: one }: Crl, { list: other }: Crl): boolean {
  if (one.cRLNumber !== undefined && other.cRLNumber !== undefined && one.cRLNumber !== other.cRLNumber) {
    return one.cRLNumber > other.cRLNumber;
  }
  return one.thisUpdate > other.thisUpdate;
}

/** A list, for a log: its kind, issuer and number. */
export function describeCrl({ list }: Crl): string {
  const kind = list.deltaCRLIndicator === undefined ? 'CRL' : 'delta CRL';
  const number = list.cRLNumber === undefined ? `of ${instant(list.thisUpdate)}` : `number ${list.cRLNumber}`;
  return `the ${kind} of ${nameText(list.issuer)}, ${number}`;
}

/** A name, for a log, cut off where no name that people gave would end. */
export function nameText(name: Name): string {
  const text = name.der.length > longestName ? `a name of ${name.der.length} bytes` : name.toString();
  return text.length > longestName ? `${text.slice(0, longestName)}…` : text;
}

const longestName = 512;

export function instant(at: number): string {
  return Number.isFinite(at) && Math.abs(at) <= 8.64e15 ? new Date(at).toISOString() : String(at);
}
