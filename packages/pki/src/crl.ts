import { webcrypto, X509Certificate } from 'node:crypto';
import { checkOptions, lookUp } from './check-options.js';
import { Credential } from './credential.js';
import { children, element, extension, generalizedTime, sequence, time } from './der.js';
import { type RawExtension, rawExtensions } from './extensions.js';
import type { Issuer } from './issuer.js';
import { AuthorityKeyIdentifierExtension, Extension, Name, X509CrlGenerator } from './peculiar.js';
import { readPem, writePem } from './pem.js';
import { positiveIntegerOctets, type SerialNumber, serialNumberOctets, serialNumberOf } from './serial-number.js';
import { type SignatureOptions, signatureOptions } from './signatures.js';
import { period, wholeSeconds } from './validity.js';

/** The reasons of RFC 5280, section 5.3.1. */
export type RevocationReason = keyof typeof reasons;

/** One revoked certificate, named by itself or by its number. */
export type RevokedEntry = RevokedBy & {
  /** When it was revoked; default: the list's thisUpdate. */
  readonly date?: Date;
  /** Left out by default; `'unspecified'` too, since RFC 5280, section 5.3.1 wants no extension then. */
  readonly reason?: RevocationReason;
  /** When the key is thought to have been lost (RFC 5280, section 5.3.2). */
  readonly invalidityDate?: Date;
  /** More entry extensions, such as certificateIssuer in an indirect list. */
  readonly extensions?: readonly RawExtension[];
};

type RevokedBy =
  | {
      /** A credential, Node's object, PEM or DER. */ readonly certificate: Credential | X509Certificate | string | Uint8Array;
      readonly serialNumber?: never;
    }
  | { readonly serialNumber: SerialNumber; readonly certificate?: never };

export interface CrlOptions extends SignatureOptions {
  /** Default: none, an empty list. */
  readonly revoked?: readonly RevokedEntry[];
  /** Default: five minutes ago, for the clocks of other machines; a day before `nextUpdate` where that has passed already. */
  readonly thisUpdate?: Date;
  /** Default: 30 days from now, or from a `thisUpdate` to come; `null` leaves it out, which RFC 5280, section 5.1.2.5 forbids. */
  readonly nextUpdate?: Date | null;
  /** The CRL number (RFC 5280, section 5.2.3). Default: milliseconds since the epoch, and more than that of the authority's last list; `null` leaves it out. */
  readonly number?: number | bigint | null;
  /** Makes a delta list to the base with this number (RFC 5280, section 5.2.4). */
  readonly baseNumber?: number | bigint;
  /** Written by default; `null` leaves it out. */
  readonly authorityKeyIdentifier?: null;
  /** More extensions, such as issuingDistributionPoint. One with the OID of a generated one stands instead of it. */
  readonly extensions?: readonly RawExtension[];
}

/** A certificate revocation list. */
export interface Crl {
  /** With the label `X509 CRL` (RFC 7468, section 6), which OpenSSL and Node want. */
  readonly pem: string;
  readonly der: Uint8Array;
}

/** Throws a `TypeError` for options that cannot be written. `defaultNumber` serves where the options bring none. */
export async function buildCrl(options: CrlOptions, issuer: Issuer, defaultNumber: bigint): Promise<Crl> {
  checkOptions(options, crlOptions, 'issueCrl');
  const [thisUpdate, nextUpdate] = period({ thisUpdate: options.thisUpdate }, { nextUpdate: options.nextUpdate ?? undefined }, 30);
  const frame = await X509CrlGenerator.create(
    {
      issuer: new Name(Uint8Array.from(issuer.name)),
      thisUpdate,
      ...(options.nextUpdate === null ? {} : { nextUpdate }),
      extensions: crlExtensions(options, issuer, defaultNumber),
      signingKey: issuer.signer.cryptoKey,
      signingAlgorithm: issuer.signer.algorithm,
    },
    webcrypto,
  );
  const entries = (options.revoked ?? []).map((entry, index) => encodeEntry(entry, thisUpdate, `revoked[${index}]`));
  const der = asAsked(new Uint8Array(frame.rawData), entries, issuer);
  return { der, pem: writePem('X509 CRL', der) };
}

const crlOptions = [
  'revoked',
  'thisUpdate',
  'nextUpdate',
  'number',
  'baseNumber',
  'authorityKeyIdentifier',
  'extensions',
  ...signatureOptions,
];

/**
 * The generator makes the list without entries and we add these: it would give each one that has no reason an empty
 * sequence of extensions, which RFC 5280, section 5.1 forbids (SIZE (1..MAX)) and strict readers refuse. The issuer's name is
 * put in as it stands in the issuer's certificate. Then the list is signed anew.
 */
