import { constructedTag, DerError, type DerReader, tags } from '../asn1/index.js';
import { type AlgorithmIdentifier, readAlgorithmIdentifier } from './algorithm-identifier.js';
import { readCRLNumber, readDeltaCRLIndicator } from './crl-extensions/crl-number.js';
import { readIssuingDistributionPoint } from './crl-extensions/issuing-distribution-point.js';
import { readFreshestCRL } from './extensions/crl-distribution-points.js';
import { readAuthorityKeyIdentifier } from './extensions/key-identifiers.js';
import { type Name, readName } from './name.js';
import { oids } from './oids.js';
import { type Extension, readExtensionList } from './tbs-certificate.js';

interface TbsCertList {
  readonly version: 1 | 2;
  readonly signature: AlgorithmIdentifier;
  readonly issuer: Name;
  readonly thisUpdate: number;
  readonly nextUpdate: number;
  readonly entriesStart: number;
  readonly entriesEnd: number;
  readonly extensions: ReadonlyMap<string, Extension>;
  readonly decoded: { readonly [N in CrlExtensionName]: ReturnType<(typeof decoders)[N]> | undefined };
}

/** RFC 5280, section 5.1.2: the next element is a TBSCertList. */
export function readTbsCertList(reader: DerReader): TbsCertList {
  const fields = reader.sequence('tbsCertList');
  const version = readVersion(fields);
  const signature = readAlgorithmIdentifier(fields, 'tbsCertList signature');
  const issuer = readName(fields, 'issuer');
  // Section 5.1.2.3: "The issuer field MUST contain a non-empty X.500 distinguished name (DN)."
  if (issuer.isEmpty) throw new DerError('issuer is empty');
  const thisUpdate = readTime(fields, 'thisUpdate');
  // Section 5.1.2.5: "Conforming CRL issuers MUST include the nextUpdate field in all CRLs."
  if (fields.nextTag !== tags.utcTime && fields.nextTag !== tags.generalizedTime) throw new DerError('nextUpdate is missing');
  const nextUpdate = readTime(fields, 'nextUpdate');
  const [entriesStart, entriesEnd] = delimitEntries(fields);
  const extensions = fields.isAtEnd ? none : readExtensions(fields, version);
  fields.finish('tbsCertList');
  const decoded = decodeExtensions(extensions);
  // Section 5.2.4: a delta CRL is combined with a complete one by their numbers.
  if (decoded.deltaCRLIndicator !== undefined && decoded.cRLNumber === undefined) throw new DerError('delta CRL without cRLNumber');
  return { version, signature, issuer, thisUpdate, nextUpdate, entriesStart, entriesEnd, extensions, decoded };
}

/**
 * Section 5.1.2.1: `Version OPTIONAL -- if present, MUST be v2`. Lists without extensions are of version 1, as plain `openssl ca -gencrl`
 * makes them.
 */
function readVersion(fields: DerReader): 1 | 2 {
  if (fields.nextTag !== tags.integer) return 1;
  const version = fields.natural('version');
  if (version === 0) throw new DerError('version v1 is encoded');
  if (version > 1) throw new DerError(`version: there is no v${version + 1}`);
  return 2;
}

/** Sections 5.1.2.4 and 5.1.2.5: UTCTime through 2049, GeneralizedTime from 2050 on. */
function readTime(fields: DerReader, what: string): number {
  const isGeneralized = fields.nextTag === tags.generalizedTime;
  const at = fields.time(what);
  if (isGeneralized && at < startOf2050) throw new DerError(`${what}: GeneralizedTime before 2050`);
  return at;
}

const startOf2050 = Date.UTC(2050, 0, 1);

/** Section 5.1.2.6: absent when there are none; an empty SEQUENCE says the same, and is common. */
function delimitEntries(fields: DerReader): readonly [start: number, end: number] {
  if (fields.nextTag !== tags.sequence) return [0, 0];
  fields.skipTagged(tags.sequence, 'revokedCertificates');
  return [fields.contentStart, fields.position];
}

/** Section 5.1.2.7: in version 2 only, one or more. */
function readExtensions(fields: DerReader, version: number): ReadonlyMap<string, Extension> {
  const wrapper = fields.enter(constructedTag(0), 'crlExtensions');
  if (version !== 2) throw new DerError(`crlExtensions in a list of version ${version}`);
  const list = wrapper.sequence('crlExtensions');
  wrapper.finish('crlExtensions');
  return readExtensionList(list);
}

const none: ReadonlyMap<string, Extension> = new Map();

const decoders = {
  authorityKeyIdentifier: readAuthorityKeyIdentifier,
  cRLNumber: readCRLNumber,
  deltaCRLIndicator: readDeltaCRLIndicator,
  issuingDistributionPoint: readIssuingDistributionPoint,
  freshestCRL: readFreshestCRL,
} as const;

type CrlExtensionName = keyof typeof decoders;

const { extension, crlExtension } = oids;

const processed: ReadonlyMap<string, CrlExtensionName> = new Map([
  [extension.authorityKeyIdentifier, 'authorityKeyIdentifier'],
  [crlExtension.cRLNumber, 'cRLNumber'],
  [crlExtension.deltaCRLIndicator, 'deltaCRLIndicator'],
  [crlExtension.issuingDistributionPoint, 'issuingDistributionPoint'],
  [extension.freshestCRL, 'freshestCRL'],
]);

const longestExtension = 65_536;

/**
 * Section 5.2: a list with a critical extension that is not processed "MUST NOT" be used to determine the status of certificates. Not even
 * to refuse one: like the issuing distribution point, it might say that the entries are about something else.
 */
function decodeExtensions(extensions: ReadonlyMap<string, Extension>): TbsCertList['decoded'] {
  const decoded: { [name in CrlExtensionName]?: unknown } = {};
  for (const { oid, critical, value } of extensions.values()) {
    // Decoded before anybody is known to have signed it.
    if (value.length > longestExtension) throw new DerError(`extension ${oid} of more than ${longestExtension} bytes`);
    const name = processed.get(oid);
    if (name !== undefined) decoded[name] = decoders[name](value);
    else if (critical) throw new DerError(`the critical extension ${oid} is not supported`);
  }
  return decoded as TbsCertList['decoded'];
}
