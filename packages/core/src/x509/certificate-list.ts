import { asPlainBytes, DerError, DerReader } from '../asn1/index.js';
import { type AlgorithmIdentifier, readAlgorithmIdentifier } from './algorithm-identifier.js';
import type { IssuingDistributionPoint } from './crl-extensions/issuing-distribution-point.js';
import type { DistributionPoint } from './extensions/crl-distribution-points.js';
import type { AuthorityKeyIdentifier } from './extensions/key-identifiers.js';
import type { Name } from './name.js';
import { readTbsCertList } from './tbs-cert-list.js';
import { checkSameAlgorithm, type Extension } from './tbs-certificate.js';

/** What is read, or the rule that it breaks, in a sentence for the operator's log. */
export type ReadResult<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly detail: string };

/**
 * A list may have this many bytes unless told otherwise: seven times a list of a million entries, which has 36 MB. The offsets into it have
 * 31 bits, so 2 GiB is the most that can be asked for.
 */
const maxListBytes = 256 * 1024 * 1024;

/**
 * Reads a certificate revocation list, DER and nothing behind it: version 1 or 2, with its extensions decoded. The revoked
 * certificates are delimited alone, which takes the same microseconds for one entry and for a million; an index checks them.
 *
 * The result refers to `der`, which must not be changed afterwards.
 *
 * Refused, besides what breaks the syntax: a critical extension that is not processed here (RFC 5280, section 5.2); no nextUpdate, which
 * section 5.1.2.5 requires, since such a list could be replaced by an older one for ever; dates through 2049 that are not UTCTime (section
 * 5.1.2.4); a delta CRL without cRLNumber, which no list could be combined with. It does not throw.
 *
 * @see RFC 5280, section 5.1
 */
export function readCertificateList(der: Uint8Array, { maxBytes = maxListBytes }: { maxBytes?: number } = {}): ReadResult<CertificateList> {
  // Written so that a limit that is not a number allows nothing.
  if (!(der.length <= Math.min(maxBytes, 2 ** 31 - 1))) {
    return { ok: false, detail: `the list has ${der.length} bytes, ${maxBytes} are read` };
  }
  try {
    return { ok: true, value: new CertificateList(der) };
  } catch (error) {
    return { ok: false, detail: readingFault(error) };
  }
}

/** What to tell of an error that reading threw: anything but a `DerError` is a fault of this library, which refuses all the same. */
export function readingFault(error: unknown): string {
  return error instanceof DerError ? error.message : `reading the list threw ${error instanceof Error ? error.message : String(error)}`;
}

/** A certificate revocation list, immutable. Sub-arrays of `der` are made when they are asked for. */
export class CertificateList {
  /** The bytes that were read. */
  readonly der: Uint8Array;
  readonly version: 1 | 2;
  /** Inside and outside of what is signed the same, byte for byte. */
  readonly signatureAlgorithm: AlgorithmIdentifier;
  readonly issuer: Name;
  /** Milliseconds since the epoch. */
  readonly thisUpdate: number;
  /** Milliseconds since the epoch; from this moment on there is a newer list. */
  readonly nextUpdate: number;
  /** Offsets in `der` of the first entry, and of what is behind the last one; both 0 where there is none. */
  readonly entriesStart: number;
  readonly entriesEnd: number;
  /** By OID, in their encoded order. */
  readonly extensions: ReadonlyMap<string, Extension>;
  readonly authorityKeyIdentifier: AuthorityKeyIdentifier | undefined;
  readonly cRLNumber: bigint | undefined;
  /** The BaseCRLNumber of a delta CRL; undefined for a complete one. */
  readonly deltaCRLIndicator: bigint | undefined;
  readonly issuingDistributionPoint: IssuingDistributionPoint | undefined;
  /** Where the delta CRLs to this list are. */
  readonly freshestCRL: readonly DistributionPoint[] | undefined;

  readonly #tbsStart: number;
  readonly #tbsEnd: number;
  readonly #signatureStart: number;
  readonly #signatureEnd: number;

  /** Internal: `readCertificateList` is the way to one. */
  constructor(der: Uint8Array) {
    this.der = asPlainBytes(der);
    const outer = new DerReader(this.der);
    const fields = outer.sequence('CertificateList');
    outer.finish('CertificateList');
    this.#tbsStart = fields.position;
    const tbs = readTbsCertList(fields);
    this.#tbsEnd = fields.position;
    checkSameAlgorithm(tbs.signature, readAlgorithmIdentifier(fields, 'signatureAlgorithm'), 'tbsCertList');
    fields.octetAlignedBitString('signatureValue');
    this.#signatureStart = fields.contentStart + 1;
    this.#signatureEnd = fields.position;
    fields.finish('CertificateList');
    this.version = tbs.version;
    this.signatureAlgorithm = tbs.signature;
    this.issuer = tbs.issuer;
    this.thisUpdate = tbs.thisUpdate;
    this.nextUpdate = tbs.nextUpdate;
    this.entriesStart = tbs.entriesStart;
    this.entriesEnd = tbs.entriesEnd;
    this.extensions = tbs.extensions;
    this.authorityKeyIdentifier = tbs.decoded.authorityKeyIdentifier;
    this.cRLNumber = tbs.decoded.cRLNumber;
    this.deltaCRLIndicator = tbs.decoded.deltaCRLIndicator;
    this.issuingDistributionPoint = tbs.decoded.issuingDistributionPoint;
    this.freshestCRL = tbs.decoded.freshestCRL;
    Object.freeze(this);
  }

  /** What is signed: the TBSCertList, header included. */
  get tbsCertList(): Uint8Array {
    return this.der.subarray(this.#tbsStart, this.#tbsEnd);
  }

  get signature(): Uint8Array {
    return this.der.subarray(this.#signatureStart, this.#signatureEnd);
  }
}