function asAsked(frame: Uint8Array, entries: readonly Uint8Array[], issuer: Issuer): Uint8Array {
  const [tbsCertList, signatureAlgorithm] = children(frame) as [Uint8Array, Uint8Array];
  const [version, signature, , ...others] = children(tbsCertList) as [Uint8Array, Uint8Array, Uint8Array, ...Uint8Array[]];
  const times = others.filter((field) => field[0] !== crlExtensionsTag);
  const extensions = others.filter((field) => field[0] === crlExtensionsTag);
  // One piece, since a call does not take a hundred thousand arguments.
  const revokedCertificates = entries.length === 0 ? [] : [sequence(Buffer.concat(entries))];
  return issuer.signer.signed(
    sequence(version, signature, issuer.name, ...times, ...revokedCertificates, ...extensions),
    signatureAlgorithm,
  );
}

const crlExtensionsTag = 0xa0;

function crlExtensions(options: CrlOptions, issuer: Issuer, defaultNumber: bigint): Extension[] {
  const raw = rawExtensions(options.extensions);
  const replaced = new Set(raw.map((extension) => extension.type));
  const number = options.number === undefined ? defaultNumber : options.number;
  const generated = [
    options.authorityKeyIdentifier === null ? undefined : new AuthorityKeyIdentifierExtension(issuer.keyIdentifier),
    number === null ? undefined : new Extension('2.5.29.20', false, integer(number, 'number')),
    // RFC 5280, section 5.2.4: the delta CRL indicator is critical.
    options.baseNumber === undefined ? undefined : new Extension('2.5.29.27', true, integer(options.baseNumber, 'baseNumber')),
  ];
  return [...generated.filter((extension) => extension !== undefined && !replaced.has(extension.type)), ...raw] as Extension[];
}

function encodeEntry(entry: RevokedEntry, thisUpdate: Date, where: string): Uint8Array {
  checkOptions(entry, ['certificate', 'serialNumber', 'date', 'reason', 'invalidityDate', 'extensions'], where);
  const extensions = entryExtensions(entry, where);
  return sequence(
    element(0x02, revokedSerialNumber(entry, where)),
    time(wholeSeconds(entry.date ?? thisUpdate, `${where}.date`)),
    ...(extensions.length === 0 ? [] : [sequence(...extensions)]),
  );
}

function revokedSerialNumber(entry: RevokedEntry, where: string): Uint8Array {
  const { certificate, serialNumber } = entry;
  if ((certificate === undefined) === (serialNumber === undefined))
    throw new TypeError(`${where}: give either certificate or serialNumber`);
  if (certificate === undefined) return serialNumberOctets(serialNumber);
  return serialNumberOf(certificateDer(certificate, where));
}

function certificateDer(certificate: Credential | X509Certificate | string | Uint8Array, where: string): Uint8Array {
  if (certificate instanceof Credential) return certificate.der;
  if (certificate instanceof X509Certificate) return certificate.raw;
  if (certificate instanceof Uint8Array) return certificate;
  const [der, ...others] = readPem('CERTIFICATE', certificate);
  if (der === undefined || others.length > 0) throw new TypeError(`${where}.certificate: expected one certificate in PEM`);
  return der;
}

const reasons = {
  unspecified: 0,
  keyCompromise: 1,
  cACompromise: 2,
  affiliationChanged: 3,
  superseded: 4,
  cessationOfOperation: 5,
  certificateHold: 6,
  removeFromCRL: 8,
  privilegeWithdrawn: 9,
  aACompromise: 10,
} as const;

/** The reasons by their numbers. */
export const reasonNames = new Map(Object.entries(reasons).map(([name, number]) => [number as number, name as RevocationReason]));

function entryExtensions(entry: RevokedEntry, where: string): Uint8Array[] {
  const reason = entry.reason === undefined ? reasons.unspecified : lookUp(reasons, entry.reason, 'reason');
  return [
    // CRLReason is ENUMERATED (RFC 5280, section 5.3.1).
    ...(reason === reasons.unspecified ? [] : [extension('2.5.29.21', false, element(0x0a, Uint8Array.of(reason)))]),
    // invalidityDate is GeneralizedTime whatever the year (RFC 5280, section 5.3.2).
    ...(entry.invalidityDate === undefined
      ? []
      : [extension('2.5.29.24', false, generalizedTime(wholeSeconds(entry.invalidityDate, `${where}.invalidityDate`)))]),
    ...rawExtensions(entry.extensions).map((raw) => new Uint8Array(raw.rawData)),
  ];
}

function integer(number: number | bigint, option: string): Uint8Array {
  if (typeof number === 'number' && !Number.isSafeInteger(number)) throw new TypeError(`${option}: expected a whole number`);
  if (number < 0) throw new TypeError(`${option}: must not be negative`);
  return element(0x02, positiveIntegerOctets(BigInt(number)));
}
