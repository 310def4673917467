import { constructedTag, der } from '../../asn1/index.js';
import { type Certificate, oids } from '../../x509/index.js';
import { type CertIdHash, certIdOf, writeCertId } from './cert-id.js';
import { longestNonce } from './extensions.js';

const { element, objectIdentifier, octetString, sequence } = der;

export interface OcspRequestInputs {
  /** The certificate whose status is asked. */
  readonly certificate: Certificate;
  /** The certificate with the key that signed it. */
  readonly issuer: Certificate;
  /** By which hash the issuer is told; default: `sha1`, since many responders know no other. */
  readonly hash?: CertIdHash | undefined;
  /**
   * What the response must repeat, from a cryptographic random generator; `nonceLength` octets, or any number from 1 to 128. Without one the
   * response may be a cached one, and is told from an old one by its dates alone.
   */
  readonly nonce?: Uint8Array | undefined;
}

/** Octets of a nonce: RFC 9654, section 2.1 has clients use 32, which is also the most that older responders must take. */
export const nonceLength = 32;

/**
 * An OCSPRequest for one certificate, DER, unsigned. Throws RangeError for a nonce that is empty or longer than 128 octets.
 *
 * @see RFC 6960, section 4.1.1; RFC 9654, section 2.1
 */
export function ocspRequest({ certificate, issuer, hash = 'sha1', nonce }: OcspRequestInputs): Uint8Array {
  if (nonce !== undefined && (nonce.length < 1 || nonce.length > longestNonce)) {
    throw new RangeError(`a nonce has 1 to ${longestNonce} octets, not ${nonce.length}`);
  }
  const requestList = sequence(sequence(writeCertId(certIdOf(certificate, issuer, hash))));
  const extensions = nonce === undefined ? [] : [element(constructedTag(2), sequence(nonceExtension(nonce)))];
  return sequence(sequence(requestList, ...extensions));
}

/**
 * The request as the last segment of a GET request's path: base64, with `+`, `/` and `=` percent-encoded.
 *
 * @see RFC 6960, appendix A.1
 */
export function ocspGetPath(request: Uint8Array): string {
  return encodeURIComponent(Buffer.from(request.buffer, request.byteOffset, request.byteLength).toString('base64'));
}

/**
 * The URL for a GET request, which caches on the way can answer; undefined where POST is to be used: for 255 octets and more, as RFC 6960,
 * appendix A.1 has it, and for a responder with a query or fragment, behind which there is no path.
 */
export function ocspGetUrl(responder: string, request: Uint8Array): string | undefined {
  if (/[?#]/.test(responder)) return undefined;
  const url = `${responder}${responder.endsWith('/') ? '' : '/'}${ocspGetPath(request)}`;
  return url.length < urlLimit ? url : undefined;
}

const urlLimit = 255;

/** The nonce is an OCTET STRING, which the extension's own OCTET STRING holds. */
function nonceExtension(nonce: Uint8Array): Uint8Array {
  return sequence(objectIdentifier(oids.ocsp.nonce), octetString(octetString(nonce)));
}
