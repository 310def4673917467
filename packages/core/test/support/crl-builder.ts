import { readCertificateList } from '../../src/x509/certificate-list.js';
import { bitString, concat, explicit, implicit, integer, integerContent, namedBitsContent, sequence, time, tlv } from './der-writer.js';
import { extension } from './extensions.js';
import { type TestKey, testKey } from './keys.js';
import { type NameOption, name } from './names.js';
import { defaultSignature, signatureAlgorithm, type TestSignatureAlgorithm, type TestSignatureName } from './signatures.js';

export interface CrlOptions {
  /** Default: `ca`. */
  readonly issuer?: NameOption;
  /** The key that signs; default: `testKey('ec')`. */
  readonly issuerKey?: TestKey;
  /** Default: what suits `issuerKey`, with SHA-256. */
  readonly signatureAlgorithm?: TestSignatureName | TestSignatureAlgorithm;
  /** Default: 2. */
  readonly version?: 1 | 2;
  /** Default: 2029-12-01. */
  readonly thisUpdate?: Date | number | string;
  /** Default: 2030-02-01. */
  readonly nextUpdate?: Date | number | string;
  /** A serial number alone is revoked on 2029-06-01; bytes are a whole entry. Default: none, and no revokedCertificates. */
  readonly entries?: readonly (number | bigint | CrlEntryOptions | Uint8Array)[];
  /** Encoded Extensions, in this order. Default: none. */
  readonly extensions?: readonly Uint8Array[];
  /** DER that takes the place of a field, an empty array to leave it out. The list is signed with it in place. */
  readonly fields?: Partial<TbsCertListFields>;
  /** DER that takes the place of signatureAlgorithm outside of what is signed. */
  readonly outerAlgorithm?: Uint8Array;
  /** DER that takes the place of signatureValue. */
  readonly signatureValue?: Uint8Array;
}

export interface CrlEntryOptions {
  readonly serialNumber: number | bigint;
  /** Default: 2029-06-01. */
  readonly revocationDate?: Date | number | string;
  /** Encoded Extensions. Default: none. */
  readonly extensions?: readonly Uint8Array[];
}

/** The fields of a TBSCertList, each with its header; an absent one is empty. */
export interface TbsCertListFields {
  version: Uint8Array;
  signature: Uint8Array;
  issuer: Uint8Array;
  thisUpdate: Uint8Array;
  nextUpdate: Uint8Array;
  revokedCertificates: Uint8Array;
  crlExtensions: Uint8Array;
  /** Whatever is to follow behind the last field. */
  trailing: Uint8Array;
}

/** Builds and signs a certificate revocation list; all options have defaults, and every byte of it can be had otherwise. */
export function buildCrl(options: CrlOptions = {}): Uint8Array {
  const { issuer = 'ca', issuerKey = testKey('ec'), version = 2, entries = [], extensions = [] } = options;
  const { thisUpdate = '2029-12-01', nextUpdate = '2030-02-01', outerAlgorithm, signatureValue } = options;
  const chosen = options.signatureAlgorithm ?? defaultSignature(issuerKey.kind);
  const algorithm = typeof chosen === 'string' ? signatureAlgorithm(chosen) : chosen;
  const fields: TbsCertListFields = {
    version: version === 1 ? empty : integer(1),
    signature: algorithm.der,
    issuer: name(issuer),
    thisUpdate: time(thisUpdate),
    nextUpdate: time(nextUpdate),
    revokedCertificates: entries.length === 0 ? empty : sequence(...entries.map(entry)),
    crlExtensions: extensions.length === 0 ? empty : explicit(0, sequence(...extensions)),
    trailing: empty,
    ...options.fields,
  };
  const tbsCertList = sequence(...Object.values(fields));
  const signature = signatureValue ?? bitString(algorithm.sign(tbsCertList, issuerKey.privateKey));
  return sequence(tbsCertList, outerAlgorithm ?? algorithm.der, signature);
}

