import { DerError, DerReader, tags } from '../../asn1/index.js';
import {
  type CertificateList,
  type Name,
  oids,
  type RevocationReason,
  readCertificateIssuer,
  readInvalidityDate,
  readReasonCode,
  revocationReason,
} from '../../x509/index.js';

/** What a list says of one certificate (RFC 5280, section 5.3). Made when a look-up finds it, and decoded when it is asked. */
export class RevokedEntry {
  readonly #list: CertificateList;
  readonly #start: number;
  #decoded: DecodedEntry | undefined;

  /** Internal: the entry of that list which begins at `start`, and has been checked. */
  constructor(list: CertificateList, start: number) {
    this.#list = list;
    this.#start = start;
  }

  /** Milliseconds since the epoch. */
  get revocationDate(): number {
    return this.#entry.revocationDate;
  }

  get reason(): RevocationReason {
    return this.#entry.reason;
  }

  /** Milliseconds since the epoch: since when the certificate is suspected; undefined where the entry does not say. */
  get invalidityDate(): number | undefined {
    return this.#entry.invalidityDate;
  }

  get #entry(): DecodedEntry {
    this.#decoded ??= readEntry(this.#list, this.#start);
    return this.#decoded;
  }
}

interface DecodedEntry {
  readonly revocationDate: number;
  readonly reason: RevocationReason;
  readonly invalidityDate: number | undefined;
  /** Whose certificates this entry and those behind it are about; undefined where the entry does not say. */
  readonly certificateIssuer: Name | undefined;
  /** A critical extension that is not processed here; undefined when there is none. */
  readonly unsupported: string | undefined;
}

/** Reads the entry of the list that begins at `start`, all of it; throws `DerError` where it breaks its syntax. */
export function readEntry({ der, entriesEnd, version }: CertificateList, start: number): DecodedEntry {
  const fields = new DerReader(der, start, entriesEnd).sequence('entry');
  const serialNumber = fields.integer('serialNumber');
  // Four times what RFC 5280 has readers handle, and what one octet can count.
  if (serialNumber.length > 80) throw new DerError('serialNumber of more than 80 octets');
  const revocationDate = fields.time('revocationDate');
  const extensions = { reason: revocationReason(0), invalidityDate: undefined, certificateIssuer: undefined, unsupported: undefined };
  if (!fields.isAtEnd) {
    // Section 5.1.2.6
    if (version !== 2) throw new DerError('crlEntryExtensions in a list of version 1');
    readExtensions(fields.sequence('crlEntryExtensions'), extensions);
  }
  fields.finish('entry');
  return { revocationDate, ...extensions };
}

type EntryExtensions = { -readonly [E in 'reason' | 'invalidityDate' | 'certificateIssuer' | 'unsupported']: DecodedEntry[E] };

/** Of one entry; real ones have one or two of some bytes. */
const mostExtensions = 16;
const longestExtension = 65_536;

/** An empty sequence stands where there should be none: authorities do encode it so, and it can be read in one way only. */
function readExtensions(list: DerReader, found: EntryExtensions): void {
  const seen = new Set<string>();
  while (!list.isAtEnd) {
    const fields = list.sequence('entry extension');
    const oid = fields.objectIdentifier('entry extension extnID');
    const isCriticalEncoded = fields.nextTag === tags.boolean;
    const critical = isCriticalEncoded && fields.boolean(`entry extension ${oid} critical`);
    if (isCriticalEncoded && !critical) throw new DerError(`entry extension ${oid}: critical FALSE is encoded`);
    const value = fields.octetString(`entry extension ${oid} extnValue`);
    fields.finish(`entry extension ${oid}`);
    if (seen.size >= mostExtensions || value.length > longestExtension)
      throw new DerError('entry extensions that are too many or too long');
    if (seen.has(oid)) throw new DerError(`entry extension ${oid} twice`);
    seen.add(oid);
    decode(oid, critical, value, found);
  }
}

function decode(oid: string, critical: boolean, value: Uint8Array, found: EntryExtensions): void {
  switch (oid) {
    case oids.crlEntryExtension.reasonCode:
      found.reason = readReasonCode(value);
      break;
    case oids.crlEntryExtension.invalidityDate:
      found.invalidityDate = readInvalidityDate(value);
      break;
    case oids.crlEntryExtension.certificateIssuer:
      found.certificateIssuer = readCertificateIssuer(value);
      break;
    default:
      if (critical) found.unsupported ??= oid;
  }
}
