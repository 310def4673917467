import { constructedTag, DerError, type DerReader, readSequence } from '../asn1/index.js';
import { oids } from './oids.js';

export type HashName = 'sha256' | 'sha384' | 'sha512';

/** RSASSA-PSS-params (RFC 4055, section 3.1), of which the mask generation function is MGF1 with the same hash. */
export interface PssParameters {
  readonly hash: HashName;
  /** In octets. */
  readonly saltLength: number;
}

/**
 * Reads RSASSA-PSS-params, as a signature or a key has them. Only SHA-256, SHA-384 and SHA-512 are taken, and MGF1 with that same hash, as
 * section 3.1 recommends; the defaults are SHA-1, so that both must be there.
 */
export function readPssParameters(parameters: Uint8Array): PssParameters {
  const what = 'RSASSA-PSS-params';
  const fields = readSequence(parameters, what);
  const hash = readTagged(fields, 0, `${what}: hashAlgorithm`, readHash);
  const maskHash = readTagged(fields, 1, `${what}: maskGenAlgorithm`, readMaskGenerationHash);
  if (maskHash !== hash) throw new DerError(`${what}: maskGenAlgorithm has another hash than the signature`);
  const saltLength = readSaltLength(fields, `${what}: saltLength`);
  checkTrailerField(fields, `${what}: trailerField`);
  fields.finish(what);
  return Object.freeze({ hash, saltLength });
}

/** A key of the largest size that is allowed, 16384 bits, has room for this much beside a SHA-256 hash (RFC 8017, section 9.1.1). */
const maxSaltLength = 16384 / 8 - 32 - 2;

function readSaltLength(fields: DerReader, what: string): number {
  if (fields.nextTag !== constructedTag(2)) return 20;
  const saltLength = readTagged(fields, 2, what, (reader) => reader.natural(what));
  // X.690, section 11.5: a value that is the default is not encoded.
  if (saltLength === 20) throw new DerError(`${what} is the default and encoded`);
  if (saltLength > maxSaltLength) throw new DerError(`${what} is longer than any key has room for`);
  return saltLength;
}

/** Section 3.1: "MUST recognize both a present trailerField field with value 1 and an absent trailerField field". */
function checkTrailerField(fields: DerReader, what: string): void {
  if (fields.nextTag !== constructedTag(3)) return;
  if (readTagged(fields, 3, what, (reader) => reader.natural(what)) !== 1) throw new DerError(`${what} is not 1`);
}

function readTagged<T>(fields: DerReader, number: number, what: string, read: (reader: DerReader, what: string) => T): T {
  const wrapper = fields.enter(constructedTag(number), what);
  const value = read(wrapper, what);
  wrapper.finish(what);
  return value;
}

/** Section 2.2: id-mgf1, with the identifier of its hash. */
function readMaskGenerationHash(reader: DerReader, what: string): HashName {
  const fields = reader.sequence(what);
  if (fields.objectIdentifier(what) !== oids.mgf1) throw new DerError(`${what} is not MGF1`);
  const hash = readHash(fields, what);
  fields.finish(what);
  return hash;
}

/** Section 2.1: the parameters of a hash are NULL or absent, and both must be taken. */
function readHash(reader: DerReader, what: string): HashName {
  const fields = reader.sequence(what);
  const oid = fields.objectIdentifier(what);
  if (!fields.isAtEnd) fields.null(what);
  fields.finish(what);
  const hash = hashes.get(oid);
  if (hash === undefined) throw new DerError(`${what}: hash ${oid} is not allowed`);
  return hash;
}

const hashes: ReadonlyMap<string, HashName> = new Map([
  [oids.hash.sha256, 'sha256'],
  [oids.hash.sha384, 'sha384'],
  [oids.hash.sha512, 'sha512'],
]);