/** The list that `readCertificateList` makes of it; throws when it is refused. */
export function readList(options: CrlOptions = {}) {
  const read = readCertificateList(buildCrl(options));
  if (!read.ok) throw new Error(read.detail);
  return read.value;
}

export function cRLNumber(value: number | bigint): Uint8Array {
  return extension('2.5.29.20', integer(value));
}

/** Critical. */
export function deltaCRLIndicator(baseCRLNumber: number | bigint): Uint8Array {
  return extension('2.5.29.27', integer(baseCRLNumber), true);
}

export interface IssuingDistributionPointOptions {
  /** General names, encoded. */
  readonly fullName?: readonly Uint8Array[];
  /** Attributes, encoded. */
  readonly nameRelativeToCRLIssuer?: readonly Uint8Array[];
  readonly onlyContainsUserCerts?: true;
  readonly onlyContainsCACerts?: true;
  /** Numbers of bits in ReasonFlags. */
  readonly onlySomeReasons?: readonly number[];
  readonly indirectCRL?: true;
  readonly onlyContainsAttributeCerts?: true;
}

/** Critical. */
export function issuingDistributionPoint(options: IssuingDistributionPointOptions): Uint8Array {
  return extension('2.5.29.28', issuingDistributionPointValue(options), true);
}

export function issuingDistributionPointValue(options: IssuingDistributionPointOptions): Uint8Array {
  const flag = (number: number, value: true | undefined) => (value === undefined ? empty : implicit(number, Uint8Array.of(0xff)));
  return sequence(
    ...pointName(options),
    flag(1, options.onlyContainsUserCerts),
    flag(2, options.onlyContainsCACerts),
    options.onlySomeReasons === undefined ? empty : implicit(3, namedBitsContent(...options.onlySomeReasons)),
    flag(4, options.indirectCRL),
    flag(5, options.onlyContainsAttributeCerts),
  );
}

export interface DistributionPointOptions {
  readonly fullName?: readonly Uint8Array[];
  readonly nameRelativeToCRLIssuer?: readonly Uint8Array[];
  /** Numbers of bits in ReasonFlags. */
  readonly reasons?: readonly number[];
  /** General names, encoded. */
  readonly cRLIssuer?: readonly Uint8Array[];
}

/** The extension of certificates. */
export function cRLDistributionPoints(...points: readonly DistributionPointOptions[]): Uint8Array {
  const encoded = points.map((point) =>
    sequence(
      ...pointName(point),
      point.reasons === undefined ? empty : implicit(1, namedBitsContent(...point.reasons)),
      point.cRLIssuer === undefined ? empty : explicit(2, ...point.cRLIssuer),
    ),
  );
  return extension('2.5.29.31', sequence(...encoded));
}

export function reasonCode(code: number): Uint8Array {
  return extension('2.5.29.21', tlv(0x0a, integerContent(code)));
}

export function invalidityDate(at: string): Uint8Array {
  return extension('2.5.29.24', tlv(0x18, Buffer.from(at)));
}

/** Critical; general names, encoded. */
export function certificateIssuer(...names: readonly Uint8Array[]): Uint8Array {
  return extension('2.5.29.29', sequence(...names), true);
}

function pointName(options: Pick<DistributionPointOptions, 'fullName' | 'nameRelativeToCRLIssuer'>): readonly Uint8Array[] {
  const { fullName, nameRelativeToCRLIssuer } = options;
  if (fullName !== undefined) return [explicit(0, explicit(0, ...fullName))];
  return nameRelativeToCRLIssuer === undefined ? [] : [explicit(0, explicit(1, ...nameRelativeToCRLIssuer))];
}

function entry(option: number | bigint | CrlEntryOptions | Uint8Array): Uint8Array {
  if (option instanceof Uint8Array) return option;
  const { serialNumber, revocationDate = '2029-06-01', extensions = [] } = typeof option === 'object' ? option : { serialNumber: option };
  const crlEntryExtensions = extensions.length === 0 ? empty : sequence(concat(...extensions));
  return sequence(integer(serialNumber), time(revocationDate), crlEntryExtensions);
}

const empty = new Uint8Array(0);
