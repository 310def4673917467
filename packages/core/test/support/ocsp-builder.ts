import { createHash } from 'node:crypto';
import { type Certificate, readCertificate } from '../../src/x509/index.js';
import { ascii, bitString, explicit, implicit, nullValue, octetString, oid, sequence, tlv } from './der-writer.js';
import { extension } from './extensions.js';
import { type TestKey, testKey } from './keys.js';
import { type NameOption, name } from './names.js';
import { defaultSignature, hashOids, signatureAlgorithm, type TestSignatureName } from './signatures.js';

export interface SingleResponseOptions {
  /** Whose status; with `issuer`, the certID is made of it. */
  readonly certificate: Certificate;
  readonly issuer: Certificate;
  /** Default: `sha1`. */
  readonly hash?: keyof typeof hashOids;
  /** DER of the hash algorithm's parameters; default: NULL. */
  readonly hashParameters?: Uint8Array;
  /** DER that takes the place of a field of the certID. */
  readonly certIdFields?: Partial<Record<'hashAlgorithm' | 'issuerNameHash' | 'issuerKeyHash' | 'serialNumber' | 'trailing', Uint8Array>>;
  /** Default: good. */
  readonly status?: Uint8Array;
  readonly thisUpdate?: string;
  /** Null leaves it out. */
  readonly nextUpdate?: string | null;
  /** Encoded Extensions. */
  readonly extensions?: readonly Uint8Array[];
  /** DER that takes the place of a field, an empty array to leave it out. */
  readonly fields?: Partial<Record<'certId' | 'status' | 'thisUpdate' | 'nextUpdate' | 'extensions' | 'trailing', Uint8Array>>;
}

export interface OcspResponseOptions {
  readonly responses: readonly (SingleResponseOptions | Uint8Array)[];
  /** Encoded ResponderID; see `byName` and `byKey`. */
  readonly responderId: Uint8Array;
  readonly producedAt?: string;
  /** Default: `testKey('ec')`. */
  readonly key?: TestKey;
  readonly signatureAlgorithm?: TestSignatureName;
  readonly nonce?: Uint8Array;
  /** Encoded Extensions, behind the nonce. */
  readonly extensions?: readonly Uint8Array[];
  /** Certificates' DER. */
  readonly certs?: readonly Uint8Array[];
  /** DER that takes the place of a field of ResponseData, which is signed with it in place. */
  readonly fields?: Partial<Record<'version' | 'responderId' | 'producedAt' | 'responses' | 'extensions' | 'trailing', Uint8Array>>;
  /** DER that takes the place of a field of BasicOCSPResponse. */
  readonly basicFields?: Partial<Record<'signature' | 'certs' | 'trailing', Uint8Array>>;
}

/** Builds and signs an OCSPResponse with the status `successful`. */
export function buildOcspResponse(options: OcspResponseOptions): Uint8Array {
  return wrapBasicResponse(buildBasicResponse(options));
}

/** An OCSPResponse around the DER of what is in its OCTET STRING. */
export function wrapBasicResponse(basic: Uint8Array, type = '1.3.6.1.5.5.7.48.1.1'): Uint8Array {
  return sequence(responseStatus(0), explicit(0, sequence(oid(type), octetString(basic))));
}

/** An OCSPResponse with an error status. */
export function errorResponse(status: number): Uint8Array {
  return sequence(responseStatus(status));
}

export function responseStatus(status: number): Uint8Array {
  return tlv(0x0a, Uint8Array.of(status));
}

export function buildBasicResponse(options: OcspResponseOptions): Uint8Array {
  const { responses, nonce, key = testKey('ec'), certs = [], producedAt = '2030-01-01T00:00:00Z' } = options;
  const algorithm = signatureAlgorithm(options.signatureAlgorithm ?? defaultSignature(key.kind));
  const extensions = [...(nonce === undefined ? [] : [nonceExtension(nonce)]), ...(options.extensions ?? [])];
  const tbsResponseData = joined(
    {
      version: empty,
      responderId: options.responderId,
      producedAt: generalizedTime(producedAt),
      responses: sequence(...responses.map((single) => (single instanceof Uint8Array ? single : singleResponse(single)))),
      extensions: extensions.length === 0 ? empty : explicit(1, sequence(...extensions)),
      trailing: empty,
    },
    options.fields,
  );
  const basic = {
    signature: bitString(algorithm.sign(tbsResponseData, key.privateKey)),
    certs: certs.length === 0 ? empty : explicit(0, sequence(...certs)),
    trailing: empty,
  };
  const { signature, certs: certificates, trailing } = { ...basic, ...options.basicFields };
  return sequence(tbsResponseData, algorithm.der, signature, certificates, trailing);
}

