import { constructedTag, DerError, type DerReader, readSequence } from '../../asn1/index.js';
import { type AlgorithmIdentifier, type Name, oids, readAlgorithmIdentifier, readName } from '../../x509/index.js';
import { type OcspExtensions, readExtensions, readNonce } from './extensions.js';
import { enumerated, readGeneralizedTime, readSingleResponse, type SingleResponse } from './single-response.js';

/** A response about one certificate has 0.3 to 5 KB; its responder's certificate, ML-DSA keys and an intermediate find room. */
const defaultMaxBytes = 64 * 1024;
/** RFC 5019, section 2.2.1 has one; responders that answer for several certificates at once stay far below this. */
const mostSingleResponses = 64;
/** Responders send their own certificate, some their issuer's too. */
const mostCertificates = 16;

/** An OCSPResponse (RFC 6960, section 4.2.1), read and not yet believed. */
export type OcspResponse =
  | { readonly responseStatus: 'successful'; readonly basic: BasicOcspResponse }
  | { readonly responseStatus: OcspErrorStatus };

/** RFC 6960, section 2.3. */
export type OcspErrorStatus = 'malformedRequest' | 'internalError' | 'tryLater' | 'sigRequired' | 'unauthorized';

export interface BasicOcspResponse {
  /** What is signed: the ResponseData, header included. */
  readonly tbsResponseData: Uint8Array;
  readonly responderId: ResponderId;
  /** Milliseconds since the epoch. */
  readonly producedAt: number;
  readonly responses: readonly SingleResponse[];
  readonly extensions: OcspExtensions;
  readonly nonce: Uint8Array | undefined;
  readonly signatureAlgorithm: AlgorithmIdentifier;
  readonly signature: Uint8Array;
  /** Certificates that may help to verify the signature, each as its bytes; none of them has been read. */
  readonly certs: readonly Uint8Array[];
}

export type ResponderId =
  | { readonly type: 'byName'; readonly name: Name }
  /** The SHA-1 of the key's bits. */
  | { readonly type: 'byKey'; readonly keyHash: Uint8Array };

export type OcspReading = { readonly ok: true; readonly value: OcspResponse } | { readonly ok: false; readonly detail: string };

/**
 * Reads an OCSPResponse, DER and nothing behind it; the result refers to `der`, which must not be changed afterwards. It does not throw.
 *
 * Refused is what breaks the syntax, what is of another type than id-pkix-ocsp-basic, and what exceeds 64 KiB (`maxBytes`), 64 single
 * responses or 16 certificates.
 *
 * @see RFC 6960, section 4.2.1
 */
export function readOcspResponse(der: Uint8Array, { maxBytes = defaultMaxBytes }: { readonly maxBytes?: number } = {}): OcspReading {
  // Written so that a limit that is not a number allows nothing.
  if (!(der.length <= maxBytes)) return { ok: false, detail: `the response has ${der.length} bytes, ${maxBytes} are read` };
  try {
    return { ok: true, value: readResponse(der) };
  } catch (error) {
    return { ok: false, detail: error instanceof DerError ? error.message : `reading the response threw: ${error}` };
  }
}

function readResponse(der: Uint8Array): OcspResponse {
  const fields = readSequence(der, 'OCSPResponse');
  const number = fields.natural('responseStatus', enumerated);
  const responseStatus = statuses[number];
  if (responseStatus === undefined) throw new DerError(`responseStatus: there is no status ${number}`);
  if (responseStatus !== 'successful') {
    // Section 4.2.1: "If the value of responseStatus is one of the error conditions, the responseBytes field is not set."
    fields.finish('OCSPResponse with an error status');
    return { responseStatus };
  }
  const wrapper = fields.enter(constructedTag(0), 'responseBytes');
  fields.finish('OCSPResponse');
  const responseBytes = wrapper.sequence('responseBytes');
  wrapper.finish('responseBytes');
  const type = responseBytes.objectIdentifier('responseType');
  if (type !== oids.ocsp.basic) throw new DerError(`responseType is ${type}, and not id-pkix-ocsp-basic`);
  const response = responseBytes.octetString('response');
  responseBytes.finish('responseBytes');
  return { responseStatus, basic: readBasicResponse(response) };
}

/** By their numbers; 4 is not used. */
const statuses: readonly ('successful' | OcspErrorStatus | undefined)[] = [
  'successful',
  'malformedRequest',
  'internalError',
  'tryLater',
  undefined,
  'sigRequired',
  'unauthorized',
];

function readBasicResponse(der: Uint8Array): BasicOcspResponse {
  const fields = readSequence(der, 'BasicOCSPResponse');
  const tbsResponseData = fields.element('tbsResponseData');
  const signatureAlgorithm = readAlgorithmIdentifier(fields, 'signatureAlgorithm');
  const signature = fields.octetAlignedBitString('signature');
  const certs = readCertificates(fields);
  fields.finish('BasicOCSPResponse');
  return { tbsResponseData, ...readResponseData(tbsResponseData), signatureAlgorithm, signature, certs };
}

type ResponseData = Pick<BasicOcspResponse, 'responderId' | 'producedAt' | 'responses' | 'extensions' | 'nonce'>;

function readResponseData(der: Uint8Array): ResponseData {
  const fields = readSequence(der, 'tbsResponseData');
  checkVersion(fields);
  const responderId = readResponderId(fields);
  const producedAt = readGeneralizedTime(fields, 'producedAt');
  const responses = readUpTo(mostSingleResponses, fields.sequence('responses'), 'responses', readSingleResponse);
  const extensions = readExtensions(fields, constructedTag(1), 'responseExtensions');
  fields.finish('tbsResponseData');
  return { responderId, producedAt, responses, extensions, nonce: readNonce(extensions) };
}

/** `[0] EXPLICIT Version DEFAULT v1`, and v1 is the only one: X.690, section 11.5 has it left out. */
function checkVersion(fields: DerReader): void {
  if (fields.nextTag === constructedTag(0)) throw new DerError('version is encoded, and it can be v1 alone, which is not to be');
}

/** A CHOICE with EXPLICIT tags, as everything in RFC 6960's module that says nothing else. */
function readResponderId(fields: DerReader): ResponderId {
  const isByName = fields.nextTag === constructedTag(1);
  const wrapper = fields.enter(isByName ? constructedTag(1) : constructedTag(2), 'responderID');
  const responderId: ResponderId = isByName
    ? { type: 'byName', name: readName(wrapper, 'responderID byName') }
    : { type: 'byKey', keyHash: wrapper.octetString('responderID byKey') };
  wrapper.finish('responderID');
  return responderId;
}

function readCertificates(fields: DerReader): readonly Uint8Array[] {
  if (fields.nextTag !== constructedTag(0)) return [];
  const wrapper = fields.enter(constructedTag(0), 'certs');
  const list = wrapper.sequence('certs');
  wrapper.finish('certs');
  return readUpTo(mostCertificates, list, 'certs', (reader) => reader.element('certs'));
}

function readUpTo<T>(most: number, list: DerReader, what: string, readOne: (list: DerReader) => T): readonly T[] {
  const all: T[] = [];
  while (!list.isAtEnd) {
    if (all.length === most) throw new DerError(`${what}: more than ${most}`);
    all.push(readOne(list));
  }
  return all;
}