function singleResponse(options: SingleResponseOptions): Uint8Array {
  const { thisUpdate = '2030-01-01T00:00:00Z', nextUpdate = '2030-01-02T00:00:00Z', extensions = [] } = options;
  return joined(
    {
      certId: certId(options),
      status: options.status ?? certStatus.good(),
      thisUpdate: generalizedTime(thisUpdate),
      nextUpdate: nextUpdate === null ? empty : explicit(0, generalizedTime(nextUpdate)),
      extensions: extensions.length === 0 ? empty : explicit(1, sequence(...extensions)),
      trailing: empty,
    },
    options.fields,
  );
}

function certId({ certificate, issuer, hash = 'sha1', hashParameters = nullValue(), certIdFields }: SingleResponseOptions): Uint8Array {
  const digest = (bytes: Uint8Array) => octetString(createHash(hash).update(bytes).digest());
  return joined(
    {
      hashAlgorithm: sequence(oid(hashOids[hash]), hashParameters),
      issuerNameHash: digest(certificate.issuer.der),
      issuerKeyHash: digest(issuer.subjectPublicKeyInfo.subjectPublicKey),
      serialNumber: tlv(0x02, certificate.serialNumber),
      trailing: empty,
    },
    certIdFields,
  );
}

/** CertStatus, encoded. */
export const certStatus = {
  good: () => implicit(0, empty),
  /** `reason` by its number. */
  revoked: (reason?: number, revocationDate = '2029-06-01T00:00:00Z') =>
    explicit(1, generalizedTime(revocationDate), ...(reason === undefined ? [] : [explicit(0, tlv(0x0a, Uint8Array.of(reason)))])),
  unknown: () => implicit(2, empty),
} as const;

export function byName(option: NameOption): Uint8Array {
  return explicit(1, name(option));
}

/** By the SHA-1 of the key's bits. */
export function byKey({ spki }: TestKey): Uint8Array {
  return explicit(2, octetString(createHash('sha1').update(spkiBits(spki)).digest()));
}

/** The extension of a request or response; `value` is the nonce itself. */
export function nonceExtension(value: Uint8Array, critical = false): Uint8Array {
  return extension('1.3.6.1.5.5.7.48.1.2', octetString(value), critical);
}

/** id-pkix-ocsp-nocheck, for a responder's certificate. */
export function noCheck(value: Uint8Array = nullValue()): Uint8Array {
  return extension('1.3.6.1.5.5.7.48.1.5', value);
}

export function generalizedTime(at: string): Uint8Array {
  return tlv(0x18, ascii(new Date(at).toISOString().replace(/[-:T]|\.\d+/g, '')));
}

export function read(der: Uint8Array): Certificate {
  const certificate = readCertificate(der);
  if (!certificate.ok) throw new Error(JSON.stringify(certificate.refusal));
  return certificate.value;
}

/** What the BIT STRING at the end of a SubjectPublicKeyInfo holds: 65 octets of a P-256 point, and else what is behind the algorithm. */
function spkiBits(spki: Uint8Array): Uint8Array {
  const headerLength = (at: number) => 2 + ((spki[at + 1] as number) < 0x80 ? 0 : (spki[at + 1] as number) - 0x80);
  const algorithm = headerLength(0);
  const bits = algorithm + headerLength(algorithm) + (spki[algorithm + 1] as number);
  return spki.subarray(bits + headerLength(bits) + 1);
}

function joined<F extends string>(fields: Record<F, Uint8Array>, others: Partial<Record<F, Uint8Array>> = {}): Uint8Array {
  return sequence(...Object.values<Uint8Array>({ ...fields, ...others }));
}

const empty = new Uint8Array(0);
